import { ipOrNone } from '../../schema/octets.ts'
import { linkReference } from '../../schema/references.ts'
import { u32 } from '../../schema/scalars.ts'
import { defineLinkKind } from '../kind.ts'
import { vtiKeyRows, vtiRefusals } from '../tunnels/vti.ts'

/**
 * As `vti`, over IPv6: packets that are routed to it get the mark `outputKey`, and states and policies with that mark (`ip xfrm`) encrypt them. The mtu is that of the way to `remote` less
 * 40 bytes; a change of `link`, `local` or `remote` sets it anew, unless `mtu` is given too. `ip6_vti0`, which may be in a namespace from the start, can be neither changed nor deleted.
 * Same as `ip link add vti1 type vti6 local 2001:db8::1 remote 2001:db8::2 key 5`.
 */
export const vti6 = defineLinkKind(
  'vti6',
  {
    /** The link that carries the tunnel. Default, or `null`: routes decide. `ip` calls it `dev`. */
    link: linkReference(1, 'IFLA_VTI_LINK', { orNone: true }),
    ...vtiKeyRows(),
    /** Source address of the tunnel. Default, or `null`: any. */
    local: ipOrNone(4, 'IFLA_VTI_LOCAL', 16),
    /** The other end. Default, or `null`: any. */
    remote: ipOrNone(5, 'IFLA_VTI_REMOTE', 16),
    /** Mark by which outer packets are routed. Default 0: none. */
    fwmark: u32(6, 'IFLA_VTI_FWMARK'),
  },
  {
    module: { config: 'CONFIG_IPV6_VTI', name: 'ip6_vti' },
    refusals: vtiRefusals('"local" and "remote"'),
    changesWhole: { resizedBy: ['link', 'local', 'remote'] },
  },
)
