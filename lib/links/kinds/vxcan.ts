import { defineLinkKind } from '../kind.ts'
import { checkPeerIndex, peerLink } from '../peer-link.ts'
import { canMtus } from './vcan.ts'

/**
 * A pair of CAN buses that are one: the frame that a socket sends on one end arrives at the sockets on the other, in the same namespace or in another one. Where
 * a `vcan` is a bus of one namespace, this is a cable between two. Both ends must be up before either has carrier; deleting one deletes both. `mtu` is as that of a
 * `vcan`; each end has its own, which limits what is sent there, not what arrives. It can be changed while the end is down. No IP, no hardware address. Same as `ip link add can0 type vxcan peer name can0 netns red`.
 */
export const vxcan = defineLinkKind(
  'vxcan',
  {
    /** The other end. Every option of a link stands here too; `up` is sent in a message of its own, through the peer's namespace. */
    peer: peerLink(1, 'VXCAN_INFO_PEER', canMtus),
  },
  { peer: 'peer', mtu: canMtus, check: checkPeerIndex, module: { config: 'CONFIG_CAN_VXCAN', name: 'vxcan' } },
)
