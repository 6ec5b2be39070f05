import { describe, expect, it } from 'vitest'
import { VnetHeader } from '../../../lib/tun/vnet-header.ts'

/** From the kernel: 2,896 bytes of TCP over IPv4 in two segments of 1,448, whose checksum is not there yet. */
const SEGMENTS = Uint8Array.of(
  ...[0x01], // VIRTIO_NET_HDR_F_NEEDS_CSUM
  ...[0x01], // VIRTIO_NET_HDR_GSO_TCPV4
  ...[0x34, 0x00], // hdr_len = 52: IPv4 20, TCP 20 and its timestamps 12
  ...[0xa8, 0x05], // gso_size = 1448
  ...[0x14, 0x00], // csum_start = 20: behind the IPv4 header
  ...[0x10, 0x00], // csum_offset = 16: in the TCP header
)

const FIELDS = {
  flags: 1,
  needsChecksum: true,
  checksumValid: false,
  gsoType: 'tcp4',
  ecn: false,
  headerLength: 52,
  gsoSize: 1448,
  checksumStart: 20,
  checksumOffset: 16,
} as const

describe('VnetHeader', () => {
  it('reads what the kernel wrote', () => {
    expect(new VnetHeader(SEGMENTS)).toMatchObject(FIELDS)
  })

  it('writes what the kernel reads, into the packet itself', () => {
    const bytes = new Uint8Array(10)
    Object.assign(new VnetHeader(bytes), { ...FIELDS, flags: 0, needsChecksum: true })
    expect(bytes).toEqual(SEGMENTS)
  })

  it('stands where it is told', () => {
    const bytes = new Uint8Array(30)
    bytes.set(SEGMENTS, 7)
    expect(new VnetHeader(bytes, 7)).toMatchObject(FIELDS)
    expect(new VnetHeader(bytes.subarray(7))).toMatchObject(FIELDS)
  })

  it.each([
    ['none', 0],
    ['tcp4', 1],
    ['udp', 3],
    ['tcp6', 4],
    ['udpL4', 5],
    [0x20, 0x20],
  ] as const)('has the type %s as %d, beside the bit for ECN', (type, number) => {
    const bytes = new Uint8Array(10)
    const header = new VnetHeader(bytes)
    header.ecn = true
    header.gsoType = type
    expect(bytes[1]).toBe(number | 0x80)
    expect([header.gsoType, header.ecn]).toEqual([type, true])
    header.ecn = false
    expect(bytes[1]).toBe(number)
  })

  it('switches its flags one by one', () => {
    const bytes = new Uint8Array(10)
    const header = new VnetHeader(bytes)
    header.flags = 4
    header.checksumValid = true
    header.needsChecksum = true
    expect(header.flags).toBe(7)
    header.needsChecksum = false
    expect([header.flags, header.needsChecksum, header.checksumValid]).toEqual([6, false, true])
  })

  it.each<[unknown, unknown, string]>([
    ['bytes', 0, 'TypeError'],
    [new Uint8Array(9), 0, 'RangeError'],
    [new Uint8Array(20), 11, 'RangeError'],
    [new Uint8Array(20), -1, 'RangeError'],
    [new Uint8Array(20), 0.5, 'RangeError'],
  ])('refuses %o at %o', (bytes, offset, name) => {
    expect(() => new VnetHeader(bytes as Uint8Array, offset as number)).toThrow(
      expect.objectContaining({ name, operation: 'VnetHeader' }),
    )
  })

  it.each(['tcp5', 0x80, -1, undefined])('refuses the type %o', type => {
    const header = new VnetHeader(new Uint8Array(10))
    expect(() => {
      header.gsoType = type as never
    }).toThrow(expect.objectContaining({ name: 'TypeError', option: 'gsoType' }))
  })
})
