import { beforeAll, describe, expect, it } from 'vitest'
import { main } from '../../examples/veth-pair-in-one-namespace.mjs'
import { crossed, ECHOES, ipShowsInside, linkInside, quietly } from '../support/inside.ts'
import type { Shown } from '../support/ip.ts'

describe('S1: a veth pair in one namespace, both ends down and addressed', () => {
  let echo: { sent: number; received: number }
  let grown: { rx: number; tx: number }[]
  let veths: Shown[]
  let local: Shown[]

  beforeAll(async () => {
    await quietly(() =>
      main(async ({ host }) => {
        const links = ['lo', 'veth0', 'veth1'].map(name => [host, name] as const)
        grown = await crossed(links, async () => {
          echo = await host.ping('10.0.1.1', { ...ECHOES, from: '10.0.1.2' })
        })
        veths = ['veth0', 'veth1'].map(name => linkInside(host, name))
        local = ipShowsInside(host, '-4', 'route', 'show', 'table', 'local')
      }),
    )
  })

  it('has both links down, says ip', () => {
    expect(veths.map(({ operstate, flags }) => [operstate, flags.includes('UP')])).toEqual([
      ['DOWN', false],
      ['DOWN', false],
    ])
  })

  it('answers', () => {
    expect(echo).toMatchObject({ sent: ECHOES.count, received: ECHOES.count })
  })

  it('crosses lo, there and back, and neither veth', () => {
    const [lo, ...others] = grown
    // Requests and replies: each goes out and comes in at lo, without an Ethernet header worth counting.
    expect(lo.rx).toBeGreaterThanOrEqual(2 * ECHOES.count * ECHOES.size)
    expect(lo.tx).toBe(lo.rx)
    expect(others).toEqual([
      { rx: 0, tx: 0 },
      { rx: 0, tx: 0 },
    ])
  })

  it.each(['10.0.1.1', '10.0.1.2'])('has %s in table local, as ip shows it', address => {
    expect(local).toContainEqual(expect.objectContaining({ type: 'local', dst: address, scope: 'host', protocol: 'kernel' }))
  })
})
