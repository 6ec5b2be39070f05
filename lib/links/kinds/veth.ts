import { defineLinkKind } from '../kind.ts'
import { checkPeerIndex, peerLink } from '../peer-link.ts'

/** ETH_MIN_MTU to ETH_MAX_MTU; veth_validate() answers EINVAL without a word. */
const MTU = { min: 68, max: 65_535 } as const

/**
 * A pair of links: what enters one end leaves the other. Both ends must be up before either has carrier; deleting one deletes both.
 * The peer is created along with the link, best directly in its namespace: moving it there later costs 20 ms.
 * Same as `ip link add veth0 type veth peer name eth0 netns red`.
 */
export const veth = defineLinkKind(
  'veth',
  {
    /** The other end. Every option of a link stands here too; `up` is sent in a message of its own, through the peer's namespace. */
    peer: peerLink(1, 'VETH_INFO_PEER', MTU),
  },
  { peer: 'peer', mtu: MTU, check: checkPeerIndex, module: { config: 'CONFIG_VETH', name: 'veth' } },
)
