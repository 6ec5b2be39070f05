import { enumOf, numberOr } from '../../schema/enums.ts'
import { ipOrNone } from '../../schema/octets.ts'
import { linkReference } from '../../schema/references.ts'
import { flag, u8, u32 } from '../../schema/scalars.ts'
import { defineLinkKind } from '../kind.ts'
import { checkEncapsulation, encapsulationRows } from '../tunnels/encapsulation.ts'
import { SAME_TUNNEL, TUNNEL6_CHANGES } from '../tunnels/ip-tunnel.ts'
import { tunnel6Refusals } from '../tunnels/refusals.ts'
import { flowInfo, tunnel6Flags } from '../tunnels/tunnel6.ts'

/**
 * IPv6 or IPv4 packets over IPv6 (RFC 2473). `ip6tnl0`, which may be in a namespace from the start, takes what no other tunnel takes; it can be neither changed nor deleted, and a
 * deletion of it is ignored. The 40 bytes by which a packet grows, and 8 for `encapLimit`, are taken off the mtu; a change of `remote`, `local`, `link`, `fwmark` or of what the headers carry
 * sets it anew, unless `mtu` is given too. `ip` sends `hoplimit 64` and `encaplimit 4` by itself; the kernel's defaults are others.
 * Same as `ip link add tun1 type ip6tnl mode any local 2001:db8::1 remote 2001:db8::2`.
 */
export const ip6tnl = defineLinkKind(
  'ip6tnl',
  {
    /** The link that carries the tunnel. Default, or `null`: routes decide. `ip` calls it `dev`. */
    link: linkReference(1, 'IFLA_IPTUN_LINK', { orNone: true }),
    /** Source address of the tunnel. Default, or `null`: the route's, and packets to any address are taken. */
    local: ipOrNone(2, 'IFLA_IPTUN_LOCAL', 16),
    /** The other end. Default, or `null`: none. */
    remote: ipOrNone(3, 'IFLA_IPTUN_REMOTE', 16),
    /** Hop limit of outer packets, 1–255, or `'inherit'` (0): the inner packet's. Default `'inherit'`; `ip` sends 64. `ip` calls it `ttl`, too. */
    hopLimit: numberOr(4, 'IFLA_IPTUN_TTL', 'u8', { inherit: 0 }),
    /** How many tunnels more a packet may go into, 0–255 (RFC 2473), in an option of 8 bytes; none with the flag `ignoreEncapLimit`. Default 0; `ip` sends 4. */
    encapLimit: u8(6, 'IFLA_IPTUN_ENCAP_LIMIT'),
    /** Traffic class, 0–255, and flow label, 0–1048575, of outer packets, where `flags` do not have them inherited. Default 0 and 0. `ip` calls them `tclass` and `flowlabel`. */
    flowInfo: flowInfo(7, 'IFLA_IPTUN_FLOWINFO'),
    /** Switches. `ignoreEncapLimit` (`ip`: `encaplimit none`), `inheritTrafficClass` and `inheritFlowLabel` (the inner packet's), `mobileIpv6`, `copyDscp` (outer to inner on arrival; `ip`: `dscp inherit`), `inheritFwmark`, `allowLocalRemote` (the other end may be an address of this host). Reported along, and ignored when given: `canTransmit`, `canReceive` and `perPacket`, what the kernel finds its addresses good for. */
    flags: tunnel6Flags(8, 'IFLA_IPTUN_FLAGS'),
    /** What is carried: `'ip6ip6'`: IPv6; `'ipip6'`: IPv4; `'any'`: both, and MPLS. Default `'any'`. */
    mode: enumOf(9, 'IFLA_IPTUN_PROTO', 'u8', { any: 0, ipip6: 4, ip6ip6: 41 }),
    ...encapsulationRows('IFLA_IPTUN', 15),
    /** Ends come with each packet, from routes, tc or eBPF; one such tunnel of a kind in a namespace. Default false. `ip` calls it `external`. */
    collectMetadata: flag(19, 'IFLA_IPTUN_COLLECT_METADATA', { access: 'create' }),
    /** Mark by which outer packets are routed. Default 0: none. */
    fwmark: u32(20, 'IFLA_IPTUN_FWMARK'),
  },
  {
    module: { config: 'CONFIG_IPV6_TUNNEL', name: 'ip6_tunnel' },
    refusals: tunnel6Refusals(SAME_TUNNEL),
    changesWhole: TUNNEL6_CHANGES,
    check: (program, given, _phase, _common, now) => checkEncapsulation(program, given, now),
  },
)
