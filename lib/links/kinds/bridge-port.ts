import { enumOf } from '../../schema/enums.ts'
import { linkReference } from '../../schema/references.ts'
import { bool, flag, u16, u32, u64 } from '../../schema/scalars.ts'
import { structOf } from '../../schema/structs.ts'
import { definePortKind } from '../kind.ts'
import { bridgeId, multicastRouter } from './bridge.ts'

/**
 * What a link has because it is a port of a bridge. Same as `ip link set eth0 type bridge_slave …` and `bridge link set dev eth0 …`.
 */
export const bridgePort = definePortKind(
  'bridge',
  {
    /** Spanning tree state. Can be set while the port is up and the bridge does not run STP itself; otherwise ENETDOWN or EBUSY. */
    state: enumOf(1, 'IFLA_BRPORT_STATE', 'u8', { disabled: 0, listening: 1, learning: 2, forwarding: 3, blocking: 4 }),
    /** Priority of this port in the spanning tree, 0–63; the lowest is preferred. Default 32. */
    priority: u16(2, 'IFLA_BRPORT_PRIORITY', { max: 63 }),
    /** Cost of the way through this port, 1–65535. The default follows the link's speed. */
    cost: u32(3, 'IFLA_BRPORT_COST', { min: 1, max: 65_535 }),
    /** Frames may leave by the port that they came in by. Default false. */
    hairpin: bool(4, 'IFLA_BRPORT_MODE'),
    /** STP packets that arrive here close the port. Default false. */
    guard: bool(5, 'IFLA_BRPORT_GUARD'),
    /** This port never becomes the way to the root. Default false. */
    rootBlock: bool(6, 'IFLA_BRPORT_PROTECT'),
    /** A leave message ends a group at once, without a query. Default false. */
    fastLeave: bool(7, 'IFLA_BRPORT_FAST_LEAVE'),
    /** Source addresses of arriving frames are learned. Default true. */
    learning: bool(8, 'IFLA_BRPORT_LEARNING'),
    /** Frames to unknown unicast addresses leave by this port. Default true. */
    flood: bool(9, 'IFLA_BRPORT_UNICAST_FLOOD'),
    /** The bridge answers ARP requests in place of the hosts behind this port. Default false. */
    proxyArp: bool(10, 'IFLA_BRPORT_PROXYARP'),
    /** Addresses learned by a switch chip go into the bridge's table. Present-day kernels take the option and do nothing. */
    learningSync: bool(11, 'IFLA_BRPORT_LEARNING_SYNC'),
    /** As `proxyArp`, in the way that IEEE 802.11 and Hotspot 2.0 ask for. Default false. */
    proxyArpWifi: bool(12, 'IFLA_BRPORT_PROXYARP_WIFI'),
    /** The root of the spanning tree, as heard at this port. */
    designatedRoot: structOf(13, 'IFLA_BRPORT_ROOT_ID', bridgeId, { access: 'readOnly' }),
    /** The bridge that leads to the root for this segment. */
    designatedBridge: structOf(14, 'IFLA_BRPORT_BRIDGE_ID', bridgeId, { access: 'readOnly' }),
    /** That bridge's port. */
    designatedPort: u16(15, 'IFLA_BRPORT_DESIGNATED_PORT', { access: 'readOnly' }),
    /** Cost of the way from that bridge to the root. */
    designatedCost: u16(16, 'IFLA_BRPORT_DESIGNATED_COST', { access: 'readOnly' }),
    /** Priority and number of the port in one, as STP packets carry it. */
    id: u16(17, 'IFLA_BRPORT_ID', { access: 'readOnly' }),
    /** Number of the port in its bridge, from 1. */
    number: u16(18, 'IFLA_BRPORT_NO', { access: 'readOnly' }),
    /** The next STP packet acknowledges a change of topology. */
    topologyChangeAck: bool(19, 'IFLA_BRPORT_TOPOLOGY_CHANGE_ACK', { access: 'readOnly' }),
    /** An STP packet waits for the hold timer. */
    configPending: bool(20, 'IFLA_BRPORT_CONFIG_PENDING', { access: 'readOnly' }),
    /** Time until the heard STP information is dropped, in 1/100 s; 0 when the timer rests. */
    messageAgeTimer: u64(21, 'IFLA_BRPORT_MESSAGE_AGE_TIMER', { access: 'readOnly', unit: '1/100 s' }),
    /** Time until the next step towards forwarding, in 1/100 s; 0 when the timer rests. */
    forwardDelayTimer: u64(22, 'IFLA_BRPORT_FORWARD_DELAY_TIMER', { access: 'readOnly', unit: '1/100 s' }),
    /** Time until the next STP packet may be sent, in 1/100 s; 0 when the timer rests. */
    holdTimer: u64(23, 'IFLA_BRPORT_HOLD_TIMER', { access: 'readOnly', unit: '1/100 s' }),
    /** Forgets the forwarding entries learned at this port. A command, never reported. */
    fdbFlush: flag(24, 'IFLA_BRPORT_FLUSH', { access: 'writeOnly' }),
    /** Whether a multicast router is behind this port: never, when a query says so, always, or for now as if a query had said so. Default `'automatic'`. */
    multicastRouter: enumOf(25, 'IFLA_BRPORT_MULTICAST_ROUTER', 'u8', multicastRouter),
    /** Frames to unknown multicast groups leave by this port. Default true. */
    multicastFlood: bool(27, 'IFLA_BRPORT_MCAST_FLOOD'),
    /** Each member of a group gets a copy of its own, as unicast. Default false. */
    multicastToUnicast: bool(28, 'IFLA_BRPORT_MCAST_TO_UCAST'),
    /** VLANs are mapped to tunnel ids, for a vxlan with `collectMetadata`. Default false. */
    vlanTunnel: bool(29, 'IFLA_BRPORT_VLAN_TUNNEL'),
    /** Broadcast frames leave by this port. Default true. */
    broadcastFlood: bool(30, 'IFLA_BRPORT_BCAST_FLOOD'),
    /** As the bridge's `groupForwardMask`, for this port. Default 0. The kernel refuses bit 1 (pause frames). */
    groupForwardMask: u16(31, 'IFLA_BRPORT_GROUP_FWD_MASK'),
    /** ARP and neighbour solicitations are answered from the bridge's own tables where they can be, and then not flooded to this port. Default false. */
    neighborSuppress: bool(32, 'IFLA_BRPORT_NEIGH_SUPPRESS'),
    /** Frames do not pass between this port and other isolated ones. Default false. */
    isolated: bool(33, 'IFLA_BRPORT_ISOLATED'),
    /** Another port of the same bridge that takes the frames over while this one has no carrier; `null` for none. Default none. */
    backupPort: linkReference(34, 'IFLA_BRPORT_BACKUP_PORT'),
    /** The port lost the continuity of its MRP ring. */
    mrpRingOpen: bool(35, 'IFLA_BRPORT_MRP_RING_OPEN', { access: 'readOnly' }),
    /** The port lost the continuity of its MRP interconnection. */
    mrpInOpen: bool(36, 'IFLA_BRPORT_MRP_IN_OPEN', { access: 'readOnly' }),
    /** Largest number of hosts that are tracked one by one, from 1. Default 512. */
    multicastEhtHostsLimit: u32(37, 'IFLA_BRPORT_MCAST_EHT_HOSTS_LIMIT', { min: 1 }),
    /** Number of hosts that are tracked one by one. */
    multicastEhtHostsCount: u32(38, 'IFLA_BRPORT_MCAST_EHT_HOSTS_CNT', { access: 'readOnly' }),
    /** Only frames from known source addresses pass. Default false. */
    locked: bool(39, 'IFLA_BRPORT_LOCKED'),
    /** Hosts that a locked port turned away are noted as locked entries, for an authenticator to see. Needs `locked` and `learning`. Default false. Since Linux 6.2. */
    mab: bool(40, 'IFLA_BRPORT_MAB'),
    /** Number of multicast groups of this port. Since Linux 6.3. */
    multicastGroups: u32(41, 'IFLA_BRPORT_MCAST_N_GROUPS', { access: 'readOnly' }),
    /** Largest number of multicast groups of this port; 0 for no limit. Default 0. Since Linux 6.3. */
    multicastMaxGroups: u32(42, 'IFLA_BRPORT_MCAST_MAX_GROUPS'),
    /** `neighborSuppress` is decided VLAN by VLAN. Default false. Since Linux 6.4. */
    neighborVlanSuppress: bool(43, 'IFLA_BRPORT_NEIGH_VLAN_SUPPRESS'),
    /** Nexthop, by id, through which frames reach the backup port when that is a vxlan; 0 for none. Default 0. Since Linux 6.6. */
    backupNexthopId: u32(44, 'IFLA_BRPORT_BACKUP_NHID'),
    /** Unasked neighbour announcements are forwarded although `neighborSuppress` is on. Newer than Linux 6.18. */
    neighborForwardGratuitous: bool(45, 'IFLA_BRPORT_NEIGH_FORWARD_GRAT'),
  },
  {
    padding: { IFLA_BRPORT_PAD: 26 },
    joinsUp: true,
    // find_portno() in net/bridge/br_if.c: 0 is no number of a port.
    refusals: { EXFULL: 'a bridge takes 1,023 ports' },
  },
)
