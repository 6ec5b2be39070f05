import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allowedIpSize } from '../../../lib/wireguard/allowed-ip.ts'
import { fragment, type PeerFragment } from '../../../lib/wireguard/fragments.ts'

const PEER = 160

interface Peer {
  publicKey: string
  endpoint?: string
  flags?: string[]
  allowedIps?: string[]
}

const networks = fc.array(fc.constantFrom('10.0.0.0/8', '2001:db8::/32'), { maxLength: 30 })
const peers: fc.Arbitrary<Peer[]> = fc
  .array(networks, { maxLength: 8 })
  .map(lists => lists.map((allowedIps, i) => ({ publicKey: String(i), endpoint: 'x', allowedIps })))

function sizeOf(fragments: readonly PeerFragment[]): number {
  return fragments.reduce((size, { options }) => {
    const { allowedIps = [] } = options as Peer
    return size + PEER + allowedIps.reduce((sum, network) => sum + allowedIpSize(network), 0)
  }, 0)
}

describe('fragment', () => {
  it('puts everything that fits into one message, as it is', () => {
    const given: Peer[] = [{ publicKey: 'a', allowedIps: ['10.0.0.0/8'] }, { publicKey: 'b' }]
    expect(fragment(given as never[])).toEqual([
      [
        { options: given[0], peer: 0, skipped: 0 },
        { options: given[1], peer: 1, skipped: 0 },
      ],
    ])
  })

  it('makes one message without peers when there are none', () => {
    expect(fragment([])).toEqual([[]])
  })

  it('says everything but the networks of a peer once, and that it must not be made every time', () => {
    const allowedIps = Array<string>(10).fill('10.0.0.0/8')
    const given: Peer = { publicKey: 'a', endpoint: 'x', flags: ['replaceAllowedIps', 'updateOnly'], allowedIps }
    const [[first], ...later] = fragment([given as never], PEER + 3 * 28)
    expect(first.options).toEqual({ ...given, allowedIps: allowedIps.slice(0, 3) })
    expect(later.map(([{ skipped }]) => skipped)).toEqual([3, 6, 9])
    for (const [{ options }] of later) expect(options).toMatchObject({ publicKey: 'a', flags: ['updateOnly'] })
    for (const [{ options }] of later) expect(options).not.toHaveProperty('endpoint')
  })

  it('loses nothing, repeats nothing, keeps the order and the limit', () => {
    fc.assert(
      fc.property(peers, fc.integer({ min: PEER + 40, max: 1000 }), (given, limit) => {
        const messages = fragment(given as never[], limit)
        for (const message of messages) expect(sizeOf(message)).toBeLessThanOrEqual(limit)
        const joined = new Map<number, string[]>()
        for (const { options, peer, skipped } of messages.flat()) {
          const so = joined.get(peer) ?? []
          expect(skipped).toBe(so.length)
          joined.set(peer, [...so, ...((options as Peer).allowedIps ?? [])])
        }
        expect([...joined.keys()]).toEqual(given.map((_, i) => i))
        expect([...joined.values()]).toEqual(given.map(({ allowedIps }) => allowedIps))
      }),
    )
  })
})
