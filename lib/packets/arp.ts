import { formatIpv4 } from '../values/ip.ts'
import { formatMac } from '../values/mac.ts'
import { ARP_OPERATIONS, ETHER_TYPES, type NameOrNumber, naming } from './numbers.ts'
import { checkLength, malformed, u16 } from './reading.ts'
import { Writing } from './writing.ts'

/** An ARP packet for IPv4 over Ethernet (RFC 826). */
export interface ArpPacket {
  readonly operation: NameOrNumber<typeof ARP_OPERATIONS>
  readonly senderMac: string
  readonly senderAddress: string
  /** Zeros in a request. */
  readonly targetMac: string
  readonly targetAddress: string
}

/** Options of `arp.build`. */
export interface ArpOptions {
  operation: NameOrNumber<typeof ARP_OPERATIONS>
  senderMac: string
  senderAddress: string
  /** Default all zeros, as in a request. */
  targetMac?: string | undefined
  targetAddress: string
}

const LENGTH = 28
const ETHERNET = 1
const OPTIONS = ['operation', 'senderMac', 'senderAddress', 'targetMac', 'targetAddress']
const nameOf = naming(ARP_OPERATIONS)

function parse(bytes: Uint8Array): ArpPacket {
  checkLength('arp', bytes, LENGTH)
  if (u16(bytes, 0) !== ETHERNET || u16(bytes, 2) !== ETHER_TYPES.ipv4 || bytes[4] !== 6 || bytes[5] !== 4)
    throw malformed('arp', 'not IPv4 over Ethernet')
  return {
    operation: nameOf(u16(bytes, 6)),
    senderMac: formatMac(bytes, 8, 6),
    senderAddress: formatIpv4(bytes, 14),
    targetMac: formatMac(bytes, 18, 6),
    targetAddress: formatIpv4(bytes, 24),
  }
}

function build(options: ArpOptions): Uint8Array {
  const writing = new Writing('arp.build', options, OPTIONS, LENGTH)
  writing.putU16(0, ETHERNET)
  writing.putU16(2, ETHER_TYPES.ipv4)
  writing.putU8(4, 6)
  writing.putU8(5, 4)
  writing.putU16(6, writing.named('operation', ARP_OPERATIONS, 0xffff))
  writing.putMac(8, 'senderMac')
  writing.putIpv4(14, 'senderAddress')
  writing.putMac(18, 'targetMac', '00:00:00:00:00:00')
  writing.putIpv4(24, 'targetAddress')
  return writing.bytes
}

/** ARP for IPv4 over Ethernet (RFC 826). */
export const arp = {
  /**
   * Reads a packet; what pads the frame behind it is passed over.
   * @throws {PacketError} `ERR_PACKET_TRUNCATED`, or `ERR_PACKET_MALFORMED` for other hardware or protocols.
   */
  parse,
  /** Puts a packet together, without the Ethernet header. */
  build,
} as const
