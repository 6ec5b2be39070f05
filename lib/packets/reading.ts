import { PacketError } from '../errors.ts'

/** Refuses bytes that end before the header does. */
export function checkLength(protocol: string, bytes: Uint8Array, least: number): void {
  if (bytes.length < least) throw truncated(protocol, `${bytes.length} bytes, and its header has ${least}`)
}

export function truncated(protocol: string, what: string): PacketError {
  return new PacketError(`${protocol}: the packet is cut off: ${what}`, 'ERR_PACKET_TRUNCATED', protocol)
}

export function malformed(protocol: string, what: string): PacketError {
  return new PacketError(`${protocol}: ${what}`, 'ERR_PACKET_MALFORMED', protocol)
}

/** Network order. */
export function u16(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 8) | bytes[at + 1]
}

export function u32(bytes: Uint8Array, at: number): number {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0
}
