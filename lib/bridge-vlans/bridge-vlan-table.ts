import type { Locator } from '../protocol/failure.ts'
import { enumOf } from '../schema/enums.ts'
import { Field } from '../schema/field.ts'
import { derived } from '../schema/headers.ts'
import { align, type Message } from '../schema/message.ts'
import { nest } from '../schema/nests.ts'
import type { LinkReference } from '../schema/references.ts'
import { bool, checkInteger, u16, u32, u64 } from '../schema/scalars.ts'
import { Struct, structOf } from '../schema/structs.ts'
import { Table } from '../schema/table.ts'
import type { BridgeVlan } from './bridge-vlan.ts'

/** Bytes of `struct br_vlan_msg`, and where the index stands: its byte offset, and its word in a record. */
export const BR_VLAN = { size: 8, index: 4, familyWord: 0, indexWord: 1 } as const

/** BRIDGE_VLANDB_ENTRY: one VLAN, or a range of them, of the link in the header. */
export const ENTRY = 1

/** Bits of `struct bridge_vlan_info`. */
export const InfoFlag = { pvid: 2, untagged: 4, onlyOptions: 64 } as const

const readOnly = { access: 'readOnly' } as const
const RTM_DELLINK = 17
const RTM_SETLINK = 19
const TINFO_ID = 1
const TINFO_CMD = 2

/** A nest of an id and of what is to be done with it; reported as the id. */
const tunnelId = new Field<number | null, number, 'readWrite', 'sometimes'>(
  'attribute',
  4,
  'BRIDGE_VLANDB_ENTRY_TUNNEL_INFO',
  {},
  {
    wire: 'nest',
    allowed: '0…16777215, null',
    minLength: 8,
    lower: (program, value) => {
      if (value !== null) checkInteger(program, value, 0, 0xff_ffff)
      program.nest(4)
      if (value !== null) program.u32(TINFO_ID, value)
      program.u32(TINFO_CMD, value === null ? RTM_DELLINK : RTM_SETLINK)
      program.end()
    },
    decode: (message, offset) => message.u32(offset + 4),
  },
)

const statistics = new Table(
  'bridgeVlanStatistics',
  {
    rxBytes: u64(1, 'BRIDGE_VLANDB_STATS_RX_BYTES', readOnly),
    rxPackets: u64(2, 'BRIDGE_VLANDB_STATS_RX_PACKETS', readOnly),
    txBytes: u64(3, 'BRIDGE_VLANDB_STATS_TX_BYTES', readOnly),
    txPackets: u64(4, 'BRIDGE_VLANDB_STATS_TX_PACKETS', readOnly),
  },
  { padding: { BRIDGE_VLANDB_STATS_PAD: 5 } },
)

export const bridgeVlanRows = {
  /** The port of a bridge, or the bridge itself: whether the machine takes part in the VLAN. Reported as the index. */
  link: derived<LinkReference, number, 'required', 'always'>('ifindex', 'u32', { access: 'required', present: 'always' }),
  /** VLAN id, 1–4094; the first of a range. */
  vlan: derived<number, number, 'required', 'always'>('BRIDGE_VLANDB_ENTRY_INFO', 'u16', {
    access: 'required',
    present: 'always',
  }),
  /** The last of a range, up to 4094. Undefined for one VLAN alone. */
  lastVlan: u16(2, 'BRIDGE_VLANDB_ENTRY_RANGE', { min: 1, max: 4094 }),
  /** Frames that arrive without a tag are of this VLAN: one of a port, and the one before loses it. Default false. Not of a range. */
  pvid: derived<boolean, boolean, 'create', 'always'>('BRIDGE_VLANDB_ENTRY_INFO', 'bit 1', {
    access: 'create',
    present: 'always',
  }),
  /** Frames leave without a tag. Default false. */
  untagged: derived<boolean, boolean, 'create', 'always'>('BRIDGE_VLANDB_ENTRY_INFO', 'bit 2', {
    access: 'create',
    present: 'always',
  }),
  /** Spanning tree state of the port in this VLAN. Default `'forwarding'`. Not while the kernel runs STP. */
  state: enumOf(3, 'BRIDGE_VLANDB_ENTRY_STATE', 'u8', { disabled: 0, listening: 1, learning: 2, forwarding: 3, blocking: 4 }),
  /** Id of the tunnel that the VLAN is mapped to, on a vxlan with `collectMetadata` whose port has `vlanTunnel`; `null` for none. In a range, the first one's: the others count up. */
  tunnelId,
  /** Counters of the port, or of the bridge, in this VLAN. Only with `statistics: true`, and on ports only while the bridge has `vlanStatsPerPort`. */
  statistics: nest(5, 'BRIDGE_VLANDB_ENTRY_STATS', statistics, readOnly),
  /** Whether a multicast router is behind the port in this VLAN. Default `'automatic'`. Needs `multicastVlanSnooping` of the bridge. Since Linux 5.17. */
  multicastRouter: enumOf(6, 'BRIDGE_VLANDB_ENTRY_MCAST_ROUTER', 'u8', { disabled: 0, automatic: 1, permanent: 2, temporary: 3 }),
  /** Number of multicast groups of the port in this VLAN. Since Linux 6.3. */
  multicastGroups: u32(7, 'BRIDGE_VLANDB_ENTRY_MCAST_N_GROUPS', readOnly),
  /** Largest number of multicast groups of the port in this VLAN; 0 for no limit. Default 0. Needs `multicastVlanSnooping` of the bridge. Since Linux 6.3. */
  multicastMaxGroups: u32(8, 'BRIDGE_VLANDB_ENTRY_MCAST_MAX_GROUPS'),
  /** As the port's `neighborSuppress`, for this VLAN, where the port has `neighborVlanSuppress`. Default false; to turn it off again, `set` it. Since Linux 6.4. */
  neighborSuppress: bool(9, 'BRIDGE_VLANDB_ENTRY_NEIGH_SUPPRESS'),
  $info: structOf(1, 'BRIDGE_VLANDB_ENTRY_INFO', new Struct('bridgeVlanInfo', { flags: 'u16', vlan: 'u16' }), readOnly),
}

/** Rows of one entry. `$info` is spread over `vlan`, `pvid` and `untagged`; `link` is the message's. */
export const bridgeVlanTable = new Table('bridgeVlan', bridgeVlanRows, { acceptsListed: true })

const { link, vlan, pvid, untagged, $info } = bridgeVlanTable.rows

/** All entries of a message, from its `struct br_vlan_msg` at `start`. */
export function decodeBridgeVlans(message: Message, start: number, end: number): BridgeVlan[] {
  const entries: BridgeVlan[] = []
  const index = message.u32(start + BR_VLAN.index)
  eachEntry(message, start, end, (from, to) => {
    entries.push(bridgeVlanTable.shape(message, from, to, (slots, shape) => construct(index, slots, shape)))
    return undefined
  })
  return entries
}

function construct(index: number, slots: unknown[], shape: (slots: readonly unknown[]) => object): BridgeVlan {
  const info = slots[$info.slot] as { flags: number; vlan: number }
  slots[link.slot] = index
  slots[vlan.slot] = info.vlan
  slots[pvid.slot] = (info.flags & InfoFlag.pvid) !== 0
  slots[untagged.slot] = (info.flags & InfoFlag.untagged) !== 0
  return shape(slots) as BridgeVlan
}

/** Calls `visit` with the payload of each entry, until it answers something. */
function eachEntry<T>(
  message: Message,
  start: number,
  end: number,
  visit: (from: number, to: number) => T | undefined,
): T | undefined {
  for (let offset = start + BR_VLAN.size; offset + 4 <= end; ) {
    const length = message.u16(offset)
    if (length < 4 || offset + length > end) return undefined
    const answer = (message.u16(offset + 2) & 0x3fff) === ENTRY ? visit(offset + 4, offset + length) : undefined
    if (answer !== undefined) return answer
    offset += align(length)
  }
  return undefined
}

export const bridgeVlanLocator: Locator = {
  locate(message, start, end, target) {
    if (target < start + BR_VLAN.size) return 'link'
    const path = eachEntry(message, start, end, (from, to) => bridgeVlanTable.locate(message, from, to, target))
    return path === '$info' ? 'vlan' : path
  },
  keyOf: number => (number === $info.number ? 'vlan' : bridgeVlanTable.keyOf(number)),
}
