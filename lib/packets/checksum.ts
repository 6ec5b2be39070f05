/** Sum of 16-bit words in network order; an odd byte at the end counts as the high half of a word (RFC 1071). */
function sum(bytes: Uint8Array, from: number): number {
  let total = from
  const even = bytes.length & ~1
  for (let i = 0; i < even; i += 2) total += (bytes[i] << 8) | bytes[i + 1]
  if (even < bytes.length) total += bytes[even] << 8
  return total
}

/** A packet of 64 KiB sums up to 31 bits: far below 2^53, so the carries are folded once, at the end. */
function fold(total: number): number {
  let folded = total
  while (folded > 0xffff) folded = (folded % 0x10000) + Math.floor(folded / 0x10000)
  return folded
}

/**
 * The internet checksum (RFC 1071) over all parts, one after another. With the checksum's own field zero it is the value to put there;
 * over a packet that arrived whole it is 0. Each part but the last must have an even number of bytes.
 */
export function internetChecksum(...parts: readonly Uint8Array[]): number {
  return ~fold(parts.reduce((total, part) => sum(part, total), 0)) & 0xffff
}

/**
 * What TCP, UDP and ICMPv6 put before their own bytes when they sum up: addresses, protocol and length (RFC 9293 section 3.1, RFC 8200
 * section 8.1). `source` and `destination` have 4 bytes each, or 16.
 */
export function pseudoHeader(source: Uint8Array, destination: Uint8Array, protocol: number, length: number): Uint8Array {
  const size = source.length
  const header = new Uint8Array(size * 2 + (size === 4 ? 4 : 8))
  header.set(source)
  header.set(destination, size)
  const view = new DataView(header.buffer)
  if (size === 4) {
    header[9] = protocol
    view.setUint16(10, length)
  } else {
    view.setUint32(32, length)
    header[39] = protocol
  }
  return header
}
