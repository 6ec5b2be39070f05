import { beforeAll, describe, expect, it } from 'vitest'
import { main } from '../../examples/bridge-address-on-the-port.mjs'
import { BYTES, crossed, ECHOES, ipShowsInside, linkInside, quietly } from '../support/inside.ts'
import type { Shown } from '../support/ip.ts'

interface Seen {
  received: number
  into: { rx: number; tx: number }[]
  addressed: string[]
  bridgeAddress: string
  hostNeighbors: Shown[]
  farNeighbors: Shown[]
}

describe('S4: an address on a bridge port', () => {
  const seen = new Map<string, Seen>()

  beforeAll(async () => {
    await quietly(() =>
      main(async ({ host, far }, link) => {
        let received = -1
        const ports = [
          [host, 'port'],
          [host, 'br0'],
        ] as const
        const into = await crossed(ports, async () => {
          received = (await far.ping('10.0.4.1', ECHOES)).received
        })
        const addresses = ipShowsInside(host, '-4', 'address', 'show')
        seen.set(link, {
          received,
          into,
          addressed: addresses.filter(({ addr_info }) => addr_info?.length > 0).map(({ ifname }) => ifname),
          bridgeAddress: linkInside(host, 'br0').address,
          hostNeighbors: ipShowsInside(host, 'neigh', 'show', 'to', '10.0.4.2'),
          farNeighbors: ipShowsInside(far, 'neigh', 'show', 'to', '10.0.4.1'),
        })
      }),
    )
  })

  it.each(['port', 'br0'])('has its address on %s, says ip', link => {
    expect(seen.get(link)?.addressed).toEqual([link])
  })

  it('is out of reach for the far end, although its frames enter the port', () => {
    expect(seen.get('port')?.received).toBe(0)
    expect(seen.get('port')?.into[0].rx).toBeGreaterThanOrEqual(BYTES)
  })

  it('is, because what enters the port goes up as the bridge’s', () => {
    const { into } = seen.get('port') as Seen
    // The bridge counts without Ethernet headers.
    expect(into[1].rx).toBeGreaterThanOrEqual(BYTES - ECHOES.count * 14)
  })

  it('is, because the far end is told the bridge’s hardware address', () => {
    const { farNeighbors, bridgeAddress } = seen.get('port') as Seen
    expect(farNeighbors).toEqual([expect.objectContaining({ dev: 'eth0', lladdr: bridgeAddress })])
  })

  it('is, because the host never hears an answer on the port to its own question', () => {
    const { hostNeighbors } = seen.get('port') as Seen
    const onPort = hostNeighbors.find(({ dev }) => dev === 'port')
    expect(onPort).toBeDefined()
    expect(onPort).not.toHaveProperty('lladdr')
    expect(['INCOMPLETE', 'FAILED']).toContain(onPort.state[0])
  })

  it('is reached on the bridge', () => {
    const { received, into } = seen.get('br0') as Seen
    expect(received).toBe(ECHOES.count)
    for (const { rx } of into) expect(rx).toBeGreaterThanOrEqual(BYTES - ECHOES.count * 14)
  })
})
