import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatMac, parseMac } from '../../../lib/values/mac.ts'

function bytesOf(text: string, most = 32): number[] {
  const bytes = new Uint8Array(32)
  return [...bytes.subarray(0, parseMac(text, bytes, 0, most))]
}

describe('parseMac', () => {
  it.each([
    ['02:00:00:00:00:0a', [2, 0, 0, 0, 0, 10]],
    ['02-00-00-00-00-0A', [2, 0, 0, 0, 0, 10]],
    ['7f:00:00:01', [127, 0, 0, 1]],
    ['ff', [255]],
  ])('reads %s', (text, expected) => {
    expect(bytesOf(text)).toEqual(expected)
  })

  it.each([
    '',
    '0',
    '2:0:0:0:0:a',
    '02:00:00:00:00',
    '02:00:00:00:00:0a:',
    '02:00-00:00:00:0a',
    '020000000000',
    '0g:00:00:00:00:00',
    '02:00:00:00:00: a',
  ])('does not read %j as six bytes', text => {
    expect(bytesOf(text)).not.toHaveLength(6)
  })

  it('takes no more bytes than there is room for', () => {
    expect(bytesOf('01:02:03:04:05:06:07', 6)).toEqual([])
  })

  it('reads what formatMac writes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 32 }), bytes => {
        expect(bytesOf(formatMac(bytes, 0, bytes.length))).toEqual([...bytes])
      }),
    )
  })
})

describe('formatMac', () => {
  it('writes lower case with colons, as ip does', () => {
    expect(formatMac(Uint8Array.of(0, 0xab, 0xcd, 0xef, 1, 2, 3), 1, 6)).toBe('ab:cd:ef:01:02:03')
  })

  it('writes nothing for no bytes', () => {
    expect(formatMac(new Uint8Array(0), 0, 0)).toBe('')
  })
})
