import { beforeAll, describe, expect, it } from 'vitest'
import { main } from '../../examples/veth-into-a-namespace.mjs'
import { BYTES, crossed, ECHOES, ipShowsInside, quietly } from '../support/inside.ts'

describe('S3: one end of a veth pair moved into a namespace', () => {
  const received: number[] = []
  const grown: { rx: number; tx: number }[][] = []
  let names: string[][]

  beforeAll(async () => {
    await quietly(() =>
      main(async ({ host, test }) => {
        names = [host, test].map(netns => ipShowsInside(netns, 'link', 'show').map(link => link.ifname))
        for (const [netns, to] of [
          [host, '10.0.3.2'],
          [test, '10.0.3.1'],
        ]) {
          const ends = [
            [host, 'veth0'],
            [test, 'veth1'],
          ] as const
          grown.push(await crossed(ends, async () => void received.push((await netns.ping(to, ECHOES)).received)))
        }
      }),
    )
  })

  it('has each end in its namespace only, says ip', () => {
    expect(names).toEqual([
      ['lo', 'veth0'],
      ['lo', 'veth1'],
    ])
  })

  it.each([
    ['from the one side', 0],
    ['from the other side', 1],
  ])('answers %s, across both veths', (_, way) => {
    expect(received[way]).toBe(ECHOES.count)
    for (const { rx, tx } of grown[way].flat()) {
      expect(rx).toBeGreaterThanOrEqual(BYTES)
      expect(tx).toBeGreaterThanOrEqual(BYTES)
    }
  })
})
