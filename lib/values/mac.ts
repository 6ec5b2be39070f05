const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/**
 * Writes the bytes of a hardware address at `at` and answers how many there were; 0 when `text` is none. Two hex digits a byte,
 * separated by `:` throughout or by `-` throughout.
 */
export function parseMac(text: string, into: Uint8Array, at: number, most: number): number {
  const count = (text.length + 1) / 3
  if (count > most || !Number.isInteger(count)) return 0
  const separator = text.length > 2 ? text.charCodeAt(2) : 58
  if (separator !== 58 && separator !== 45) return 0
  for (let i = 0; i < count; i++) {
    const high = digit(text.charCodeAt(i * 3))
    const low = digit(text.charCodeAt(i * 3 + 1))
    if (high < 0 || low < 0) return 0
    if (i < count - 1 && text.charCodeAt(i * 3 + 2) !== separator) return 0
    into[at + i] = (high << 4) | low
  }
  return count
}

function digit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  const lower = code | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}

/** Lower-case text with colons, as `ip` prints it; any number of bytes (InfiniBand has 20, a tunnel 4 or 16, loopback 6). */
export function formatMac(bytes: Uint8Array, at: number, length: number): string {
  if (length === 6) {
    if (isAll(bytes, at, 0xff)) return 'ff:ff:ff:ff:ff:ff'
    if (isAll(bytes, at, 0)) return '00:00:00:00:00:00'
    return `${HEX[bytes[at]]}:${HEX[bytes[at + 1]]}:${HEX[bytes[at + 2]]}:${HEX[bytes[at + 3]]}:${HEX[bytes[at + 4]]}:${HEX[bytes[at + 5]]}`
  }
  let text = ''
  for (let i = 0; i < length; i++) text += i === 0 ? HEX[bytes[at]] : `:${HEX[bytes[at + i]]}`
  return text
}

/** Broadcast addresses, and those of links that have none, are the same on every link. */
function isAll(bytes: Uint8Array, at: number, value: number): boolean {
  for (let i = 0; i < 6; i++) if (bytes[at + i] !== value) return false
  return true
}
