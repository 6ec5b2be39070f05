import type { Locator } from '../protocol/failure.ts'
import { derived } from '../schema/headers.ts'
import { eachAttribute, type Message } from '../schema/message.ts'
import { nest } from '../schema/nests.ts'
import { ipOfEither } from '../schema/octets.ts'
import { type LinkReference, lowerHeaderLink } from '../schema/references.ts'
import { u32, u64 } from '../schema/scalars.ts'
import { Table } from '../schema/table.ts'
import { TUNNEL, TUNNEL_SIZE } from './header.ts'
import type { Vni } from './vni.ts'

export const LARGEST_VNI = 0xff_ffff

const readOnly = { access: 'readOnly' } as const
const bytes = { access: 'readOnly', unit: 'bytes' } as const

/** What an id has carried. */
export const vniStatistics = new Table(
  'vniStatistics',
  {
    /** Bytes received. */
    rxBytes: u64(1, 'VNIFILTER_ENTRY_STATS_RX_BYTES', bytes),
    /** Frames received. */
    rxPackets: u64(2, 'VNIFILTER_ENTRY_STATS_RX_PKTS', readOnly),
    /** Frames dropped on arrival. */
    rxDropped: u64(3, 'VNIFILTER_ENTRY_STATS_RX_DROPS', readOnly),
    /** Frames that were malformed. */
    rxErrors: u64(4, 'VNIFILTER_ENTRY_STATS_RX_ERRORS', readOnly),
    /** Bytes sent. */
    txBytes: u64(5, 'VNIFILTER_ENTRY_STATS_TX_BYTES', bytes),
    /** Frames sent. */
    txPackets: u64(6, 'VNIFILTER_ENTRY_STATS_TX_PKTS', readOnly),
    /** Frames dropped before they were sent. */
    txDropped: u64(7, 'VNIFILTER_ENTRY_STATS_TX_DROPS', readOnly),
    /** Frames that could not be sent, such as for want of a route. */
    txErrors: u64(8, 'VNIFILTER_ENTRY_STATS_TX_ERRORS', readOnly),
  },
  { padding: { VNIFILTER_ENTRY_STATS_PAD: 9 } },
)

/** Rows of VXLAN_VNIFILTER_ENTRY (<linux/if_link.h>). */
export const vniRows = {
  /** The vxlan, made with `collectMetadata` and `vniFilter`: its name, its index, or a Link. Reported as its index. */
  link: derived<LinkReference, number, 'required', 'always'>(
    'ifindex',
    'u32',
    { access: 'required', present: 'always' },
    (program, value) => lowerHeaderLink(program, TUNNEL.index.word, value),
  ),
  /** The network id, 0–16777215, or the first of a range up to `lastVni`. 0 only as that. */
  vni: u32(1, 'VXLAN_VNIFILTER_ENTRY_START', { access: 'required', present: 'always', max: LARGEST_VNI }),
  /** The last id of the range. Default: `vni` alone. Not reported for a single one. */
  lastVni: u32(2, 'VXLAN_VNIFILTER_ENTRY_END', { max: LARGEST_VNI }),
  /** Where frames to unknown and to many go: another end, or the multicast group of all of them, for which the vxlan needs its `link`. Default: the vxlan's. `bridge` calls it `remote` or `group`. */
  remote: ipOfEither([3, 'VXLAN_VNIFILTER_ENTRY_GROUP'], [4, 'VXLAN_VNIFILTER_ENTRY_GROUP6']),
  /** What the id has carried; reported when asked for. */
  statistics: nest(5, 'VXLAN_VNIFILTER_ENTRY_STATS', vniStatistics, { access: 'readOnly' }),
}

export const vniTable = new Table('vni', vniRows, { acceptsListed: true })

const ENTRY = 1

/** A message: a link, and entries of its filter. */
export const vniMessage = new Table(
  'vniMessage',
  { $entry: nest(ENTRY, 'VXLAN_VNIFILTER_ENTRY', vniTable) },
  { headerLength: TUNNEL_SIZE },
)

/** Reads all entries of a message from its `tunnel_msg` at `start`. */
export function decodeVnis(message: Message, start: number, end: number): Vni[] {
  if (end - start < TUNNEL_SIZE) return []
  const link = message.u32(start + TUNNEL.index.offset)
  const vnis: Vni[] = []
  eachAttribute(message, start + TUNNEL_SIZE, end, (type, at, length) => {
    if (type === ENTRY) vnis.push(decodeVni(message, at, at + length, link))
  })
  return vnis
}

function decodeVni(message: Message, start: number, end: number, link: number): Vni {
  return vniTable.shape(message, start, end, (slots, shape) => {
    slots[vniRows.link.slot] = link
    return shape(slots) as Vni
  })
}

export const vniLocator: Locator = {
  locate(message, start, end, target) {
    if (target < start + TUNNEL_SIZE) return 'link'
    const path = vniMessage.locate(message, start, end, target)
    return path === '$entry' ? 'vni' : path
  },
  keyOf: number => vniTable.keyOf(number),
}
