import { beforeAll, describe, expect, it } from 'vitest'
import { main } from '../../examples/macvlan-bridge-and-private.mjs'
import { BYTES, crossed, ECHOES, linkInside, quietly } from '../support/inside.ts'
import { lackOf } from '../support/kernel.ts'

interface Seen {
  modes: string[]
  addresses: string[]
  between: number
  fromParent: number
  wire: { rx: number; tx: number }
  far: { rx: number; tx: number }
}

describe('S11: two macvlans on one parent', () => {
  const lack = lackOf('macvlan')
  if (lack !== undefined) return it('reach each other in mode bridge', context => context.skip(lack))

  const seen = new Map<string, Seen>()

  beforeAll(async () => {
    await quietly(() =>
      main(async ({ host, net1, net2 }, mode) => {
        const links = [net1, net2].map(netns => linkInside(netns, 'mac0'))
        let between = -1
        const [wire, far] = await crossed(
          [
            [host, 'eth0'],
            [net2, 'mac0'],
          ],
          async () => {
            between = (await net1.ping('10.0.11.2', { ...ECHOES, timeout: 300 })).received
          },
        )
        seen.set(mode, {
          modes: links.map(({ linkinfo }) => linkinfo.info_data.mode),
          addresses: [linkInside(host, 'eth0').address, ...links.map(({ address }) => address)],
          between,
          fromParent: (await host.ping('10.0.11.1', { ...ECHOES, timeout: 300 })).received,
          wire,
          far,
        })
      }),
    )
  })

  it.each(['bridge', 'private'])('are in mode %s when it is their turn, says ip', mode => {
    expect(seen.get(mode)?.modes).toEqual([mode, mode])
  })

  it('have hardware addresses of their own', () => {
    expect(new Set(seen.get('bridge')?.addresses).size).toBe(3)
  })

  it('reach each other in mode bridge, without the wire', () => {
    const { between, far, wire } = seen.get('bridge') as Seen
    expect(between).toBe(ECHOES.count)
    expect(far.rx).toBeGreaterThanOrEqual(BYTES - ECHOES.count * 14)
    expect(wire.tx).toBeLessThan(BYTES / 2)
  })

  it('do not in mode private', () => {
    const { between, far } = seen.get('private') as Seen
    expect(between).toBe(0)
    expect(far.rx).toBeLessThan(BYTES / 2)
  })

  it.each(['bridge', 'private'])('are out of reach for their parent in mode %s', mode => {
    expect(seen.get(mode)?.fromParent).toBe(0)
  })
})
