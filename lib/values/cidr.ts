import { parseIpv4, parseIpv6 } from './ip.ts'

const SLASH = 47
const DOT = 46
const ZERO = 48

/** Prefix length of a text that has none. */
export const NO_PREFIX = 255

/**
 * Writes the bytes of `address` or `address/length` at `at`. Answers the address's length in bytes (4 or 16) × 256 + the prefix length, which is
 * NO_PREFIX when the text has none; 0 when it is no address; -4 or -16 when the prefix length does not fit the address.
 */
export function parseCidr(text: string, into: Uint8Array, at: number): number {
  const fast = parseIpv4Cidr(text, into, at)
  if (fast !== 0) return fast
  const slash = text.indexOf('/')
  const address = slash < 0 ? text : text.slice(0, slash)
  const length = address.includes(':') ? (parseIpv6(address, into, at) ? 16 : 0) : parseIpv4(address, into, at) ? 4 : 0
  if (length === 0 || slash < 0) return length === 0 ? 0 : length * 256 + NO_PREFIX
  return withPrefix(length, text, slash + 1)
}

function withPrefix(length: number, text: string, start: number): number {
  let prefix = 0
  for (let i = start; i < text.length; i++) {
    const digit = text.charCodeAt(i) - ZERO
    if (digit < 0 || digit > 9) return 0
    prefix = Math.min(prefix * 10 + digit, 1000)
  }
  if (start === text.length) return 0
  return prefix > length * 8 ? -length : length * 256 + prefix
}

/** The form that tables are full of, in one pass; 0 for all others. */
function parseIpv4Cidr(text: string, into: Uint8Array, at: number): number {
  const { length } = text
  let part = 0
  let value = 0
  let start = 0
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    const digit = code - ZERO
    if (digit >= 0 && digit <= 9) {
      if (i > start && value === 0) return 0
      value = value * 10 + digit
      if (value > 255) return 0
      continue
    }
    if (i === start || part > 3 || (code !== DOT && code !== SLASH)) return 0
    into[at + part++] = value
    if ((code === SLASH) !== (part === 4)) return 0
    if (part === 4) return withPrefix(4, text, i + 1)
    value = 0
    start = i + 1
  }
  return 0
}

/** Whether bits are set behind the prefix. */
export function hasHostBits(bytes: Uint8Array, at: number, length: number, prefix: number): boolean {
  const whole = prefix >> 3
  if (whole >= length) return false
  if ((bytes[at + whole] & (0xff >> (prefix & 7))) !== 0) return true
  for (let i = whole + 1; i < length; i++) if (bytes[at + i] !== 0) return true
  return false
}

/** Clears the bits behind the prefix. */
export function clearHostBits(bytes: Uint8Array, at: number, length: number, prefix: number): void {
  const whole = prefix >> 3
  if (whole >= length) return
  bytes[at + whole] &= ~(0xff >> (prefix & 7))
  bytes.fill(0, at + whole + 1, at + length)
}

/** An address or a network as bytes, to compare others with. */
export interface Cidr {
  /** 4 or 16 bytes. */
  readonly bytes: Uint8Array
  readonly prefix: number
}

/** The same as an object; undefined when the text is neither. A text without a prefix length means all bits. */
export function readCidr(text: string): Cidr | undefined {
  const bytes = new Uint8Array(16)
  const parsed = parseCidr(text, bytes, 0)
  if (parsed <= 0) return undefined
  const length = parsed >> 8
  const prefix = parsed & 0xff
  return { bytes: bytes.subarray(0, length), prefix: prefix === NO_PREFIX ? length * 8 : prefix }
}

/** Whether `inner` lies inside `outer`, or is the same. */
export function contains(outer: Cidr, inner: Cidr): boolean {
  if (outer.bytes.length !== inner.bytes.length || inner.prefix < outer.prefix) return false
  const whole = outer.prefix >> 3
  for (let i = 0; i < whole; i++) if (outer.bytes[i] !== inner.bytes[i]) return false
  const rest = outer.prefix & 7
  return rest === 0 || ((outer.bytes[whole] ^ inner.bytes[whole]) & (0xff00 >> rest) & 0xff) === 0
}
