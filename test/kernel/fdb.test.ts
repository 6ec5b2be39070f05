import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { FdbEntry, FdbEntryOptions } from '../../lib/fdb/fdb-entry.ts'
import type { Shown } from '../support/ip.ts'
import { hasFeature, hasKind, lackOf, lackOfFeature } from '../support/kernel.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { ip, iproute } from '../support/test-namespaces.ts'

let ns: NamedNetns
const index: Record<string, number> = {}

const bridge = (...words: string[]) => iproute('bridge', '-n', ns.name, ...words)

/** Entries that were added: their addresses, or those of a vxlan. */
const isAdded = (mac: string) => mac.startsWith('02:00:00:00:00:') || mac === '00:00:00:00:00:00'
const list = async (filter: object = {}) => (await ns.fdb.list(filter)).filter(({ macAddress }) => isAdded(macAddress))
const shown = (link: string): Shown[] =>
  JSON.parse(bridge('-j', '-d', '-s', 'fdb', 'show', 'dev', link) || '[]')
    .filter(({ mac }: Shown) => isAdded(mac))
    .map(({ used, updated, ifname, ...rest }: Shown) => rest)
const settled = (entries: readonly FdbEntry[]) =>
  entries.map(entry => JSON.parse(JSON.stringify({ ...entry, cacheInfo: undefined })))

beforeAll(async () => {
  ns = await createNamespace()
  await Promise.all([
    ns.links.add({ kind: 'bridge', name: 'br0', up: true, bridge: { vlanDefaultPvid: 0 } }),
    ns.links.add({ kind: 'veth', name: 'p', master: 'br0', up: true, veth: { peer: { name: 'q', up: true } } }),
    ns.links.add({ kind: 'veth', name: 'p2', master: 'br0', up: true, veth: { peer: { name: 'q2', up: true } } }),
    ns.links.add({ kind: 'vxlan', name: 'vx', up: true, vxlan: { vni: 5, port: 4789 } }),
    ns.links.add({ kind: 'vxlan', name: 'vx6', up: true, vxlan: { vni: 6, port: 4791, local: 'fd00::1' } }),
    ns.links.add({ kind: 'vxlan', name: 'vxm', up: true, vxlan: { collectMetadata: true, port: 4790 } }),
  ])
  for (const link of await ns.links.list()) index[link.name] = link.index
  ip('-n', ns.name, 'nexthop', 'add', 'id', '10', 'via', '192.0.2.1', 'fdb')
  ip('-n', ns.name, 'nexthop', 'add', 'id', '11', 'group', '10', 'fdb')
})
beforeEach(async () => {
  for (const entry of await list()) await ns.fdb.delete(entry)
})
afterAll(closeNamespaces)

const mac = '02:00:00:00:00:07'

/** Options, the words of `bridge` for the same, and what `bridge -j -d` shows then. */
const same: readonly [FdbEntryOptions, string, Shown][] = [
  [{ link: 'p', macAddress: mac }, 'dev p master', { state: 'permanent', flags: [], master: 'br0' }],
  [{ link: 'p', macAddress: mac, state: 'static' }, 'dev p master static', { state: 'static' }],
  [{ link: 'p', macAddress: mac, state: 'dynamic' }, 'dev p master dynamic', { state: '' }],
  [{ link: 'p', macAddress: mac, state: 'dynamic', sticky: true }, 'dev p master dynamic sticky', { flags: ['sticky'] }],
  [
    { link: 'p', macAddress: mac, externLearned: true, state: 'dynamic' },
    'dev p master extern_learn dynamic',
    { flags: ['extern_learn'] },
  ],
  [{ link: 'p', macAddress: mac, self: true }, 'dev p self', { flags: ['self'], state: 'permanent' }],
  [{ link: 'br0', macAddress: mac, self: true }, 'dev br0 self', { master: 'br0', state: 'permanent' }],
  [{ link: 'vx', macAddress: mac, remote: '192.0.2.9' }, 'dev vx dst 192.0.2.9', { dst: '192.0.2.9', flags: ['self'] }],
  [
    { link: 'vx', macAddress: mac, remote: '192.0.2.9', state: 'dynamic' },
    'dev vx dst 192.0.2.9 dynamic',
    { dst: '192.0.2.9', state: '' },
  ],
  [
    { link: 'vx', macAddress: mac, remote: '192.0.2.9', port: 4799, vni: 7, via: 'p' },
    'dev vx dst 192.0.2.9 port 4799 vni 7 via p',
    { dst: '192.0.2.9', port: 4799, vni: 7, viaIf: 'p' },
  ],
  [{ link: 'vx', macAddress: '00:00:00:00:00:00', remote: '192.0.2.9' }, 'dev vx dst 192.0.2.9', { mac: '00:00:00:00:00:00' }],
  [
    { link: 'vx', macAddress: mac, remote: '192.0.2.9', router: true },
    'dev vx dst 192.0.2.9 router',
    { flags: ['self', 'router'] },
  ],
  [{ link: 'vx6', macAddress: mac, remote: 'fd00::9' }, 'dev vx6 dst fd00::9', { dst: 'fd00::9' }],
  [
    { link: 'vxm', macAddress: mac, remote: '192.0.2.9', srcVni: 100, vni: 101 },
    'dev vxm dst 192.0.2.9 src_vni 100 vni 101',
    { src_vni: 100, vni: 101 },
  ],
  [{ link: 'vx', macAddress: mac, nexthopId: 11 }, 'dev vx nhid 11', { nhid: 11 }],
]

const nameOf = ({ link }: FdbEntryOptions) => link as string

describe('an entry', () => {
  it.each(same)('%j is what "bridge fdb add … %s" shows', async (options, words, expected) => {
    const link = nameOf(options)
    await ns.fdb.add(options)
    const ours = shown(link)
    expect(ours).toEqual([expect.objectContaining(expected)])
    const read = await list({ link })
    const { via, master, self, ...rest } = options
    expect(read).toEqual([expect.objectContaining({ ...rest, link: index[link], via: via === undefined ? undefined : index.p })])
    await ns.fdb.delete(options)
    expect(shown(link)).toEqual([])
    bridge('fdb', 'add', options.macAddress, ...words.split(' '))
    expect(shown(link)).toEqual(ours)
    expect(settled(await list({ link }))).toEqual(settled(read))
  })

  it.each(same)('%j is deleted, and added again, as it is listed', async options => {
    const link = nameOf(options)
    await ns.fdb.add(options)
    const [entry, ...more] = await list({ link })
    expect(more).toEqual([])
    await ns.fdb.delete(entry)
    expect(await list({ link })).toEqual([])
    await ns.fdb.add(entry)
    expect(settled(await list({ link }))).toEqual(settled([entry]))
  })

  it('of the bridge is looked up by a port, or by the bridge', async () => {
    await ns.fdb.add({ link: 'p', macAddress: mac, state: 'static' })
    for (const lookup of [{ link: 'p2' }, { link: 'br0', self: true }] as const) {
      const entry = await ns.fdb.get({ ...lookup, macAddress: mac })
      expect(entry).toMatchObject({ link: index.p, master: index.br0, macAddress: mac, state: 'static' })
    }
    expect(bridge('-j', 'fdb', 'get', mac, 'br', 'br0')).toContain(mac)
  })

  it('of a vxlan is looked up', async () => {
    await ns.fdb.add({ link: 'vx', macAddress: mac, remote: '192.0.2.9' })
    await ns.fdb.add({ link: 'vxm', macAddress: mac, remote: '192.0.2.8', srcVni: 100 })
    expect(await ns.fdb.get({ link: 'vx', self: true, macAddress: mac })).toMatchObject({ remote: '192.0.2.9', link: index.vx })
    const ofMany = await ns.fdb.get({ link: 'vxm', self: true, macAddress: mac, srcVni: 100 })
    expect(ofMany).toMatchObject({ remote: '192.0.2.8', srcVni: 100 })
  })

  it('of a vxlan has as many other ends as are appended', async () => {
    const macAddress = '00:00:00:00:00:00'
    for (const remote of ['192.0.2.9', '192.0.2.10']) await ns.fdb.append({ link: 'vx', macAddress, remote })
    bridge('fdb', 'append', macAddress, 'dev', 'vx', 'dst', '192.0.2.11')
    const remotes = ['192.0.2.9', '192.0.2.10', '192.0.2.11']
    expect(shown('vx').map(({ dst }) => dst)).toEqual(remotes)
    const listed = await list({ link: 'vx' })
    expect(listed.map(({ remote }) => remote)).toEqual(remotes)
    await ns.fdb.delete(listed[1])
    expect(shown('vx').map(({ dst }) => dst)).toEqual(['192.0.2.9', '192.0.2.11'])
  })

  it('is replaced, also at another port', async () => {
    await ns.fdb.replace({ link: 'p', macAddress: mac, state: 'static' })
    await ns.fdb.replace({ link: 'p2', macAddress: mac, state: 'dynamic' })
    expect(shown('p')).toEqual([])
    expect(shown('p2')).toEqual([expect.objectContaining({ mac, state: '' })])
  })

  it('may be watched', async () => {
    const activity = { notify: ['notify', 'inactive'] as const }
    await ns.fdb.add({ link: 'p', macAddress: mac, state: 'static', activity: { ...activity, dontRefresh: true } })
    const [entry, ...more] = await list({ link: 'p' })
    expect(more).toEqual([])
    expect(entry.activity).toEqual({ ...activity, unknown: undefined, dontRefresh: undefined })
    await ns.fdb.delete(entry)
    await ns.fdb.add(entry)
    expect(settled(await list({ link: 'p' }))).toEqual(settled([entry]))
  })

  it('that is learned is dynamic, and can be deleted as it is listed', async () => {
    await ns.fdb.add({ link: 'p', macAddress: mac, use: true })
    const [entry] = await list({ link: 'p' })
    expect(entry).toMatchObject({ state: 'dynamic', master: index.br0 })
    await ns.fdb.delete(entry)
    expect(shown('p')).toEqual([])
  })

  it('is locked for a host that asks to be let in, until it is replaced', async context => {
    if (!hasFeature('Linux 6.2')) return context.skip('fdb: this kernel is older than Linux 6.2')
    const far = await createNamespace()
    await ns.links.add({ kind: 'bridge', name: 'br2', up: true, bridge: { vlanDefaultPvid: 0 } })
    const veth = { peer: { name: 'eth0', netns: far, address: '02:00:00:00:00:77' } }
    await ns.links.add({ kind: 'veth', name: 'door', master: 'br2', up: true, veth })
    await ns.links.set('door', { port: { kind: 'bridge', learning: true, locked: true, mab: true } })
    // Not before: it speaks as soon as it is up, and would be known.
    await far.links.set('eth0', { up: true })
    await ns.addresses.add({ link: 'br2', address: '10.77.0.1/24' })
    await far.addresses.add({ link: 'eth0', address: '10.77.0.2/24' })
    expect((await far.ping('10.77.0.1', { timeout: 100 })).received).toBe(0)
    const [entry] = await list({ link: 'door' })
    expect(entry).toMatchObject({ locked: true, state: 'dynamic', macAddress: '02:00:00:00:00:77' })
    await ns.fdb.replace({ ...entry, state: 'static' })
    expect(await list({ link: 'door' })).toEqual([expect.objectContaining({ locked: false, state: 'static' })])
    expect((await far.ping('10.77.0.1', { count: 2, interval: 10 })).received).toBe(2)
    await ns.links.delete('br2')
    await ns.links.delete('door')
  })

  it('is of a VLAN on a bridge with VLAN filtering', async context => {
    if (!hasKind('bridge vlan filtering')) return context.skip(lackOfFeature('bridge', 'bridge vlan filtering'))
    await ns.links.add({ kind: 'bridge', name: 'br1', up: true, bridge: { vlanFiltering: true } })
    await ns.links.add({ kind: 'veth', name: 'v1', master: 'br1', up: true, veth: { peer: { name: 'w1', up: true } } })
    await ns.bridgeVlans.add({ link: 'v1', vlan: 10 })
    await ns.fdb.add({ link: 'v1', macAddress: mac, vlan: 10, state: 'static' })
    expect(shown('v1')).toEqual([expect.objectContaining({ mac, vlan: 10, state: 'static' })])
    expect(await list({ vlan: 10 })).toEqual([expect.objectContaining({ macAddress: mac, vlan: 10 })])
    const message = expect.stringContaining('may not be in the VLAN')
    await expect(ns.fdb.add({ link: 'v1', macAddress: mac, vlan: 11 })).rejects.toMatchObject({ code: 'EINVAL', message })
    await ns.links.delete('br1')
    await ns.links.delete('v1')
  })
})

describe('fdb', () => {
  async function addSome(): Promise<void> {
    await Promise.all([
      ns.fdb.add({ link: 'p', macAddress: '02:00:00:00:00:01', state: 'static' }),
      ns.fdb.add({ link: 'p', macAddress: '02:00:00:00:00:02', state: 'dynamic', sticky: true }),
      ns.fdb.add({ link: 'p2', macAddress: '02:00:00:00:00:03' }),
      ns.fdb.add({ link: 'br0', macAddress: '02:00:00:00:00:04', self: true }),
      ns.fdb.add({ link: 'vx', macAddress: '02:00:00:00:00:05', remote: '192.0.2.9' }),
      ns.fdb.add({ link: 'vx', macAddress: '02:00:00:00:00:06', remote: '192.0.2.8', vni: 9 }),
      ns.fdb.add({ link: 'p', macAddress: '02:00:00:00:00:07', self: true }),
    ])
  }
  const last = (entries: readonly FdbEntry[]) => entries.map(({ macAddress }) => Number(macAddress.slice(-1))).sort()

  it.each([
    [{}, [1, 2, 3, 4, 5, 6, 7]],
    [{ link: 'p' }, [1, 2, 7]],
    [{ link: 'p', self: false }, [1, 2]],
    [{ link: 'br0' }, [4]],
    [{ link: 'vx' }, [5, 6]],
    [{ master: 'br0', self: false }, [1, 2, 3, 4]],
    [{ state: 'static' }, [1]],
    [{ state: 'dynamic' }, [2]],
    [{ macAddress: '02:00:00:00:00:03' }, [3]],
  ] as const)('lists %j, and streams it', async (filter, expected) => {
    await addSome()
    expect(last(await list(filter))).toEqual(expected)
    const streamed: FdbEntry[] = []
    for await (const entry of ns.fdb.stream(filter)) if (isAdded(entry.macAddress)) streamed.push(entry)
    expect(last(streamed)).toEqual(expected)
  })

  it.each([
    [{ link: 'p', permanent: false }, [3, 4, 5, 6, 7]],
    [{ link: 'br0', self: true, bridgePort: 'p', dynamic: true }, [1, 3, 4, 5, 6, 7]],
    [{ link: 'br0', self: true, sticky: true }, [1, 3, 4, 5, 6, 7]],
    [{ link: 'br0', self: true, static: true, permanent: false }, [2, 3, 4, 5, 6, 7]],
    [{ link: 'br0', self: true, addedByUser: true }, [5, 6, 7]],
  ] as const)('flushes %j, in the kernel', async (flush, left) => {
    await addSome()
    await ns.fdb.flush(flush)
    expect(last(await list())).toEqual(left)
  })

  it.each([
    [{ link: 'vx', self: true }, [1, 2, 3, 4, 7]],
    [{ link: 'vx', remote: '192.0.2.9' }, [1, 2, 3, 4, 6, 7]],
    [{ link: 'vx', vni: 9 }, [1, 2, 3, 4, 5, 7]],
  ] as const)('flushes %j of a vxlan, in the kernel', async (flush, left) => {
    if (!hasFeature('Linux 6.7')) return await expect(ns.fdb.flush(flush)).rejects.toMatchObject({ name: 'NetlinkError' })
    await addSome()
    await ns.fdb.flush(flush)
    expect(last(await list())).toEqual(left)
  })

  it('adds 20,000 to a bridge in one Promise.all, and flushes them', async () => {
    const macAddress = (i: number) =>
      `02:00:00:01:${(i >> 8).toString(16).padStart(2, '0')}:${(i & 255).toString(16).padStart(2, '0')}`
    const many = Array.from({ length: 20_000 }, (_, i) => ns.fdb.add({ link: 'p', macAddress: macAddress(i), state: 'static' }))
    const again = ns.fdb.add({ link: 'p', macAddress: macAddress(19_999) })
    const refused = expect(again).rejects.toMatchObject({ code: 'EEXIST', operation: 'fdb.add' })
    await Promise.all(many)
    await refused
    const listed = await ns.fdb.list({ link: 'p', state: 'static' })
    expect(new Set(listed.map(entry => entry.macAddress)).size).toBe(20_000)
    await ns.fdb.flush({ link: 'p', static: true, permanent: false })
    expect(await ns.fdb.list({ link: 'p', state: 'static' })).toEqual([])
  })

  it.each([
    ['EEXIST', { link: 'p', macAddress: mac }, undefined, 'fdb.replace changes it'],
    ['EOPNOTSUPP', { link: 'vx', macAddress: mac }, undefined, '"link" must be a port of a bridge'],
    ['EINVAL', { link: 'vx', macAddress: mac, self: true }, undefined, 'one of a vxlan has a "remote"'],
    ['EINVAL', { link: 'br0', macAddress: mac, self: true, state: 'static' }, undefined, 'has to be permanent'],
    ['EAFNOSUPPORT', { link: 'vx', macAddress: mac, remote: 'fd00::9' }, undefined, '"remote" must be of the family'],
    ['EINVAL', { link: 'lo', macAddress: mac, self: true }, undefined, 'only supported for Ethernet'],
    ['ENODEV', { link: 'x9', macAddress: mac }, 'link', 'there is no link "x9"'],
  ] as const)('says %s to %j', async (code, options, option, text) => {
    await ns.fdb.add({ link: 'p', macAddress: mac })
    const message = expect.stringContaining(text)
    const refusal = { code, operation: 'fdb.add', message, ...(option === undefined ? {} : { option }) }
    await expect(ns.fdb.add(options)).rejects.toMatchObject(refusal)
  })

  it('says that all zeros cannot be replaced', async () => {
    const message = expect.stringMatching(/non-unicast|cannot be replaced/)
    const options = { link: 'vx', macAddress: '00:00:00:00:00:00', remote: '192.0.2.9' }
    await expect(ns.fdb.replace(options)).rejects.toMatchObject({ code: 'EOPNOTSUPP', message })
  })

  it.each(['delete', 'get'] as const)('says in %s that there is none', async verb => {
    const missing = { code: 'ENOENT', operation: `fdb.${verb}` }
    await expect(ns.fdb[verb]({ link: 'p', macAddress: mac })).rejects.toMatchObject(missing)
    await expect(ns.fdb[verb]({ link: 'vx', self: true, macAddress: mac })).rejects.toMatchObject(missing)
  })
})

const lack = lackOf('vxlan')
if (lack !== undefined) it('of vxlans', context => context.skip(lack))
