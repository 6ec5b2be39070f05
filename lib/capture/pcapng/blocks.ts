/**
 * Blocks of the pcap-ng format (draft-ietf-opsawg-pcapng), little-endian on every machine: each says its type and twice its length, and has
 * its options behind what is fixed.
 */

const SECTION_HEADER = 0x0a0d_0d0a
const INTERFACE_DESCRIPTION = 1
const INTERFACE_STATISTICS = 5
const ENHANCED_PACKET = 6
const BYTE_ORDER = 0x1a2b_3c4d
/** Type and length before what is in a block, and its length behind. */
const BLOCK_OVERHEAD = 12
/** What stands between the type of a packet's block and its bytes. */
const PACKET_FIELDS = 28
const NANOSECONDS = 9

const OPTION = {
  comment: 1,
  application: 4,
  system: 3,
  name: 2,
  resolution: 9,
  flags: 2,
  startTime: 2,
  endTime: 3,
  received: 4,
  dropped: 5,
  delivered: 8,
} as const

type Option = readonly [code: number, value: Uint8Array]

const encoder = new TextEncoder()

/** Section Header Block: the beginning of a file. */
export function sectionHeader({ comment, application, system }: SectionTexts): Uint8Array {
  const fixed = new Uint8Array(16)
  const view = new DataView(fixed.buffer)
  view.setUint32(0, BYTE_ORDER, true)
  view.setUint16(4, 1, true)
  view.setUint16(6, 0, true)
  // Its length, which nobody knows yet.
  view.setBigInt64(8, -1n, true)
  return block(SECTION_HEADER, fixed, [
    ...text(OPTION.comment, comment),
    ...text(OPTION.system, system),
    ...text(OPTION.application, application),
  ])
}

export interface SectionTexts {
  readonly comment?: string | undefined
  readonly system?: string | undefined
  readonly application?: string | undefined
}

/** Interface Description Block: its packets are counted in nanoseconds. */
export function interfaceDescription(linkType: number, snapLength: number, name: string | undefined): Uint8Array {
  const fixed = new Uint8Array(8)
  const view = new DataView(fixed.buffer)
  view.setUint16(0, linkType, true)
  view.setUint32(4, snapLength, true)
  return block(INTERFACE_DESCRIPTION, fixed, [...text(OPTION.name, name), [OPTION.resolution, Uint8Array.of(NANOSECONDS)]])
}

/** What an Interface Statistics Block says. */
export interface InterfaceCounts {
  readonly comment?: string | undefined
  readonly startTime: bigint
  readonly endTime: bigint
  readonly delivered: bigint
  readonly received?: bigint | undefined
  readonly dropped?: bigint | undefined
}

/** Interface Statistics Block. */
export function interfaceStatistics(number: number, counts: InterfaceCounts): Uint8Array {
  const fixed = new Uint8Array(12)
  new DataView(fixed.buffer).setUint32(0, number, true)
  fixed.set(time(counts.endTime), 4)
  return block(INTERFACE_STATISTICS, fixed, [
    ...text(OPTION.comment, counts.comment),
    [OPTION.startTime, time(counts.startTime)],
    [OPTION.endTime, time(counts.endTime)],
    ...counter(OPTION.received, counts.received),
    ...counter(OPTION.dropped, counts.dropped),
    ...counter(OPTION.delivered, counts.delivered),
  ])
}

/** A packet as the file has it. */
export interface Packet {
  readonly interfaceNumber: number
  readonly timestamp: bigint
  /** Bytes that it had; `parts` may be fewer. */
  readonly length: number
  /** Its bytes, one piece behind the other. */
  readonly parts: readonly Uint8Array[]
  /** Direction and kind of reception; 0 says nothing. */
  readonly flags: number
}

/** Enhanced Packet Blocks, one behind the other. */
export function enhancedPackets(packets: readonly Packet[]): Uint8Array {
  const bytes = new Uint8Array(packets.reduce((sum, packet) => sum + packetBlockLength(packet), 0))
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const packet of packets) at = putPacket(bytes, view, at, packet)
  return bytes
}

function capturedLength({ parts }: Packet): number {
  return parts.reduce((sum, part) => sum + part.length, 0)
}

/** The flags' option is 8 bytes long, the end of the options 4. */
function packetBlockLength(packet: Packet): number {
  return PACKET_FIELDS + pad(capturedLength(packet)) + (packet.flags === 0 ? 0 : 12) + 4
}

function putPacket(bytes: Uint8Array, view: DataView, start: number, packet: Packet): number {
  const length = packetBlockLength(packet)
  view.setUint32(start, ENHANCED_PACKET, true)
  view.setUint32(start + 4, length, true)
  view.setUint32(start + 8, packet.interfaceNumber, true)
  putTime(view, start + 12, packet.timestamp)
  view.setUint32(start + 20, capturedLength(packet), true)
  view.setUint32(start + 24, packet.length, true)
  let at = start + PACKET_FIELDS
  for (const part of packet.parts) {
    bytes.set(part, at)
    at += part.length
  }
  at = start + pad(at - start)
  if (packet.flags !== 0) {
    view.setUint16(at, OPTION.flags, true)
    view.setUint16(at + 2, 4, true)
    view.setUint32(at + 4, packet.flags, true)
  }
  view.setUint32(start + length - 4, length, true)
  return start + length
}

function block(type: number, fixed: Uint8Array, options: readonly Option[]): Uint8Array {
  const length = BLOCK_OVERHEAD + fixed.length + options.reduce((sum, [, value]) => sum + 4 + pad(value.length), 4)
  const bytes = new Uint8Array(length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, type, true)
  view.setUint32(4, length, true)
  bytes.set(fixed, 8)
  let at = 8 + fixed.length
  for (const [code, value] of options) {
    view.setUint16(at, code, true)
    view.setUint16(at + 2, value.length, true)
    bytes.set(value, at + 4)
    at += 4 + pad(value.length)
  }
  view.setUint32(length - 4, length, true)
  return bytes
}

function text(code: number, value: string | undefined): Option[] {
  return value === undefined ? [] : [[code, encoder.encode(value)]]
}

function counter(code: number, value: bigint | undefined): Option[] {
  if (value === undefined) return []
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, value, true)
  return [[code, bytes]]
}

/** The upper half comes first. */
function time(nanoseconds: bigint): Uint8Array {
  const bytes = new Uint8Array(8)
  putTime(new DataView(bytes.buffer), 0, nanoseconds)
  return bytes
}

function putTime(view: DataView, at: number, nanoseconds: bigint): void {
  view.setUint32(at, Number((nanoseconds >> 32n) & 0xffff_ffffn), true)
  view.setUint32(at + 4, Number(nanoseconds & 0xffff_ffffn), true)
}

function pad(length: number): number {
  return (length + 3) & ~3
}
