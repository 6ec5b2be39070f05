import { internetChecksum, pseudoHeader } from './checksum.ts'
import { IP_PROTOCOLS, type NameOrNumber, naming } from './numbers.ts'
import { checkLength, u16 } from './reading.ts'
import { Writing } from './writing.ts'

/** Types of ICMP (RFC 792) by name. */
export const ICMP_TYPES = { echoReply: 0, destinationUnreachable: 3, redirect: 5, echoRequest: 8, timeExceeded: 11 } as const

/** Types of ICMPv6 (RFC 4443, RFC 4861) by name. */
export const ICMP6_TYPES = {
  destinationUnreachable: 1,
  packetTooBig: 2,
  timeExceeded: 3,
  parameterProblem: 4,
  echoRequest: 128,
  echoReply: 129,
  routerSolicitation: 133,
  routerAdvertisement: 134,
  neighborSolicitation: 135,
  neighborAdvertisement: 136,
} as const

/** An ICMP or ICMPv6 message. */
export interface IcmpMessage<N> {
  readonly type: NameOrNumber<N>
  readonly code: number
  /** First half of the word behind the checksum: an echo's identifier. */
  readonly identifier: number
  /** Second half: an echo's sequence number. */
  readonly sequence: number
  /** Behind that word; a view, not a copy. */
  readonly payload: Uint8Array
}

/** An ICMP message (RFC 792), whose checksum is over itself alone. */
export interface Icmp4Message extends IcmpMessage<typeof ICMP_TYPES> {
  readonly checksumValid: boolean
}

/** Options of `icmp.build`. */
export interface IcmpOptions {
  type: NameOrNumber<typeof ICMP_TYPES>
  /** Default 0. */
  code?: number | undefined
  /** First half of the word behind the checksum. Default 0. */
  identifier?: number | undefined
  /** Second half. Default 0. */
  sequence?: number | undefined
  payload?: Uint8Array | undefined
}

/** Options of `icmp6.build`. The addresses are those of the IPv6 packet: the checksum is over them too. */
export interface Icmp6Options extends Omit<IcmpOptions, 'type'> {
  type: NameOrNumber<typeof ICMP6_TYPES>
  source: string
  destination: string
}

const HEADER = 8
const OPTIONS = ['type', 'code', 'identifier', 'sequence', 'payload']
const nameOf = naming(ICMP_TYPES)
const name6Of = naming(ICMP6_TYPES)

function parse(bytes: Uint8Array): Icmp4Message {
  return { ...read('icmp', bytes, nameOf), checksumValid: internetChecksum(bytes) === 0 }
}

function parse6(bytes: Uint8Array): IcmpMessage<typeof ICMP6_TYPES> {
  return read('icmp6', bytes, name6Of)
}

function read<N>(protocol: string, bytes: Uint8Array, name: (type: number) => NameOrNumber<N>): IcmpMessage<N> {
  checkLength(protocol, bytes, HEADER)
  return {
    type: name(bytes[0]),
    code: bytes[1],
    identifier: u16(bytes, 4),
    sequence: u16(bytes, 6),
    payload: bytes.subarray(HEADER),
  }
}

function build(options: IcmpOptions): Uint8Array {
  const writing = write('icmp.build', options, OPTIONS, ICMP_TYPES)
  writing.putU16(2, internetChecksum(writing.bytes))
  return writing.bytes
}

function build6(options: Icmp6Options): Uint8Array {
  const writing = write('icmp6.build', options, [...OPTIONS, 'source', 'destination'], ICMP6_TYPES)
  const { bytes } = writing
  const addresses = new Writing('icmp6.build', { ...options, payload: undefined }, [...OPTIONS, 'source', 'destination'], 32)
  addresses.putIpv6(0, 'source')
  addresses.putIpv6(16, 'destination')
  const [source, destination] = [addresses.bytes.subarray(0, 16), addresses.bytes.subarray(16)]
  writing.putU16(2, internetChecksum(pseudoHeader(source, destination, IP_PROTOCOLS.icmp6, bytes.length), bytes))
  return bytes
}

function write(operation: string, options: object, known: readonly string[], types: Readonly<Record<string, number>>): Writing {
  const writing = new Writing(operation, options, known, HEADER)
  writing.putU8(0, writing.named('type', types, 0xff))
  writing.putU8(1, writing.number('code', 0xff, 0))
  writing.putU16(4, writing.number('identifier', 0xffff, 0))
  writing.putU16(6, writing.number('sequence', 0xffff, 0))
  return writing
}

/** ICMP (RFC 792). */
export const icmp = {
  /**
   * Reads a message.
   * @throws {PacketError} `ERR_PACKET_TRUNCATED`
   */
  parse,
  /** Puts a message together, its checksum included. */
  build,
} as const

/** ICMPv6 (RFC 4443). */
export const icmp6 = {
  /**
   * Reads a message. Its checksum is over the packet's addresses too and is not looked at.
   * @throws {PacketError} `ERR_PACKET_TRUNCATED`
   */
  parse: parse6,
  /** Puts a message together; its checksum is over `source` and `destination` too. */
  build: build6,
} as const
