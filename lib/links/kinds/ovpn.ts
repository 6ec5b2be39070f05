import { enumOf } from '../../schema/enums.ts'
import { defineLinkKind } from '../kind.ts'

/**
 * The data channel of OpenVPN in the kernel; OpenVPN 2.7 and later makes such links itself. Peers, their sockets and keys are set through the generic netlink family `ovpn`, by the program that speaks the control channel.
 * Since Linux 6.16. Same as `ip link add tun0 type ovpn`, with a newer `ip`.
 */
export const ovpn = defineLinkKind(
  'ovpn',
  {
    /** `'p2p'`: one peer, which gets everything. `'mp'`: many, told apart by the addresses of their VPN. Default `'p2p'`. */
    mode: enumOf(1, 'IFLA_OVPN_MODE', 'u8', { p2p: 0, mp: 1 }, { access: 'create' }),
  },
  { module: { config: 'CONFIG_OVPN', name: 'ovpn' } },
)
