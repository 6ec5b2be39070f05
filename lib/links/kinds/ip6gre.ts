import { numberOr } from '../../schema/enums.ts'
import { ipOrNone } from '../../schema/octets.ts'
import { linkReference } from '../../schema/references.ts'
import { flag, u8, u32 } from '../../schema/scalars.ts'
import { defineLinkKind } from '../kind.ts'
import { encapsulationRows } from '../tunnels/encapsulation.ts'
import { checkGre, completeKeys, GRE6_CHANGES, greKeyRows, SAME_GRE } from '../tunnels/gre.ts'
import { tunnel6Refusals } from '../tunnels/refusals.ts'
import { flowInfo, tunnel6Flags } from '../tunnels/tunnel6.ts'

/**
 * IP packets, and others, over GRE and IPv6. Frames go over `ip6gretap`. Both ends name the same key, or none. `ip6gre0`, which may be in a namespace from the
 * start, takes what no other tunnel takes; it can be neither changed nor deleted, and a deletion of it is ignored. A change of `remote`, `local`, `link`, `fwmark` or of what the headers carry
 * sets the mtu anew, unless `mtu` is given too. `ip` sends `hoplimit 64` and `encaplimit 4` by itself; the kernel's defaults are others.
 * Same as `ip link add gre1 type ip6gre local 2001:db8::1 remote 2001:db8::2 key 5`.
 */
export const ip6gre = defineLinkKind(
  'ip6gre',
  {
    /** The link that carries the tunnel. Default, or `null`: routes decide. `ip` calls it `dev`. */
    link: linkReference(1, 'IFLA_GRE_LINK', { orNone: true }),
    ...greKeyRows(),
    /** Source address of the tunnel. Default, or `null`: the route's, and packets to any address are taken. */
    local: ipOrNone(6, 'IFLA_GRE_LOCAL', 16),
    /** The other end, or the multicast group of all of them. Default, or `null`: none; packets go where a neighbor entry says. */
    remote: ipOrNone(7, 'IFLA_GRE_REMOTE', 16),
    /** Hop limit of outer packets, 1–255, or `'inherit'` (0): the inner packet's. Default `'inherit'`; `ip` sends 64. `ip` calls it `ttl`, too. */
    hopLimit: numberOr(8, 'IFLA_GRE_TTL', 'u8', { inherit: 0 }),
    /** How many tunnels more a packet may go into, 0–255 (RFC 2473), in an option of 8 bytes; none with the flag `ignoreEncapLimit`. Default 0; `ip` sends 4. */
    encapLimit: u8(11, 'IFLA_GRE_ENCAP_LIMIT'),
    /** Traffic class, 0–255, and flow label, 0–1048575, of outer packets, where `flags` do not have them inherited. Default 0 and 0. `ip` calls them `tclass` and `flowlabel`. */
    flowInfo: flowInfo(12, 'IFLA_GRE_FLOWINFO'),
    /** Switches. `ignoreEncapLimit` (`ip`: `encaplimit none`), `inheritTrafficClass` and `inheritFlowLabel` (the inner packet's), `inheritFwmark`, `allowLocalRemote` (the other end may be an address of this host); `mobileIpv6` and `copyDscp` mean nothing here. Reported along, and ignored when given: `canTransmit`, `canReceive` and `perPacket`, what the kernel finds its addresses good for. */
    flags: tunnel6Flags(13, 'IFLA_GRE_FLAGS'),
    ...encapsulationRows('IFLA_GRE', 14),
    /** Ends and key come with each packet, from routes, tc or eBPF; one such tunnel of a kind in a namespace, for which `ip6gre` and `ip6gretap` are the same. Default false. `ip` calls it `external`. */
    collectMetadata: flag(18, 'IFLA_GRE_COLLECT_METADATA', { access: 'create' }),
    /** Mark by which outer packets are routed. Default 0: none. */
    fwmark: u32(20, 'IFLA_GRE_FWMARK'),
  },
  {
    module: { config: 'CONFIG_IPV6_GRE', name: 'ip6_gre' },
    refusals: tunnel6Refusals(SAME_GRE),
    changesWhole: GRE6_CHANGES,
    complete: completeKeys,
    check: (program, given, _phase, _common, now) => checkGre(program, given, now),
  },
)
