import { enumOf, numberOr, switchesIn } from '../../schema/enums.ts'
import { ipOrNone } from '../../schema/octets.ts'
import { networkOfTwo } from '../../schema/prefixes.ts'
import { linkReference } from '../../schema/references.ts'
import { bool, u32 } from '../../schema/scalars.ts'
import { defineLinkKind } from '../kind.ts'
import { checkEncapsulation, encapsulationRows } from '../tunnels/encapsulation.ts'
import { checkPathMtu, SAME_TUNNEL, TUNNEL_CHANGES } from '../tunnels/ip-tunnel.ts'
import { tunnelRefusals } from '../tunnels/refusals.ts'
import { checkRemote } from '../tunnels/remote.ts'
import { checkSixRd } from '../tunnels/six-rd.ts'

/**
 * IPv6 packets over IPv4 (RFC 4213), 6to4 (RFC 3056) and its provider's form 6rd (RFC 5969), ISATAP. The 20 bytes by which a packet grows are taken off the mtu. `sit0`, which may be in a
 * namespace from the start, takes what no other tunnel takes; it can be neither changed nor deleted, and a deletion of it is ignored. A change of `link` or `fwmark` sets the mtu anew, unless
 * `mtu` is given too. Same as `ip link add sit1 type sit local 192.0.2.1 remote 192.0.2.2`.
 */
export const sit = defineLinkKind(
  'sit',
  {
    /** The link that carries the tunnel. Default, or `null`: routes decide. `ip` calls it `dev`. */
    link: linkReference(1, 'IFLA_IPTUN_LINK', { orNone: true }),
    /** Source address of the tunnel. Default, or `null`: the route's. */
    local: ipOrNone(2, 'IFLA_IPTUN_LOCAL', 4),
    /** The other end. Default, or `null`: none; then it comes out of the inner destination (6to4, 6rd) or of a route (`via: '::192.0.2.2'`). A tunnel with and one without it cannot become each other. */
    remote: ipOrNone(3, 'IFLA_IPTUN_REMOTE', 4),
    /** Time to live, 1–255, or `'inherit'` (0): the inner packet's hop limit. Default 64; `ip` sends `inherit`. */
    ttl: numberOr(4, 'IFLA_IPTUN_TTL', 'u8', { inherit: 0 }),
    /** Type of service, 0–255, or `'inherit'` (1): the inner packet's. Default 0. */
    tos: numberOr(5, 'IFLA_IPTUN_TOS', 'u8', { inherit: 1 }),
    /** `isatap`: one of the hosts of an ISATAP site (RFC 5214). Default: off. */
    flags: switchesIn(8, 'IFLA_IPTUN_FLAGS', 'u16', { isatap: 1 }, { access: 'create' }),
    /** What is carried: `'ip6ip'`: IPv6; `'ipip'`: IPv4; `'mplsip'`: MPLS; `'any'`: all. Default `'ip6ip'`; `ip` sends `any`. */
    mode: enumOf(9, 'IFLA_IPTUN_PROTO', 'u8', { any: 0, ipip: 4, ip6ip: 41, mplsip: 137 }, { access: 'create' }),
    /** Path MTU discovery: outer packets are not to be fragmented, and too large inner ones are refused. `false` needs `ttl: 'inherit'`. Default true. `ip` calls it `pmtudisc`. */
    pmtuDiscovery: bool(10, 'IFLA_IPTUN_PMTUDISC'),
    /** The provider's 6rd prefix, behind which an IPv4 address follows in each customer's: `'2001:db8::/32'`. It and the rest of the IPv4 address fill 64 bits at most. Default `'2002::/16'`, that of 6to4. `ip` calls it `6rd-prefix`. */
    sixRdPrefix: networkOfTwo([11, 'IFLA_IPTUN_6RD_PREFIX'], [13, 'IFLA_IPTUN_6RD_PREFIXLEN'], 16),
    /** What the IPv4 addresses of all customers begin with, and customers' prefixes leave out: `'10.0.0.0/8'`. Needs `sixRdPrefix`. Default `'0.0.0.0/0'`. `ip` calls it `6rd-relay_prefix`. */
    sixRdRelayPrefix: networkOfTwo([12, 'IFLA_IPTUN_6RD_RELAY_PREFIX'], [14, 'IFLA_IPTUN_6RD_RELAY_PREFIXLEN'], 4),
    ...encapsulationRows('IFLA_IPTUN', 15),
    /** Mark by which outer packets are routed. Default 0: none. */
    fwmark: u32(20, 'IFLA_IPTUN_FWMARK'),
  },
  {
    module: { config: 'CONFIG_IPV6_SIT', name: 'sit' },
    refusals: tunnelRefusals(SAME_TUNNEL),
    changesWhole: TUNNEL_CHANGES,
    check: (program, given, _phase, _common, now) => {
      checkEncapsulation(program, given, now)
      checkPathMtu(program, given, now ?? { ttl: 64 })
      checkRemote(program, given, now)
      checkSixRd(program, given, now)
    },
  },
)
