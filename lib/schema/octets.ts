import { invalidValue } from '../errors.ts'
import { TextForm } from '../native/binding.ts'
import { formatIp, formatIpv4, formatIpv6, parseIp, parseIpv4, parseIpv6 } from '../values/ip.ts'
import { formatMac, parseMac } from '../values/mac.ts'
import { type Access, Field, type Presence, type RowOptions } from './field.ts'
import type { Program } from './program.ts'

type Options<A extends Access, P extends Presence> = RowOptions<A, P>

const encoder = new TextEncoder()

/** Text, with a NUL on the wire unless `bare`. `max` counts bytes of UTF-8. */
export function string<const A extends Access = 'readWrite', const P extends Presence = 'sometimes'>(
  number: number,
  constant: string,
  options: Options<A, P> & { max?: number; bare?: boolean; check?: (program: Program, text: string) => void } = {},
): Field<string, string, A, P> {
  const { max, bare, check } = options
  return new Field('attribute', number, constant, options, {
    wire: 'string',
    ...(max === undefined ? {} : { allowed: `at most ${max} bytes` }),
    minLength: 0,
    lower: (program, value) => {
      checkText(program, value, max)
      check?.(program, value)
      if (bare) program.octets(number, encoder.encode(value))
      else program.string(number, value)
    },
    decode: (message, offset, length) => message.string(offset, length),
  })
}

export function checkText(program: Program, value: unknown, max = 65_530): asserts value is string {
  if (typeof value !== 'string') program.expected('text', value)
  if (value.includes('\0')) throw invalidValue(program.operation, program.option, 'holds a NUL character')
  if (value.length * 3 > max) {
    const length = Buffer.byteLength(value)
    if (length > max) program.wrongLength(`at most ${max} bytes of UTF-8`, length)
  }
}

/** Raw bytes. */
export function bytes<const A extends Access = 'readWrite', const P extends Presence = 'sometimes'>(
  number: number,
  constant: string,
  options: Options<A, P> & { min?: number; max?: number } = {},
): Field<Uint8Array, Uint8Array, A, P> {
  const { min = 0, max } = options
  return new Field('attribute', number, constant, options, {
    wire: 'bytes',
    minLength: 0,
    lower: (program, value) => {
      if (!(value instanceof Uint8Array)) program.expected('a Uint8Array', value)
      if (value.length < min || (max !== undefined && value.length > max)) {
        program.wrongLength(min === max ? `${min} bytes` : `${min} to ${max ?? 65_531} bytes`, value.length)
      }
      program.octets(number, value)
    },
    decode: (message, offset, length) => message.copy(offset, length),
  })
}

const scratch = new Uint8Array(32)
/** Bytes of Ethernet's addresses, and characters of their text. */
const MAC = 6
const MAC_TEXT = 17
const COLON = 58

/** To look at a character makes one piece of a text that V8 has kept as many, which its collector is quicker with. */
function looksLikeMac(text: string): boolean {
  return text.length === MAC_TEXT && text.charCodeAt(2) === COLON
}

/** Whether it is nothing else either: IPv6 addresses may be as long, as in `12:34:1:1:1:1:1:1`, or `fd::1234:5678:abc`. */
function looksOnlyLikeMac(text: string): boolean {
  return looksLikeMac(text) && text.charCodeAt(5) === COLON && text.charCodeAt(8) === COLON && !text.includes('::')
}

/** A hardware address. Ethernet's has 6 bytes; `lengths` names what else is taken (InfiniBand 20, IPv4 tunnels 4, IPv6 tunnels 16). */
export function mac<const A extends Access = 'readWrite', const P extends Presence = 'sometimes'>(
  number: number,
  constant: string,
  options: Options<A, P> & { lengths?: readonly number[] } = {},
): Field<string, string, A, P> {
  const lengths = options.lengths ?? [6]
  const most = Math.max(...lengths)
  const takesMac = lengths.includes(MAC)
  return new Field('attribute', number, constant, options, {
    wire: 'mac',
    minLength: 0,
    lower: (program, value) => {
      if (typeof value !== 'string') program.expected('a hardware address such as "02:00:00:00:00:01"', value)
      if (takesMac && looksLikeMac(value) && program.addressLater(number, TextForm.mac, MAC, value)) return
      const length = parseMac(value, scratch, 0, most)
      if (!lengths.includes(length)) program.expected('a hardware address such as "02:00:00:00:00:01"', value)
      program.fewOctets(number, scratch, length)
    },
    decode: (message, offset, length) => formatMac(message.bytes, offset, length),
  })
}

/** An address of a link of any kind: a hardware address, or an IP address where links have that, such as on tunnels. Reported as a hardware address. */
export function hardwareAddress<const A extends Access = 'readWrite', const P extends Presence = 'sometimes'>(
  number: number,
  constant: string,
  options: Options<A, P> = {},
): Field<string, string, A, P> {
  return new Field('attribute', number, constant, options, {
    wire: 'bytes',
    allowed: 'a hardware address, or an IP address',
    minLength: 0,
    lower: (program, value) => {
      if (typeof value !== 'string') program.expected('a hardware address such as "02:00:00:00:00:01"', value)
      if (looksOnlyLikeMac(value) && program.addressLater(number, TextForm.mac, MAC, value)) return
      const length = parseMac(value, scratch, 0, 32) || parseIp(value, scratch, 0)
      if (length === 0) program.expected('a hardware address such as "02:00:00:00:00:01"', value)
      program.fewOctets(number, scratch, length)
    },
    decode: (message, offset, length) => formatMac(message.bytes, offset, length),
  })
}

export function ipv4<const A extends Access = 'readWrite', const P extends Presence = 'sometimes'>(
  number: number,
  constant: string,
  options: Options<A, P> = {},
): Field<string, string, A, P> {
  return new Field('attribute', number, constant, options, {
    wire: 'ipv4',
    minLength: 4,
    lower: (program, value) => lowerAddress(program, number, value, 4),
    decode: (message, offset) => formatIpv4(message.bytes, offset),
  })
}

export function ipv6<const A extends Access = 'readWrite', const P extends Presence = 'sometimes'>(
  number: number,
  constant: string,
  options: Options<A, P> = {},
): Field<string, string, A, P> {
  return new Field('attribute', number, constant, options, {
    wire: 'ipv6',
    minLength: 16,
    lower: (program, value) => lowerAddress(program, number, value, 16),
    decode: (message, offset) => formatIpv6(message.bytes, offset),
  })
}

/** An IPv4 or IPv6 address in one attribute; the length tells which. */
export function ip<const A extends Access = 'readWrite', const P extends Presence = 'sometimes'>(
  number: number,
  constant: string,
  options: Options<A, P> = {},
): Field<string, string, A, P> {
  return new Field('attribute', number, constant, options, {
    wire: 'ip',
    minLength: 4,
    lower: (program, value) => lowerAddress(program, number, value, 0),
    decode: (message, offset, length) => formatIp(message.bytes, offset, length) ?? formatMac(message.bytes, offset, length),
  })
}

/** An address of 4 or 16 bytes, all zeros of which mean none: `null` writes them, and nothing is reported for them. */
export function ipOrNone<const A extends Access = 'readWrite'>(
  number: number,
  constant: string,
  length: 4 | 16,
  options: RowOptions<A> = {},
): Field<string | null, string, A, 'sometimes'> {
  const format = length === 4 ? formatIpv4 : formatIpv6
  const none = format(new Uint8Array(length), 0)
  return new Field('attribute', number, constant, options as RowOptions<A, 'sometimes'>, {
    wire: length === 4 ? 'ipv4' : 'ipv6',
    allowed: `${EXPECTED[length]}, or null`,
    minLength: length,
    lower: (program, value) => lowerAddress(program, number, value ?? none, length),
    decode: (message, offset) => {
      const text = format(message.bytes, offset)
      return text === none ? (undefined as never) : text
    },
  })
}

/** One option that the kernel keeps in two attributes, one for each family. */
export function ipOfEither<const A extends Access = 'readWrite'>(
  v4: readonly [number: number, constant: string],
  v6: readonly [number: number, constant: string],
  options: RowOptions<A> = {},
): Field<string, string, A, 'sometimes'> {
  return new Field('attribute', v4[0], v4[1], options as RowOptions<A, 'sometimes'>, {
    wire: 'ipv4 or ipv6',
    minLength: 4,
    twins: [{ number: v6[0], constant: v6[1] }],
    lower: (program, value) => {
      if (typeof value !== 'string') program.expected('an IP address', value)
      const length = parseIp(value, scratch, 0)
      if (length === 0) program.expected('an IP address', value)
      program.fewOctets(length === 4 ? v4[0] : v6[0], scratch, length)
    },
    decode: (message, offset, length) => (length >= 16 ? formatIpv6(message.bytes, offset) : formatIpv4(message.bytes, offset)),
  })
}

const EXPECTED = { 0: 'an IP address', 4: 'an IPv4 address', 16: 'an IPv6 address' } as const

/** Writes an address of that many bytes (0: either family) as an attribute and answers its length. */
export function lowerAddress(program: Program, number: number, value: unknown, length: 0 | 4 | 16): number {
  if (typeof value !== 'string') program.expected(EXPECTED[length], value)
  const own = value.includes(':') ? 16 : 4
  if ((length === 0 || length === own) && program.addressLater(number, own === 4 ? TextForm.ipv4 : TextForm.ipv6, own, value))
    return own
  const found = parseFamily(value, length)
  if (found === 0) program.expected(EXPECTED[length], value)
  program.fewOctets(number, scratch, found)
  return found
}

function parseFamily(text: string, length: 0 | 4 | 16): number {
  if (length === 4) return parseIpv4(text, scratch, 0) ? 4 : 0
  if (length === 16) return parseIpv6(text, scratch, 0) ? 16 : 0
  return parseIp(text, scratch, 0)
}
