import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Neighbor, NeighborOptions } from '../../lib/neighbors/neighbor.ts'
import { ipShows, type Shown } from '../support/ip.ts'
import { hasFeature } from '../support/kernel.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { ip } from '../support/test-namespaces.ts'

let ns: NamedNetns
let v: number

beforeAll(async () => {
  ns = await createNamespace()
  await ns.links.add({ kind: 'veth', name: 'v', up: true, veth: { peer: { name: 'w', up: true } } })
  await ns.addresses.add({ link: 'v', address: '10.0.0.1/24' })
  await ns.addresses.add({ link: 'v', address: 'fd00::1/64', noDad: true })
  v = (await ns.links.get('v')).index
})
beforeEach(async () => {
  for (const proxy of [false, true]) for (const neighbor of await list({ proxy })) await ns.neighbors.delete(neighbor)
})
afterAll(closeNamespaces)

/** Neighbors that were added, not those that the kernel keeps for multicast and for itself. */
const isAdded = ({ address }: { address: string }) => /^(10\.0\.0\.|fd00::)/.test(address)
const list = async (filter: object = {}) => (await ns.neighbors.list(filter)).filter(isAdded)
const shown = (...words: string[]): Shown[] =>
  ipShows(ns.name, 'neighbor', 'show', ...words)
    .filter(({ dst }) => isAdded({ address: dst }))
    .map(({ used, confirmed, updated, refcnt, probes, ...rest }) => rest)
const settled = (neighbors: readonly Neighbor[]) =>
  neighbors.map(neighbor => JSON.parse(JSON.stringify({ ...neighbor, cacheInfo: undefined, probes: undefined })))

const mac = '02:00:00:00:00:07'

/** Options, the words of `ip` for the same, and what `ip -j -d -s` shows then. */
const same: readonly [NeighborOptions, string, Shown][] = [
  [{ address: '10.0.0.7', linkLayerAddress: mac }, `10.0.0.7 lladdr ${mac}`, { lladdr: mac, state: ['PERMANENT'] }],
  [{ address: 'fd00::7', linkLayerAddress: mac }, `fd00::7 lladdr ${mac}`, { lladdr: mac, state: ['PERMANENT'] }],
  [{ address: '10.0.0.7', linkLayerAddress: mac, state: 'noarp' }, `10.0.0.7 lladdr ${mac} nud noarp`, { state: ['NOARP'] }],
  [
    { address: '10.0.0.7', linkLayerAddress: mac, state: 'reachable' },
    `10.0.0.7 lladdr ${mac} nud reachable`,
    { state: ['REACHABLE'] },
  ],
  [{ address: '10.0.0.7', linkLayerAddress: mac, state: 'stale' }, `10.0.0.7 lladdr ${mac} nud stale`, { state: ['STALE'] }],
  [{ address: '10.0.0.7', state: 'failed' }, '10.0.0.7 nud failed', { state: ['FAILED'] }],
  [{ address: 'fd00::7', linkLayerAddress: mac, router: true }, `fd00::7 lladdr ${mac} router`, { router: null }],
  [
    { address: '10.0.0.7', linkLayerAddress: mac, externLearned: true },
    `10.0.0.7 lladdr ${mac} extern_learn`,
    { extern_learn: null },
  ],
  [{ address: '10.0.0.7', linkLayerAddress: mac, protocol: 'bgp' }, `10.0.0.7 lladdr ${mac} protocol bgp`, { protocol: 'bgp' }],
  [{ address: '10.0.0.7', linkLayerAddress: mac, protocol: 77 }, `10.0.0.7 lladdr ${mac} protocol 77`, { protocol: '77' }],
]

const sameProxies: readonly [NeighborOptions, string, Shown][] = [
  [{ link: 'v', address: '10.0.0.9', proxy: true }, 'proxy 10.0.0.9 dev v', { dst: '10.0.0.9', dev: 'v', proxy: null }],
  [{ address: '10.0.0.9', proxy: true }, 'proxy 10.0.0.9', { dst: '10.0.0.9', proxy: null }],
  [{ link: 'v', address: 'fd00::9', proxy: true, router: true }, 'proxy fd00::9 dev v router', { router: null, proxy: null }],
  [
    { link: 'v', address: 'fd00::9', proxy: true, protocol: 'static' },
    'proxy fd00::9 dev v protocol static',
    { protocol: 'static' },
  ],
]

describe('a neighbor', () => {
  it.each(same)('%j is what "ip neighbor add %s" shows', async (options, words, expected) => {
    await ns.neighbors.add({ link: 'v', ...options })
    const ours = shown('nud', 'all')
    expect(ours).toEqual([expect.objectContaining({ dst: options.address, dev: 'v', ...expected })])
    const read = await list()
    expect(read).toEqual([expect.objectContaining({ link: v, ...options })])
    await ns.neighbors.delete({ link: v, address: options.address })
    expect(shown('nud', 'all')).toEqual([])
    ip('-n', ns.name, 'neighbor', 'add', ...words.split(' '), 'dev', 'v')
    expect(shown('nud', 'all')).toEqual(ours)
    expect(settled(await list())).toEqual(settled(read))
  })

  it.each(sameProxies)('%j is what "ip neighbor add %s" shows', async (options, words, expected) => {
    await ns.neighbors.add(options)
    const ours = shown('proxy')
    expect(ours).toEqual([expect.objectContaining(expected)])
    const read = await list({ proxy: true })
    const { link, ...rest } = options
    expect(read).toEqual([expect.objectContaining({ link: link === undefined ? undefined : v, ...rest })])
    expect(await ns.neighbors.get(read[0])).toEqual(read[0])
    await ns.neighbors.delete(read[0])
    expect(shown('proxy')).toEqual([])
    ip('-n', ns.name, 'neighbor', 'add', ...words.split(' '))
    expect(shown('proxy')).toEqual(ours)
    expect(await list({ proxy: true })).toEqual(read)
  })

  it.each([...same.map(([options]) => ({ link: 'v', ...options })), ...sameProxies.map(([options]) => options)])(
    '%j is deleted, and added again, as it is listed',
    async options => {
      await ns.neighbors.add(options)
      const proxy = options.proxy ?? false
      const [neighbor, ...more] = await list({ proxy })
      expect(more).toEqual([])
      await ns.neighbors.delete(neighbor)
      expect(await list({ proxy })).toEqual([])
      await ns.neighbors.add(neighbor)
      expect(settled(await list({ proxy }))).toEqual(settled([neighbor]))
    },
  )

  it('is found and kept fresh by the kernel when it is managed', async () => {
    const far = await createNamespace()
    await ns.links.add({ kind: 'veth', name: 'near', up: true, veth: { peer: { name: 'far', netns: far, up: true } } })
    await ns.addresses.add({ link: 'near', address: '10.9.0.1/24' })
    await far.addresses.add({ link: 'far', address: '10.9.0.2/24' })
    const { address } = await far.links.get('far')
    await ns.neighbors.add({ link: 'near', address: '10.9.0.2', managed: true })
    // A first probe that is lost is sent once more a second later.
    await expect
      .poll(() => ns.neighbors.get({ link: 'near', address: '10.9.0.2' }))
      .toMatchObject({ managed: true, state: 'reachable', linkLayerAddress: address })
    expect(ipShows(ns.name, 'neighbor', 'show', 'dev', 'near')).toEqual([
      expect.objectContaining({ dst: '10.9.0.2', managed: null, state: ['REACHABLE'] }),
    ])
    await ns.links.delete('near')
  })

  it('is looked for at once with use', async () => {
    await ns.neighbors.add({ link: 'v', address: '10.0.0.8', use: true })
    expect(await ns.neighbors.get({ link: 'v', address: '10.0.0.8' })).toMatchObject({ state: 'incomplete' })
  })

  it('may be vouched for since Linux 6.17', async () => {
    const options = { link: 'v', address: '10.0.0.7', linkLayerAddress: mac, state: 'stale', externValidated: true } as const
    if (!hasFeature('Linux 6.17')) {
      const refused = { code: 'EINVAL', option: 'externValidated' }
      return await expect(ns.neighbors.add(options)).rejects.toMatchObject(refused)
    }
    await ns.neighbors.add(options)
    const [neighbor] = await list()
    expect(neighbor).toMatchObject({ ...options, link: v })
    await ns.neighbors.delete(neighbor)
    await ns.neighbors.add(neighbor)
    expect(settled(await list())).toEqual(settled([neighbor]))
  })

  it('at the far end of a tunnel has an IP address in place of a hardware address', async context => {
    try {
      await ns.links.add({ kind: 'gre', name: 'gre9', up: true, gre: { local: '10.0.0.1', inputKey: 9, outputKey: 9 } })
    } catch {
      return context.skip('gre: this kernel has no gre')
    }
    await ns.neighbors.add({ link: 'gre9', address: '10.0.0.7', linkLayerAddress: '192.0.2.7' })
    expect(shown('dev', 'gre9')).toEqual([{ dst: '10.0.0.7', lladdr: '192.0.2.7', state: ['PERMANENT'] }])
    const [neighbor] = await list({ link: 'gre9' })
    await ns.neighbors.delete(neighbor)
    await ns.neighbors.add(neighbor)
    expect(shown('dev', 'gre9')).toEqual([{ dst: '10.0.0.7', lladdr: '192.0.2.7', state: ['PERMANENT'] }])
    await ns.links.delete('gre9')
  })
})

describe('neighbors.replace, change and get', () => {
  const there = { link: 'v', address: '10.0.0.7', linkLayerAddress: mac }

  it('replace adds, and changes', async () => {
    await ns.neighbors.replace(there)
    await ns.neighbors.replace({ ...there, linkLayerAddress: '02:00:00:00:00:08' })
    expect(shown()).toEqual([expect.objectContaining({ lladdr: '02:00:00:00:00:08' })])
  })

  it('change needs one, and keeps the address on the link', async () => {
    const message = expect.stringContaining('there is no such entry')
    await expect(ns.neighbors.change(there)).rejects.toMatchObject({ code: 'ENOENT', operation: 'neighbors.change', message })
    await ns.neighbors.add(there)
    await ns.neighbors.change({ link: 'v', address: '10.0.0.7', state: 'noarp' })
    expect(shown('nud', 'all')).toEqual([expect.objectContaining({ lladdr: mac, state: ['NOARP'] })])
  })

  it('get answers one', async () => {
    await ns.neighbors.add(there)
    const neighbor = await ns.neighbors.get({ link: v, address: '10.0.0.7' })
    expect(neighbor).toMatchObject({ link: v, address: '10.0.0.7', linkLayerAddress: mac, state: 'permanent' })
    expect(settled([await ns.neighbors.get(neighbor)])).toEqual(settled([neighbor]))
  })
})

describe('neighbors', () => {
  async function addSome(): Promise<void> {
    await Promise.all([
      ns.links.add({ kind: 'bridge', name: 'br0', up: true }),
      ns.links.add({ kind: 'veth', name: 'p', master: 'br0', up: true, veth: { peer: { name: 'q', up: true } } }),
      ns.neighbors.add({ link: 'v', address: '10.0.0.7', linkLayerAddress: mac }),
      ns.neighbors.add({ link: 'v', address: '10.0.0.130', linkLayerAddress: mac, state: 'noarp' }),
      ns.neighbors.add({ link: 'v', address: 'fd00::7', linkLayerAddress: mac, state: 'stale', protocol: 'bgp' }),
      ns.neighbors.add({ link: 'p', address: '10.0.0.8', linkLayerAddress: mac }),
    ])
  }

  it.each([
    [{}, ['10.0.0.130', '10.0.0.7', '10.0.0.8', 'fd00::7']],
    [{ family: 'inet6' }, ['fd00::7']],
    [{ link: 'v' }, ['10.0.0.130', '10.0.0.7', 'fd00::7']],
    [{ master: 'br0' }, ['10.0.0.8']],
    [{ master: null }, ['10.0.0.130', '10.0.0.7', 'fd00::7']],
    [{ state: 'noarp' }, ['10.0.0.130']],
    [{ state: ['noarp', 'stale'] }, ['10.0.0.130', 'fd00::7']],
    [{ to: '10.0.0.128/25' }, ['10.0.0.130']],
    [{ to: 'fd00::7' }, ['fd00::7']],
    [{ protocol: 'bgp' }, ['fd00::7']],
    [{ proxy: true }, []],
  ] as const)('are listed by %j, and streamed', async (filter, addresses) => {
    await addSome()
    expect((await list(filter)).map(({ address }) => address).sort()).toEqual(addresses)
    const streamed: string[] = []
    for await (const neighbor of ns.neighbors.stream(filter)) if (isAdded(neighbor)) streamed.push(neighbor.address)
    expect(streamed.sort()).toEqual(addresses)
    await ns.links.delete('br0')
    await ns.links.delete('p')
  })

  it('are flushed by a condition, which says how many there were', async () => {
    await addSome()
    expect(await ns.neighbors.flush({ state: ['permanent', 'noarp'], link: 'v', to: '10.0.0.0/8' })).toBe(2)
    expect((await list({ link: 'v' })).map(({ address }) => address)).toEqual(['fd00::7'])
    await expect(ns.neighbors.flush({})).rejects.toThrow('give at least one condition, such as "link"')
    await ns.links.delete('br0')
    await ns.links.delete('p')
  })

  it('that are 100,000 are added in one Promise.all, and flushed', async () => {
    const own = await createNamespace()
    await own.links.add({ kind: 'veth', name: 'v', up: true, veth: { peer: { name: 'w', up: true } } })
    const address = (i: number) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`
    const [link, linkLayerAddress] = ['v', mac]
    const many = Array.from({ length: 100_000 }, (_, i) => own.neighbors.add({ link, address: address(i), linkLayerAddress }))
    const again = own.neighbors.add({ link, address: address(99_999), linkLayerAddress })
    const refused = expect(again).rejects.toMatchObject({ code: 'EEXIST' })
    await Promise.all(many)
    await refused
    const listed = await own.neighbors.list({ family: 'inet', state: 'permanent' })
    expect(new Set(listed.map(neighbor => neighbor.address)).size).toBe(100_000)
    expect(await own.neighbors.flush({ link, to: '10.0.0.0/8' })).toBe(100_000)
    expect(await own.neighbors.list({ state: 'permanent' })).toEqual([])
  })

  it.each([
    ['EEXIST', { link: 'v', address: '10.0.0.7', linkLayerAddress: mac }, undefined, 'neighbors.replace changes it'],
    ['EINVAL', { link: 'v', address: '10.0.0.8' }, undefined, 'ink layer address'],
    ['EINVAL', { link: 'v', address: '10.0.0.8', linkLayerAddress: '02:00' }, undefined, 'Invalid link address'],
    ['ENODEV', { link: 'x9', address: '10.0.0.8', linkLayerAddress: mac }, 'link', 'there is no link "x9"'],
  ] as const)('say %s to %j', async (code, options, option, text) => {
    await ns.neighbors.add({ link: 'v', address: '10.0.0.7', linkLayerAddress: mac })
    const message = expect.stringContaining(text)
    const refusal = { code, operation: 'neighbors.add', message, ...(option === undefined ? {} : { option }) }
    await expect(ns.neighbors.add(options)).rejects.toMatchObject(refusal)
  })

  it.each(['delete', 'get'] as const)('say in %s that there is none', async verb => {
    const missing = { code: 'ENOENT', operation: `neighbors.${verb}`, message: expect.stringContaining('there is no such entry') }
    await expect(ns.neighbors[verb]({ link: 'v', address: '10.0.0.99' })).rejects.toMatchObject(missing)
    await expect(ns.neighbors[verb]({ link: 'v', address: '10.0.0.99', proxy: true })).rejects.toMatchObject(missing)
  })
})

describe('neighborTables', () => {
  const ntable = (...words: string[]): Shown[] => ipShows(ns.name, 'ntable', 'show', ...words)

  it.each(['inet', 'inet6'] as const)('lists the table of %s and its parameters as ip does', async family => {
    const entries = await ns.neighborTables.list({ family })
    expect(new Set(entries.map(entry => entry.family))).toEqual(new Set([family]))
    const [first] = entries
    const [theirs] = ntable().filter(entry => entry.family === family && entry.dev === undefined)
    expect(first.link).toBeUndefined()
    expect([first.threshold1, first.threshold2, first.threshold3, first.gcInterval]).toEqual([
      theirs.thresh1,
      theirs.thresh2,
      theirs.thresh3,
      theirs.gc_interval,
    ])
    expect(first.statistics).toEqual(expect.objectContaining({ lookups: expect.any(Number) }))
    const ofLink = entries.find(entry => entry.link === v)
    const [shownOfLink] = ntable('dev', 'v').filter(entry => entry.family === family)
    expect(ofLink?.parameters).toMatchObject({
      baseReachableTime: shownOfLink.base_reachable,
      retransmitTime: shownOfLink.retrans,
      gcStaleTime: shownOfLink.gc_stale,
      delayProbeTime: shownOfLink.delay_probe,
      queueLength: shownOfLink.queue,
      applicationProbes: shownOfLink.app_probes,
      unicastProbes: shownOfLink.ucast_probes,
      multicastProbes: shownOfLink.mcast_probes,
      anycastDelay: shownOfLink.anycast_delay,
      proxyDelay: shownOfLink.proxy_delay,
      proxyQueueLength: shownOfLink.proxy_queue,
      lockTime: shownOfLink.locktime,
    })
  })

  it.each([
    ['base_reachable', { baseReachableTime: 20_000 }],
    ['retrans', { retransmitTime: 500 }],
    ['gc_stale', { gcStaleTime: 30_000 }],
    ['delay_probe', { delayProbeTime: 2000 }],
    ['app_probes', { applicationProbes: 1 }],
    ['ucast_probes', { unicastProbes: 4 }],
    ['mcast_probes', { multicastProbes: 5 }],
    ['anycast_delay', { anycastDelay: 700 }],
    ['proxy_delay', { proxyDelay: 600 }],
    ['proxy_queue', { proxyQueueLength: 65 }],
    ['locktime', { lockTime: 900 }],
    ['queue', { queueLength: 7 }],
  ])('sets %s of a link, and ip sees it; reads what ip sets', async (word, parameters) => {
    const [[key, value]] = Object.entries(parameters)
    await ns.neighborTables.set({ name: 'arp_cache', link: 'v', parameters })
    expect(ntable('dev', 'v', 'name', 'arp_cache')).toEqual([expect.objectContaining({ [word]: value })])
    ip('-n', ns.name, 'ntable', 'change', 'name', 'arp_cache', 'dev', 'v', word, String(value * 2))
    const [entry] = await ns.neighborTables.list({ family: 'inet', link: 'v' })
    expect(entry.parameters).toMatchObject({ [key]: value * 2 })
  })

  it.each([{ intervalProbeTime: 3000 }, { queueBytes: 100_000 }, { multicastReprobes: 2 }])(
    'sets %j of a link',
    async parameters => {
      await ns.neighborTables.set({ family: 'inet6', link: v, parameters })
      const [entry] = await ns.neighborTables.list({ family: 'inet6', link: 'v' })
      expect(entry).toMatchObject({ name: 'ndisc_cache', link: v, parameters })
      await ns.neighborTables.set({ family: 'inet6', link: v, parameters: entry.parameters })
    },
  )

  it.each([
    [{ family: 'inet', threshold1: 128 }, 'give "link"'],
    [{ family: 'inet', parameters: { retransmitTime: 1000 } }, 'give "link"'],
    [{ name: 'no_cache', link: 'v', parameters: { retransmitTime: 1000 } }, 'there is no such table'],
  ] as const)('says why %j cannot be set here', async (changes, text) => {
    const message = expect.stringContaining(text)
    await expect(ns.neighborTables.set(changes)).rejects.toMatchObject({
      code: 'ENOENT',
      message,
      operation: 'neighborTables.set',
    })
  })

  it('says that there is no such link', async () => {
    const missing = { code: 'ENODEV', option: 'link' }
    const changes = { family: 'inet', link: 'x9', parameters: { lockTime: 1 } } as const
    await expect(ns.neighborTables.set(changes)).rejects.toMatchObject(missing)
  })
})
