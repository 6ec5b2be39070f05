import { u32 } from '../../schema/scalars.ts'
import { defineLinkKind } from '../kind.ts'

/**
 * A router of its own inside a namespace: links become its ports by `master`, and what arrives there is routed by the VRF's table alone. Their connected and local
 * routes move into it; other routes go there by `routes.add({ table, … })`. Where that table has no route, the lookup goes on in the main table, unless the VRF
 * has an `unreachable` default route of its own. The VRF must be up; it is the loopback of its ports, and takes addresses such as 127.0.0.1. A program belongs to it by binding its sockets to it
 * (`ping` by `interface`). A port that is up goes down and up again as it enters or leaves, and loses its IPv6 addresses. Neither `lo` nor a VRF can be a port.
 * Same as `ip link add red type vrf table 10`.
 */
export const vrf = defineLinkKind(
  'vrf',
  {
    /** Number of the routing table, from 1. Several VRFs may share one unless the sysctl `net.vrf.strict_mode` forbids it. */
    table: u32(1, 'IFLA_VRF_TABLE', { access: 'fixed', min: 1 }),
  },
  { module: { config: 'CONFIG_NET_VRF', name: 'vrf' } },
)
