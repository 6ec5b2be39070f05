import { Field } from '../schema/field.ts'
import { listOf, nest } from '../schema/nests.ts'
import { u64 } from '../schema/scalars.ts'
import { type Layout, Struct, structOf } from '../schema/structs.ts'
import { Table } from '../schema/table.ts'
import { formatMac } from '../values/mac.ts'

const readOnly = { access: 'readOnly' } as const

function setting<const L extends Layout>(number: number, constant: string, name: string, layout: L) {
  return structOf(number, constant, new Struct(name, { index: 'u32', ...layout } as { index: 'u32' } & L), readOnly)
}

/** `{ u32 vf; u8 address[32] }`, of which Ethernet uses six bytes. */
const address = new Field<unknown, string, 'readOnly', 'sometimes'>('attribute', 1, 'IFLA_VF_MAC', readOnly, {
  wire: 'struct ifla_vf_mac',
  minLength: 10,
  lower: () => {},
  decode: (message, offset) => formatMac(message.bytes, offset + 4, 6),
})

const broadcast = new Field<unknown, string, 'readOnly', 'sometimes'>('attribute', 13, 'IFLA_VF_BROADCAST', readOnly, {
  wire: 'u8[32]',
  minLength: 6,
  lower: () => {},
  decode: (message, offset) => formatMac(message.bytes, offset, 6),
})

const statistics = new Table(
  'virtualFunctionStatistics',
  {
    rxPackets: u64(0, 'IFLA_VF_STATS_RX_PACKETS', readOnly),
    txPackets: u64(1, 'IFLA_VF_STATS_TX_PACKETS', readOnly),
    rxBytes: u64(2, 'IFLA_VF_STATS_RX_BYTES', readOnly),
    txBytes: u64(3, 'IFLA_VF_STATS_TX_BYTES', readOnly),
    broadcast: u64(4, 'IFLA_VF_STATS_BROADCAST', readOnly),
    multicast: u64(5, 'IFLA_VF_STATS_MULTICAST', readOnly),
    rxDropped: u64(7, 'IFLA_VF_STATS_RX_DROPPED', readOnly),
    txDropped: u64(8, 'IFLA_VF_STATS_TX_DROPPED', readOnly),
  },
  { padding: { IFLA_VF_STATS_PAD: 6 } },
)

const vlanEntry = setting(1, 'IFLA_VF_VLAN_INFO', 'virtualFunctionVlanEntry', {
  vlan: 'u32',
  qos: 'u32',
  protocol: 'be16',
  reserved: 'pad2',
})

const virtualFunction = new Table('virtualFunction', {
  /** Hardware address. */
  address,
  /** VLAN and priority that the device adds. */
  vlan: setting(2, 'IFLA_VF_VLAN', 'virtualFunctionVlan', { vlan: 'u32', qos: 'u32' }),
  /** Highest sending rate in Mbit/s; the older form of `rate`. */
  txRate: setting(3, 'IFLA_VF_TX_RATE', 'virtualFunctionTxRate', { rate: 'u32' }),
  /** Source address check: 0 off, 1 on. */
  spoofCheck: setting(4, 'IFLA_VF_SPOOFCHK', 'virtualFunctionSpoofCheck', { setting: 'u32' }),
  /** 0 follows the port, 1 always up, 2 always down. */
  linkState: setting(5, 'IFLA_VF_LINK_STATE', 'virtualFunctionLinkState', { state: 'u32' }),
  /** Sending rates in Mbit/s; 0 is no limit. */
  rate: setting(6, 'IFLA_VF_RATE', 'virtualFunctionRate', { min: 'u32', max: 'u32' }),
  /** Whether the function may read its RSS table. */
  rssQuery: setting(7, 'IFLA_VF_RSS_QUERY_EN', 'virtualFunctionRssQuery', { setting: 'u32' }),
  statistics: nest(8, 'IFLA_VF_STATS', statistics, readOnly),
  /** Whether the function may do what needs trust, such as promiscuous mode. */
  trust: setting(9, 'IFLA_VF_TRUST', 'virtualFunctionTrust', { setting: 'u32' }),
  nodeGuid: setting(10, 'IFLA_VF_IB_NODE_GUID', 'virtualFunctionNodeGuid', { reserved: 'pad4', guid: 'u64' }),
  portGuid: setting(11, 'IFLA_VF_IB_PORT_GUID', 'virtualFunctionPortGuid', { reserved: 'pad4', guid: 'u64' }),
  vlans: listOf(12, 'IFLA_VF_VLAN_LIST', vlanEntry, readOnly),
  broadcast,
})

/** What an SR-IOV device says about its virtual functions, sent only when asked for. */
export const virtualFunctions = listOf(22, 'IFLA_VFINFO_LIST', nest(1, 'IFLA_VF_INFO', virtualFunction, readOnly), readOnly)
