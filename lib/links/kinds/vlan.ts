import { enumOf, switchesOf } from '../../schema/enums.ts'
import { listOf } from '../../schema/nests.ts'
import { u16 } from '../../schema/scalars.ts'
import { Struct, structOf } from '../../schema/structs.ts'
import { defineLinkKind } from '../kind.ts'

const qosMapping = structOf(1, 'IFLA_VLAN_QOS_MAPPING', new Struct('vlanQosMapping', { from: 'u32', to: 'u32' }))

/**
 * IEEE 802.1Q tag on top of another link, which is given as `link`.
 * Same as `ip link add link eth0 name eth0.100 type vlan id 100`.
 */
export const vlan = defineLinkKind(
  'vlan',
  {
    /** VLAN id, 0–4094; 4095 is reserved. The kernel keeps the one from the creation, and ignores another without a word. */
    id: u16(1, 'IFLA_VLAN_ID', { access: 'fixed', max: 4094 }),
    /** Switches. `reorderHeader` (default on): the tag is taken off before packet sockets see the frame. `gvrp`, `mvrp`: the id is registered with the switch. `looseBinding`: the state does not follow the parent's. `bridgeBinding`: it follows the bridge ports that carry the VLAN. Not reported when none is on. */
    flags: switchesOf(2, 'IFLA_VLAN_FLAGS', { reorderHeader: 1, gvrp: 2, looseBinding: 4, mvrp: 8, bridgeBinding: 16 }),
    /** Socket priority (`from`) to 802.1p priority (`to`, 0–7) of what is sent. Entries are added or changed, never removed. */
    egressQos: listOf(3, 'IFLA_VLAN_EGRESS_QOS', qosMapping),
    /** 802.1p priority (`from`, 0–7) of what is received to socket priority (`to`). */
    ingressQos: listOf(4, 'IFLA_VLAN_INGRESS_QOS', qosMapping),
    /** Tag protocol. Default `'802.1Q'`. */
    protocol: enumOf(5, 'IFLA_VLAN_PROTOCOL', 'be16', { '802.1Q': 0x8100, '802.1ad': 0x88a8 }, { access: 'create' }),
  },
  { requiresLink: true, module: { config: 'CONFIG_VLAN_8021Q', name: '8021q' } },
)
