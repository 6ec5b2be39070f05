import { beforeEach, describe, expect, it } from 'vitest'
import { addressTable } from '../../lib/addresses/address-table.ts'
import { bridgeVlanTable } from '../../lib/bridge-vlans/bridge-vlan-table.ts'
import { ethtoolFamily } from '../../lib/ethtool/family.ts'
import * as ethtoolTables from '../../lib/ethtool/tables.ts'
import { fdbTable } from '../../lib/fdb/fdb-table.ts'
import { fouFamily, fouTable } from '../../lib/fou/fou-table.ts'
import type { Family } from '../../lib/generic/family.ts'
import { linkKinds, portKinds } from '../../lib/links/kinds.ts'
import { INFO_DATA, INFO_KIND, INFO_PORT_DATA, INFO_PORT_KIND, INFO_STATISTICS } from '../../lib/links/link-info.ts'
import { linkTable } from '../../lib/links/link-table.ts'
import { deviceTable as macsecTable } from '../../lib/macsec/tables.ts'
import { sentTable as mdbSentTable } from '../../lib/mdb/attributes.ts'
import { mdbTable, routerPortTable } from '../../lib/mdb/mdb-table.ts'
import { neighborTableTable } from '../../lib/neighbor-tables/table.ts'
import { neighborTable } from '../../lib/neighbors/neighbor-table.ts'
import { bucketTable, nexthopTable } from '../../lib/nexthops/nexthop-table.ts'
import { lookupTable } from '../../lib/routes/lookup.ts'
import { routeTable } from '../../lib/routes/route-table.ts'
import { ruleTable } from '../../lib/rules/rule-table.ts'
import type { Field, NestedRows } from '../../lib/schema/field.ts'
import { declaredShapes } from '../../lib/schema/shape.ts'
import { Table } from '../../lib/schema/table.ts'
import { teamFamily, teamMessage } from '../../lib/team/messages.ts'
import { vniMessage } from '../../lib/vnis/vni-table.ts'
import { deviceTable } from '../../lib/wireguard/device.ts'
import { family as wireguardFamily } from '../../lib/wireguard/family.ts'
import { readKernelHeaders } from '../support/kernel-headers.ts'

const HEADERS = [
  'amt.h',
  'batman_adv.h',
  'can/netlink.h',
  'can/vxcan.h',
  'devlink.h',
  'fib_rules.h',
  'ethtool_netlink.h',
  'fou.h',
  'genetlink.h',
  'if.h',
  'if_addr.h',
  'if_bridge.h',
  'if_link.h',
  'if_macsec.h',
  'if_team.h',
  'if_tunnel.h',
  'ip.h',
  'ipv6.h',
  'neighbour.h',
  'nexthop.h',
  'rtnetlink.h',
  'veth.h',
  'wireguard.h',
]

/** Every table by name, with the first constant of the enum that its rows stand for. */
const ENUMS: Readonly<Record<string, string>> = {
  address: 'IFA_UNSPEC',
  link: 'IFLA_UNSPEC',
  linkInet: 'IFLA_INET_UNSPEC',
  linkInet6: 'IFLA_INET6_UNSPEC',
  linkMctp: 'IFLA_MCTP_UNSPEC',
  linkXdp: 'IFLA_XDP_UNSPEC',
  virtualFunction: 'IFLA_VF_UNSPEC',
  virtualFunctionStatistics: 'IFLA_VF_STATS_RX_PACKETS',
  ethtoolLinkState: 'ETHTOOL_A_LINKSTATE_UNSPEC',
  ethtoolFeatures: 'ETHTOOL_A_FEATURES_UNSPEC',
  ethtoolConnector: 'ETHTOOL_A_LINKINFO_UNSPEC',
  ethtoolModes: 'ETHTOOL_A_LINKMODES_UNSPEC',
  ethtoolPrivateFlags: 'ETHTOOL_A_PRIVFLAGS_UNSPEC',
  ethtoolRings: 'ETHTOOL_A_RINGS_UNSPEC',
  ethtoolChannels: 'ETHTOOL_A_CHANNELS_UNSPEC',
  ethtoolCoalescing: 'ETHTOOL_A_COALESCE_UNSPEC',
  ethtoolPause: 'ETHTOOL_A_PAUSE_UNSPEC',
  ethtoolFec: 'ETHTOOL_A_FEC_UNSPEC',
  ethtoolEee: 'ETHTOOL_A_EEE_UNSPEC',
  ethtoolWakeOnLan: 'ETHTOOL_A_WOL_UNSPEC',
  fdbActivity: 'NFEA_UNSPEC',
  fdbEntry: 'NDA_UNSPEC',
  fou: 'FOU_ATTR_UNSPEC',
  teamMessage: 'TEAM_ATTR_UNSPEC',
  teamOption: 'TEAM_ATTR_OPTION_UNSPEC',
  teamPortState: 'TEAM_ATTR_PORT_UNSPEC',
  bareudp: 'IFLA_BAREUDP_UNSPEC',
  batadv: 'IFLA_BATADV_UNSPEC',
  bond: 'IFLA_BOND_UNSPEC',
  bondAdInfo: 'IFLA_BOND_AD_INFO_UNSPEC',
  bondPort: 'IFLA_BOND_SLAVE_UNSPEC',
  bridge: 'IFLA_BR_UNSPEC',
  bridgePort: 'IFLA_BRPORT_UNSPEC',
  bridgeVlan: 'BRIDGE_VLANDB_ENTRY_UNSPEC',
  bridgeVlanStatistics: 'BRIDGE_VLANDB_STATS_UNSPEC',
  bridgeMulticastQuerierState: 'BRIDGE_QUERIER_UNSPEC',
  dsa: 'IFLA_DSA_UNSPEC',
  gtp: 'IFLA_GTP_UNSPEC',
  ipoib: 'IFLA_IPOIB_UNSPEC',
  erspan: 'IFLA_GRE_UNSPEC',
  gre: 'IFLA_GRE_UNSPEC',
  gretap: 'IFLA_GRE_UNSPEC',
  ip6erspan: 'IFLA_GRE_UNSPEC',
  ip6gre: 'IFLA_GRE_UNSPEC',
  ip6gretap: 'IFLA_GRE_UNSPEC',
  ip6tnl: 'IFLA_IPTUN_UNSPEC',
  ipip: 'IFLA_IPTUN_UNSPEC',
  ipvlan: 'IFLA_IPVLAN_UNSPEC',
  ipvtap: 'IFLA_IPVLAN_UNSPEC',
  geneve: 'IFLA_GENEVE_UNSPEC',
  amt: 'IFLA_AMT_UNSPEC',
  can: 'IFLA_CAN_UNSPEC',
  canTdc: 'IFLA_CAN_TDC_UNSPEC',
  canControlModeExtension: 'IFLA_CAN_CTRLMODE_UNSPEC',
  macsec: 'IFLA_MACSEC_UNSPEC',
  hsr: 'IFLA_HSR_UNSPEC',
  macvlan: 'IFLA_MACVLAN_UNSPEC',
  macvtap: 'IFLA_MACVLAN_UNSPEC',
  neighbor: 'NDA_UNSPEC',
  neighborParameters: 'NDTPA_UNSPEC',
  neighborTable: 'NDTA_UNSPEC',
  nexthop: 'NHA_UNSPEC',
  nexthopBucket: 'NHA_UNSPEC',
  nexthopBucketEntry: 'NHA_RES_BUCKET_UNSPEC',
  nexthopResilient: 'NHA_RES_GROUP_UNSPEC',
  mdbEntry: 'MDBA_MDB_EATTR_UNSPEC',
  mdbRouterPort: 'MDBA_ROUTER_PATTR_UNSPEC',
  mdbSentAttributes: 'MDBE_ATTR_UNSPEC',
  mdbSource: 'MDBA_MDB_SRCATTR_UNSPEC',
  rmnet: 'IFLA_RMNET_UNSPEC',
  route: 'RTA_UNSPEC',
  routeMetrics: 'RTAX_UNSPEC',
  rule: 'FRA_UNSPEC',
  sit: 'IFLA_IPTUN_UNSPEC',
  tun: 'IFLA_TUN_UNSPEC',
  veth: 'VETH_INFO_UNSPEC',
  vlan: 'IFLA_VLAN_UNSPEC',
  vrf: 'IFLA_VRF_UNSPEC',
  vrfPort: 'IFLA_VRF_PORT_UNSPEC',
  vxcan: 'VXCAN_INFO_UNSPEC',
  vniMessage: 'VXLAN_VNIFILTER_UNSPEC',
  vni: 'VXLAN_VNIFILTER_ENTRY_UNSPEC',
  vniStatistics: 'VNIFILTER_ENTRY_STATS_UNSPEC',
  vti: 'IFLA_VTI_UNSPEC',
  vti6: 'IFLA_VTI_UNSPEC',
  vxlan: 'IFLA_VXLAN_UNSPEC',
  macsecDevice: 'MACSEC_ATTR_UNSPEC',
  macsecSecy: 'MACSEC_SECY_ATTR_UNSPEC',
  macsecChannel: 'MACSEC_RXSC_ATTR_UNSPEC',
  macsecAssociation: 'MACSEC_SA_ATTR_UNSPEC',
  macsecOffload: 'MACSEC_OFFLOAD_ATTR_UNSPEC',
  macsecChannelStatistics: 'MACSEC_RXSC_STATS_ATTR_UNSPEC',
  macsecAssociationStatistics: 'MACSEC_SA_STATS_ATTR_UNSPEC',
  macsecTransmitStatistics: 'MACSEC_TXSC_STATS_ATTR_UNSPEC',
  macsecStatistics: 'MACSEC_SECY_STATS_ATTR_UNSPEC',
  xfrm: 'IFLA_XFRM_UNSPEC',
  wireguardDevice: 'WGDEVICE_A_UNSPEC',
  wireguardAllowedIp: 'WGALLOWEDIP_A_UNSPEC',
  wireguardPeer: 'WGPEER_A_UNSPEC',
}

/** Tables that need not have a row for every constant, and why. */
const EXCUSED: Readonly<Record<string, string>> = {
  canPwm: 'is newer than these headers',
  dummy: 'has no rows',
  ifb: 'has no rows',
  wireguard: 'has no rows',
  netdevsim: 'has no rows',
  netkit: 'is newer than the headers of Debian 12',
  mdbSentSource: 'is newer than these headers',
  nexthopStatistics: 'is newer than these headers',
  nlmon: 'has no rows',
  ovpn: 'is newer than these headers',
  team: 'has no rows',
  teamPort: 'has no rows',
  vcan: 'has no rows',
  virt_wifi: 'has no rows',
  vsockmon: 'has no rows',
  linkAttributes: 'is link without IFLA_LINKINFO',
  linkFamilySpecific: 'is numbered by address family, of which few keep anything about a link',
  linkDevlinkPort: 'has what a link says of the thousand attributes of devlink',
  routeLookup: 'is what a lookup takes of route',
  routeNexthop: 'is what one of several hops takes of route',
  linkDpllPin: 'has what a link says of the attributes of dpll',
}

/** Constants that need no row, and why. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  ETHTOOL_A_PAUSE_STATS: 'comes only when it is asked for',
  ETHTOOL_A_FEC_STATS: 'comes only when it is asked for',
  IFLA_XDP_FD: 'attaches a program, which is out of scope',
  IFLA_XDP_EXPECTED_FD: 'attaches a program, which is out of scope',
}

/** Settings that are called after their file under /proc/sys rather than after the constant. */
const OTHERWISE_CALLED: Readonly<Record<string, string>> = {
  noxfrm: 'disablexfrm',
  nopolicy: 'disablepolicy',
  srcvmark: 'srcvalidmark',
}

/** Constants that Debian 12's headers (Linux 6.1) lack, and the kernel that brought them. */
const NEWER: Readonly<Record<string, string>> = {
  ETHTOOL_A_LINKSTATE_EXT_DOWN_CNT: '6.4',
  ETHTOOL_A_RINGS_RX_PUSH: '6.3',
  ETHTOOL_A_RINGS_TX_PUSH_BUF_LEN: '6.4',
  ETHTOOL_A_RINGS_TX_PUSH_BUF_LEN_MAX: '6.4',
  ETHTOOL_A_RINGS_HDS_THRESH: '6.14',
  ETHTOOL_A_RINGS_HDS_THRESH_MAX: '6.14',
  ETHTOOL_A_COALESCE_TX_AGGR_MAX_BYTES: '6.3',
  ETHTOOL_A_COALESCE_TX_AGGR_MAX_FRAMES: '6.3',
  ETHTOOL_A_COALESCE_TX_AGGR_TIME_USECS: '6.3',
  IFLA_DEVLINK_PORT: '6.2',
  IFLA_GSO_IPV4_MAX_SIZE: '6.3',
  IFLA_GRO_IPV4_MAX_SIZE: '6.3',
  IFLA_DPLL_PIN: '6.7',
  DPLL_A_PIN_ID: '6.7',
  IFLA_MAX_PACING_OFFLOAD_HORIZON: '6.13',
  IFLA_NETNS_IMMUTABLE: '6.15',
  IFLA_HEADROOM: 'after 6.17',
  IFLA_TAILROOM: 'after 6.17',
  IFLA_BOND_COUPLED_CONTROL: '6.9',
  IFLA_BOND_BROADCAST_NEIGH: '6.17',
  IFLA_BOND_LACP_STRICT: 'after 6.18',
  IFLA_BOND_SLAVE_ACTOR_PORT_PRIO: '6.18',
  IFLA_BOND_SLAVE_AD_CHURN_ACTOR_STATE: 'after 6.18',
  IFLA_BOND_SLAVE_AD_CHURN_PARTNER_STATE: 'after 6.18',
  IFLA_BR_FDB_N_LEARNED: '6.7',
  IFLA_BR_FDB_MAX_LEARNED: '6.7',
  IFLA_BR_STP_MODE: 'after 6.18',
  IFLA_BRPORT_MAB: '6.2',
  IFLA_BRPORT_MCAST_N_GROUPS: '6.3',
  IFLA_BRPORT_MCAST_MAX_GROUPS: '6.3',
  IFLA_BRPORT_NEIGH_VLAN_SUPPRESS: '6.4',
  IFLA_BRPORT_BACKUP_NHID: '6.6',
  IFLA_BRPORT_NEIGH_FORWARD_GRAT: 'after 6.18',
  IFLA_GENEVE_PORT_RANGE: '6.15',
  IFLA_GENEVE_GRO_HINT: '7.0',
  IFLA_GENEVE_LOCAL: '7.2',
  IFLA_GENEVE_LOCAL6: '7.2',
  IFLA_CAN_XL_DATA_BITTIMING: '6.19',
  IFLA_CAN_XL_DATA_BITTIMING_CONST: '6.19',
  IFLA_CAN_XL_DATA_BITRATE_CONST: '6.19',
  IFLA_CAN_XL_TDC: '6.19',
  IFLA_CAN_XL_PWM: '6.19',
  IFLA_CAN_PWM_PWMS_MIN: '6.19',
  IFLA_CAN_PWM_PWMS_MAX: '6.19',
  IFLA_CAN_PWM_PWML_MIN: '6.19',
  IFLA_CAN_PWM_PWML_MAX: '6.19',
  IFLA_CAN_PWM_PWMO_MIN: '6.19',
  IFLA_CAN_PWM_PWMO_MAX: '6.19',
  IFLA_CAN_PWM_PWMS: '6.19',
  IFLA_CAN_PWM_PWML: '6.19',
  IFLA_CAN_PWM_PWMO: '6.19',
  IFLA_DSA_CONDUIT: '6.7',
  IFLA_GTP_LOCAL: '6.10',
  IFLA_GTP_LOCAL6: '6.10',
  BRIDGE_VLANDB_ENTRY_MCAST_N_GROUPS: '6.3',
  BRIDGE_VLANDB_ENTRY_MCAST_MAX_GROUPS: '6.3',
  BRIDGE_VLANDB_ENTRY_NEIGH_SUPPRESS: '6.4',
  IFLA_MACVLAN_BC_CUTOFF: '6.4',
  IFLA_OVPN_MODE: '6.16',
  IFLA_HSR_INTERLINK: '6.10',
  IFLA_NETKIT_PEER_INFO: '6.7',
  IFLA_NETKIT_PRIMARY: '6.7',
  IFLA_NETKIT_POLICY: '6.7',
  IFLA_NETKIT_PEER_POLICY: '6.7',
  IFLA_NETKIT_MODE: '6.7',
  IFLA_NETKIT_SCRUB: '6.13',
  IFLA_NETKIT_PEER_SCRUB: '6.13',
  IFLA_NETKIT_HEADROOM: '6.14',
  IFLA_NETKIT_TAILROOM: '6.14',
  IFLA_NETKIT_PAIRING: 'after 6.18',
  IFLA_VXLAN_LOCALBYPASS: '6.5',
  IFLA_VXLAN_LABEL_POLICY: '6.8',
  IFLA_VXLAN_RESERVED_BITS: '6.14',
  IFLA_VXLAN_MC_ROUTE: '6.17',
  RTA_FLOWLABEL: '6.14',
  NHA_OP_FLAGS: '6.9',
  MDBA_MDB_EATTR_DST: '6.4',
  MDBA_MDB_EATTR_DST_PORT: '6.4',
  MDBA_MDB_EATTR_VNI: '6.4',
  MDBA_MDB_EATTR_IFINDEX: '6.4',
  MDBA_MDB_EATTR_SRC_VNI: '6.4',
  MDBE_ATTR_SRC_LIST: '6.2',
  MDBE_ATTR_GROUP_MODE: '6.2',
  MDBE_ATTR_RTPROT: '6.2',
  MDBE_ATTR_DST: '6.4',
  MDBE_ATTR_DST_PORT: '6.4',
  MDBE_ATTR_VNI: '6.4',
  MDBE_ATTR_IFINDEX: '6.4',
  MDBE_ATTR_SRC_VNI: '6.4',
  MDBE_ATTR_STATE_MASK: '6.8',
  MDBE_SRC_LIST_ENTRY: '6.2',
  MDBE_SRCATTR_ADDRESS: '6.2',
  NHA_GROUP_STATS: '6.9',
  NHA_GROUP_STATS_ENTRY: '6.9',
  NHA_GROUP_STATS_ENTRY_ID: '6.9',
  NHA_GROUP_STATS_ENTRY_PACKETS: '6.9',
  NHA_GROUP_STATS_ENTRY_PACKETS_HW: '6.9',
  NHA_HW_STATS_ENABLE: '6.9',
  NHA_HW_STATS_USED: '6.9',
  FRA_DSCP: '6.12',
  FRA_FLOWLABEL: '6.14',
  FRA_FLOWLABEL_MASK: '6.14',
  FRA_SPORT_MASK: '6.15',
  FRA_DPORT_MASK: '6.15',
  FRA_DSCP_MASK: '6.15',
  WGALLOWEDIP_A_FLAGS: '6.16',
}

const roots: readonly NestedRows[] = [
  linkTable,
  addressTable,
  vniMessage,
  routeTable,
  ruleTable,
  neighborTable,
  fdbTable,
  nexthopTable,
  mdbTable,
  mdbSentTable,
  routerPortTable,
  bucketTable,
  neighborTableTable,
  lookupTable,
  bridgeVlanTable,
  ...Object.values(ethtoolTables),
  fouTable,
  teamMessage,
  macsecTable,
  deviceTable,
  ...[...linkKinds, ...portKinds].map(kind => kind.table),
]
const found = readKernelHeaders(HEADERS)
const tables = allTables(roots)

/** These tables and those below them. */
function allTables(from: readonly NestedRows[], seen = new Map<string, NestedRows>()): Map<string, NestedRows> {
  for (const table of from) {
    if (seen.has(table.name)) continue
    seen.set(table.name, table)
    allTables(
      rowsOf(table).flatMap(row => row.nested ?? []),
      seen,
    )
  }
  return seen
}

/** Kernel constants that a table knows, with the numbers it gives them. */
function constantsOf(table: NestedRows): [constant: string, number: number][] {
  const rows = rowsOf(table).filter(row => row.place === 'attribute')
  const padding = table instanceof Table ? Object.entries(table.padding) : []
  return [...rows.flatMap(rowConstants), ...(padding as [string, number][])]
}

function rowsOf(table: NestedRows): Field[] {
  return Object.values(table.rows) as Field[]
}

function rowConstants(row: Field): [string, number][] {
  return [[row.constant, row.number], ...row.twins.map(twin => [twin.constant, twin.number] as [string, number])]
}

/** Commands of generic netlink families, by the kernel's constants; and the constant of each family's version, where it has one. */
const COMMANDS: readonly { family: Family; version: string; constants: Readonly<Record<string, string>> }[] = [
  {
    family: ethtoolFamily,
    version: 'ETHTOOL_GENL_VERSION',
    constants: {
      getLinkSettings: 'ETHTOOL_MSG_LINKINFO_GET',
      setLinkSettings: 'ETHTOOL_MSG_LINKINFO_SET',
      getModes: 'ETHTOOL_MSG_LINKMODES_GET',
      setModes: 'ETHTOOL_MSG_LINKMODES_SET',
      getLinkState: 'ETHTOOL_MSG_LINKSTATE_GET',
      getFeatures: 'ETHTOOL_MSG_FEATURES_GET',
      setFeatures: 'ETHTOOL_MSG_FEATURES_SET',
      getPrivateFlags: 'ETHTOOL_MSG_PRIVFLAGS_GET',
      setPrivateFlags: 'ETHTOOL_MSG_PRIVFLAGS_SET',
      getRings: 'ETHTOOL_MSG_RINGS_GET',
      setRings: 'ETHTOOL_MSG_RINGS_SET',
      getChannels: 'ETHTOOL_MSG_CHANNELS_GET',
      setChannels: 'ETHTOOL_MSG_CHANNELS_SET',
      getCoalescing: 'ETHTOOL_MSG_COALESCE_GET',
      setCoalescing: 'ETHTOOL_MSG_COALESCE_SET',
      getPause: 'ETHTOOL_MSG_PAUSE_GET',
      setPause: 'ETHTOOL_MSG_PAUSE_SET',
      getFec: 'ETHTOOL_MSG_FEC_GET',
      setFec: 'ETHTOOL_MSG_FEC_SET',
      getEee: 'ETHTOOL_MSG_EEE_GET',
      setEee: 'ETHTOOL_MSG_EEE_SET',
      getWakeOnLan: 'ETHTOOL_MSG_WOL_GET',
      setWakeOnLan: 'ETHTOOL_MSG_WOL_SET',
    },
  },
  {
    family: fouFamily,
    version: 'FOU_GENL_VERSION',
    constants: { add: 'FOU_CMD_ADD', delete: 'FOU_CMD_DEL', get: 'FOU_CMD_GET' },
  },
  {
    family: teamFamily,
    version: 'TEAM_GENL_VERSION',
    constants: { setOptions: 'TEAM_CMD_OPTIONS_SET', options: 'TEAM_CMD_OPTIONS_GET', ports: 'TEAM_CMD_PORT_LIST_GET' },
  },
  { family: wireguardFamily, version: 'WG_GENL_VERSION', constants: { get: 'WG_CMD_GET_DEVICE', set: 'WG_CMD_SET_DEVICE' } },
]

describe('rows against /usr/include/linux', () => {
  const headers = found!
  const enumerated = [...tables.values()].filter(table => table.name in ENUMS)

  beforeEach(context => {
    if (found === undefined) context.skip('the kernel headers are not installed (on Debian: linux-libc-dev, which g++ brings)')
  })

  it('says for every table which enum it stands for', () => {
    const forgotten = [...tables.values()].filter(
      table => table instanceof Table && !(table.name in ENUMS) && !(table.name in EXCUSED),
    )
    expect(forgotten.map(table => table.name)).toEqual([])
  })

  it.each([...tables.values()])('$name: has the numbers of the headers', table => {
    for (const [constant, number] of constantsOf(table)) {
      if (constant.startsWith('AF_')) continue // in the C library's headers
      if (constant === '') continue // numbered by its place in a list
      const expected = headers.constants.get(constant) ?? (constant in NEWER ? number : 'not in these headers, and not in NEWER')
      expect({ constant, number }).toEqual({ constant, number: expected })
    }
  })

  it.each([...tables.values()])('$name: has the bits of the headers', table => {
    for (const { constant, wire } of rowsOf(table)) {
      const bit = /^bit (\d+) of/.exec(wire)
      if (bit !== null) expect({ constant, bit: Number(bit[1]) }).toEqual({ constant, bit: headers.constants.get(constant) })
    }
  })

  it.each(enumerated)('$name: has a row or padding for every constant, or another table of that enum has', table => {
    const siblings = enumerated.filter(({ name }) => ENUMS[name] === ENUMS[table.name])
    const known = new Set(siblings.flatMap(constantsOf).map(([, number]) => number))
    const members = [...headers.startingWith(ENUMS[table.name])].filter(([name]) => !/^__|^NUM_|_UNSPEC$|_MAX$/.test(name))
    expect(members.filter(([name, number]) => !known.has(number) && !(name in LEFT_OUT))).toEqual([])
  })

  it.each(COMMANDS)('$family.name: has the commands and the version of the header', ({ family, version, constants }) => {
    const numbers = Object.entries(constants).map(([command, constant]) => [command, headers.constants.get(constant)])
    expect(family.commands).toEqual(Object.fromEntries(numbers))
    expect(family.version).toBe(headers.constants.get(version))
  })

  it('has the numbers inside IFLA_LINKINFO', () => {
    const [kind, data, statistics, portKind, portData] = ['KIND', 'DATA', 'XSTATS', 'SLAVE_KIND', 'SLAVE_DATA'].map(name =>
      headers.constants.get(`IFLA_INFO_${name}`),
    )
    expect([INFO_KIND, INFO_DATA, INFO_STATISTICS, INFO_PORT_KIND, INFO_PORT_DATA]).toEqual([
      kind,
      data,
      statistics,
      portKind,
      portData,
    ])
  })

  it('lists no constant as newer that no row has', () => {
    const known = new Set([...tables.values()].flatMap(constantsOf).map(([constant]) => constant))
    expect(Object.keys(NEWER).filter(constant => !known.has(constant))).toEqual([])
  })

  it.each([
    { struct: 'inetConf', first: 'IPV4_DEVCONF_FORWARDING', prefix: 'IPV4_DEVCONF_' },
    { struct: 'inet6Conf', first: 'DEVCONF_FORWARDING', prefix: 'DEVCONF_' },
  ])('$struct: has the settings in the order of the header', ({ struct, first, prefix }) => {
    const names = [...headers.startingWith(first).keys()]
      .filter(name => !/^__|_MAX$/.test(name))
      .map(name => name.slice(prefix.length))
    const spelled = names.map(name => name.toLowerCase().replaceAll('_', '')).map(name => OTHERWISE_CALLED[name] ?? name)
    const keys = (declaredShapes.get(struct) ?? []).map(key => key.toLowerCase())
    expect(keys.slice(0, spelled.length)).toEqual(spelled)
  })
})
