import { HARDWARE_TYPES } from '../../links/hardware-type.ts'
import { LITTLE_ENDIAN } from '../../schema/message.ts'
import { PACKET_TYPES } from '../packet-type.ts'
import type { PcapngFrame } from './pcapng-frame.ts'

/** A frame as a file has it: pieces of bytes, and how long they would be uncut. */
export interface WrittenFrame {
  readonly parts: readonly Uint8Array[]
  readonly length: number
}

/** How frames of some hardware types are written. */
export interface LinkLayer {
  /** LINKTYPE_*, as the readers of such files know it. */
  readonly linkType: number
  /** What is written before the bytes of a frame, at most. */
  readonly headerLength: number
  write(frame: PcapngFrame): WrittenFrame
}

const ETH_P_CANFD = 0x000d
/** Says of a frame that it is one of CAN FD, whatever its length. */
const CANFD_FDF = 4
const NETLINK_HEADER = 16
const COOKED_HEADER = 20

function asItIs(linkType: number): LinkLayer {
  return { linkType, headerLength: 0, write: frame => ({ parts: [frame.bytes], length: lengthOf(frame) }) }
}

function lengthOf({ bytes, length }: PcapngFrame): number {
  return length ?? bytes.length
}

/** LINKTYPE_CAN_SOCKETCAN: as the kernel has it, but for the identifier in network order. */
const can: LinkLayer = {
  linkType: 227,
  headerLength: 0,
  write: frame => {
    const bytes = frame.bytes.slice()
    if (LITTLE_ENDIAN) bytes.subarray(0, 4).reverse()
    if (frame.protocol === ETH_P_CANFD && bytes.length > 5) bytes[5] |= CANFD_FDF
    return { parts: [bytes], length: lengthOf(frame) }
  },
}

/** LINKTYPE_NETLINK: the netlink protocol stands in a header before the messages. */
const netlink: LinkLayer = {
  linkType: 253,
  headerLength: NETLINK_HEADER,
  write: frame => {
    const header = new Uint8Array(NETLINK_HEADER)
    const view = new DataView(header.buffer)
    view.setUint16(0, packetTypeNumber(frame))
    view.setUint16(2, HARDWARE_TYPES.netlink)
    view.setUint16(14, frame.protocol ?? 0)
    return { parts: [header, frame.bytes], length: NETLINK_HEADER + lengthOf(frame) }
  },
}

/** LINKTYPE_LINUX_SLL2: for headers that have no number of their own. They are left out, and what they carry is said instead. */
const cooked: LinkLayer = {
  linkType: 276,
  headerLength: COOKED_HEADER,
  write: frame => {
    const header = new Uint8Array(COOKED_HEADER)
    const view = new DataView(header.buffer)
    view.setUint16(0, frame.protocol ?? 0)
    view.setUint32(4, frame.link ?? 0)
    view.setUint16(8, hardwareTypeNumber(frame))
    view.setUint8(10, packetTypeNumber(frame))
    const skipped = frame.networkOffset ?? 0
    return { parts: [header, frame.bytes.subarray(skipped)], length: COOKED_HEADER + Math.max(0, lengthOf(frame) - skipped) }
  },
}

const ethernet = asItIs(1)
/** LINKTYPE_RAW: IPv4 or IPv6, as the first byte says. */
const ip = asItIs(101)

const LAYERS: Readonly<Record<string, LinkLayer>> = {
  ether: ethernet,
  loopback: ethernet,
  none: ip,
  rawip: ip,
  ipip: ip,
  tunnel6: ip,
  sit: ip,
  can,
  netlink,
  ieee80211: asItIs(105),
  'ieee802.11/prism': asItIs(119),
  'ieee802.11/radiotap': asItIs(127),
  // LINKTYPE_IEEE802_15_4_NOFCS
  'ieee802.15.4': asItIs(230),
  vsockmon: asItIs(271),
}

/** By a frame's hardware type; Ethernet where it has none. */
export function linkLayerOf(hardwareType: PcapngFrame['hardwareType'] = 'ether'): LinkLayer {
  return LAYERS[hardwareType] ?? cooked
}

export const cookedLayer = cooked

function packetTypeNumber({ packetType = 'host' }: PcapngFrame): number {
  return typeof packetType === 'number' ? packetType : PACKET_TYPES[packetType as keyof typeof PACKET_TYPES]
}

function hardwareTypeNumber({ hardwareType = 'ether' }: PcapngFrame): number {
  return typeof hardwareType === 'number' ? hardwareType : HARDWARE_TYPES[hardwareType as keyof typeof HARDWARE_TYPES]
}

/** Direction and kind of reception, as an Enhanced Packet Block has them. */
export function packetFlags({ direction, packetType }: PcapngFrame): number {
  return directionBits(direction) | (RECEPTION[packetType ?? ''] ?? 0)
}

function directionBits(direction: PcapngFrame['direction']): number {
  if (direction === undefined) return 0
  return direction === 'in' ? 1 : 2
}

const RECEPTION: Readonly<Record<string, number>> = { host: 1 << 2, multicast: 2 << 2, broadcast: 3 << 2, otherHost: 4 << 2 }
