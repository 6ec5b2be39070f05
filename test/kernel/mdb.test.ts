import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { MdbEntry, MdbEntryOptions } from '../../lib/mdb/mdb-entry.ts'
import type { Shown } from '../support/ip.ts'
import { expectedKinds, hasFeature } from '../support/kernel.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { iproute } from '../support/test-namespaces.ts'

const ns: NamedNetns = await createNamespace()
afterAll(closeNamespaces)

const bridge = (...words: string[]) => iproute('bridge', '-n', ns.name, ...words)

/** Groups that were added, not those that links listen to by themselves. */
const isAdded = (group: string) => /^(239\.|ff05:|01:00:5e:|0\.0\.0\.0)/.test(group)
const list = async (filter: object = {}) => (await ns.mdb.list(filter)).filter(({ group }) => isAdded(group))
const settled = (entries: readonly MdbEntry[]) => entries.map(entry => JSON.parse(JSON.stringify({ ...entry, timer: undefined })))

/** What `bridge -j -d mdb` shows. */
function shown(): Shown[] {
  const [{ mdb = [] } = {}] = JSON.parse(bridge('-j', '-d', 'mdb', 'show') || '[{}]')
  return mdb.filter(({ grp }: Shown) => isAdded(grp)).map(({ index, timer, ...rest }: Shown) => rest)
}

await ns.links.add({ kind: 'bridge', name: 'br0', up: true, bridge: { multicastIgmpVersion: 3, multicastMldVersion: 2 } })
await ns.links.add({ kind: 'veth', name: 'p', master: 'br0', up: true, veth: { peer: { name: 'q', up: true } } })
await ns.links.add({ kind: 'veth', name: 'p2', master: 'br0', up: true, veth: { peer: { name: 'q2', up: true } } })
const index = Object.fromEntries((await ns.links.list()).map(link => [link.name, link.index]))
const canSnoop = await ns.mdb.add({ master: 'br0', link: 'p', group: '239.9.9.9' }).then(
  () => true,
  (error: { code: string }) => error.code !== 'EOPNOTSUPP',
)

describe('mdb of a bridge', () => {
  if (!canSnoop && !expectedKinds()?.includes('vlan')) {
    it('says what the kernel lacks', async () => {
      const message = expect.stringContaining('CONFIG_BRIDGE_IGMP_SNOOPING')
      const added = ns.mdb.add({ master: 'br0', link: 'p', group: '239.1.1.1' })
      await expect(added).rejects.toMatchObject({ code: 'EOPNOTSUPP', message, operation: 'mdb.add' })
    })
    return it('is as bridge(8) has it', context => context.skip('bridge: this kernel has no multicast snooping'))
  }

  beforeEach(async () => {
    for (const entry of await list({ master: index.br0 })) await ns.mdb.delete(entry).catch(() => {})
  })

  const at = { master: 'br0', link: 'p' }

  /** Options, the words of `bridge` for the same, and what `bridge -j -d` shows then. */
  const same: readonly [MdbEntryOptions, string, Shown][] = [
    [
      { ...at, group: '239.1.1.1' },
      'port p grp 239.1.1.1',
      { port: 'p', state: 'temp', protocol: 'static', filter_mode: 'exclude' },
    ],
    [{ ...at, group: '239.1.1.1', state: 'permanent' }, 'port p grp 239.1.1.1 permanent', { state: 'permanent' }],
    [{ ...at, group: '239.1.1.1', state: 'permanent', vlan: 10 }, 'port p grp 239.1.1.1 permanent vid 10', { vid: 10 }],
    [
      { ...at, group: '239.1.1.1', state: 'permanent', source: '10.0.0.1' },
      'port p grp 239.1.1.1 permanent src 10.0.0.1',
      { src: '10.0.0.1' },
    ],
    [{ ...at, group: 'ff05::77', state: 'permanent' }, 'port p grp ff05::77 permanent', { grp: 'ff05::77' }],
    [
      { ...at, group: '01:00:5e:01:01:01', state: 'permanent' },
      'port p grp 01:00:5e:01:01:01 permanent',
      { grp: '01:00:5e:01:01:01' },
    ],
    [{ link: 'br0', group: '239.1.1.1' }, 'port br0 grp 239.1.1.1', { port: 'br0', state: 'temp' }],
  ]

  it.each(same)('%j is what "bridge mdb add dev br0 %s" shows', async (options, words, expected) => {
    await ns.mdb.add(options)
    const ours = shown()
    expect(ours).toEqual([expect.objectContaining({ dev: 'br0', grp: options.group, ...expected })])
    const read = await list()
    const { link, master, ...rest } = options
    expect(read).toEqual([expect.objectContaining({ ...rest, master: index.br0, link: index[link as string] })])
    await ns.mdb.delete(options)
    expect(shown()).toEqual([])
    bridge('mdb', 'add', 'dev', 'br0', ...words.split(' '))
    expect(shown()).toEqual(ours)
    expect(settled(await list())).toEqual(settled(read))
  })

  it.each(same)('%j is deleted, and added again, as it is listed', async options => {
    await ns.mdb.add(options)
    const [entry, ...more] = await list()
    expect(more).toEqual([])
    await ns.mdb.delete(entry)
    expect(await list()).toEqual([])
    await ns.mdb.add(entry)
    expect(settled(await list())).toEqual(settled([entry]))
  })

  it('has entries with sources, since Linux 6.2', async context => {
    if (!hasFeature('Linux 6.2')) return context.skip('mdb: this kernel is older than Linux 6.2')
    const options = {
      ...at,
      group: '239.1.1.1',
      filterMode: 'include',
      sourceList: ['10.0.0.1', '10.0.0.2'],
      protocol: 'bgp',
    } as const
    await ns.mdb.add(options)
    const shownOne = shown().find(({ src }) => src === undefined)
    expect(shownOne).toMatchObject({ filter_mode: 'include', protocol: 'bgp' })
    expect(shownOne.source_list.map(({ address }: Shown) => address).sort()).toEqual(['10.0.0.1', '10.0.0.2'])
    const listed = await list({ link: 'p' })
    expect(listed.map(({ source }) => source ?? 'all').sort()).toEqual(['10.0.0.1', '10.0.0.2', 'all'])
    const entry = listed.find(({ source }) => source === undefined) as MdbEntry
    expect(entry).toMatchObject({ filterMode: 'include', protocol: 'bgp' })
    expect(entry.sourceList?.map(({ address }) => address).sort()).toEqual(['10.0.0.1', '10.0.0.2'])
    await ns.mdb.delete(entry)
    expect(await list()).toEqual([])
    await ns.mdb.add(entry)
    expect((await list({ link: 'p' })).map(({ source }) => source ?? 'all').sort()).toEqual(['10.0.0.1', '10.0.0.2', 'all'])
    await ns.mdb.replace({ ...at, group: '239.1.1.1', filterMode: 'exclude', sourceList: ['10.0.0.3'] })
    const replaced = (await list({ link: 'p' })).find(({ source }) => source === undefined)
    expect(replaced).toMatchObject({ filterMode: 'exclude', sourceList: [{ address: '10.0.0.3' }] })
    await ns.mdb.delete(replaced as MdbEntry)
  })

  it('tells what it has of a group, since Linux 6.7', async context => {
    if (!hasFeature('Linux 6.7')) return context.skip('mdb: this kernel is older than Linux 6.7')
    await ns.mdb.add({ ...at, group: '239.1.1.1' })
    await ns.mdb.add({ master: 'br0', link: 'p2', group: '239.1.1.1', state: 'permanent' })
    const entries = await ns.mdb.get({ master: 'br0', group: '239.1.1.1' })
    expect(entries.map(({ link, state }) => [link, state]).sort()).toEqual(
      [
        [index.p, 'temporary'],
        [index.p2, 'permanent'],
      ].sort(),
    )
    await expect(ns.mdb.get({ master: 'br0', group: '239.1.1.2' })).rejects.toMatchObject({
      code: 'ENOENT',
      operation: 'mdb.get',
    })
  })

  it.each([
    [{}, 4],
    [{ link: 'p' }, 2],
    [{ link: 'br0' }, 1],
    [{ group: 'ff05:0::77' }, 1],
    [{ state: 'permanent' }, 2],
    [{ vlan: 10 }, 1],
    [{ state: 'permanent', link: 'p2' }, 1],
  ] as const)('is listed by %j, and streamed', async (filter, count) => {
    await addFour()
    expect(await list(filter)).toHaveLength(count)
    const streamed: MdbEntry[] = []
    for await (const entry of ns.mdb.stream(filter)) if (isAdded(entry.group)) streamed.push(entry)
    expect(streamed).toHaveLength(count)
    expect(await list({ master: { index: index.br0 } })).toHaveLength(4)
    expect(await list({ master: 'br0' })).toHaveLength(4)
    expect(await list({ master: 'br0', link: 'p2' })).toHaveLength(1)
    expect(await list({ master: index.p })).toHaveLength(0)
  })

  it.each([
    [{}, 0],
    [{ link: 'p' }, 2],
    [{ vlan: 10 }, 3],
    [{ permanent: true }, 2],
    [{ permanent: false }, 2],
    [{ protocol: 'bgp' }, 3],
  ] as const)('is flushed by %j, in the kernel', async (flush, left) => {
    await addFour()
    const flushed = ns.mdb.flush({ master: 'br0', ...flush })
    if (!hasFeature('Linux 6.8')) return await expect(flushed).rejects.toMatchObject({ name: 'NetlinkError' })
    await flushed
    expect(await list()).toHaveLength(left)
  })

  async function addFour(): Promise<void> {
    await Promise.all([
      ns.mdb.add({ ...at, group: '239.1.1.1' }),
      ns.mdb.add({ ...at, group: 'ff05::77', state: 'permanent', vlan: 10 }),
      ns.mdb.add({ master: 'br0', link: 'p2', group: '239.1.1.1', state: 'permanent', protocol: 'bgp' }),
      ns.mdb.add({ link: 'br0', group: '239.1.1.1' }),
    ])
  }

  it('adds many in one tick', async () => {
    const group = (i: number) => `239.2.${i >> 8}.${i & 255}`
    await Promise.all(Array.from({ length: 1000 }, (_, i) => ns.mdb.add({ ...at, group: group(i), state: 'permanent' })))
    expect(await list({ link: 'p' })).toHaveLength(1000)
    await Promise.all((await list({ link: 'p' })).map(entry => ns.mdb.delete(entry)))
    expect(await list()).toEqual([])
  })

  it('adds entries in the tick that makes the bridge', async () => {
    await Promise.all([
      ns.links.add({ kind: 'bridge', name: 'br7', up: true }),
      ns.links.add({ kind: 'veth', name: 'p7', master: 'br7', up: true, veth: { peer: { name: 'q7', up: true } } }),
      ns.mdb.add({ master: 'br7', link: 'p7', group: '239.7.7.7', state: 'permanent' }),
    ])
    expect(await list({ link: 'p7' })).toEqual([expect.objectContaining({ group: '239.7.7.7' })])
    await ns.links.delete('br7')
    await ns.links.delete('p7')
  })

  it('says behind which ports multicast routers are', async () => {
    await ns.links.set('p', { port: { kind: 'bridge', multicastRouter: 'permanent' } })
    const theirs = JSON.parse(bridge('-j', '-d', '-s', 'mdb', 'show'))[0].router.br0
    expect(theirs).toEqual([expect.objectContaining({ port: 'p', type: 'permanent' })])
    expect(await ns.mdb.listRouterPorts()).toEqual([
      expect.objectContaining({ master: index.br0, link: index.p, type: 'permanent' }),
    ])
    await ns.links.set('p', { port: { kind: 'bridge', multicastRouter: 'automatic' } })
    expect(await ns.mdb.listRouterPorts()).toEqual([])
  })

  it.each([
    ['EEXIST', { ...at, group: '239.1.1.1' }, undefined, 'mdb.replace changes it'],
    ['EINVAL', { ...at, group: '224.0.0.1' }, undefined, 'local multicast'],
    ['EINVAL', { ...at, group: '10.0.0.1' }, 'group', 'not multicast'],
    ['EINVAL', { master: 'br0', link: 'q', group: '239.1.1.2' }, undefined, 'bridge port'],
    ['ENODEV', { master: 'br0', link: 'x9', group: '239.1.1.2' }, 'link', 'there is no link "x9"'],
    ['ENODEV', { master: 'x9', link: 'p', group: '239.1.1.2' }, 'master', 'there is no link "x9"'],
    ['EOPNOTSUPP', { master: 'p', link: 'p', group: '239.1.1.2' }, undefined, '"master" must be the bridge'],
  ] as const)('says %s to %j', async (code, options, option, text) => {
    await ns.mdb.add({ ...at, group: '239.1.1.1' })
    const message = expect.stringContaining(text)
    const refusal = { code, operation: 'mdb.add', message, ...(option === undefined ? {} : { option }) }
    await expect(ns.mdb.add(options)).rejects.toMatchObject(refusal)
  })

  it('says that there is no such entry', async () => {
    const message = expect.stringContaining('no such entry')
    await expect(ns.mdb.delete({ ...at, group: '239.1.1.7' })).rejects.toMatchObject({
      code: 'EINVAL',
      operation: 'mdb.delete',
      message,
    })
  })
})

describe('mdb of a vxlan', () => {
  if (!hasFeature('Linux 6.4')) return it('since Linux 6.4', context => context.skip('mdb: this kernel is older than Linux 6.4'))

  beforeAll(async () => {
    await ns.links.add({ kind: 'vxlan', name: 'vx', up: true, vxlan: { vni: 5, port: 4789, local: '192.0.2.1' } })
    await ns.links.add({ kind: 'vxlan', name: 'vxm', up: true, vxlan: { collectMetadata: true, port: 4790 } })
    for (const { name, index: own } of await ns.links.list()) index[name] = own
  })
  beforeEach(async () => {
    for (const link of ['vx', 'vxm']) for (const entry of await list({ link })) await ns.mdb.delete(entry)
  })

  it.each([
    { link: 'vx', group: '239.1.1.1', remote: '192.0.2.9' },
    { link: 'vx', group: '239.1.1.1', remote: '192.0.2.9', port: 4799, vni: 7, via: 'p' },
    { link: 'vx', group: '239.1.1.1', remote: '192.0.2.9', source: '10.0.0.1' },
    { link: 'vx', group: '239.1.1.1', remote: '192.0.2.9', filterMode: 'include', sourceList: ['10.0.0.1'], protocol: 'bgp' },
    { link: 'vx', group: 'ff05::77', remote: '192.0.2.9' },
    { link: 'vx', group: '0.0.0.0', remote: '192.0.2.9' },
    { link: 'vxm', group: '239.1.1.1', remote: '192.0.2.9', srcVni: 100 },
  ] as const)('has %j, and takes it back as it is listed', async options => {
    await ns.mdb.add(options)
    const { link, via, sourceList, ...rest } = options as MdbEntryOptions
    const own = index[link as string]
    const entry = (await list({ link })).find(({ source }) => source === options.source) as MdbEntry
    expect(entry).toMatchObject({
      ...rest,
      state: 'permanent',
      master: own,
      link: own,
      ...(via === undefined ? {} : { via: index.p }),
    })
    expect(entry.sourceList?.map(({ address }) => address)).toEqual(sourceList)
    await ns.mdb.delete(entry)
    expect(await list({ link })).toEqual([])
    await ns.mdb.add(entry)
    expect(settled(await list({ link }))).toContainEqual(settled([entry])[0])
  })

  it('tells what it has of a group, and is flushed by the other end', async context => {
    if (!hasFeature('Linux 6.8')) return context.skip('mdb: this kernel is older than Linux 6.8')
    for (const remote of ['192.0.2.8', '192.0.2.9']) await ns.mdb.replace({ link: 'vx', group: '239.1.1.1', remote })
    const entries = await ns.mdb.get({ master: 'vx', group: '239.1.1.1' })
    expect(entries.map(({ remote }) => remote).sort()).toEqual(['192.0.2.8', '192.0.2.9'])
    await ns.mdb.flush({ master: 'vx', remote: '192.0.2.8' })
    expect((await list({ link: 'vx' })).map(({ remote }) => remote)).toEqual(['192.0.2.9'])
  })

  it('needs the other end', async () => {
    const refusal = { code: 'EINVAL', operation: 'mdb.add' }
    await expect(ns.mdb.add({ link: 'vx', group: '239.1.1.1', state: 'permanent' })).rejects.toMatchObject(refusal)
  })
})
