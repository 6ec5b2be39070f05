import { formatIpv4 } from '../values/ip.ts'
import { internetChecksum } from './checksum.ts'
import { IP_PROTOCOLS, type NameOrNumber, naming } from './numbers.ts'
import { checkLength, malformed, truncated, u16 } from './reading.ts'
import { Writing } from './writing.ts'

/** What an IP packet carries: `'icmp'`, `'tcp'`, `'udp'`, … or a number. */
export type IpProtocol = NameOrNumber<typeof IP_PROTOCOLS>

/** An IPv4 packet (RFC 791). */
export interface Ipv4Packet {
  /** Differentiated services code point, 0–63. */
  readonly dscp: number
  /** Explicit congestion notification, 0–3. */
  readonly ecn: number
  readonly identification: number
  readonly dontFragment: boolean
  readonly moreFragments: boolean
  /** In bytes. */
  readonly fragmentOffset: number
  readonly ttl: number
  readonly protocol: IpProtocol
  /** Whether the header's checksum is right. */
  readonly checksumValid: boolean
  readonly source: string
  readonly destination: string
  /** IP options, as bytes. */
  readonly options: Uint8Array
  /** A view, not a copy, as long as the header says. */
  readonly payload: Uint8Array
}

/** Options of `ipv4.build`. */
export interface Ipv4Options {
  source: string
  destination: string
  protocol: IpProtocol
  /** Default 64. */
  ttl?: number | undefined
  /** 0–63. Default 0. */
  dscp?: number | undefined
  /** 0–3. Default 0. */
  ecn?: number | undefined
  /** Default 0. */
  identification?: number | undefined
  /** Default false. */
  dontFragment?: boolean | undefined
  payload?: Uint8Array | undefined
}

const HEADER = 20
const DONT_FRAGMENT = 0x4000
const MORE_FRAGMENTS = 0x2000
const OPTIONS = ['source', 'destination', 'protocol', 'ttl', 'dscp', 'ecn', 'identification', 'dontFragment', 'payload']
const nameOf = naming(IP_PROTOCOLS)

function parse(bytes: Uint8Array): Ipv4Packet {
  checkLength('ipv4', bytes, HEADER)
  if (bytes[0] >> 4 !== 4) throw malformed('ipv4', `the packet is of IP version ${bytes[0] >> 4}`)
  const header = (bytes[0] & 0xf) * 4
  const total = u16(bytes, 2)
  if (header < HEADER || total < header) throw malformed('ipv4', `a header of ${header} bytes in a packet of ${total}`)
  if (bytes.length < total) throw truncated('ipv4', `${bytes.length} bytes of ${total}`)
  const fragment = u16(bytes, 6)
  return {
    dscp: bytes[1] >> 2,
    ecn: bytes[1] & 3,
    identification: u16(bytes, 4),
    dontFragment: (fragment & DONT_FRAGMENT) !== 0,
    moreFragments: (fragment & MORE_FRAGMENTS) !== 0,
    fragmentOffset: (fragment & 0x1fff) * 8,
    ttl: bytes[8],
    protocol: nameOf(bytes[9]),
    checksumValid: internetChecksum(bytes.subarray(0, header)) === 0,
    source: formatIpv4(bytes, 12),
    destination: formatIpv4(bytes, 16),
    options: bytes.subarray(HEADER, header),
    payload: bytes.subarray(header, total),
  }
}

function build(options: Ipv4Options): Uint8Array {
  const writing = new Writing('ipv4.build', options, OPTIONS, HEADER)
  const { bytes } = writing
  if (bytes.length > 0xffff) writing.refuse('payload', `with its header it may have 65535 bytes, and it has ${bytes.length}`)
  writing.putU8(0, 0x45)
  writing.putU8(1, (writing.number('dscp', 63, 0) << 2) | writing.number('ecn', 3, 0))
  writing.putU16(2, bytes.length)
  writing.putU16(4, writing.number('identification', 0xffff, 0))
  writing.putU16(6, writing.flag('dontFragment') ? DONT_FRAGMENT : 0)
  writing.putU8(8, writing.number('ttl', 0xff, 64))
  writing.putU8(9, writing.named('protocol', IP_PROTOCOLS, 0xff))
  writing.putIpv4(12, 'source')
  writing.putIpv4(16, 'destination')
  writing.putU16(10, internetChecksum(bytes.subarray(0, HEADER)))
  return bytes
}

/** IPv4 packets (RFC 791). */
export const ipv4 = {
  /**
   * Reads a packet. What pads the frame behind it is passed over.
   * @throws {PacketError} `ERR_PACKET_TRUNCATED`, `ERR_PACKET_MALFORMED`
   */
  parse,
  /** Puts a packet together, length and checksum of the header included; those of the payload are the payload's own. */
  build,
} as const
