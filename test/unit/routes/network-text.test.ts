import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatIpv4Network, ipv4Network } from '../../../lib/routes/network-text.ts'

const network = fc.tuple(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.integer({ min: 0, max: 32 }))
const numbers = (text: string) => ({ ...ipv4Network(text), text: undefined })
const expected = ([bytes, length]: readonly [Uint8Array, number]) => ({
  address: new DataView(bytes.buffer, bytes.byteOffset).getInt32(0),
  length,
  text: undefined,
})

describe('ipv4Network', () => {
  it('has the numbers of a text that was just written, and of one before', () => {
    fc.assert(
      fc.property(network, network, (one, other) => {
        const [first, second] = [formatIpv4Network(one[0], 0, one[1]), formatIpv4Network(other[0], 0, other[1])]
        expect(numbers(second)).toEqual(expected(other))
        expect(numbers(first)).toEqual(expected(one))
        expect(numbers(second)).toEqual(expected(other))
      }),
    )
  })

  it('has zeros for the default', () => {
    formatIpv4Network(new Uint8Array([10, 0, 0, 0]), 0, 8)
    expect(numbers('default')).toEqual({ address: 0, length: 0, text: undefined })
  })
})
