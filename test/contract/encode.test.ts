import { describe, expect, it } from 'vitest'
import { loadAddon } from '../../lib/native/load.ts'
import {
  addBridge,
  be16,
  be32,
  be64,
  bytes,
  family,
  flag,
  headerIndex,
  hop,
  hopIndex,
  linkIndex,
  type Method,
  Nlm,
  nest,
  raw,
  rawIndex,
  request,
  string,
  u8,
  u16,
  u32,
  u64,
} from '../support/records.ts'

const addon = loadAddon()

function encode(method: string, words: number[]): Uint8Array {
  return addon.encode(method, Uint32Array.of(1, ...words), words.length + 1)
}
const hex = (value: Uint8Array) =>
  Buffer.from(value)
    .toString('hex')
    .replaceAll(/(.{8})/g, '$1 ')
    .trim()
/** The attributes that a program puts behind an otherwise empty ifinfomsg. */
const attributes = (...program: number[][]) => hex(encode('newLink', [0, 0, 0, 0, 0, 0, 0, ...program.flat()]).subarray(32))

describe('a message', () => {
  const headers: [Method, number[], string][] = [
    // Length, type | flags, sequence, port, then the kernel's struct: family, type, index, flags, change.
    ['newLink', [1, 2, 3, 4, 5], '20000000 10000100 00000000 00000000 01000200 03000000 04000000 05000000'],
    ['setLink', [0, 0, 0, 0, 0], '20000000 13000100 00000000 00000000 00000000 00000000 00000000 00000000'],
    ['deleteLink', [0, 0, 0, 0, 0], '20000000 11000100 00000000 00000000 00000000 00000000 00000000 00000000'],
    ['getLink', [0, 0, 0, 0, 0], '20000000 12000100 00000000 00000000 00000000 00000000 00000000 00000000'],
    ['newLinkProperty', [0, 0, 0, 0, 0], '20000000 6c000100 00000000 00000000 00000000 00000000 00000000 00000000'],
    ['deleteLinkProperty', [0, 0, 0, 0, 0], '20000000 6d000100 00000000 00000000 00000000 00000000 00000000 00000000'],
    // family, prefix length, flags, scope, index
    ['newAddress', [2, 24, 3, 4, 5], '18000000 14000100 00000000 00000000 02180304 05000000'],
    ['deleteAddress', [2, 24, 3, 4, 5], '18000000 15000100 00000000 00000000 02180304 05000000'],
    ['getAddress', [2, 24, 3, 4, 5], '18000000 16000100 00000000 00000000 02180304 05000000'],
    // family, destination length, source length, tos, table, protocol, scope, type, flags
    ['newRoute', [2, 1, 2, 3, 4, 5, 6, 7, 8], '1c000000 18000100 00000000 00000000 02010203 04050607 08000000'],
    ['deleteRoute', [2, 1, 2, 3, 4, 5, 6, 7, 8], '1c000000 19000100 00000000 00000000 02010203 04050607 08000000'],
    ['getRoute', [2, 1, 2, 3, 4, 5, 6, 7, 8], '1c000000 1a000100 00000000 00000000 02010203 04050607 08000000'],
    // family, padded
    ['newNamespaceId', [2], '14000000 58000100 00000000 00000000 02000000'],
    ['getNamespaceId', [2], '14000000 5a000100 00000000 00000000 02000000'],
    // family, flags, reserved, index
    ['newTunnel', [7, 0, 5], '18000000 78000100 00000000 00000000 07000000 05000000'],
    ['deleteTunnel', [7, 0, 5], '18000000 79000100 00000000 00000000 07000000 05000000'],
    ['getTunnel', [7, 1, 5], '18000000 7a000100 00000000 00000000 07010000 05000000'],
    // family, destination length, source length, tos, table, action, flags
    ['newRule', [2, 1, 2, 3, 4, 5, 6], '1c000000 20000100 00000000 00000000 02010203 04000005 06000000'],
    ['deleteRule', [2, 1, 2, 3, 4, 5, 6], '1c000000 21000100 00000000 00000000 02010203 04000005 06000000'],
    ['getRule', [2, 0, 0, 0, 0, 0, 0], '1c000000 22000100 00000000 00000000 02000000 00000000 00000000'],
    // family, index, state, flags, type
    ['newNeighbor', [2, 5, 0x80, 3, 4], '1c000000 1c000100 00000000 00000000 02000000 05000000 80000304'],
    ['deleteNeighbor', [2, 5, 0, 0, 0], '1c000000 1d000100 00000000 00000000 02000000 05000000 00000000'],
    ['getNeighbor', [2, 5, 0, 8, 0], '1c000000 1e000100 00000000 00000000 02000000 05000000 00000800'],
    // family, padded
    ['getNeighborTable', [2], '14000000 42000100 00000000 00000000 02000000'],
    ['setNeighborTable', [2], '14000000 43000100 00000000 00000000 02000000'],
    // family, scope, protocol, flags
    ['newNexthop', [2, 1, 4, 4], '18000000 68000100 00000000 00000000 02010400 04000000'],
    ['deleteNexthop', [0, 0, 0, 0], '18000000 69000100 00000000 00000000 00000000 00000000'],
    ['getNexthop', [0, 0, 0, 0], '18000000 6a000100 00000000 00000000 00000000 00000000'],
    ['getNexthopBucket', [0, 0, 0, 0], '18000000 76000100 00000000 00000000 00000000 00000000'],
    // family, index
    ['newMulticastGroup', [7, 5], '18000000 54000100 00000000 00000000 07000000 05000000'],
    ['deleteMulticastGroup', [7, 5], '18000000 55000100 00000000 00000000 07000000 05000000'],
    ['getMulticastGroup', [7, 5], '18000000 56000100 00000000 00000000 07000000 05000000'],
    // command, version, reserved; the family's id is 0 here
    ['generic', [3, 1, ...family('fou')], '14000000 00000100 00000000 00000000 03010000'],
  ]

  it.each(headers)('of %s starts with its fixed header', (method, header, expected) => {
    expect(hex(encode(method, [0, 0, ...header]))).toBe(expected)
  })

  it('has the flags of its record', () => {
    const { method, words } = addBridge('br0', { flags: Nlm.create | Nlm.ack })
    expect(hex(encode(method, words).subarray(4, 8))).toBe('10000504')
  })

  it('that nobody knows throws TypeError', () => {
    expect(() => encode('newSomething', [0, 0, 0])).toThrow(TypeError)
  })
})

describe('an attribute', () => {
  it('of 8 bits is padded to a word', () => {
    expect(attributes(u8(7, 0xab))).toBe('05000700 ab000000')
  })
  it('of 16 bits is padded to a word', () => {
    expect(attributes(u16(7, 0x1234))).toBe('06000700 34120000')
  })
  it('of 32 bits is in host order', () => {
    expect(attributes(u32(7, 0x12345678))).toBe('08000700 78563412')
  })
  it('of 64 bits is in host order', () => {
    expect(attributes(u64(7, 0x0123456789abcdefn))).toBe('0c000700 efcdab89 67452301')
  })
  it('of 16 bits in network order', () => {
    expect(attributes(be16(7, 0x8100))).toBe('06000700 81000000')
  })
  it('of 32 bits in network order', () => {
    expect(attributes(be32(7, 0x12345678))).toBe('08000700 12345678')
  })
  it('of 64 bits in network order', () => {
    expect(attributes(be64(7, 0x0123456789abcdefn))).toBe('0c000700 01234567 89abcdef')
  })
  it('that is a flag has no payload', () => {
    expect(attributes(flag(7))).toBe('04000700')
  })
  it('of bytes has their length, and padding behind', () => {
    expect(attributes(bytes(7, [1, 2, 3, 4, 5]), flag(8))).toBe('09000700 01020304 05000000 04000800')
  })
  it('of no bytes is a header', () => {
    expect(attributes(bytes(7, []))).toBe('04000700')
  })
  it('of text ends with a NUL, which its length counts', () => {
    expect(attributes(string(3, 'eth0'))).toBe('09000300 65746830 00000000')
    expect(attributes(string(3, ''))).toBe('05000300 00000000')
  })
  it('that is nested has the length of what it holds', () => {
    expect(attributes(nest(0x8012, string(1, 'vlan'), nest(2, u16(1, 100))), u32(4, 1500))).toBe(
      '1c001280 09000100 766c616e 00000000 0c000200 06000100 64000000 08000400 dc050000',
    )
  })
  it('may hold a struct before its attributes', () => {
    expect(attributes(nest(1, raw([1, 2, 3, 4, 5, 6]), flag(3)))).toBe('10000100 01020304 05060000 04000300')
  })
  it('of next hops holds a struct rtnexthop for each', () => {
    const hops = nest(9, hop(1, 2, 3, be32(5, 0x0a000001)), hop(0, 0, 4))
    const route = encode('newRoute', [0, 0, ...Array(9).fill(0), ...hops])
    expect(hex(route.subarray(28))).toBe('1c000900 10000102 03000000 08000500 0a000001 08000000 04000000')
  })
  it('of 65,535 bytes is the longest', () => {
    const longest = encode('newLink', [0, 0, 0, 0, 0, 0, 0, ...bytes(1, new Uint8Array(65_531))])
    expect(hex(longest.subarray(32, 36))).toBe('ffff0100')
  })
  it('that is longer throws RangeError', () => {
    expect(() => attributes(bytes(1, new Uint8Array(65_532)))).toThrow(RangeError)
  })
  it('that is a nest and longer throws RangeError', () => {
    expect(() => attributes(nest(1, bytes(1, new Uint8Array(40_000)), bytes(1, new Uint8Array(40_000))))).toThrow(RangeError)
  })
})

describe('a name', () => {
  it.each([
    ['of an attribute', linkIndex(5, 'lo')],
    ['of the header', headerIndex('lo')],
    ['of a struct', nest(1, rawIndex('lo'))],
  ])('%s cannot be resolved here', (_, program) => {
    expect(() => attributes(program)).toThrow(TypeError)
  })
  it('of a hop cannot be resolved here', () => {
    const { method, words } = request('newRoute', Array(9).fill(0), nest(9, hop(0, 0, 0, hopIndex('lo'))))
    expect(() => encode(method, words)).toThrow(TypeError)
  })
})
