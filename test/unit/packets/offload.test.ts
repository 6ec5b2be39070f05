import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { completeChecksum, internetChecksum, ipv4, ipv6, segment } from '../../../lib/index.ts'
import { pseudoHeader } from '../../../lib/packets/checksum.ts'

const HEADERS = { 4: 20, 6: 40 } as const
const [FIN, PSH, ACK, CWR] = [0x01, 0x08, 0x10, 0x80]

/** A TCP header of 24 bytes, with an option, and these flags; its checksum is that of the pseudo header, as the kernel leaves it. */
function tcp(payload: Uint8Array, flags: number): Uint8Array {
  const header = Buffer.alloc(24)
  header.writeUInt16BE(1000, 0)
  header.writeUInt16BE(2000, 2)
  header.writeUInt32BE(0xffff_ff00, 4)
  header[12] = 0x60
  header[13] = flags
  header.writeUInt32BE(0x0204_05b4, 20)
  return Buffer.concat([header, payload])
}

function udp(payload: Uint8Array): Uint8Array {
  const header = Buffer.alloc(8)
  header.writeUInt16BE(1000, 0)
  header.writeUInt16BE(2000, 2)
  header.writeUInt16BE(8 + payload.length, 4)
  return Buffer.concat([header, payload])
}

function packetOf(version: 4 | 6, protocol: 'tcp' | 'udp', transport: Uint8Array): Uint8Array {
  if (version === 4)
    return ipv4.build({ source: '192.0.2.1', destination: '192.0.2.2', protocol, identification: 0xffff, payload: transport })
  return ipv6.build({ source: '2001:db8::1', destination: '2001:db8::2', nextHeader: protocol, payload: transport })
}

/** 0 when the transport checksum of a packet is right. */
function checksumOf(packet: Uint8Array, version: 4 | 6, protocol: number): number {
  const [at, size] = version === 4 ? [12, 4] : [8, 16]
  const transport = packet.subarray(HEADERS[version])
  const pseudo = pseudoHeader(
    packet.subarray(at, at + size),
    packet.subarray(at + size, at + size * 2),
    protocol,
    transport.length,
  )
  return internetChecksum(pseudo, transport)
}

const bytes = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 7) & 0xff)
const offload = (version: 4 | 6, gsoType: string, gsoSize: number, checksumOffset: number) => ({
  needsChecksum: true,
  checksumStart: HEADERS[version],
  checksumOffset,
  gsoType,
  gsoSize,
})

/** Whether the checksum of the IPv4 header is right, and its identification. */
function identified(part: Uint8Array): [boolean, number] {
  const { checksumValid, identification } = ipv4.parse(part)
  return [checksumValid, identification]
}

describe.each([4, 6] as const)('segment, over IPv%i', version => {
  it('cuts TCP into segments whose numbers, flags, lengths and checksums are right', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 1, max: 1448 }), (length, size) => {
        const payload = bytes(length)
        const packet = packetOf(version, 'tcp', tcp(payload, ACK | FIN | PSH | CWR))
        const before = packet.slice()
        const parts = segment(packet, offload(version, `tcp${version}`, size, 16))
        expect(packet).toEqual(before)
        expect(parts).toHaveLength(Math.max(1, Math.ceil(length / size)))
        const joined: number[] = []
        // All at once: five thousand parts are too many for an expectation each.
        const seen = parts.map(part => {
          const { payload: transport } = version === 4 ? ipv4.parse(part) : ipv6.parse(part)
          const view = new DataView(transport.buffer, transport.byteOffset)
          joined.push(...transport.subarray(24))
          return [view.getUint32(4), transport[13], checksumOf(part, version, 6), ...(version === 4 ? identified(part) : [])]
        })
        const last = parts.length - 1
        const flags = (i: number) => ACK | (i === last ? FIN | PSH : 0) | (i === 0 ? CWR : 0)
        expect(seen).toEqual(
          parts.map((_, i) => [
            (0xffff_ff00 + i * size) % 2 ** 32,
            flags(i),
            0,
            ...(version === 4 ? [true, (0xffff + i) & 0xffff] : []),
          ]),
        )
        expect(Uint8Array.from(joined)).toEqual(payload)
      }),
      { numRuns: 50 },
    )
  })

  it('cuts UDP into datagrams of their own', () => {
    const parts = segment(packetOf(version, 'udp', udp(bytes(2500))), offload(version, 'udpL4', 1000, 6))
    const payloads = parts.map(part => (version === 4 ? ipv4.parse(part) : ipv6.parse(part)).payload)
    expect(payloads.map(transport => new DataView(transport.buffer, transport.byteOffset).getUint16(4))).toEqual([
      1008, 1008, 508,
    ])
    expect(parts.map(part => checksumOf(part, version, 17))).toEqual([0, 0, 0])
    expect(Buffer.concat(payloads.map(transport => transport.subarray(8)))).toEqual(Buffer.from(bytes(2500)))
  })

  it('cuts UDP into fragments of one datagram', () => {
    const parts = segment(packetOf(version, 'udp', udp(bytes(2500))), offload(version, 'udp', 1003, 6))
    const skipped = version === 6 ? 8 : 0
    const payloads = parts.map(part => (version === 4 ? ipv4.parse(part) : ipv6.parse(part)).payload.subarray(skipped))
    expect(payloads.map(part => part.length)).toEqual([1000, 1000, 508])
    const [first] = payloads
    expect(Buffer.concat(payloads).subarray(8)).toEqual(Buffer.from(bytes(2500)))
    expect(new DataView(first.buffer, first.byteOffset).getUint16(4)).toBe(2508)
    if (version === 4)
      expect(parts.map(part => ipv4.parse(part))).toMatchObject([
        { moreFragments: true, fragmentOffset: 0, checksumValid: true },
        { moreFragments: true, fragmentOffset: 1000, checksumValid: true },
        { moreFragments: false, fragmentOffset: 2000, checksumValid: true },
      ])
    else {
      const headers = parts.map(part => ipv6.parse(part).payload)
      expect(headers.map(header => [header[0], new DataView(header.buffer, header.byteOffset).getUint16(2)])).toEqual([
        [17, 1],
        [17, 1001],
        [17, 2000],
      ])
      expect(new Set(headers.map(header => Buffer.from(header.subarray(4, 8)).toString('hex'))).size).toBe(1)
    }
  })

  it('finds the IP header behind an Ethernet header', () => {
    const packet = packetOf(version, 'tcp', tcp(bytes(3000), ACK))
    const frame = Uint8Array.of(...new Uint8Array(14).fill(1), ...packet)
    const header = { ...offload(version, `tcp${version}`, 1400, 16), checksumStart: 14 + HEADERS[version] }
    const parts = segment(frame, header, 14)
    expect(parts.map(part => part.subarray(14))).toEqual(segment(packet, offload(version, `tcp${version}`, 1400, 16)))
  })
})

describe('completeChecksum', () => {
  it('sums up what the pseudo header began', () => {
    const packet = packetOf(4, 'udp', udp(bytes(33)))
    const pseudo = pseudoHeader(packet.subarray(12, 16), packet.subarray(16, 20), 17, 41)
    const begun = ~internetChecksum(pseudo) & 0xffff
    packet[26] = begun >> 8
    packet[27] = begun & 0xff
    completeChecksum(packet, offload(4, 'none', 0, 6))
    expect(checksumOf(packet, 4, 17)).toBe(0)
  })

  it('leaves a packet alone that needs none', () => {
    const packet = packetOf(4, 'udp', udp(bytes(3)))
    const before = packet.slice()
    completeChecksum(packet, { ...offload(4, 'none', 0, 6), needsChecksum: false })
    expect(packet).toEqual(before)
  })
})

describe('segment', () => {
  it('gives one copy of a packet that is one, with its checksum', () => {
    const packet = packetOf(4, 'udp', udp(bytes(8)))
    const parts = segment(packet, { ...offload(4, 'none', 0, 6), needsChecksum: false })
    expect(parts).toEqual([packet])
    expect(parts[0].buffer).not.toBe(packet.buffer)
  })

  it.each([
    ['a type that is not known', { gsoType: 9 }, packetOf(4, 'tcp', tcp(bytes(9), ACK)), 'ERR_PACKET_MALFORMED'],
    ['segments of nothing', { gsoSize: 0 }, packetOf(4, 'tcp', tcp(bytes(9), ACK)), 'ERR_PACKET_MALFORMED'],
    ['a header beyond the packet', { checksumStart: 60 }, packetOf(4, 'tcp', tcp(bytes(9), ACK)), 'ERR_PACKET_TRUNCATED'],
    ['no IP header', {}, new Uint8Array(80), 'ERR_PACKET_MALFORMED'],
  ])('refuses %s', (_, wrong, packet, code) => {
    expect(() => segment(packet, { ...offload(4, 'tcp4', 1000, 16), ...wrong })).toThrow(
      expect.objectContaining({ code, protocol: 'offload' }),
    )
  })
})
