import { formatIpv6 } from '../values/ip.ts'
import type { IpProtocol } from './ipv4.ts'
import { IP_PROTOCOLS, naming } from './numbers.ts'
import { checkLength, malformed, truncated, u16, u32 } from './reading.ts'
import { Writing } from './writing.ts'

/** An IPv6 packet (RFC 8200). Extension headers are left in the payload. */
export interface Ipv6Packet {
  /** Differentiated services code point, 0–63. */
  readonly dscp: number
  /** Explicit congestion notification, 0–3. */
  readonly ecn: number
  /** 0–1048575. */
  readonly flowLabel: number
  /** Protocol of the payload, or the number of an extension header. */
  readonly nextHeader: IpProtocol
  readonly hopLimit: number
  readonly source: string
  readonly destination: string
  /** A view, not a copy, as long as the header says. */
  readonly payload: Uint8Array
}

/** Options of `ipv6.build`. */
export interface Ipv6Options {
  source: string
  destination: string
  nextHeader: IpProtocol
  /** Default 64. */
  hopLimit?: number | undefined
  /** 0–63. Default 0. */
  dscp?: number | undefined
  /** 0–3. Default 0. */
  ecn?: number | undefined
  /** 0–1048575. Default 0. */
  flowLabel?: number | undefined
  payload?: Uint8Array | undefined
}

const HEADER = 40
const OPTIONS = ['source', 'destination', 'nextHeader', 'hopLimit', 'dscp', 'ecn', 'flowLabel', 'payload']
const nameOf = naming(IP_PROTOCOLS)

function parse(bytes: Uint8Array): Ipv6Packet {
  checkLength('ipv6', bytes, HEADER)
  if (bytes[0] >> 4 !== 6) throw malformed('ipv6', `the packet is of IP version ${bytes[0] >> 4}`)
  const total = HEADER + u16(bytes, 4)
  if (bytes.length < total) throw truncated('ipv6', `${bytes.length} bytes of ${total}`)
  const first = u32(bytes, 0)
  return {
    dscp: (first >>> 22) & 0x3f,
    ecn: (first >>> 20) & 3,
    flowLabel: first & 0xf_ffff,
    nextHeader: nameOf(bytes[6]),
    hopLimit: bytes[7],
    source: formatIpv6(bytes, 8),
    destination: formatIpv6(bytes, 24),
    payload: bytes.subarray(HEADER, total),
  }
}

function build(options: Ipv6Options): Uint8Array {
  const writing = new Writing('ipv6.build', options, OPTIONS, HEADER)
  const length = writing.bytes.length - HEADER
  if (length > 0xffff) writing.refuse('payload', `it may have 65535 bytes, and it has ${length}`)
  const trafficClass = (writing.number('dscp', 63, 0) << 2) | writing.number('ecn', 3, 0)
  writing.putU32(0, ((6 << 28) | (trafficClass << 20) | writing.number('flowLabel', 0xf_ffff, 0)) >>> 0)
  writing.putU16(4, length)
  writing.putU8(6, writing.named('nextHeader', IP_PROTOCOLS, 0xff))
  writing.putU8(7, writing.number('hopLimit', 0xff, 64))
  writing.putIpv6(8, 'source')
  writing.putIpv6(24, 'destination')
  return writing.bytes
}

/** IPv6 packets (RFC 8200). */
export const ipv6 = {
  /**
   * Reads a packet. What pads the frame behind it is passed over.
   * @throws {PacketError} `ERR_PACKET_TRUNCATED`, `ERR_PACKET_MALFORMED`
   */
  parse,
  /** Puts a packet together, its length included. */
  build,
} as const
