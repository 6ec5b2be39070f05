import { beforeAll, describe, expect, it } from 'vitest'
import { main as bridgeMain } from '../../examples/vlan-aware-bridge.mjs'
import { main as wireMain } from '../../examples/vlans-on-one-wire.mjs'
import type { Netns } from '../../lib/index.ts'
import { BYTES, crossed, ECHOES, linkInside, quietly, runInsideHeld } from '../support/inside.ts'
import type { Shown } from '../support/ip.ts'
import { hasFeature, lackOf, lackOfFeature } from '../support/kernel.ts'

/** Echoes to every host of the network, as frames to everybody: what hears them is in the same VLAN. */
const EVERYBODY = '10.0.10.255'
const ETHERNET_HEADERS = ECHOES.count * 14
const TAGS = ECHOES.count * 4

describe('S10: VLANs on one wire', () => {
  const lack = lackOf('vlan')
  if (lack !== undefined) return it('keep their frames apart', context => context.skip(lack))

  let ids: number[]
  const received: number[] = []
  let grown: { rx: number; tx: number }[]

  beforeAll(async () => {
    await quietly(() =>
      wireMain(async (wire, hosts: { netns: Netns }[]) => {
        const [west2, west3, east2, east3] = hosts.map(({ netns }) => netns)
        ids = hosts.map(({ netns }) => linkInside(netns, 'lan0').linkinfo.info_data.id)
        for (const [from, to] of [
          [west2, '10.0.10.3'],
          [west3, '10.0.10.4'],
          [west2, '10.0.10.4'],
          [east3, '10.0.10.1'],
        ] as const)
          received.push((await from.ping(to, { ...ECHOES, timeout: 300 })).received)
        const links = [
          [wire.west, 'eth0'],
          [east2, 'lan0'],
          [west3, 'lan0'],
          [east3, 'lan0'],
        ] as const
        grown = await crossed(links, () => west2.ping(EVERYBODY, { ...ECHOES, timeout: 300 }))
      }),
    )
  })

  it('are 2 and 3 at both ends, says ip', () => {
    expect(ids).toEqual([2, 3, 2, 3])
  })

  it('answer within each VLAN, across the wire', () => {
    expect(received.slice(0, 2)).toEqual([ECHOES.count, ECHOES.count])
  })

  it('do not answer from one VLAN to the other', () => {
    expect(received.slice(2)).toEqual([0, 0])
  })

  it('carry frames to everybody to their own VLAN only', () => {
    const [wire, east2, west3, east3] = grown
    expect(wire.tx).toBeGreaterThanOrEqual(BYTES + TAGS)
    expect(east2.rx).toBeGreaterThanOrEqual(BYTES - ETHERNET_HEADERS)
    for (const other of [west3, east3]) expect(other.rx).toBeLessThan(BYTES / 2)
  })
})

describe('S10: a bridge that knows VLANs', () => {
  const lack =
    lackOf('vlan') ?? (hasFeature('bridge vlan filtering') ? undefined : lackOfFeature('bridge', 'bridge vlan filtering'))
  if (lack !== undefined) return it('keeps them apart', context => context.skip(lack))

  let vlans: Shown[]
  const received = new Map<string, number>()
  let grown: { rx: number; tx: number }[]

  beforeAll(async () => {
    await quietly(() =>
      bridgeMain(async ({ bridge, ...hosts }) => {
        vlans = JSON.parse(runInsideHeld(bridge, 'bridge', '-j', '-c', 'vlan', 'show'))
        const { a1, a2, b1, c1, d1 } = hosts
        for (const [from, to] of [
          [a1, a2],
          [a1, c1],
          [b1, d1],
          [a1, b1],
          [a1, d1],
          [b1, c1],
        ]) {
          const echoes = await from.netns.ping(to.address, { ...ECHOES, timeout: 300 })
          received.set(`${from.name} → ${to.name}`, echoes.received)
        }
        const ends = [
          [bridge, 'trunk'],
          [a2.netns, 'eth0'],
          [b1.netns, 'eth0'],
          [c1.netns, 'lan0'],
          [d1.netns, 'lan0'],
        ] as const
        grown = await crossed(ends, () => a1.netns.ping(EVERYBODY, { ...ECHOES, timeout: 300 }))
      }),
    )
  })

  it('has untagged and tagged ports, says bridge', () => {
    const access = (vlan: number) => [{ vlan, flags: ['PVID', 'Egress Untagged'] }]
    expect(vlans.filter(({ vlans }) => vlans.length > 0)).toEqual([
      { ifname: 'a1', vlans: access(2) },
      { ifname: 'a2', vlans: access(2) },
      { ifname: 'b1', vlans: access(3) },
      { ifname: 'trunk', vlans: [{ vlan: 2 }, { vlan: 3 }] },
    ])
  })

  it('answers within each VLAN, from port to port and across the trunk', () => {
    expect(['a1 → a2', 'a1 → c1', 'b1 → d1'].map(way => received.get(way))).toEqual(Array(3).fill(ECHOES.count))
  })

  it('does not answer from one VLAN to the other', () => {
    expect(['a1 → b1', 'a1 → d1', 'b1 → c1'].map(way => received.get(way))).toEqual([0, 0, 0])
  })

  it('sends frames to everybody to the ports of their VLAN, and by the trunk with a tag', () => {
    const [trunk, a2, b1, c1, d1] = grown
    expect(a2.rx).toBeGreaterThanOrEqual(BYTES)
    expect(trunk.tx).toBeGreaterThanOrEqual(BYTES + TAGS)
    expect(c1.rx).toBeGreaterThanOrEqual(BYTES - ETHERNET_HEADERS)
    for (const other of [b1, d1]) expect(other.rx).toBeLessThan(BYTES / 2)
  })
})
