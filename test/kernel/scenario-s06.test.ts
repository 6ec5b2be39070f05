import { beforeAll, describe, expect, it } from 'vitest'
import { main } from '../../examples/veth-across-two-namespaces.mjs'
import { BYTES, crossed, ECHOES, ipShowsInside, quietly } from '../support/inside.ts'
import type { Shown } from '../support/ip.ts'

describe('S6: a veth pair made in one request, each end in another namespace', () => {
  let made: Record<string, Shown[]>
  const received: number[] = []
  const grown: { rx: number; tx: number }[][] = []

  beforeAll(async () => {
    await quietly(() =>
      main(async ({ here, net1, net2 }, step) => {
        if (step === 'made') {
          const entries = Object.entries({ here, net1, net2 }).map(([name, netns]) => [
            name,
            ipShowsInside(netns, 'link', 'show'),
          ])
          made = Object.fromEntries(entries)
          return
        }
        for (const [netns, to] of [
          [net1, '10.10.0.20'],
          [net2, '10.10.0.10'],
        ]) {
          const ends = [
            [net1, 'veth1'],
            [net2, 'veth2'],
          ] as const
          grown.push(await crossed(ends, async () => void received.push((await netns.ping(to, ECHOES)).received)))
        }
      }),
    )
  })

  it.each([
    ['here', ['lo']],
    ['net1', ['lo', 'veth1']],
    ['net2', ['lo', 'veth2']],
  ])('%s has %j, says ip', (netns, names) => {
    expect(made[netns].map(link => link.ifname)).toEqual(names)
  })

  it.each(['net1', 'net2'])('is down in %s, with the id of the other end’s namespace', netns => {
    const [, veth] = made[netns]
    expect(veth.operstate).toBe('DOWN')
    expect(veth.link_netnsid).toBeTypeOf('number')
  })

  it('answers both ways once up, across both ends', () => {
    expect(received).toEqual([ECHOES.count, ECHOES.count])
    for (const { rx, tx } of grown.flat()) {
      expect(rx).toBeGreaterThanOrEqual(BYTES)
      expect(tx).toBeGreaterThanOrEqual(BYTES)
    }
  })
})
