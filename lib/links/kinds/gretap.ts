import { ipOrNone } from '../../schema/octets.ts'
import { defineLinkKind } from '../kind.ts'
import { checkGre, completeKeys, GRE_CHANGES, SAME_GRE } from '../tunnels/gre.ts'
import { tunnelRefusals } from '../tunnels/refusals.ts'
import { refuseNoRemote } from '../tunnels/remote.ts'
import { gre } from './gre.ts'

/**
 * Ethernet frames over GRE and IPv4: a link that can be a port of a bridge. Both ends name the same key, or none. `gretap0`, which may be in a namespace
 * from the start, can be neither changed nor deleted, and a deletion of it is ignored. The 38 bytes by which a frame grows (4 more for each of key, checksum
 * and sequence, 8 for UDP) are taken off the mtu. A change of `link` or `fwmark` sets the mtu anew, unless `mtu` is given too.
 * Same as `ip link add tap1 type gretap local 192.0.2.1 remote 192.0.2.2 key 5`.
 */
export const gretap = defineLinkKind(
  'gretap',
  {
    ...gre.rows,
    /** The other end, or the multicast group of all of them. Without it frames go nowhere, unless `collectMetadata` is on; it can be changed, and not be taken away. */
    remote: ipOrNone(7, 'IFLA_GRE_REMOTE', 4),
  },
  {
    module: { config: 'CONFIG_NET_IPGRE', name: 'ip_gre' },
    refusals: tunnelRefusals(SAME_GRE),
    changesWhole: GRE_CHANGES,
    complete: completeKeys,
    check: (program, given, _phase, _common, now) => {
      checkGre(program, given, now)
      refuseNoRemote(program, given)
    },
  },
)
