/** Packets for tests, byte by byte, so that no code under test makes them. */

export const IPPROTO_ICMP = 1
export const IPPROTO_UDP = 17

/** The sum of RFC 1071 over some bytes. */
export function checksum(...parts: Uint8Array[]): number {
  const bytes = Buffer.concat(parts)
  let sum = 0
  for (let i = 0; i < bytes.length; i += 2) sum += (bytes[i]! << 8) | (bytes[i + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}

function address(text: string): number[] {
  return text.split('.').map(Number)
}

/** An IPv4 packet without options. */
export function ipv4(from: string, to: string, protocol: number, payload: Uint8Array): Uint8Array {
  const length = 20 + payload.length
  const header = Uint8Array.of(
    0x45,
    0,
    length >> 8,
    length & 0xff,
    0,
    1,
    0,
    0,
    64,
    protocol,
    0,
    0,
    ...address(from),
    ...address(to),
  )
  new DataView(header.buffer).setUint16(10, checksum(header))
  return Buffer.concat([header, payload])
}

/** An echo request or, with type 0, a reply. */
export function echo(from: string, to: string, sequence = 1, size = 56, type = 8): Uint8Array {
  const message = new Uint8Array(8 + size).fill(0x61, 8)
  message[0] = type
  message.set([0x12, 0x34, sequence >> 8, sequence & 0xff], 4)
  new DataView(message.buffer).setUint16(2, checksum(message))
  return ipv4(from, to, IPPROTO_ICMP, message)
}

/** A UDP packet without a checksum. */
export function udp(from: string, to: string, port: number, payload: Uint8Array): Uint8Array {
  const length = 8 + payload.length
  const header = Uint8Array.of(0x10, 0, port >> 8, port & 0xff, length >> 8, length & 0xff, 0, 0)
  return ipv4(from, to, IPPROTO_UDP, Buffer.concat([header, payload]))
}

/** An Ethernet frame. */
export function frame(to: string, from: string, type: number, payload: Uint8Array): Uint8Array {
  const mac = (text: string) => text.split(':').map(octet => Number.parseInt(octet, 16))
  return Uint8Array.from([...mac(to), ...mac(from), type >> 8, type & 0xff, ...payload])
}

/** What a program needs to know of an IPv4 packet to see whether it is the one that it sent. */
export function read(packet: Uint8Array): { from: string; to: string; protocol: number; payload: Uint8Array } | undefined {
  if (packet[0]! >> 4 !== 4) return undefined
  const start = (packet[0]! & 15) * 4
  return {
    from: packet.subarray(12, 16).join('.'),
    to: packet.subarray(16, 20).join('.'),
    protocol: packet[9]!,
    payload: packet.subarray(start),
  }
}
