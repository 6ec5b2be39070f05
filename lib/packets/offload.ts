import { internetChecksum, pseudoHeader } from './checksum.ts'
import { IP_PROTOCOLS } from './numbers.ts'
import { checkLength, malformed, u16, u32 } from './reading.ts'

/** What is left to do to a packet, as its virtio header says: a `VnetHeader` is one. */
export interface Offload {
  readonly needsChecksum: boolean
  /** Where the bytes begin that the checksum is over. */
  readonly checksumStart: number
  /** Where the checksum stands, counted from `checksumStart`. */
  readonly checksumOffset: number
  readonly gsoType: string | number
  /** Bytes of payload in each segment. */
  readonly gsoSize: number
}

const IPV6_HEADER = 40
const UDP_HEADER = 8
const FRAGMENT_HEADER = 8
const FRAGMENT = 44
const MORE_FRAGMENTS = 0x2000
const [TCP_CHECKSUM, UDP_CHECKSUM] = [16, 6]
/** TCP flags: FIN and PSH belong into the last segment, CWR into the first. */
const [FIN, PSH, CWR] = [0x01, 0x08, 0x80]

/**
 * Completes the checksum of a packet in place, where its virtio header says that this is left to do. `packet` begins behind that header.
 * @throws {PacketError} when the header points beyond the packet.
 */
export function completeChecksum(packet: Uint8Array, offload: Offload): void {
  if (!offload.needsChecksum) return
  const { checksumStart, checksumOffset } = offload
  const at = checksumStart + checksumOffset
  checkLength('offload', packet, at + 2)
  // The field has the sum over the pseudo header already.
  const checksum = internetChecksum(packet.subarray(checksumStart))
  put16(packet, at, checksumOffset === UDP_CHECKSUM && checksum === 0 ? 0xffff : checksum)
}

/**
 * Cuts a packet into those that go over a wire, as its virtio header says: TCP and UDP segments, or fragments, each with lengths, numbers and checksums of its own. A
 * packet that is one already is the only element, with its checksum completed. `packet` begins behind the virtio header; `networkOffset` is where its IP header
 * begins: 0 on a tun, 14 on a tap, 4 more for each VLAN tag. Nothing of `packet` is changed.
 * @throws {PacketError} when header and packet do not agree.
 */
export function segment(packet: Uint8Array, offload: Offload, networkOffset = 0): Uint8Array[] {
  switch (offload.gsoType) {
    case 'none':
      return [completed(packet, offload)]
    case 'tcp4':
    case 'tcp6':
      return cutTcp(packet, offload, networkOffset)
    case 'udpL4':
      return cutUdp(packet, offload, networkOffset)
    case 'udp':
      return cutIntoFragments(completed(packet, offload), offload, networkOffset)
    default:
      throw malformed('offload', `there is no way to segment type ${offload.gsoType} here`)
  }
}

function completed(packet: Uint8Array, offload: Offload): Uint8Array {
  const copy = packet.slice()
  completeChecksum(copy, offload)
  return copy
}

function cutTcp(packet: Uint8Array, offload: Offload, network: number): Uint8Array[] {
  const transport = offload.checksumStart
  checkLength('offload', packet, transport + 20)
  const payload = transport + (packet[transport + 12] >> 4) * 4
  const sequence = u32(packet, transport + 4)
  const flags = packet[transport + 13]
  return cut(packet, offload, network, payload, (segment, i, last) => {
    put32(segment, transport + 4, (sequence + i * offload.gsoSize) >>> 0)
    segment[transport + 13] = flags & ~((i > 0 ? CWR : 0) | (last ? 0 : FIN | PSH))
    putChecksum(segment, network, transport, TCP_CHECKSUM, IP_PROTOCOLS.tcp)
  })
}

function cutUdp(packet: Uint8Array, offload: Offload, network: number): Uint8Array[] {
  const transport = offload.checksumStart
  return cut(packet, offload, network, transport + UDP_HEADER, segment => {
    put16(segment, transport + 4, segment.length - transport)
    putChecksum(segment, network, transport, UDP_CHECKSUM, IP_PROTOCOLS.udp)
  })
}

type Finish = (segment: Uint8Array, i: number, last: boolean) => void

/** Each segment is a copy of the headers before `payload`, and a part of what is behind. */
function cut(packet: Uint8Array, { gsoSize }: Offload, network: number, payload: number, finish: Finish): Uint8Array[] {
  checkLength('offload', packet, payload)
  if (gsoSize === 0) throw malformed('offload', 'segments of 0 bytes')
  const count = Math.max(1, Math.ceil((packet.length - payload) / gsoSize))
  return Array.from({ length: count }, (_, i) => {
    const part = packet.subarray(payload + i * gsoSize, payload + (i + 1) * gsoSize)
    const segment = new Uint8Array(payload + part.length)
    segment.set(packet.subarray(0, payload))
    segment.set(part, payload)
    finishNetwork(segment, network, i)
    finish(segment, i, i === count - 1)
    return segment
  })
}

/** Length, and for IPv4 number and checksum, of the IP header. */
function finishNetwork(packet: Uint8Array, network: number, number: number): void {
  if (versionOf(packet, network) === 6) {
    put16(packet, network + 4, packet.length - network - IPV6_HEADER)
    return
  }
  put16(packet, network + 2, packet.length - network)
  put16(packet, network + 4, (u16(packet, network + 4) + number) & 0xffff)
  finishIpv4(packet, network)
}

function finishIpv4(packet: Uint8Array, network: number): void {
  put16(packet, network + 10, 0)
  put16(packet, network + 10, internetChecksum(packet.subarray(network, network + ipv4Header(packet, network))))
}

function putChecksum(packet: Uint8Array, network: number, transport: number, offset: number, protocol: number): void {
  put16(packet, transport + offset, 0)
  const isIpv6 = versionOf(packet, network) === 6
  const [at, size] = isIpv6 ? [network + 8, 16] : [network + 12, 4]
  const length = packet.length - transport
  const pseudo = pseudoHeader(packet.subarray(at, at + size), packet.subarray(at + size, at + 2 * size), protocol, length)
  const checksum = internetChecksum(pseudo, packet.subarray(transport))
  put16(packet, transport + offset, protocol === IP_PROTOCOLS.udp && checksum === 0 ? 0xffff : checksum)
}

/** IP fragments. Only kernels before 4.14 hand out such packets. */
function cutIntoFragments(packet: Uint8Array, { gsoSize }: Offload, network: number): Uint8Array[] {
  const isIpv6 = versionOf(packet, network) === 6
  const header = network + (isIpv6 ? IPV6_HEADER : ipv4Header(packet, network))
  const size = gsoSize & ~7
  checkLength('offload', packet, header)
  if (size === 0) throw malformed('offload', `fragments of ${gsoSize} bytes`)
  const extra = isIpv6 ? FRAGMENT_HEADER : 0
  return Array.from({ length: Math.max(1, Math.ceil((packet.length - header) / size)) }, (_, i) => {
    const part = packet.subarray(header + i * size, header + (i + 1) * size)
    const fragment = new Uint8Array(header + extra + part.length)
    fragment.set(packet.subarray(0, header))
    fragment.set(part, header + extra)
    const more = header + (i + 1) * size < packet.length
    if (isIpv6) putIpv6Fragment(fragment, network, i * size, more)
    else putIpv4Fragment(fragment, network, i * size, more)
    return fragment
  })
}

function putIpv4Fragment(fragment: Uint8Array, network: number, offset: number, more: boolean): void {
  put16(fragment, network + 2, fragment.length - network)
  put16(fragment, network + 6, (offset >> 3) | (more ? MORE_FRAGMENTS : 0))
  finishIpv4(fragment, network)
}

function putIpv6Fragment(fragment: Uint8Array, network: number, offset: number, more: boolean): void {
  const at = network + IPV6_HEADER
  fragment[at] = fragment[network + 6]
  fragment[network + 6] = FRAGMENT
  put16(fragment, at + 2, offset | (more ? 1 : 0))
  put32(fragment, at + 4, fragmentNumber)
  if (!more) fragmentNumber = (fragmentNumber + 1) >>> 0
  put16(fragment, network + 4, fragment.length - at)
}

/** One number for all fragments of a packet. */
let fragmentNumber = 1

function versionOf(packet: Uint8Array, network: number): 4 | 6 {
  checkLength('offload', packet, network + 20)
  const version = packet[network] >> 4
  if (version !== 4 && version !== 6) throw malformed('offload', `there is no IP header at ${network}`)
  return version
}

function ipv4Header(packet: Uint8Array, network: number): number {
  return (packet[network] & 0xf) * 4
}

function put16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 8
  bytes[at + 1] = value & 0xff
}

function put32(bytes: Uint8Array, at: number, value: number): void {
  put16(bytes, at, value >>> 16)
  put16(bytes, at + 2, value & 0xffff)
}
