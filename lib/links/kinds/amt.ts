import { missingOption } from '../../errors.ts'
import { enumOf } from '../../schema/enums.ts'
import { ipv4 } from '../../schema/octets.ts'
import type { Program } from '../../schema/program.ts'
import { linkReference } from '../../schema/references.ts'
import { be16, u32 } from '../../schema/scalars.ts'
import type { Phase } from '../../schema/table.ts'
import { defineLinkKind } from '../kind.ts'

interface Ends {
  readonly mode?: unknown
  readonly discovery?: unknown
}

function checkDiscovery(program: Program, { mode, discovery }: Ends, phase: Phase): void {
  if (phase !== 'create' || discovery !== undefined || (mode !== 'gateway' && mode !== 0)) return
  program.at('discovery')
  throw missingOption(program.operation, program.option, ' with mode: "gateway"')
}

const fixed = { access: 'fixed' } as const
const create = { access: 'create' } as const

/**
 * Automatic multicast tunnel (RFC 7450): carries multicast from a network that has it (the relay's end) to one that does not (the gateway's), in UDP over IPv4. On a gateway, programs join groups on this link; a relay needs
 * multicast routing between it and the rest. It does nothing before it is up, cannot be moved to another namespace, and nothing of it can be changed later. Same as
 * `ip link add amt0 type amt mode gateway local 192.0.2.1 discovery 198.51.100.1 dev eth0`.
 */
export const amt = defineLinkKind(
  'amt',
  {
    /** `'gateway'` asks for multicast, `'relay'` has it to give. */
    mode: enumOf(1, 'IFLA_AMT_MODE', 'u32', { gateway: 0, relay: 1 }, fixed),
    /** UDP port of the relay, 1–65535: the far end's for a gateway, its own for a relay. Default 2268. */
    relayPort: be16(2, 'IFLA_AMT_RELAY_PORT', { ...create, min: 1 }),
    /** UDP port of the gateway itself, 1–65535. A relay does not use it. Default 2268. */
    gatewayPort: be16(3, 'IFLA_AMT_GATEWAY_PORT', { ...create, min: 1 }),
    /** The Ethernet link that carries the tunnel. Its mtu, less what the tunnel adds, is the largest of this link. `ip` calls it `dev`. */
    link: linkReference(4, 'IFLA_AMT_LINK', fixed),
    /** Address of this end: neither loopback nor multicast. */
    local: ipv4(5, 'IFLA_AMT_LOCAL_IP', fixed),
    /** The relay that answered. Only on a gateway, and only once one has. */
    remote: ipv4(6, 'IFLA_AMT_REMOTE_IP', { access: 'readOnly' }),
    /** Address at which a gateway asks for a relay: unicast or anycast. Required there. A relay has none, and reports 0.0.0.0. */
    discovery: ipv4(7, 'IFLA_AMT_DISCOVERY_IP', create),
    /** Largest number of gateways that a relay serves. Default 128; the kernel takes 0 for the default too. */
    maxTunnels: u32(8, 'IFLA_AMT_MAX_TUNNELS', create),
  },
  {
    check: checkDiscovery,
    refusals: { add: { EINVAL: 'an amt is made in the namespace of its "link": give no "netns"' } },
    module: { config: 'CONFIG_AMT', name: 'amt' },
  },
)
