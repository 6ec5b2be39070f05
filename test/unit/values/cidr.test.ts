import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clearHostBits, contains, hasHostBits, NO_PREFIX, parseCidr, readCidr } from '../../../lib/values/cidr.ts'
import { formatIp } from '../../../lib/values/ip.ts'

const bytes = new Uint8Array(16)

function parsed(text: string): string | number {
  const result = parseCidr(text, bytes, 0)
  if (result <= 0) return result
  const prefix = result & 0xff
  return `${formatIp(bytes, 0, result >> 8)}${prefix === NO_PREFIX ? '' : `/${prefix}`}`
}

describe('parseCidr', () => {
  it.each(['10.0.0.1', '10.0.0.0/8', '0.0.0.0/0', '255.255.255.255/32', '::/0', 'fd00::1', 'fd00::/64', '::1/128'])(
    'reads %s',
    text => {
      expect(parsed(text)).toBe(text)
    },
  )

  it.each([
    '',
    '/',
    '10',
    '10.0.0',
    '10.0.0/8',
    '10.0.0.0/',
    '10.0.0.0/x',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '10.0.0.256/8',
    '010.0.0.0/8',
    '10..0.0/8',
    '.10.0.0/8',
    '10.0.0.0.0/8',
    ' 10.0.0.0/8',
    'fd00:::/64',
    'fd00::/',
    'default',
  ])('takes "%s" for no address', text => {
    expect(parsed(text)).toBe(0)
  })

  it.each([
    ['10.0.0.0/33', -4],
    ['10.0.0.0/99999999999', -4],
    ['fd00::/129', -16],
  ])('says of %s that the prefix does not fit', (text, result) => {
    expect(parsed(text)).toBe(result)
  })

  it('reads every IPv4 network', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 0, max: 32 }), (address, prefix) => {
        expect(parsed(`${address}/${prefix}`)).toBe(`${address}/${prefix}`)
      }),
    )
  })
})

describe('host bits', () => {
  it.each([
    ['10.0.0.0', 8, false],
    ['10.0.0.1', 8, true],
    ['10.128.0.0', 8, true],
    ['10.0.0.1', 32, false],
    ['0.0.0.0', 0, false],
    ['128.0.0.0', 0, true],
    ['10.0.0.2', 31, false],
    ['10.0.0.3', 31, true],
  ])('%s/%i: %j', (text, prefix, set) => {
    parseCidr(text, bytes, 0)
    expect(hasHostBits(bytes, 0, 4, prefix)).toBe(set)
    clearHostBits(bytes, 0, 4, prefix)
    expect(hasHostBits(bytes, 0, 4, prefix)).toBe(false)
  })
})

describe('contains', () => {
  it.each([
    ['10.0.0.0/8', '10.1.2.3', true],
    ['10.0.0.0/8', '10.0.0.0/8', true],
    ['10.0.0.0/8', '0.0.0.0/0', false],
    ['10.0.0.0/8', '11.0.0.0/8', false],
    ['10.128.0.0/9', '10.127.0.0/16', false],
    ['10.128.0.0/9', '10.200.0.0/16', true],
    ['0.0.0.0/0', '1.2.3.4', true],
    ['0.0.0.0/0', '::1', false],
    ['fd00::/8', 'fd12::/16', true],
    ['fd00::/127', 'fd00::1', true],
    ['fd00::/127', 'fd00::2', false],
  ])('%s, %s: %j', (outer, inner, inside) => {
    expect(contains(readCidr(outer)!, readCidr(inner)!)).toBe(inside)
  })
})
