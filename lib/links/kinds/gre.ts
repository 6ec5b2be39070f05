import { missingOption } from '../../errors.ts'
import { numberOr } from '../../schema/enums.ts'
import { ipOrNone } from '../../schema/octets.ts'
import { linkReference } from '../../schema/references.ts'
import { bool, flag, u32 } from '../../schema/scalars.ts'
import { defineLinkKind } from '../kind.ts'
import { encapsulationRows } from '../tunnels/encapsulation.ts'
import { checkGre, completeKeys, GRE_CHANGES, greKeyRows, SAME_GRE } from '../tunnels/gre.ts'
import { tunnelRefusals } from '../tunnels/refusals.ts'
import { checkRemote, isMulticast, sortOfRemote } from '../tunnels/remote.ts'
import { whole } from '../tunnels/whole.ts'

/**
 * IP packets, and others, over IPv4 (RFC 2784, RFC 2890). Frames go over `gretap`. Both ends name the same key, or none. `gre0`, which may be in a
 * namespace from the start, takes what no other tunnel takes; it can be neither changed nor deleted, and a deletion of it is ignored. The 24 bytes by which a packet grows
 * (4 more for each of key, checksum and sequence, 8 for UDP) are taken off the mtu. A change of `link` or `fwmark` sets the mtu anew, unless `mtu` is given too.
 * Same as `ip link add gre1 type gre local 192.0.2.1 remote 192.0.2.2 key 5`.
 */
export const gre = defineLinkKind(
  'gre',
  {
    /** The link that carries the tunnel. Default, or `null`: routes decide. `ip` calls it `dev`. */
    link: linkReference(1, 'IFLA_GRE_LINK', { orNone: true }),
    ...greKeyRows(),
    /** Source address of the tunnel; needed with a multicast group as `remote`. Default, or `null`: the route's. */
    local: ipOrNone(6, 'IFLA_GRE_LOCAL', 4),
    /** The other end, or the multicast group of all of them. Default, or `null`: none; then packets go where a neighbor entry or a route (`via`) says, and any end may send. A tunnel with and one without it cannot become each other. */
    remote: ipOrNone(7, 'IFLA_GRE_REMOTE', 4),
    /** Time to live, 1–255, or `'inherit'` (0): the inner packet's. Default `'inherit'`. */
    ttl: numberOr(8, 'IFLA_GRE_TTL', 'u8', { inherit: 0 }),
    /** Type of service, 0–255, or `'inherit'` (1): the inner packet's. Default 0. */
    tos: numberOr(9, 'IFLA_GRE_TOS', 'u8', { inherit: 1 }),
    /** Path MTU discovery: outer packets are not to be fragmented, and too large inner ones are refused. Default true. `ip` calls it `pmtudisc`. */
    pmtuDiscovery: bool(10, 'IFLA_GRE_PMTUDISC'),
    ...encapsulationRows('IFLA_GRE', 14),
    /** Ends and key come with each packet, from routes, tc or eBPF; one such tunnel of a kind in a namespace. Goes without `encapsulation`. Default false. `ip` calls it `external`. */
    collectMetadata: flag(18, 'IFLA_GRE_COLLECT_METADATA', { access: 'create' }),
    /** Takes inner packets that are not to be fragmented even where the outer ones may be. Needs `pmtuDiscovery: false`. Default false. `ip` calls it `ignore-df`. */
    ignoreDf: bool(19, 'IFLA_GRE_IGNORE_DF'),
    /** Mark by which outer packets are routed. Default 0: none. */
    fwmark: u32(20, 'IFLA_GRE_FWMARK'),
  },
  {
    module: { config: 'CONFIG_NET_IPGRE', name: 'ip_gre' },
    refusals: tunnelRefusals(SAME_GRE),
    changesWhole: GRE_CHANGES,
    complete: completeKeys,
    check: (program, given, _phase, _common, now) => {
      checkGre(program, given, now)
      checkRemote(program, given, now, sortOfRemote)
      const { local, remote } = whole(given, now)
      if (!isMulticast(remote) || (local !== undefined && local !== null)) return
      program.at('local')
      throw missingOption(program.operation, program.option, ' with a multicast group as "remote"')
    },
  },
)
