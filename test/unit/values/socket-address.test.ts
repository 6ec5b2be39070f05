import { endianness } from 'node:os'
import { describe, expect, it } from 'vitest'
import { internetSocketAddress, unixSocketAddress } from '../../../lib/values/socket-address.ts'

const family = (low: number) => (endianness() === 'LE' ? [low, 0] : [0, low])

describe('internetSocketAddress', () => {
  it('writes struct sockaddr_in', () => {
    expect([...internetSocketAddress(Uint8Array.of(192, 0, 2, 1), 8000)]).toEqual([
      ...family(2), // AF_INET
      ...[0x1f, 0x40], // port 8000, network order
      ...[192, 0, 2, 1],
      ...Array(8).fill(0),
    ])
  })

  it('writes struct sockaddr_in6', () => {
    const address = Uint8Array.from({ length: 16 }, (_, i) => i)
    expect([...internetSocketAddress(address, 0xfffe)]).toEqual([
      ...family(10), // AF_INET6
      ...[0xff, 0xfe],
      ...[0, 0, 0, 0], // flow
      ...address,
      ...[0, 0, 0, 0], // scope
    ])
  })
})

describe('unixSocketAddress', () => {
  it('ends a path with NUL', () => {
    expect([...(unixSocketAddress('/a') ?? [])]).toEqual([...family(1), 0x2f, 0x61, 0])
  })

  it('takes an abstract name as it is, or padded', () => {
    expect([...(unixSocketAddress('\0a') ?? [])]).toEqual([...family(1), 0, 0x61])
    expect([...(unixSocketAddress('\0a', true) ?? [])]).toEqual([...family(1), 0, 0x61, ...Array(106).fill(0)])
  })

  it('refuses what is longer than sun_path', () => {
    expect(unixSocketAddress(`\0${'x'.repeat(107)}`)).toHaveLength(110)
    expect(unixSocketAddress(`\0${'x'.repeat(108)}`)).toBeUndefined()
    expect(unixSocketAddress('x'.repeat(107))).toHaveLength(110)
    expect(unixSocketAddress('x'.repeat(108))).toBeUndefined()
  })
})
