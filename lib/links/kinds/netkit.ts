import { invalidValue } from '../../errors.ts'
import { enumOf } from '../../schema/enums.ts'
import type { Program } from '../../schema/program.ts'
import { bool, u16 } from '../../schema/scalars.ts'
import type { Phase } from '../../schema/table.ts'
import { defineLinkKind } from '../kind.ts'
import { checkPeerIndex, type PeerOptions, peerLink } from '../peer-link.ts'

/** ETH_MIN_MTU to ETH_MAX_MTU. */
const MTU = { min: 68, max: 65_535 } as const

const policies = { forward: 0, blackhole: 2 } as const
const scrubbing = { none: 0, default: 1 } as const
const L2 = 0
const SINGLE = 1

interface Given {
  readonly peer?: unknown
  readonly peerPolicy?: unknown
  readonly peerScrub?: unknown
  readonly policy?: unknown
  readonly mode?: unknown
  readonly pairing?: unknown
}

/** What netkit_new_link() in drivers/net/netkit.c answers with EOPNOTSUPP and no word. */
function checkNetkit(program: Program, options: Given, phase: Phase, common: Readonly<Record<string, unknown>>): void {
  checkPeerIndex(program, options, phase, common)
  if (phase !== 'create') return
  checkAddresses(program, options, common)
  if (options.pairing === 'single' || options.pairing === SINGLE) checkSingle(program, options)
}

function checkAddresses(program: Program, { mode, peer }: Given, { address }: Readonly<Record<string, unknown>>): void {
  if (mode === 'l2' || mode === L2) return
  const why = `goes only with netkit.mode: "l2"; in mode "l3" there are no hardware addresses`
  if (address !== undefined) throw invalidValue(program.operation, 'address', why)
  if ((peer as PeerOptions | undefined)?.address !== undefined) throw invalidValue(program.operation, 'netkit.peer.address', why)
}

function checkSingle(program: Program, options: Given): void {
  const given = (['peer', 'peerPolicy', 'peerScrub'] as const).find(key => options[key] !== undefined)
  const unfit = given ?? (options.policy === 'blackhole' || options.policy === policies.blackhole ? 'policy' : undefined)
  if (unfit === undefined) return
  program.at(unfit)
  throw invalidValue(program.operation, program.option, 'does not go with pairing: "single"')
}

/**
 * A pair of links as a `veth`, made for containers: a BPF program, attached to the first of them, the primary, decides what becomes of the packets that either end sends. Without a program
 * `policy` and `peerPolicy` do. Both ends must be up before either has carrier; deleting one deletes both. It is changed through the primary only. In mode `'l3'`,
 * the default, the ends have no hardware addresses and no ARP. Since Linux 6.7.
 * Same as `ip link add nk0 type netkit peer name eth0 netns red`.
 */
export const netkit = defineLinkKind(
  'netkit',
  {
    /** The other end. Every option of a link stands here too; `up` is sent in a message of its own, through the peer's namespace. */
    peer: peerLink(1, 'IFLA_NETKIT_PEER_INFO', MTU),
    /** This end is the one that the pair was created with: programs are attached there, and options changed. */
    primary: bool(2, 'IFLA_NETKIT_PRIMARY', { access: 'readOnly' }),
    /** What becomes of packets that this end sends where no program decides: they pass, or are dropped. Default `'forward'`. */
    policy: enumOf(3, 'IFLA_NETKIT_POLICY', 'u32', policies),
    /** Likewise of packets that the other end sends. Default `'forward'`. */
    peerPolicy: enumOf(4, 'IFLA_NETKIT_PEER_POLICY', 'u32', policies),
    /** `'l3'`: IP packets, without hardware addresses and ARP. `'l2'`: Ethernet frames. One for both ends. Default `'l3'`. */
    mode: enumOf(5, 'IFLA_NETKIT_MODE', 'u32', { l2: 0, l3: 1 }, { access: 'create' }),
    /** Mark and priority of packets that this end sends into another namespace: zeroed, or kept (`'none'`). Default `'default'`: zeroed. Since Linux 6.13. */
    scrub: enumOf(6, 'IFLA_NETKIT_SCRUB', 'u32', scrubbing, { access: 'create' }),
    /** Likewise of packets that the other end sends. Since Linux 6.13. */
    peerScrub: enumOf(7, 'IFLA_NETKIT_PEER_SCRUB', 'u32', scrubbing, { access: 'create' }),
    /** Bytes kept free before each packet, at both ends, 0–65535. Default 0. Since Linux 6.14. */
    headroom: u16(8, 'IFLA_NETKIT_HEADROOM', { access: 'create', unit: 'bytes' }),
    /** Bytes kept free behind each packet, at both ends, 0–65535. Default 0. Since Linux 6.14. */
    tailroom: u16(9, 'IFLA_NETKIT_TAILROOM', { access: 'create', unit: 'bytes' }),
    /** Two links, or one alone, which is there to lend queues of a network card. Alone it has neither peer nor policy. Default `'pair'`. Newer than Linux 6.18. */
    pairing: enumOf(10, 'IFLA_NETKIT_PAIRING', 'u32', { pair: 0, single: 1 }, { access: 'create' }),
  },
  { peer: 'peer', mtu: MTU, check: checkNetkit, module: { config: 'CONFIG_NETKIT', name: 'netkit' } },
)
