import { ipOrNone } from '../../schema/octets.ts'
import { linkReference } from '../../schema/references.ts'
import { u32 } from '../../schema/scalars.ts'
import { defineLinkKind } from '../kind.ts'
import { SAME_TUNNEL } from '../tunnels/ip-tunnel.ts'
import { checkRemote } from '../tunnels/remote.ts'
import { vtiKeyRows, vtiRefusals } from '../tunnels/vti.ts'

/**
 * A link for what IPsec protects over IPv4: packets that are routed to it get the mark `outputKey`, and states and policies with that mark (`ip xfrm`) encrypt them; without
 * those nothing passes. States are of mode tunnel, between `local` and `remote`. It carries IPv4 and IPv6, no multicast routing by itself. The mtu is that of the way to `remote` less 20 bytes; what
 * IPsec adds is not taken off. An `xfrm` does the same for any ends. `ip_vti0`, which may be in a namespace from the start, can be neither changed nor deleted.
 * A change of `link` or `fwmark` sets the mtu anew, unless `mtu` is given too. Same as `ip link add vti1 type vti local 192.0.2.1 remote 192.0.2.2 key 5`.
 */
export const vti = defineLinkKind(
  'vti',
  {
    /** The link that carries the tunnel. Default, or `null`: routes decide. `ip` calls it `dev`. */
    link: linkReference(1, 'IFLA_VTI_LINK', { orNone: true }),
    ...vtiKeyRows(),
    /** Source address of the tunnel. Default, or `null`: any. */
    local: ipOrNone(4, 'IFLA_VTI_LOCAL', 4),
    /** The other end. Default, or `null`: any. A tunnel with and one without it cannot become each other. */
    remote: ipOrNone(5, 'IFLA_VTI_REMOTE', 4),
    /** Mark by which outer packets are routed. Default 0: none. */
    fwmark: u32(6, 'IFLA_VTI_FWMARK'),
  },
  {
    module: { config: 'CONFIG_NET_IPVTI', name: 'ip_vti' },
    refusals: vtiRefusals(SAME_TUNNEL),
    changesWhole: {},
    check: (program, given, _phase, _common, now) => checkRemote(program, given, now),
  },
)
