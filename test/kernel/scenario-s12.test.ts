import { beforeAll, describe, expect, it } from 'vitest'
import { main } from '../../examples/ipvlan-beside-its-parent.mjs'
import { BYTES, crossed, ECHOES, ipShowsInside, linkInside, quietly } from '../support/inside.ts'
import type { Shown } from '../support/ip.ts'
import { lackOf } from '../support/kernel.ts'

describe('S12: an ipvlan beside its parent', () => {
  const lack = lackOf('ipvlan')
  if (lack !== undefined) return it('has its parent’s address', context => context.skip(lack))

  let parent: Shown
  let ipvlan: Shown
  let known: Shown[]
  let received: number[]
  let grown: { rx: number; tx: number }[]

  beforeAll(async () => {
    await quietly(() =>
      main(async ({ host, box, neighbor }) => {
        const echoes = { ...ECHOES, timeout: 300 }
        const links = [
          [neighbor, 'eth0'],
          [host, 'eth0'],
          [box, 'ip0'],
        ] as const
        received = []
        grown = await crossed(links, async () => void received.push((await neighbor.ping('10.0.12.2', ECHOES)).received))
        received.push((await box.ping('10.0.12.3', ECHOES)).received)
        received.push((await box.ping('10.0.12.1', echoes)).received)
        received.push((await host.ping('10.0.12.2', echoes)).received)
        parent = linkInside(host, 'eth0')
        ipvlan = linkInside(box, 'ip0')
        known = ipShowsInside(neighbor, '-4', 'neigh', 'show')
      }),
    )
  })

  it('is an ipvlan in mode l2, says ip', () => {
    expect(ipvlan.linkinfo).toMatchObject({ info_kind: 'ipvlan', info_data: { mode: 'l2' } })
  })

  it('has the hardware address of its parent, says ip', () => {
    expect(ipvlan.address).toBe(parent.address)
  })

  it('is known to the neighbor by that address, as its parent is', () => {
    const at = (dst: string) => known.find(entry => entry.dst === dst)?.lladdr
    expect([at('10.0.12.1'), at('10.0.12.2')]).toEqual([parent.address, parent.address])
  })

  it('is reached by the neighbor, by way of the wire and its parent', () => {
    expect(received[0]).toBe(ECHOES.count)
    const [neighbor, wire, box] = grown
    expect(neighbor.tx).toBeGreaterThanOrEqual(BYTES)
    expect(wire.rx).toBeGreaterThanOrEqual(BYTES)
    expect(box.rx).toBeGreaterThanOrEqual(BYTES - ECHOES.count * 14)
  })

  it('reaches the neighbor', () => {
    expect(received[1]).toBe(ECHOES.count)
  })

  it('and its parent do not reach each other', () => {
    expect(received.slice(2)).toEqual([0, 0])
  })
})
