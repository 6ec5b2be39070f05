import { enumOf, numberOr } from '../../schema/enums.ts'
import { ipOrNone } from '../../schema/octets.ts'
import { linkReference } from '../../schema/references.ts'
import { bool, flag, u32 } from '../../schema/scalars.ts'
import { defineLinkKind } from '../kind.ts'
import { checkEncapsulation, encapsulationRows } from '../tunnels/encapsulation.ts'
import { checkPathMtu, SAME_TUNNEL, TUNNEL_CHANGES } from '../tunnels/ip-tunnel.ts'
import { tunnelRefusals } from '../tunnels/refusals.ts'
import { checkRemote } from '../tunnels/remote.ts'

/**
 * IPv4 packets over IPv4 (RFC 2003): the smallest tunnel, 20 bytes, which are taken off the mtu. It carries neither IPv6 nor multicast; `gre` does. `tunl0`, which may be in a
 * namespace from the start, takes what no other tunnel takes; it can be neither changed nor deleted, and a deletion of it is ignored. A change of `link` or `fwmark` sets the
 * mtu anew, unless `mtu` is given too. Same as `ip link add tun1 type ipip local 192.0.2.1 remote 192.0.2.2`.
 */
export const ipip = defineLinkKind(
  'ipip',
  {
    /** The link that carries the tunnel. Default, or `null`: routes decide. `ip` calls it `dev`. */
    link: linkReference(1, 'IFLA_IPTUN_LINK', { orNone: true }),
    /** Source address of the tunnel. Default, or `null`: the route's. */
    local: ipOrNone(2, 'IFLA_IPTUN_LOCAL', 4),
    /** The other end. Default, or `null`: none; then packets go where a route (`via`) says, and any end may send. A tunnel with and one without it cannot become each other. */
    remote: ipOrNone(3, 'IFLA_IPTUN_REMOTE', 4),
    /** Time to live, 1–255, or `'inherit'` (0): the inner packet's. Default `'inherit'`. */
    ttl: numberOr(4, 'IFLA_IPTUN_TTL', 'u8', { inherit: 0 }),
    /** Type of service, 0–255, or `'inherit'` (1): the inner packet's. Default 0. */
    tos: numberOr(5, 'IFLA_IPTUN_TOS', 'u8', { inherit: 1 }),
    /** What is carried: `'ipip'`: IPv4; `'mplsip'`: MPLS; `'any'`: both. Default `'ipip'`; `ip` sends `any`. */
    mode: enumOf(9, 'IFLA_IPTUN_PROTO', 'u8', { any: 0, ipip: 4, mplsip: 137 }, { access: 'create' }),
    /** Path MTU discovery: outer packets are not to be fragmented, and too large inner ones are refused. `false` needs `ttl: 'inherit'`. Default true. `ip` calls it `pmtudisc`. */
    pmtuDiscovery: bool(10, 'IFLA_IPTUN_PMTUDISC'),
    ...encapsulationRows('IFLA_IPTUN', 15),
    /** Ends come with each packet, from routes, tc or eBPF; one such tunnel of a kind in a namespace. Default false. `ip` calls it `external`. */
    collectMetadata: flag(19, 'IFLA_IPTUN_COLLECT_METADATA', { access: 'create' }),
    /** Mark by which outer packets are routed. Default 0: none. */
    fwmark: u32(20, 'IFLA_IPTUN_FWMARK'),
  },
  {
    module: { config: 'CONFIG_NET_IPIP', name: 'ipip' },
    refusals: tunnelRefusals(SAME_TUNNEL),
    changesWhole: TUNNEL_CHANGES,
    check: (program, given, _phase, _common, now) => {
      checkEncapsulation(program, given, now)
      checkPathMtu(program, given, now)
      checkRemote(program, given, now)
    },
  },
)
