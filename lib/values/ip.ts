const COLON = 58
const DOT = 46
const ZERO = 48

/** Writes the four bytes of a dotted quad at `at` and answers whether `text` was one. Leading zeros are refused: some tools read them as octal. */
export function parseIpv4(text: string, into: Uint8Array, at: number): boolean {
  return parseQuad(text, 0, into, at)
}

function parseQuad(text: string, start: number, into: Uint8Array, at: number): boolean {
  let value = 0
  let digits = 0
  let part = 0
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === DOT) {
      if (digits === 0 || part === 3) return false
      into[at + part++] = value
      value = 0
      digits = 0
    } else {
      const digit = code - ZERO
      if (digit < 0 || digit > 9 || (digits > 0 && value === 0)) return false
      value = value * 10 + digit
      if (value > 255) return false
      digits++
    }
  }
  if (digits === 0 || part !== 3) return false
  into[at + 3] = value
  return true
}

/** Writes the sixteen bytes of an IPv6 address at `at` (RFC 4291 text forms, without a zone) and answers whether `text` was one. */
export function parseIpv6(text: string, into: Uint8Array, at: number): boolean {
  const length = text.length
  let group = 0
  let gap = -1
  let i = 0
  if (text.charCodeAt(0) === COLON) {
    if (text.charCodeAt(1) !== COLON) return false
    gap = 0
    i = 2
  }
  while (i < length) {
    if (group === 8) return false
    const start = i
    let value = 0
    for (let digit = hexDigit(text.charCodeAt(i)); digit >= 0; digit = hexDigit(text.charCodeAt(i))) {
      value = value * 16 + digit
      i++
    }
    if (i < length && text.charCodeAt(i) === DOT) {
      if (group > 6 || !parseQuad(text, start, into, at + group * 2)) return false
      group += 2
      break
    }
    if (i === start || i - start > 4) return false
    into[at + group * 2] = value >> 8
    into[at + group * 2 + 1] = value & 0xff
    group++
    if (i === length) break
    if (text.charCodeAt(i) !== COLON) return false
    i++
    if (i < length && text.charCodeAt(i) === COLON) {
      if (gap >= 0) return false
      gap = group
      i++
    } else if (i === length) {
      return false
    }
  }
  if (gap < 0) return group === 8
  if (group === 8) return false
  spreadGap(into, at, group, gap)
  return true
}

function spreadGap(into: Uint8Array, at: number, groups: number, gap: number): void {
  const tail = (groups - gap) * 2
  into.copyWithin(at + 16 - tail, at + gap * 2, at + groups * 2)
  into.fill(0, at + gap * 2, at + 16 - tail)
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  const lower = code | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}

/** Length in bytes of the address that `text` is (4 or 16), written at `at`; 0 when it is none. */
export function parseIp(text: string, into: Uint8Array, at: number): 0 | 4 | 16 {
  if (text.includes(':')) return parseIpv6(text, into, at) ? 16 : 0
  return parseIpv4(text, into, at) ? 4 : 0
}

const IPV4_CACHE_SIZE = 4096
const cachedKeys = new Float64Array(IPV4_CACHE_SIZE).fill(-1)
const cachedTexts: string[] = new Array<string>(IPV4_CACHE_SIZE).fill('')

/** Dotted quad of four bytes. Recent texts are kept: tables repeat their gateways, and a shared string costs the collector nothing. */
export function formatIpv4(bytes: Uint8Array, at: number): string {
  const a = bytes[at]
  const b = bytes[at + 1]
  const c = bytes[at + 2]
  const d = bytes[at + 3]
  const key = a * 0x1000000 + ((b << 16) | (c << 8) | d)
  const slot = (d ^ (c << 4) ^ (b << 2) ^ a) & (IPV4_CACHE_SIZE - 1)
  if (cachedKeys[slot] === key) return cachedTexts[slot]
  const text = `${a}.${b}.${c}.${d}`
  cachedKeys[slot] = key
  cachedTexts[slot] = text
  return text
}

/** Text of sixteen bytes as RFC 5952 wants it. */
export function formatIpv6(bytes: Uint8Array, at: number): string {
  if (isMappedIpv4(bytes, at)) return `::ffff:${formatIpv4(bytes, at + 12)}`
  const [gapStart, gapEnd] = longestZeroRun(bytes, at)
  let text = ''
  for (let group = 0; group < 8; group++) {
    if (group === gapStart) {
      text += '::'
      group = gapEnd - 1
      continue
    }
    if (group !== 0 && group !== gapEnd) text += ':'
    text += ((bytes[at + group * 2] << 8) | bytes[at + group * 2 + 1]).toString(16)
  }
  return text
}

function isMappedIpv4(bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < 10; i++) if (bytes[at + i] !== 0) return false
  return bytes[at + 10] === 0xff && bytes[at + 11] === 0xff
}

function longestZeroRun(bytes: Uint8Array, at: number): [start: number, end: number] {
  let bestStart = -1
  let bestEnd = -1
  let start = -1
  for (let group = 0; group <= 8; group++) {
    const zero = group < 8 && bytes[at + group * 2] === 0 && bytes[at + group * 2 + 1] === 0
    if (zero) {
      if (start < 0) start = group
    } else if (start >= 0) {
      if (group - start > Math.max(1, bestEnd - bestStart)) {
        bestStart = start
        bestEnd = group
      }
      start = -1
    }
  }
  return [bestStart, bestEnd]
}

/** Text of an address of 4 or 16 bytes; undefined for any other length. */
export function formatIp(bytes: Uint8Array, at: number, length: number): string | undefined {
  if (length === 4) return formatIpv4(bytes, at)
  if (length === 16) return formatIpv6(bytes, at)
  return undefined
}
