import { ipOrNone } from '../../schema/octets.ts'
import { defineLinkKind } from '../kind.ts'
import { checkGre, completeKeys, GRE6_CHANGES, SAME_GRE } from '../tunnels/gre.ts'
import { tunnel6Refusals } from '../tunnels/refusals.ts'
import { refuseNoRemote } from '../tunnels/remote.ts'
import { ip6gre } from './ip6gre.ts'

/**
 * Ethernet frames over GRE and IPv6: a link that can be a port of a bridge. Both ends name the same key, or none. A change of `remote`, `local`, `link`, `fwmark` or of what
 * the headers carry sets the mtu anew, unless `mtu` is given too. `ip` sends `hoplimit 64` and `encaplimit 4` by itself; the kernel's defaults are others.
 * Same as `ip link add tap1 type ip6gretap local 2001:db8::1 remote 2001:db8::2 key 5`.
 */
export const ip6gretap = defineLinkKind(
  'ip6gretap',
  {
    ...ip6gre.rows,
    /** The other end, or the multicast group of all of them. Without it frames go nowhere, unless `collectMetadata` is on; it can be changed, and not be taken away. */
    remote: ipOrNone(7, 'IFLA_GRE_REMOTE', 16),
  },
  {
    module: { config: 'CONFIG_IPV6_GRE', name: 'ip6_gre' },
    refusals: tunnel6Refusals(SAME_GRE),
    changesWhole: GRE6_CHANGES,
    complete: completeKeys,
    check: (program, given, _phase, _common, now) => {
      checkGre(program, given, now)
      refuseNoRemote(program, given)
    },
  },
)
