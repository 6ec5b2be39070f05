import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatLink, type Link } from '../../lib/index.ts'
import { shownLink, shownNames } from '../support/ip.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { ip } from '../support/test-namespaces.ts'

let ns: NamedNetns
let other: NamedNetns

beforeAll(async () => {
  ns = await createNamespace()
  other = await createNamespace()
  await Promise.all([
    ns.links.set('lo', { up: true }),
    ns.links.add({ kind: 'bridge', name: 'br0', up: true }),
    ns.links.add({ kind: 'bridge', name: 'br1', group: 5 }),
    ns.links.add({ kind: 'veth', name: 'v0', master: 'br0', up: true, veth: { peer: { name: 'v0p', up: true } } }),
    ns.links.add({ kind: 'veth', name: 'v1', master: 'br0', group: 5, veth: { peer: { name: 'v1p' } } }),
    ns.links.add({ kind: 'veth', name: 'v2', master: 'br1', group: 5, up: true, veth: { peer: { name: 'v2p', netns: other } } }),
    ns.links.add({ kind: 'ifb', name: 'ifb', altNames: 'the-other-name-of-ifb' }),
  ])
  await ns.ping('127.0.0.1', { count: 3, interval: 1 })
})
afterAll(closeNamespaces)

const names = (links: readonly Link[]) => links.map(link => link.name)

describe('links.get', () => {
  it('finds a link by index, by name, by alternative name and by Link', async () => {
    const link = await ns.links.get('ifb')
    expect(await ns.links.get(link.index)).toEqual(link)
    expect(await ns.links.get('the-other-name-of-ifb')).toEqual(link)
    expect(await ns.links.get(link)).toEqual(link)
  })

  it('counts as ip does', async () => {
    const { statistics } = await ns.links.get('lo')
    const { rx, tx } = shownLink(ns.name, 'lo').stats64
    expect(rx.packets).toBeGreaterThanOrEqual(6)
    expect(statistics).toMatchObject({
      rxPackets: rx.packets,
      rxBytes: rx.bytes,
      rxErrors: rx.errors,
      rxDropped: rx.dropped,
      rxOverErrors: rx.over_errors,
      multicast: rx.multicast,
      txPackets: tx.packets,
      txBytes: tx.bytes,
      txErrors: tx.errors,
      txDropped: tx.dropped,
      txCarrierErrors: tx.carrier_errors,
      collisions: tx.collisions,
    })
  })

  it('leaves the IPv6 counters out when asked to', async () => {
    expect((await ns.links.get('lo')).families?.inet6?.statistics?.count).toBeGreaterThan(30)
    expect((await ns.links.get('lo', { statistics: false })).families?.inet6?.statistics).toBeUndefined()
  })

  it('knows every attribute that this kernel sends', async () => {
    expect((await ns.links.list()).flatMap(link => link.unknown ?? [])).toEqual([])
  })

  it.each<[string, string | number]>([
    ['name', 'missing'],
    ['long name', 'missing-and-longer-than-15-bytes'],
    ['index', 999_999],
  ])('says that there is no link of that %s', async (_, link) => {
    await expect(ns.links.get(link)).rejects.toMatchObject({
      name: 'NetlinkError',
      code: 'ENODEV',
      operation: 'links.get',
      message: expect.stringContaining(typeof link === 'number' ? `no link with index ${link}` : `no link "${link}"`),
    })
  })
})

describe('links.list', () => {
  it('lists what ip lists, in its order', async () => {
    expect(names(await ns.links.list())).toEqual(shownNames(ns.name))
  })

  it('gives each link as get gives it', async () => {
    // Timers run in a bridge and its ports while they are up.
    for (const link of await ns.links.list({ up: false })) expect(link).toEqual(await ns.links.get(link.index))
  })

  it.each<[string, Parameters<NamedNetns['links']['list']>[0], string[]]>([
    ['kind', { kind: 'bridge' }, ['type', 'bridge']],
    ['kind', { kind: 'ifb' }, ['type', 'ifb']],
    ['master', { master: 'br0' }, ['master', 'br0']],
    ['up', { up: true }, ['up']],
    ['group', { group: 5 }, ['group', '5']],
    ['master and kind', { master: 'br0', kind: 'veth' }, ['master', 'br0', 'type', 'veth']],
    ['master and up', { master: 'br0', up: true }, ['up', 'master', 'br0']],
  ])('filters by %s as ip does', async (_, filter, words) => {
    const listed = names(await ns.links.list(filter))
    expect(listed).not.toEqual([])
    expect(listed).toEqual(shownNames(ns.name, ...words))
  })

  it('takes a master by index and as Link', async () => {
    const master = await ns.links.get('br0')
    expect(names(await ns.links.list({ master: master.index }))).toEqual(['v0', 'v1'])
    expect(names(await ns.links.list({ master }))).toEqual(['v0', 'v1'])
  })

  it('lists links that are down', async () => {
    expect(names(await ns.links.list({ up: false, group: 5 }))).toEqual(['br1', 'v1'])
  })

  it('lists nothing when nothing matches', async () => {
    expect(await ns.links.list({ kind: 'vxlan' })).toEqual([])
  })

  it('says that the master is not there', async () => {
    await expect(ns.links.list({ master: 'missing' })).rejects.toMatchObject({
      code: 'ENODEV',
      operation: 'links.list',
      option: 'master',
    })
  })

  it('leaves the IPv6 counters out when asked to', async () => {
    const links = await ns.links.list({}, { statistics: false })
    expect(links.map(link => link.families?.inet6?.statistics)).toEqual(links.map(() => undefined))
  })
})

describe('links.stream', () => {
  it('gives what list gives, one by one', async () => {
    const links: Link[] = []
    for await (const link of ns.links.stream({ up: false })) links.push(link)
    expect(links).toEqual(await ns.links.list({ up: false }))
  })

  it('filters as list does', async () => {
    const links: Link[] = []
    for await (const link of ns.links.stream({ master: 'br0' })) links.push(link)
    expect(names(links)).toEqual(['v0', 'v1'])
  })

  it('may be left in the middle', async () => {
    for await (const link of ns.links.stream()) {
      expect(link.name).toBe('lo')
      break
    }
    expect(names(await ns.links.list())).toContain('ifb')
  })
})

/** The first line of each link. */
function linesOf({ name }: NamedNetns): string[] {
  const lines = ip('-n', name, 'link', 'show').split('\n')
  return lines.filter(line => /^\d/.test(line)).map(line => line.trimEnd())
}

describe('formatLink', () => {
  it('prints the line of a link that waits for a supplicant as ip link does', async () => {
    const dormant = await createNamespace()
    const peer = { name: 'b', up: true }
    await dormant.links.add({ kind: 'veth', name: 'a', up: true, linkMode: 'dormant', veth: { peer } })
    await expect.poll(async () => (await dormant.links.get('b')).operationalState).toBe('up')
    await dormant.links.set('a', { operationalState: 'dormant' })
    const links = await dormant.links.list()
    expect(links.map(link => formatLink(link, links))).toEqual(linesOf(dormant))
  })

  it('prints the lines of ip link', async () => {
    const links = await ns.links.list()
    expect(links.map(link => formatLink(link, links))).toEqual(linesOf(ns))
  })
})
