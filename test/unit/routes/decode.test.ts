import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeRoute } from '../../../lib/routes/decode.ts'
import { decodeAnyRoute, routeTable } from '../../../lib/routes/route-table.ts'
import { Message } from '../../../lib/schema/message.ts'
import { given } from '../../support/wire.ts'

/** An attribute, padded. */
function attribute(type: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array((4 + payload.length + 3) & ~3)
  new DataView(bytes.buffer).setUint16(0, 4 + payload.length, true)
  new DataView(bytes.buffer).setUint16(2, type, true)
  bytes.set(payload, 4)
  return bytes
}

const payload = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })

/** Numbers and likely lengths of what a route may have, those that the kernel sends most among them. */
const attributes = fc.array(
  fc
    .tuple(fc.constantFrom(1, 3, 4, 5, 6, 7, 11, 12, 15, 16, 18, 20, 23, 25, 30, 99), fc.constantFrom(0, 1, 3, 4, 8, 16, 18, 32))
    .chain(([type, length]) =>
      payload(length).map(bytes => attribute(type, type === 12 && length === 32 ? bytes.fill(0) : bytes)),
    ),
  { maxLength: 6 },
)

const messages = fc
  .tuple(fc.constantFrom(2, 2, 10, 10, 28, 128), fc.constantFrom(0, 8, 24, 32, 64, 128), payload(10), attributes)
  .map(([family, prefix, header, parts]) => {
    header[0] = header[0] > 200 ? 64 : 0
    return Buffer.concat([Uint8Array.of(family, prefix), header, ...parts])
  })

describe('decodeRoute', () => {
  it('answers the same as the rows, whatever the attributes', () => {
    fc.assert(
      fc.property(messages, bytes => {
        const message = new Message(new Uint8Array(bytes))
        expect(given(decodeRoute(message, 0, bytes.length))).toEqual(given(decodeAnyRoute(message, 0, bytes.length)))
      }),
      { numRuns: 2000 },
    )
  })

  it('answers the same as the rows for a plain route, and for one cut short anywhere', () => {
    const u32 = (value: number) => new Uint8Array(Uint32Array.of(value).buffer)
    const parts = [
      [15, u32(1000)],
      [1, Uint8Array.of(10, 1, 2, 0)],
      [6, u32(7)],
      [7, Uint8Array.of(10, 0, 0, 1)],
      [5, Uint8Array.of(10, 0, 0, 2)],
      [4, u32(3)],
    ] as const
    const bytes = Buffer.concat([
      Uint8Array.of(2, 24, 0, 16, 252, 186, 0, 1, 4, 0, 0, 0),
      ...parts.map(([type, value]) => attribute(type, value)),
    ])
    for (let end = 12; end <= bytes.length; end++) {
      const message = new Message(new Uint8Array(bytes.subarray(0, end)))
      expect(given(decodeRoute(message, 0, end))).toEqual(given(decodeAnyRoute(message, 0, end)))
    }
    expect(given(decodeRoute(new Message(new Uint8Array(bytes)), 0, bytes.length))).toEqual({
      family: 'inet',
      to: '10.1.2.0/24',
      type: 'unicast',
      table: 1000,
      protocol: 'bgp',
      scope: 'global',
      via: '10.0.0.2',
      link: 3,
      metric: 7,
      preferredSource: '10.0.0.1',
      tos: 16,
      onLink: true,
      pervasive: false,
      flags: ['onlink'],
    })
  })

  it('takes the last of two destinations, as the rows do', () => {
    const header = Uint8Array.of(10, 128, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0)
    const [first, last] = [new Uint8Array(16), new Uint8Array(16).fill(1, 15)]
    const bytes = Buffer.concat([header, attribute(1, first), attribute(1, last)])
    const message = new Message(new Uint8Array(bytes))
    expect(decodeRoute(message, 0, bytes.length).to).toBe('::1/128')
    expect(given(decodeRoute(message, 0, bytes.length))).toEqual(given(decodeAnyRoute(message, 0, bytes.length)))
  })

  it('has properties of rows only', () => {
    const message = new Message(Uint8Array.of(2, 0, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0))
    for (const key of Object.keys(decodeRoute(message, 0, 12))) expect(routeTable.field(key)).toBeDefined()
  })

  it('keeps attributes that it does not know', () => {
    const bytes = Buffer.concat([Uint8Array.of(2, 0, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0), attribute(99, Uint8Array.of(1, 2, 3))])
    const route = decodeRoute(new Message(new Uint8Array(bytes)), 0, bytes.length)
    expect(route.unknown).toEqual([{ type: 99, bytes: Uint8Array.of(1, 2, 3) }])
  })
})
