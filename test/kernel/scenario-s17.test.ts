import { beforeAll, describe, expect, it } from 'vitest'
import { main } from '../../examples/two-namespaces-and-a-bridge.mjs'
import { BYTES, crossed, ECHOES, ipShowsInside, linkInside, quietly } from '../support/inside.ts'
import type { Shown } from '../support/ip.ts'

describe('S17: two namespaces joined through a bridge', () => {
  let lines: string[]
  let address: Shown
  let routes: Shown[]
  let masters: string[]
  const received: number[] = []
  const grown: { rx: number; tx: number }[][] = []

  beforeAll(async () => {
    lines = await quietly(() =>
      main(async ({ host, ns1, ns2 }) => {
        address = ipShowsInside(host, '-4', 'address', 'show', 'dev', 'br1')[0]
        routes = ipShowsInside(host, '-4', 'route', 'show', 'table', 'main')
        masters = ['veth1', 'veth2'].map(name => linkInside(host, name).master)
        for (const [netns, to, ...ports] of [
          [host, '192.168.1.11', 'br1', 'veth1'],
          [host, '192.168.1.12', 'br1', 'veth2'],
          [ns1, '192.168.1.12', 'veth1', 'veth2'],
          [ns2, '192.168.1.11', 'veth2', 'veth1'],
        ] as const) {
          const links = ports.map(name => [host, name] as const)
          grown.push(await crossed(links, async () => void received.push((await netns.ping(to, ECHOES)).received)))
        }
      }),
    )
  })

  it('has the broadcast address 192.168.1.255 on the bridge, says ip', () => {
    expect(address.addr_info).toEqual([
      expect.objectContaining({ local: '192.168.1.10', prefixlen: 24, broadcast: '192.168.1.255' }),
    ])
  })

  it('has the kernel’s own route to the network, says ip', () => {
    const expected = { dst: '192.168.1.0/24', dev: 'br1', protocol: 'kernel', scope: 'link', prefsrc: '192.168.1.10' }
    expect(routes).toEqual([expect.objectContaining(expected)])
  })

  it('has both veths as ports of br1, says ip', () => {
    expect(masters).toEqual(['br1', 'br1'])
  })

  it.each([
    ['host → ns1', 0],
    ['host → ns2', 1],
    ['ns1 → ns2', 2],
    ['ns2 → ns1', 3],
  ])('%s is answered, across the bridge', (_, way) => {
    expect(received[way]).toBe(ECHOES.count)
    for (const { rx, tx } of grown[way]) {
      // The bridge counts what it hands up without Ethernet headers.
      expect(rx).toBeGreaterThanOrEqual(BYTES - ECHOES.count * 14)
      expect(tx).toBeGreaterThanOrEqual(BYTES - ECHOES.count * 14)
    }
  })

  it('tells what was built, and that everything is gone', () => {
    const text = lines.join('\n')
    expect(text).toMatch(/br1 +bridge +up .* 192\.168\.1\.10\/24 brd 192\.168\.1\.255/)
    expect(text).toMatch(/192\.168\.1\.0\/24 .*br1 +kernel +link +192\.168\.1\.10/)
    expect(text).toMatch(/ns1 → ns2 +192\.168\.1\.12 +3 of 3/)
    expect(text).toMatch(/no descriptor of this process is in one of the three/)
    expect(text).toMatch(/All of it is gone/)
  })
})
