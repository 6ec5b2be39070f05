import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AddressMap } from '../../../lib/watch/objects/address-map.ts'

const same = <T>(value: T): T => value

describe('values by address', () => {
  it('are those of a Map, whatever is set and deleted', () => {
    const address = fc.oneof(
      fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      fc.integer({ min: 0x0a00_0000, max: 0x0a00_0040 }),
    )
    const step = fc.tuple(address, fc.option(fc.nat()))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), steps => {
        const [map, expected] = [new AddressMap<number>(), new Map<number, number>()]
        for (const [key, value] of steps) {
          if (value === null) map.delete(key)
          else map.set(key, value)
          if (value === null) expected.delete(key)
          else expected.set(key, value)
          expect(map.get(key)).toBe(expected.get(key))
        }
        for (const [key] of steps) expect(map.get(key)).toBe(expected.get(key))
        expect(map.size).toBe(expected.size)
        expect([...map.values(same)].sort()).toEqual([...expected.values()].sort())
      }),
    )
  })

  it('come once each while others come and go', () => {
    const map = new AddressMap<number>()
    for (let i = 0; i < 100; i++) map.set(i, i)
    const seen: number[] = []
    for (const value of map.values(same)) {
      seen.push(value)
      if (value < 50) map.delete(99 - value)
      map.set(1000 + value, 1000 + value)
      if (seen.length > 1000) break
    }
    expect(seen.filter(value => value < 50)).toEqual(Array.from({ length: 50 }, (_, i) => i))
  })

  it('are what a look has made of them', () => {
    const map = new AddressMap<number>()
    map.set(1, 10)
    expect([...map.values(value => value + 1)]).toEqual([11])
    expect(map.get(1)).toBe(11)
  })
})
