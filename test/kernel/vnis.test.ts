import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { lackOf } from '../support/kernel.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { ip, iproute } from '../support/test-namespaces.ts'

function bridge(ns: NamedNetns, ...words: string[]): string {
  return iproute('bridge', '-n', ns.name, ...words)
}

/** What `bridge vni` shows of a link. */
function shown(ns: NamedNetns, link: string, ...options: string[]): { vni: number }[] {
  const links = JSON.parse(bridge(ns, '-j', ...options, 'vni', 'show', 'dev', link) || '[]')
  return links[0]?.vnis ?? []
}

const lack = lackOf('vxlan')
const vxlan = { collectMetadata: true, vniFilter: true, learning: false } as const

if (lack !== undefined) it('vnis are those of bridge', context => context.skip(lack))
else {
  describe('vnis', () => {
    let ns: NamedNetns
    let index: number

    beforeAll(async () => {
      ns = await createNamespace()
      await ns.links.add({ kind: 'veth', name: 'under', up: true, veth: { peer: { name: 'below', up: true } } })
      await ns.links.add({ kind: 'vxlan', name: 'plain', vxlan: { vni: 7, port: 4790 } })
      await ns.links.add({ kind: 'vxlan', name: 'vx9', vxlan: { ...vxlan, port: 4791 } })
    })
    afterAll(closeNamespaces)
    beforeEach(async () => {
      await ns.links.delete('vx0').catch(() => {})
      index = (await ns.links.add({ kind: 'vxlan', name: 'vx0', up: true, vxlan: { ...vxlan, link: 'under', port: 4789 } })).index
    })

    const list = async (filter: object = { link: 'vx0' }) => JSON.parse(JSON.stringify(await ns.vnis.list(filter)))

    it.each([
      [{ vni: 10 }, { vni: 10 }],
      [
        { vni: 10, lastVni: 12 },
        { vni: 10, vniEnd: 12 },
      ],
      [
        { vni: 0, lastVni: 1 },
        { vni: 0, vniEnd: 1 },
      ],
      [{ vni: 0xff_ffff }, { vni: 0xff_ffff }],
      [
        { vni: 13, remote: '192.0.2.9' },
        { vni: 13, remote: '192.0.2.9' },
      ],
      [
        { vni: 13, remote: '2001:db8::9' },
        { vni: 13, remote: '2001:db8::9' },
      ],
      [
        { vni: 13, remote: '239.1.1.1' },
        { vni: 13, group: '239.1.1.1' },
      ],
      [
        { vni: 13, lastVni: 15, remote: 'ff05::1' },
        { vni: 13, vniEnd: 15, group: 'ff05::1' },
      ],
    ])('adds %j as bridge shows it', async (options, witness) => {
      await ns.vnis.add({ link: 'vx0', ...options })
      expect(shown(ns, 'vx0')).toEqual([witness])
      expect(await list()).toEqual([{ link: index, ...options }])
    })

    it('lists what bridge added', async () => {
      bridge(ns, 'vni', 'add', 'vni', '20-29', 'dev', 'vx0', 'remote', '192.0.2.7')
      bridge(ns, 'vni', 'add', 'vni', '31', 'dev', 'vx0', 'group', '239.1.1.1')
      expect(await list()).toEqual([
        { link: index, vni: 20, lastVni: 29, remote: '192.0.2.7' },
        { link: index, vni: 31, remote: '239.1.1.1' },
      ])
    })

    it('deletes part of a range, and bridge sees the rest', async () => {
      await ns.vnis.add({ link: 'vx0', vni: 10, lastVni: 19 })
      await ns.vnis.delete({ link: index, vni: 12, lastVni: 17 })
      expect(shown(ns, 'vx0')).toEqual([
        { vni: 10, vniEnd: 11 },
        { vni: 18, vniEnd: 19 },
      ])
    })

    it('deletes what it listed', async () => {
      await ns.vnis.add({ link: 'vx0', vni: 10, lastVni: 19, remote: '192.0.2.7' })
      await ns.vnis.add({ link: 'vx0', vni: 30 })
      for (const vni of await ns.vnis.list({ link: 'vx0', statistics: true })) await ns.vnis.delete(vni)
      expect(shown(ns, 'vx0')).toEqual([])
      expect(await list()).toEqual([])
    })

    it('gives an id that is there another remote, and the old one stays in the forwarding table', async () => {
      await ns.vnis.add({ link: 'vx0', vni: 13, remote: '192.0.2.7' })
      await ns.vnis.add({ link: 'vx0', vni: 13, remote: '192.0.2.8' })
      expect(shown(ns, 'vx0')).toEqual([{ vni: 13, remote: '192.0.2.8' }])
      const entries = JSON.parse(bridge(ns, '-j', 'fdb', 'show', 'dev', 'vx0')) as { dst: string }[]
      expect(entries.map(({ dst }) => dst).sort()).toEqual(['192.0.2.7', '192.0.2.8'])
    })

    it('adds many in one tick, in the order of the calls', async () => {
      await Promise.all(Array.from({ length: 500 }, (_, i) => ns.vnis.add({ link: 'vx0', vni: 2 * i + 1 })))
      expect(shown(ns, 'vx0')).toHaveLength(500)
    })

    it('lists more than one message holds', async () => {
      await ns.vnis.add({ link: 'vx0', vni: 1, lastVni: 2000 })
      const vnis = await ns.vnis.list({ link: 'vx0', statistics: true })
      expect(vnis.map(({ vni }) => vni)).toEqual(Array.from({ length: 2000 }, (_, i) => i + 1))
      expect(await list()).toEqual([{ link: index, vni: 1, lastVni: 2000 }])
    })

    it('lists those of all links, and of one by index or name', async () => {
      const other = (await ns.links.get('vx9')).index
      await ns.vnis.add({ link: 'vx9', vni: 77 })
      await ns.vnis.add({ link: 'vx0', vni: 10 })
      const both = [
        { link: index, vni: 10 },
        { link: other, vni: 77 },
      ]
      expect((await list({})).sort((a: { vni: number }, b: { vni: number }) => a.vni - b.vni)).toEqual(both)
      expect(await list({ link: other })).toEqual([both[1]])
      expect(await list({ link: 'vx0' })).toEqual([both[0]])
      await ns.vnis.delete({ link: 'vx9', vni: 77 })
    })

    it('streams what it lists', async () => {
      await ns.vnis.add({ link: 'vx0', vni: 10 })
      await ns.vnis.add({ link: 'vx0', vni: 12, lastVni: 15 })
      const streamed = []
      for await (const { vni, lastVni } of ns.vnis.stream({ link: 'vx0' })) streamed.push([vni, lastVni])
      expect(streamed).toEqual([
        [10, undefined],
        [12, 15],
      ])
    })

    it.each(['plain', 'under'])('lists none of %s, which has no filter', async link => {
      await ns.vnis.add({ link: 'vx0', vni: 10 })
      expect(await ns.vnis.list({ link })).toEqual([])
    })

    it('says what a link without a filter lacks', async () => {
      await expect(ns.vnis.add({ link: 'plain', vni: 10 })).rejects.toMatchObject({
        name: 'NetlinkError',
        code: 'EOPNOTSUPP',
        operation: 'vnis.add',
        message: expect.stringContaining('a vxlan made with collectMetadata and vniFilter'),
      })
    })

    it('says that a link is no vxlan', async () => {
      const message = expect.stringContaining('not a vxlan device')
      await expect(ns.vnis.add({ link: 'under', vni: 10 })).rejects.toMatchObject({ code: 'EINVAL', message })
    })

    it('says that there is no such link', async () => {
      const missing = { code: 'ENODEV', option: 'link', message: expect.stringContaining('there is no link "vx77"') }
      await expect(ns.vnis.add({ link: 'vx77', vni: 10 })).rejects.toMatchObject(missing)
      await expect(ns.vnis.list({ link: 'vx77' })).rejects.toMatchObject({ code: 'ENODEV' })
      await expect(ns.vnis.list({ link: 7777 })).rejects.toMatchObject({ code: 'ENODEV' })
    })

    it('says that an id is not there', async () => {
      await ns.vnis.add({ link: 'vx0', vni: 10 })
      const message = expect.stringContaining('the link does not have one of these ids')
      await expect(ns.vnis.delete({ link: 'vx0', vni: 10, lastVni: 12 })).rejects.toMatchObject({ code: 'ENOENT', message })
      expect(shown(ns, 'vx0')).toEqual([])
    })

    it('says that another link has the id', async () => {
      await ns.links.add({ kind: 'vxlan', name: 'rival', vxlan: { ...vxlan, port: 4789 } })
      await ns.vnis.add({ link: 'rival', vni: 55 })
      const message = expect.stringContaining('VNI in use')
      await expect(ns.vnis.add({ link: 'vx0', vni: 55 })).rejects.toMatchObject({ code: 'EEXIST', option: 'vni', message })
      await ns.links.delete('rival')
    })
  })

  describe('a vxlan with a filter', () => {
    let left: NamedNetns
    let right: NamedNetns

    beforeAll(async () => {
      left = await createNamespace()
      right = await createNamespace()
      await left.links.add({ kind: 'veth', name: 'wire', up: true, veth: { peer: { name: 'wire', netns: right, up: true } } })
      await left.addresses.add({ link: 'wire', address: '192.0.2.1/24' })
      await right.addresses.add({ link: 'wire', address: '192.0.2.2/24' })
      await left.links.add({ kind: 'vxlan', name: 'many', up: true, vxlan: { ...vxlan, port: 4789 } })
      await left.vnis.add({ link: 'many', vni: 10, lastVni: 11 })
      for (const vni of [10, 11, 12]) await join(vni)
    })
    afterAll(closeNamespaces)

    /** The far end of an id is a vxlan of its own; the near end tells the id by the route. */
    async function join(vni: number): Promise<void> {
      const name = `only${vni}`
      const [near, far] = [`10.${vni}.0.1`, `10.${vni}.0.2`]
      const { address } = await right.links.add({
        kind: 'vxlan',
        name,
        up: true,
        vxlan: { vni, remote: '192.0.2.1', port: 4789 },
      })
      await right.addresses.add({ link: name, address: `${far}/24` })
      await left.addresses.add({ link: 'many', address: `${near}/32` })
      ip('-n', left.name, 'route', 'add', far, 'encap', 'ip', 'id', `${vni}`, 'dst', '192.0.2.2', 'dev', 'many', 'src', near)
      ip('-n', left.name, 'neigh', 'add', far, 'lladdr', address as string, 'dev', 'many', 'nud', 'permanent')
    }

    const counters = async () => {
      const vnis = await left.vnis.list({ link: 'many', statistics: true })
      return Object.fromEntries(vnis.map(({ vni, statistics }) => [vni, statistics as Record<string, number>]))
    }

    it('counts for each id what it has carried, as bridge does', async () => {
      const before = await counters()
      expect(Object.keys(before)).toEqual(['10', '11'])
      const { received } = await left.ping('10.10.0.2', { count: 10, interval: 1, timeout: 10_000 })
      expect(received).toBe(10)
      const after = await counters()
      expect(after[10].txPackets - before[10].txPackets).toBeGreaterThanOrEqual(10)
      expect(after[10].rxPackets - before[10].rxPackets).toBeGreaterThanOrEqual(10)
      expect(after[11].txPackets).toBe(before[11].txPackets)
      const [{ stats }] = shown(left, 'many', '-s') as unknown as [{ stats: Record<string, number> }]
      const later = await counters()
      // Neighbor discovery of the far end goes on meanwhile.
      expect(stats.tx_pkts).toBeGreaterThanOrEqual(after[10].txPackets)
      expect(stats.tx_pkts).toBeLessThanOrEqual(later[10].txPackets)
      expect(stats.rx_pkts).toBeGreaterThanOrEqual(after[10].rxPackets)
      expect(stats.rx_pkts).toBeLessThanOrEqual(later[10].rxPackets)
    })

    it('drops what arrives for an id that is not listed', async () => {
      expect((await left.ping('10.12.0.2', { timeout: 100 })).received).toBe(0)
      await left.vnis.add({ link: 'many', vni: 12 })
      expect((await left.ping('10.12.0.2', { count: 3, interval: 1, timeout: 10_000 })).received).toBe(3)
      await left.vnis.delete({ link: 'many', vni: 12 })
      expect((await left.ping('10.12.0.2', { timeout: 100 })).received).toBe(0)
    })
  })
}
