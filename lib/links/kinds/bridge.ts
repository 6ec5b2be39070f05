import { enumOf, switchesOf } from '../../schema/enums.ts'
import { nest } from '../../schema/nests.ts'
import { ipv4, ipv6, mac } from '../../schema/octets.ts'
import { bool, flag, u8, u16, u32, u64 } from '../../schema/scalars.ts'
import { Struct, structOf } from '../../schema/structs.ts'
import { Table } from '../../schema/table.ts'
import { defineLinkKind } from '../kind.ts'

/** `struct ifla_bridge_id`, shared with the port's table. */
export const bridgeId = new Struct('bridgeId', { priority: 'be16', address: 'mac' })

/** Whether a bridge or a port leads to multicast routers. */
export const multicastRouter = { disabled: 0, automatic: 1, permanent: 2, temporary: 3 }

const querierState = new Table(
  'bridgeMulticastQuerierState',
  {
    /** The IGMP querier that was elected. */
    ipv4Address: ipv4(1, 'BRIDGE_QUERIER_IP_ADDRESS', { access: 'readOnly' }),
    /** Index of the port behind which it is; absent when it is the bridge itself. */
    ipv4Port: u32(2, 'BRIDGE_QUERIER_IP_PORT', { access: 'readOnly' }),
    /** Time until it counts as gone, in 1/100 s. */
    ipv4OtherTimer: u64(3, 'BRIDGE_QUERIER_IP_OTHER_TIMER', { access: 'readOnly', unit: '1/100 s' }),
    /** The MLD querier that was elected. */
    ipv6Address: ipv6(5, 'BRIDGE_QUERIER_IPV6_ADDRESS', { access: 'readOnly' }),
    /** Index of the port behind which it is; absent when it is the bridge itself. */
    ipv6Port: u32(6, 'BRIDGE_QUERIER_IPV6_PORT', { access: 'readOnly' }),
    /** Time until it counts as gone, in 1/100 s. */
    ipv6OtherTimer: u64(7, 'BRIDGE_QUERIER_IPV6_OTHER_TIMER', { access: 'readOnly', unit: '1/100 s' }),
  },
  { padding: { BRIDGE_QUERIER_PAD: 4 } },
)

/**
 * A switch in software. Links become its ports by `master`; options of a port stand under `port`.
 * An IP address belongs on the bridge, not on its ports: what arrives at a port is switched before the port's own addresses are looked at.
 * Without an `address` of its own the bridge takes the lowest of its ports' addresses, and changes it as ports come and go.
 * All times are in 1/100 s. Same as `ip link add br0 type bridge`.
 */
export const bridge = defineLinkKind(
  'bridge',
  {
    /** Time a port spends listening, then learning, before it forwards, in 1/100 s. Default 1500. While STP runs, 200–3000. */
    forwardDelay: u32(1, 'IFLA_BR_FORWARD_DELAY', { unit: '1/100 s' }),
    /** Time between STP hello packets of the root, in 1/100 s, 100–1000. Default 200. */
    helloTime: u32(2, 'IFLA_BR_HELLO_TIME', { unit: '1/100 s', min: 100, max: 1000 }),
    /** Age at which another bridge's STP information is dropped, in 1/100 s, 600–4000. Default 2000. */
    maxAge: u32(3, 'IFLA_BR_MAX_AGE', { unit: '1/100 s', min: 600, max: 4000 }),
    /** Lifetime of a learned forwarding entry, in 1/100 s; 0 means that nothing stays learned, so that all is flooded. Default 30000. */
    ageingTime: u32(4, 'IFLA_BR_AGEING_TIME', { unit: '1/100 s' }),
    /**
     * Spanning tree protocol. Default `'disabled'`. `'kernel'` turns it on; if /sbin/bridge-stp takes the bridge over, it reads `'user'` afterwards.
     * Turned on, a new port forwards only after twice `forwardDelay`: 30 s by default.
     */
    stpState: enumOf(5, 'IFLA_BR_STP_STATE', 'u32', { disabled: 0, kernel: 1, user: 2 }),
    /** Priority of this bridge in the election of the root; the lowest wins. Default 32768. */
    priority: u16(6, 'IFLA_BR_PRIORITY'),
    /** Ports keep VLANs apart. Default false. */
    vlanFiltering: bool(7, 'IFLA_BR_VLAN_FILTERING'),
    /** The tag that VLAN filtering looks at. Default `'802.1Q'`. */
    vlanProtocol: enumOf(8, 'IFLA_BR_VLAN_PROTOCOL', 'be16', { '802.1Q': 0x8100, '802.1ad': 0x88a8 }),
    /** Forwards frames to 01:80:c2:00:00:0X where bit X is set. Default 0. The kernel refuses bits 0, 1 and 2 (STP, pause, LACP). */
    groupForwardMask: u16(9, 'IFLA_BR_GROUP_FWD_MASK'),
    /** The root of the spanning tree. */
    rootId: structOf(10, 'IFLA_BR_ROOT_ID', bridgeId, { access: 'readOnly' }),
    /** This bridge in the spanning tree. */
    bridgeId: structOf(11, 'IFLA_BR_BRIDGE_ID', bridgeId, { access: 'readOnly' }),
    /** Number of the port that leads to the root; 0 at the root itself. */
    rootPort: u16(12, 'IFLA_BR_ROOT_PORT', { access: 'readOnly' }),
    /** Cost of the way to the root; 0 at the root itself. */
    rootPathCost: u32(13, 'IFLA_BR_ROOT_PATH_COST', { access: 'readOnly' }),
    /** The tree is changing, as far as the root has told. */
    topologyChange: bool(14, 'IFLA_BR_TOPOLOGY_CHANGE', { access: 'readOnly' }),
    /** The tree is changing, as this bridge has seen. */
    topologyChangeDetected: bool(15, 'IFLA_BR_TOPOLOGY_CHANGE_DETECTED', { access: 'readOnly' }),
    /** Time until the next hello packet, in 1/100 s; 0 when the timer rests. */
    helloTimer: u64(16, 'IFLA_BR_HELLO_TIMER', { access: 'readOnly', unit: '1/100 s' }),
    /** Time until the change of topology is announced again, in 1/100 s; 0 when the timer rests. */
    topologyChangeNotificationTimer: u64(17, 'IFLA_BR_TCN_TIMER', { access: 'readOnly', unit: '1/100 s' }),
    /** Time until the change of topology counts as over, in 1/100 s; 0 when the timer rests. */
    topologyChangeTimer: u64(18, 'IFLA_BR_TOPOLOGY_CHANGE_TIMER', { access: 'readOnly', unit: '1/100 s' }),
    /** Time until old forwarding entries are looked for, in 1/100 s. */
    garbageCollectionTimer: u64(19, 'IFLA_BR_GC_TIMER', { access: 'readOnly', unit: '1/100 s' }),
    /** Destination of STP packets, 01:80:c2:00:00:0X where X is 0 or from 4 to f. Default 01:80:c2:00:00:00. */
    groupAddress: mac(20, 'IFLA_BR_GROUP_ADDR'),
    /** Forgets the learned forwarding entries. A command, never reported. */
    fdbFlush: flag(21, 'IFLA_BR_FDB_FLUSH', { access: 'writeOnly' }),
    /** Whether the bridge itself counts as a multicast router: never, when a query says so, or always. Default `'automatic'`; the kernel refuses `'temporary'`. */
    multicastRouter: enumOf(22, 'IFLA_BR_MCAST_ROUTER', 'u8', multicastRouter),
    /** IGMP and MLD are listened to, and multicast goes only where it is wanted. Default true. */
    multicastSnooping: bool(23, 'IFLA_BR_MCAST_SNOOPING'),
    /** Queries come from the bridge's own address rather than from 0.0.0.0. Default false. */
    multicastQueryUseInterfaceAddress: bool(24, 'IFLA_BR_MCAST_QUERY_USE_IFADDR'),
    /** The bridge sends IGMP and MLD queries while no other querier does. Default false: then snooping without a router on the wire forgets its groups. */
    multicastQuerier: bool(25, 'IFLA_BR_MCAST_QUERIER'),
    /** Without effect in present-day kernels, which take any value and report 16. */
    multicastHashElasticity: u32(26, 'IFLA_BR_MCAST_HASH_ELASTICITY'),
    /** Largest number of multicast groups. Default 4096. */
    multicastHashMax: u32(27, 'IFLA_BR_MCAST_HASH_MAX'),
    /** How many queries are sent after a leave message before the group is dropped. Default 2. */
    multicastLastMemberCount: u32(28, 'IFLA_BR_MCAST_LAST_MEMBER_CNT'),
    /** How many queries are sent at the start. Default 2. */
    multicastStartupQueryCount: u32(29, 'IFLA_BR_MCAST_STARTUP_QUERY_CNT'),
    /** Time between the queries after a leave message, in 1/100 s. Default 100. */
    multicastLastMemberInterval: u64(30, 'IFLA_BR_MCAST_LAST_MEMBER_INTVL', { unit: '1/100 s' }),
    /** Time after which a group without a report is dropped, in 1/100 s. Default 26000. */
    multicastMembershipInterval: u64(31, 'IFLA_BR_MCAST_MEMBERSHIP_INTVL', { unit: '1/100 s' }),
    /** Time after which a silent querier counts as gone, in 1/100 s. Default 25500. */
    multicastQuerierInterval: u64(32, 'IFLA_BR_MCAST_QUERIER_INTVL', { unit: '1/100 s' }),
    /** Time between queries, in 1/100 s. Default 12500; a value below 100 becomes 100. */
    multicastQueryInterval: u64(33, 'IFLA_BR_MCAST_QUERY_INTVL', { unit: '1/100 s' }),
    /** Time that members are given to answer a query, in 1/100 s. Default 1000. */
    multicastQueryResponseInterval: u64(34, 'IFLA_BR_MCAST_QUERY_RESPONSE_INTVL', { unit: '1/100 s' }),
    /** Time between the queries at the start, in 1/100 s. Default 3125; a value below 100 becomes 100. */
    multicastStartupQueryInterval: u64(35, 'IFLA_BR_MCAST_STARTUP_QUERY_INTVL', { unit: '1/100 s' }),
    /** Bridged IPv4 frames pass through iptables. Default false; needs br_netfilter, whose sysctl turns it on for all bridges. */
    nfCallIptables: bool(36, 'IFLA_BR_NF_CALL_IPTABLES'),
    /** Bridged IPv6 frames pass through ip6tables. As `nfCallIptables`. */
    nfCallIp6tables: bool(37, 'IFLA_BR_NF_CALL_IP6TABLES'),
    /** Bridged ARP frames pass through arptables. As `nfCallIptables`. */
    nfCallArptables: bool(38, 'IFLA_BR_NF_CALL_ARPTABLES'),
    /** VLAN of untagged frames at new ports, 0–4094; 0 for none. Default 1. */
    vlanDefaultPvid: u16(39, 'IFLA_BR_VLAN_DEFAULT_PVID', { max: 4094 }),
    /** Counts traffic for each VLAN. Default false. */
    vlanStatsEnabled: bool(41, 'IFLA_BR_VLAN_STATS_ENABLED'),
    /** Counts IGMP and MLD packets. Default false. */
    multicastStatsEnabled: bool(42, 'IFLA_BR_MCAST_STATS_ENABLED'),
    /** Version of the IGMP queries: 2 or 3. Default 2. */
    multicastIgmpVersion: u8(43, 'IFLA_BR_MCAST_IGMP_VERSION', { min: 2, max: 3 }),
    /** Version of the MLD queries: 1 or 2. Default 1. */
    multicastMldVersion: u8(44, 'IFLA_BR_MCAST_MLD_VERSION', { min: 1, max: 2 }),
    /** Counts traffic for each VLAN at each port. Default false; only while no port has a VLAN. */
    vlanStatsPerPort: bool(45, 'IFLA_BR_VLAN_STATS_PER_PORT'),
    /**
     * Later switches of the bridge, all off by default. `noLinkLocalLearn`: nothing is learned from frames to 01:80:c2:00:00:0X.
     * `multicastVlanSnooping`: snooping for each VLAN; needs `vlanFiltering`. `mstEnabled`: multiple spanning trees; only while there is no VLAN.
     * `mdbOffloadFailNotification`: tells when a switch chip could not take a multicast entry. `fdbLocalVlan0`: entries for the bridge's own addresses stand on VLAN 0 only.
     */
    switches: switchesOf(46, 'IFLA_BR_MULTI_BOOLOPT', {
      noLinkLocalLearn: 1,
      multicastVlanSnooping: 2,
      mstEnabled: 4,
      mdbOffloadFailNotification: 8,
      fdbLocalVlan0: 16,
    }),
    /** The queriers that were elected. */
    multicastQuerierState: nest(47, 'IFLA_BR_MCAST_QUERIER_STATE', querierState, { access: 'readOnly' }),
    /** Number of learned forwarding entries. Since Linux 6.7. */
    fdbLearned: u32(48, 'IFLA_BR_FDB_N_LEARNED', { access: 'readOnly' }),
    /** Largest number of learned forwarding entries; 0 for no limit. Default 0. Since Linux 6.7. */
    fdbMaxLearned: u32(49, 'IFLA_BR_FDB_MAX_LEARNED'),
    /** Who runs the spanning tree once `stpState` turns it on: /sbin/bridge-stp is asked (`'auto'`, the default), a daemon, or the kernel. Only while STP is off. Newer than Linux 6.18. */
    stpMode: enumOf(50, 'IFLA_BR_STP_MODE', 'u32', { auto: 0, user: 1, kernel: 2 }),
  },
  {
    padding: { IFLA_BR_PAD: 40 },
    module: { config: 'CONFIG_BRIDGE', name: 'bridge' },
    refusals: { add: { EOPNOTSUPP: leftOut }, set: { EOPNOTSUPP: leftOut } },
  },
)

/** What a kernel may be built without, of the options given (net/bridge/br_private.h). */
function leftOut({ vlanFiltering, switches }: Readonly<Record<string, unknown>>): string | undefined {
  const { multicastVlanSnooping, mstEnabled } = (switches ?? {}) as Readonly<Record<string, unknown>>
  if (vlanFiltering === undefined && mstEnabled === undefined && multicastVlanSnooping === undefined) return undefined
  const snooping = multicastVlanSnooping === undefined ? '' : ', and snooping CONFIG_BRIDGE_IGMP_SNOOPING'
  return `this kernel may lack VLANs of bridges: they need CONFIG_BRIDGE_VLAN_FILTERING${snooping}`
}
