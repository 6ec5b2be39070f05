import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { NexthopObject, NexthopObjectOptions } from '../../lib/nexthops/nexthop-object.ts'
import { ipShows, type Shown } from '../support/ip.ts'
import { hasFeature } from '../support/kernel.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { ip } from '../support/test-namespaces.ts'
import { given } from '../support/wire.ts'

let ns: NamedNetns
let v: number

const shown = (...words: string[]): Shown[] => ipShows(ns.name, 'nexthop', 'show', ...words)
const ids = (nexthops: readonly { id: number }[]) => nexthops.map(({ id }) => id)

beforeAll(async () => {
  ns = await createNamespace()
  await ns.links.set('lo', { up: true })
  await ns.links.add({ kind: 'veth', name: 'v', up: true, veth: { peer: { name: 'w', up: true } } })
  await ns.addresses.add({ link: 'v', address: '10.0.0.1/24' })
  await ns.addresses.add({ link: 'v', address: 'fd00::1/64', noDad: true })
  v = (await ns.links.get('v')).index
})
beforeEach(async () => {
  for (const nexthop of await ns.nexthops.list({ groups: true })) await ns.nexthops.delete(nexthop)
  for (const nexthop of await ns.nexthops.list()) await ns.nexthops.delete(nexthop)
})
afterAll(closeNamespaces)

/** Two routers, for groups. */
const addTwo = () =>
  Promise.all([ns.nexthops.add({ id: 1, via: '10.0.0.2', link: 'v' }), ns.nexthops.add({ id: 2, via: '10.0.0.3', link: 'v' })])

/** Options, the words of `ip` for the same, and what `ip -j -d` shows then. */
const same: readonly [NexthopObjectOptions, string, Shown][] = [
  [{ id: 10, via: '10.0.0.9', link: 'v' }, 'id 10 via 10.0.0.9 dev v', { gateway: '10.0.0.9', dev: 'v', scope: 'link' }],
  [{ id: 10, link: 'v' }, 'id 10 dev v', { dev: 'v', scope: 'host' }],
  [{ id: 10, via: '172.16.0.1', link: 'v', onLink: true }, 'id 10 via 172.16.0.1 dev v onlink', { flags: ['onlink'] }],
  [{ id: 10, via: 'fd00::9', link: 'v' }, 'id 10 via fd00::9 dev v', { gateway: 'fd00::9' }],
  [
    { id: 10, via: '10.0.0.9', link: 'v', protocol: 'static' },
    'id 10 via 10.0.0.9 dev v protocol static',
    { protocol: 'static' },
  ],
  [{ id: 10, blackhole: true }, 'id 10 blackhole', { blackhole: null }],
  [{ id: 10, family: 'inet6', blackhole: true }, 'id 10 blackhole', { blackhole: null }],
  [{ id: 10, via: '192.0.2.9', fdb: true }, 'id 10 via 192.0.2.9 fdb', { gateway: '192.0.2.9', fdb: null }],
  [
    {
      id: 10,
      group: [
        { id: 1, weight: 3 },
        { id: 2, weight: 1 },
      ],
    },
    'id 10 group 1,3/2',
    { group: [{ id: 1, weight: 3 }, { id: 2 }] },
  ],
  [{ id: 10, group: [{ id: 1, weight: 256 }] }, 'id 10 group 1,256', { group: [{ id: 1, weight: 256 }] }],
  [
    {
      id: 10,
      group: [
        { id: 1, weight: 1 },
        { id: 2, weight: 1 },
      ],
      resilient: { buckets: 8, idleTimer: 60, unbalancedTimer: 30 },
    },
    'id 10 group 1/2 type resilient buckets 8 idle_timer 60 unbalanced_timer 30',
    { type: 'resilient', resilient_args: { buckets: 8, idle_timer: 60, unbalanced_timer: 30, unbalanced_time: 0 } },
  ],
]

const own = (nexthops: readonly Shown[]) => nexthops.filter(({ id }) => id === 10)

describe('a nexthop object', () => {
  beforeEach(addTwo)

  it.each(same)('%j is what "ip nexthop add %s" shows', async (options, words, expected) => {
    expect(await ns.nexthops.add(options)).toBe(10)
    const ours = own(shown())
    expect(ours).toEqual([expect.objectContaining(expected)])
    const read = await ns.nexthops.get(10)
    const { link, resilient, ...rest } = options
    expect(read).toMatchObject({
      ...rest,
      ...(link === undefined ? {} : { link: v }),
      ...(resilient === undefined ? {} : { resilient }),
    })
    await ns.nexthops.delete(read)
    expect(own(shown())).toEqual([])
    const family = options.family === 'inet6' ? ['-6'] : []
    ip('-n', ns.name, ...family, 'nexthop', 'add', ...words.split(' '))
    expect(own(shown())).toEqual(ours)
    expect(given(await ns.nexthops.get({ id: 10 }))).toEqual(given(read))
  })

  it.each(same)('%j is deleted, and added again, as it is listed', async options => {
    await ns.nexthops.add(options)
    const [nexthop] = (await ns.nexthops.list()).filter(({ id }) => id === 10)
    await ns.nexthops.delete(nexthop)
    expect(ids(await ns.nexthops.list())).toEqual([1, 2])
    await ns.nexthops.add(nexthop)
    expect(given(await ns.nexthops.get(10))).toEqual(given(nexthop))
  })

  it('has an id that the kernel chose, which add answers', async () => {
    const [first, second] = await Promise.all([ns.nexthops.add({ link: 'v' }), ns.nexthops.add({ via: '10.0.0.9', link: 'v' })])
    expect(first).not.toBe(second)
    expect(await ns.nexthops.get(first)).toMatchObject({ id: first, link: v, via: undefined })
    expect(await ns.nexthops.get(second)).toMatchObject({ id: second, via: '10.0.0.9' })
  })

  it('is replaced', async () => {
    await ns.nexthops.replace({ id: 10, via: '10.0.0.9', link: 'v' })
    await ns.nexthops.replace({ id: 10, via: '10.0.0.8', link: 'v' })
    expect(own(shown())).toEqual([expect.objectContaining({ gateway: '10.0.0.8' })])
    await expect(ns.nexthops.replace({ link: 'v' } as never)).rejects.toMatchObject({ code: 'ERR_MISSING_OPTION', option: 'id' })
  })

  it('in a group may have a weight above 256 since Linux 6.12', async () => {
    const group = [{ id: 1, weight: 40_000 }]
    const added = ns.nexthops.add({ id: 10, group })
    if (!hasFeature('Linux 6.12')) return await expect(added).rejects.toMatchObject({ code: 'EINVAL' })
    await added
    expect(await ns.nexthops.get(10)).toMatchObject({ group, groupType: 'multipath' })
  })

  it('puts packets into a tunnel', async context => {
    const tunnel = 'id 10 encap ip id 7 dst 192.0.2.7 dev v'
    try {
      ip('-n', ns.name, 'nexthop', 'add', ...tunnel.split(' '))
    } catch {
      return context.skip('nexthops: this kernel has no CONFIG_LWTUNNEL')
    }
    const before = own(shown())
    const nexthop = await ns.nexthops.get(10)
    expect(nexthop).toMatchObject({ encapType: 'ip', encap: expect.any(Uint8Array) })
    await ns.nexthops.delete(10)
    await ns.nexthops.add(nexthop)
    expect(own(shown())).toEqual(before)
  })
})

describe('routes by nexthop id', () => {
  beforeEach(addTwo)

  it('go where the object says, and change with it', async () => {
    await ns.nexthops.add({ id: 10, group: [1] })
    await ns.routes.add({ to: '192.0.2.0/24', nexthopId: 10 })
    expect(await ns.routes.get({ to: '192.0.2.1' })).toMatchObject({ via: '10.0.0.2' })
    await ns.nexthops.replace({ id: 10, group: [2] })
    expect(await ns.routes.get({ to: '192.0.2.1' })).toMatchObject({ via: '10.0.0.3' })
    const [route] = await ns.routes.list({ to: '192.0.2.0/24' })
    expect(route.nexthopId).toBe(10)
    await ns.nexthops.delete(10)
    expect(await ns.routes.list({ to: '192.0.2.0/24' })).toEqual([])
  })

  it('share traffic by weight, which is counted for each member', async context => {
    if (!hasFeature('Linux 6.9')) return context.skip('nexthops: this kernel is older than Linux 6.9')
    await ns.nexthops.add({
      id: 10,
      group: [
        { id: 1, weight: 1 },
        { id: 2, weight: 1 },
      ],
    })
    await ns.routes.add({ to: '192.0.2.0/24', nexthopId: 10 })
    const socket = ns.createSocket('udp4')
    const sent = Array.from({ length: 40 }, (_, i) => new Promise(done => socket.send('x', 9, `192.0.2.${i + 1}`, done)))
    await Promise.all(sent)
    socket.close()
    const { statistics } = await ns.nexthops.get(10, { statistics: true })
    expect(ids(statistics as { id: number }[])).toEqual([1, 2])
    const packets = statistics?.map(member => member.packets as number) as number[]
    expect(packets[0] + packets[1]).toBeGreaterThanOrEqual(40)
    expect(Math.min(...packets)).toBeGreaterThan(0)
    const [listed] = await ns.nexthops.list({ groups: true, hardwareStatistics: true })
    expect(listed).toMatchObject({ hardwareStatistics: false, statistics: [{ id: 1, hardwarePackets: 0 }, { id: 2 }] })
    expect((await ns.nexthops.get(10)).statistics).toBeUndefined()
    await ns.nexthops.delete(10)
  })
})

describe('buckets of a resilient group', () => {
  beforeEach(async () => {
    await addTwo()
    await ns.nexthops.add({ id: 10, group: [1, { id: 2, weight: 3 }], resilient: { buckets: 8 } })
    await ns.nexthops.add({ id: 11, group: [1], resilient: { buckets: 2 } })
  })

  it('are listed as ip does', async () => {
    const theirs = ipShows(ns.name, 'nexthop', 'bucket', 'show', 'id', '10')
    const ours = await ns.nexthops.listBuckets({ id: 10 })
    expect(ours.map(({ id, index, nexthopId }) => [id, index, nexthopId])).toEqual(
      theirs.map(({ id, bucket }) => [id, bucket.index, bucket.nhid]),
    )
    expect(ours.filter(({ nexthopId }) => nexthopId === 2)).toHaveLength(6)
    expect(ours[0].idleTime).toBeGreaterThanOrEqual(0)
  })

  it.each([
    [{}, 10],
    [{ nexthopId: 2 }, 6],
    [{ id: 10, nexthopId: 1 }, 2],
    [{ link: 'v' }, 10],
    [{ link: 'w' }, 0],
  ])('are %#: listed by %j', async (filter, count) => {
    expect(await ns.nexthops.listBuckets(filter)).toHaveLength(count)
  })

  it('are read one by one', async () => {
    const all = await ns.nexthops.listBuckets({ id: 10 })
    const one = await ns.nexthops.getBucket({ id: 10, index: 5 })
    expect([one.id, one.index, one.nexthopId]).toEqual([10, 5, all[5].nexthopId])
    await expect(ns.nexthops.getBucket({ id: 10, index: 8 })).rejects.toMatchObject({
      code: 'ENOENT',
      operation: 'nexthops.getBucket',
    })
    await expect(ns.nexthops.getBucket({ id: 1, index: 0 })).rejects.toMatchObject({ code: 'EINVAL' })
  })
})

describe('nexthops', () => {
  beforeEach(async () => {
    await addTwo()
    await Promise.all([
      ns.nexthops.add({ id: 3, via: 'fd00::2', link: 'v', protocol: 'bgp' }),
      ns.nexthops.add({ id: 4, blackhole: true }),
      ns.nexthops.add({ id: 5, via: '192.0.2.1', fdb: true }),
      ns.nexthops.add({ id: 6, group: [1, 2], protocol: 'bgp' }),
    ])
  })

  it.each([
    [{}, [1, 2, 3, 4, 5, 6], ''],
    [{ family: 'inet6' }, [3], undefined],
    [{ link: 'v' }, [1, 2, 3], 'dev v'],
    [{ groups: true }, [6], 'groups'],
    [{ fdb: true }, [5], undefined],
    [{ protocol: 'bgp' }, [3, 6], 'protocol 186'],
  ] as const)('are listed by %j, and streamed', async (filter, expected, words) => {
    expect(ids(await ns.nexthops.list(filter))).toEqual(expected)
    const streamed: NexthopObject[] = []
    for await (const nexthop of ns.nexthops.stream(filter)) streamed.push(nexthop)
    expect(ids(streamed)).toEqual(expected)
    if (words !== undefined) expect(ids(shown(...words.split(' ').filter(word => word !== '')))).toEqual(expected)
  })

  it('are listed by the master of their link', async () => {
    await ns.links.add({ kind: 'bridge', name: 'br0', up: true })
    await ns.links.add({ kind: 'veth', name: 'p', master: 'br0', up: true, veth: { peer: { name: 'q', up: true } } })
    await ns.nexthops.add({ id: 7, link: 'p' })
    expect(ids(await ns.nexthops.list({ master: 'br0' }))).toEqual([7])
    await ns.links.delete('p')
    await ns.links.delete('br0')
    expect(ids(await ns.nexthops.list({ link: 'v' }))).toEqual([1, 2, 3])
  })

  it('are flushed by a condition, which says how many there were', async () => {
    expect(await ns.nexthops.flush({ protocol: 'bgp' })).toBe(2)
    expect(ids(await ns.nexthops.list())).toEqual([1, 2, 4, 5])
    await expect(ns.nexthops.flush({})).rejects.toThrow('give at least one condition, such as "protocol"')
  })

  it('that are many go in one tick', async () => {
    const many = Array.from({ length: 2000 }, (_, i) =>
      ns.nexthops.add({ id: 1000 + i, via: '10.0.0.9', link: 'v', protocol: 77 }),
    )
    await Promise.all(many)
    expect(await ns.nexthops.flush({ protocol: 77 })).toBe(2000)
  })

  it.each([
    ['EEXIST', { id: 1, link: 'v' }, undefined, 'nexthops.replace changes it'],
    ['EINVAL', { id: 9, group: [99] }, 'group', 'Invalid nexthop id'],
    ['EINVAL', { id: 9, group: [6] }, undefined, 'group'],
    ['EINVAL', { id: 9, group: [5] }, undefined, 'fdb nexthops'],
    ['EHOSTUNREACH', { id: 9, via: 'fd77::1', link: 'v' }, undefined, '"via" is not reachable'],
    ['ENETUNREACH', { id: 9, via: '172.16.0.1', link: 'v' }, undefined, '"via" is not reachable'],
    ['ENODEV', { id: 9, link: 'x9' }, 'link', 'there is no link "x9"'],
  ] as const)('say %s to %j', async (code, options, option, text) => {
    const message = expect.stringContaining(text)
    const refusal = { code, operation: 'nexthops.add', message, ...(option === undefined ? {} : { option }) }
    await expect(ns.nexthops.add(options)).rejects.toMatchObject(refusal)
  })

  it('say that the link is down', async () => {
    await ns.links.add({ kind: 'veth', name: 'down', veth: { peer: { name: 'down2' } } })
    const message = expect.stringContaining('the link has to be up')
    await expect(ns.nexthops.add({ id: 9, link: 'down' })).rejects.toMatchObject({ code: 'ENETDOWN', message })
    await ns.links.delete('down')
  })

  it.each(['delete', 'get'] as const)('say in %s that there is none', async verb => {
    const message = expect.stringContaining('there is no nexthop object with this id')
    await expect(ns.nexthops[verb](99)).rejects.toMatchObject({ code: 'ENOENT', operation: `nexthops.${verb}`, message })
  })
})
