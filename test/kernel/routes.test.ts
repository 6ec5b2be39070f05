import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Route, RouteOptions } from '../../lib/routes/route.ts'
import { ipShows, type Shown } from '../support/ip.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { ip } from '../support/test-namespaces.ts'
import { given } from '../support/wire.ts'

let ns: NamedNetns
let v: number
/** The kernel's own routes of the set-up. */
let own: Set<string>

beforeAll(async () => {
  ns = await createNamespace()
  await Promise.all([
    ns.links.set('lo', { up: true }),
    ns.links.add({ kind: 'veth', name: 'v', up: true, veth: { peer: { name: 'w', up: true } } }),
    ns.addresses.add({ link: 'v', address: '10.0.0.1/24' }),
    ns.addresses.add({ link: 'v', address: 'fd00::1/64', noDad: true }),
    ns.addresses.add({ link: 'w', address: '10.0.1.1/24' }),
  ])
  v = (await ns.links.get('v')).index
  // Link-local addresses and their routes come a little later.
  await ns.links.set('v', { families: { inet6: { addressGenerationMode: 'none' } } })
  await ns.links.set('w', { families: { inet6: { addressGenerationMode: 'none' } } })
  await Promise.all([ns.addresses.flush({ to: 'fe80::/10' })])
  for (const id of ['1', '2']) ip('-n', ns.name, 'nexthop', 'add', 'id', id, 'via', `10.0.0.${id}0`, 'dev', 'v')
  ip('-n', ns.name, 'nexthop', 'add', 'id', '3', 'group', '1/2')
  own = new Set((await ns.routes.list()).map(identity))
})
beforeEach(async () => {
  for (const route of await added()) await ns.routes.delete(route)
})
afterAll(closeNamespaces)

function identity({ family, table, to, type, metric = 0, tos, link, via, protocol }: Route): string {
  return [family, table, to, type, metric, tos, link, via, protocol].join()
}

const added = async () => (await ns.routes.list()).filter(route => !own.has(identity(route)))

/** What `ip` shows of the routes in a table, but for the kernel's own. */
function shown(family: '-4' | '-6', table: string): Shown[] {
  let routes: Shown[]
  try {
    routes = ipShows(ns.name, family, 'route', 'show', 'table', table)
  } catch {
    return [] // The table does not exist.
  }
  // ip -s -d has counters that run on.
  return routes.filter(({ protocol }) => protocol !== 'kernel')
}

/** Options, the words of `ip` for the same, and what `ip -j -d` shows then. */
const same: readonly [RouteOptions, string, Shown][] = [
  [
    { to: 'default', via: '10.0.0.2' },
    'default via 10.0.0.2',
    { dst: 'default', gateway: '10.0.0.2', dev: 'v', protocol: 'boot', scope: 'global' },
  ],
  [{ to: '10.1.0.0/16', link: 'v' }, '10.1.0.0/16 dev v', { scope: 'link', type: 'unicast' }],
  [{ to: '10.1.1.1', link: 'v' }, '10.1.1.1 dev v', { dst: '10.1.1.1' }],
  [{ to: '10.1.0.0/16', link: 'v', scope: 'global' }, '10.1.0.0/16 dev v scope global', { scope: 'global' }],
  [{ to: '10.1.0.0/16', link: 'v', scope: 'host' }, '10.1.0.0/16 dev v scope host', { scope: 'host' }],
  [{ to: '10.1.0.0/16', link: 'v', scope: 210 }, '10.1.0.0/16 dev v scope 210', { scope: '210' }],
  [{ to: '10.1.0.0/16', via: '10.0.0.2', metric: 77 }, '10.1.0.0/16 via 10.0.0.2 metric 77', { metric: 77 }],
  [{ to: '10.1.0.0/16', via: '10.0.0.2', tos: 16 }, '10.1.0.0/16 via 10.0.0.2 tos 0x10', { tos: '0x10' }],
  [{ to: '10.1.0.0/16', link: 'v', preferredSource: '10.0.1.1' }, '10.1.0.0/16 dev v src 10.0.1.1', { prefsrc: '10.0.1.1' }],
  [{ to: '10.1.0.0/16', link: 'v', protocol: 'static' }, '10.1.0.0/16 dev v proto static', { protocol: 'static' }],
  [{ to: '10.1.0.0/16', link: 'v', protocol: 'bgp' }, '10.1.0.0/16 dev v proto bgp', { protocol: 'bgp' }],
  [{ to: '10.1.0.0/16', link: 'v', protocol: 77 }, '10.1.0.0/16 dev v proto 77', { protocol: '77' }],
  [{ to: '10.1.0.0/16', link: 'v', table: 100 }, '10.1.0.0/16 dev v table 100', {}],
  [{ to: '10.1.0.0/16', link: 'v', table: 100_000 }, '10.1.0.0/16 dev v table 100000', {}],
  [{ to: '10.1.0.0/16', link: 'v', table: 'default' }, '10.1.0.0/16 dev v table default', {}],
  [{ to: '10.1.0.0/16', type: 'blackhole' }, 'blackhole 10.1.0.0/16', { type: 'blackhole' }],
  [{ to: '10.1.0.0/16', type: 'unreachable', metric: 5 }, 'unreachable 10.1.0.0/16 metric 5', { type: 'unreachable' }],
  [{ to: '10.1.0.0/16', type: 'prohibit' }, 'prohibit 10.1.0.0/16', { type: 'prohibit' }],
  [{ to: '10.1.0.0/16', type: 'throw', table: 100 }, 'throw 10.1.0.0/16 table 100', { type: 'throw' }],
  [{ to: '10.1.1.1', type: 'local', link: 'v' }, 'local 10.1.1.1 dev v', { type: 'local', scope: 'host' }],
  [{ to: '10.1.1.255', type: 'broadcast', link: 'v' }, 'broadcast 10.1.1.255 dev v', { type: 'broadcast', scope: 'link' }],
  [{ to: '10.1.1.1', type: 'anycast', link: 'v' }, 'anycast 10.1.1.1 dev v', { type: 'anycast' }],
  [{ to: '224.1.0.0/16', type: 'multicast', link: 'v' }, 'multicast 224.1.0.0/16 dev v', { type: 'multicast' }],
  [
    { to: '10.1.0.0/16', via: '172.16.0.1', link: 'v', onLink: true },
    '10.1.0.0/16 via 172.16.0.1 dev v onlink',
    { flags: ['onlink'] },
  ],
  [
    { to: '10.1.0.0/16', via: 'fd00::2', link: 'v' },
    '10.1.0.0/16 via inet6 fd00::2 dev v',
    { via: { family: 'inet6', host: 'fd00::2' } },
  ],
  [
    {
      to: '10.1.0.0/16',
      multipath: [
        { via: '10.0.0.2', weight: 3 },
        { via: '10.0.1.2', link: 'w' },
      ],
    },
    '10.1.0.0/16 nexthop via 10.0.0.2 weight 3 nexthop via 10.0.1.2 dev w',
    { nexthops: [expect.objectContaining({ gateway: '10.0.0.2', weight: 3 }), expect.objectContaining({ dev: 'w', weight: 1 })] },
  ],
  [
    {
      to: '10.1.0.0/16',
      multipath: [
        { via: '172.16.0.1', link: 'v', onLink: true, weight: 256 },
        { via: 'fd00::2', link: 'v' },
      ],
    },
    '10.1.0.0/16 nexthop via 172.16.0.1 dev v onlink weight 256 nexthop via inet6 fd00::2 dev v',
    { nexthops: [expect.objectContaining({ weight: 256, flags: ['onlink'] }), expect.anything()] },
  ],
  [{ to: '10.1.0.0/16', link: 'v', realms: { from: 1, to: 2 } }, '10.1.0.0/16 dev v realms 1/2', {}],
  [{ to: '10.1.0.0/16', nexthopId: 1 }, '10.1.0.0/16 nhid 1', { nhid: 1, gateway: '10.0.0.10' }],
  [{ to: '10.1.0.0/16', nexthopId: 3 }, '10.1.0.0/16 nhid 3', { nhid: 3 }],
  [
    {
      to: '10.1.0.0/16',
      link: 'v',
      metrics: {
        lock: ['mtu', 'congestionWindow', 'minRto'],
        mtu: 1400,
        window: 1000,
        rtt: 30,
        rttVariance: 20,
        slowStartThreshold: 5,
        congestionWindow: 6,
        advertisedMss: 1300,
        reordering: 4,
        hopLimit: 33,
        initialCongestionWindow: 12,
        features: ['ecn'],
        minRto: 250,
        initialReceiveWindow: 13,
        quickAck: true,
        congestionControl: 'reno',
        fastOpenNoCookie: true,
      },
    },
    '10.1.0.0/16 dev v mtu lock 1400 window 1000 rtt 30ms rttvar 20ms ssthresh 5 cwnd lock 6 advmss 1300 reordering 4 hoplimit 33 initcwnd 12 features ecn rto_min 250ms initrwnd 13 quickack 1 congctl reno fastopen_no_cookie 1',
    { metrics: [expect.objectContaining({ mtu: 1400, rtt: 30, rttvar: 20, advmss: 1300, congestion: 'reno' })] },
  ],
  [{ to: 'default', via: 'fd00::2' }, 'default via fd00::2', { dst: 'default', gateway: 'fd00::2', metric: 1024 }],
  [{ to: 'fd01::/64', link: 'v', metric: 7 }, 'fd01::/64 dev v metric 7', { metric: 7 }],
  [{ to: 'fd01::1', via: 'fd00::2' }, 'fd01::1 via fd00::2', { dst: 'fd01::1' }],
  [{ to: 'fd01::/64', via: 'fd00::2', preference: 'high' }, 'fd01::/64 via fd00::2 pref high', { pref: 'high' }],
  [{ to: 'fd01::/64', via: 'fd00::2', preference: 'low' }, 'fd01::/64 via fd00::2 pref low', { pref: 'low' }],
  [{ to: 'fd01::/64', via: 'fd00::2', expires: 300 }, 'fd01::/64 via fd00::2 expires 300', { expires: expect.any(Number) }],
  [{ to: 'fd01::/64', via: 'fd00::2', preferredSource: 'fd00::1' }, 'fd01::/64 via fd00::2 src fd00::1', { prefsrc: 'fd00::1' }],
  [{ to: 'fd01::/64', from: 'fd00::/64', via: 'fd00::2' }, 'fd01::/64 from fd00::/64 via fd00::2', { from: 'fd00::/64' }],
  [{ to: 'fd01::/64', type: 'blackhole' }, 'blackhole fd01::/64', { type: 'blackhole', dev: 'lo' }],
  [{ to: 'fd01::/64', type: 'unreachable' }, 'unreachable fd01::/64', { type: 'unreachable' }],
  [{ to: 'fd01::/64', type: 'prohibit' }, 'prohibit fd01::/64', { type: 'prohibit' }],
  [{ to: 'fd01::/64', type: 'throw' }, 'throw fd01::/64', { type: 'throw' }],
  [{ to: 'fd01::1', type: 'local', link: 'v' }, 'local fd01::1 dev v', { type: 'local' }],
  [{ to: 'fd01::1', type: 'anycast', link: 'v' }, 'anycast fd01::1 dev v', { type: 'anycast' }],
  [{ to: 'ff05::/16', type: 'multicast', link: 'v' }, 'multicast ff05::/16 dev v', { type: 'multicast' }],
  [{ to: 'fd01::/64', link: 'v', table: 100_000 }, 'fd01::/64 dev v table 100000', {}],
  [
    {
      to: 'fd01::/64',
      multipath: [
        { via: 'fd00::2', weight: 2 },
        { via: 'fd00::3', link: 'v' },
      ],
    },
    'fd01::/64 nexthop via fd00::2 weight 2 nexthop via fd00::3 dev v',
    { nexthops: [expect.objectContaining({ weight: 2 }), expect.objectContaining({ gateway: 'fd00::3' })] },
  ],
  [
    { to: 'fd01::/64', via: 'fd00::2', metrics: { mtu: 1300, hopLimit: 7 } },
    'fd01::/64 via fd00::2 mtu 1300 hoplimit 7',
    { metrics: [expect.objectContaining({ mtu: 1300, hoplimit: 7 })] },
  ],
]

const familyOf = ({ to, via }: RouteOptions) => (to.includes(':') || (to === 'default' && via?.includes(':')) ? '-6' : '-4')
const LOCAL_TYPES = ['local', 'broadcast', 'anycast']
const tableOf = ({ table, type }: RouteOptions) => String(table ?? (LOCAL_TYPES.includes(String(type)) ? 'local' : 'main'))

/** Lifetimes run on. */
function settled(value: Shown[]): Shown[] {
  return value.map(({ expires, used, ...route }) => ({ ...route, ...(expires === undefined ? {} : { expires: 'some' }) }))
}

describe('a route', () => {
  it.each(same)('%j is what "ip route add %s" shows', async (options, words, expected) => {
    const where = [familyOf(options), tableOf(options)] as const
    await ns.routes.add(options)
    const ours = shown(...where)
    expect(ours).toEqual([expect.objectContaining(expected)])
    await ns.routes.delete(options)
    expect(shown(...where)).toEqual([])
    ip('-n', ns.name, where[0], 'route', 'add', ...words.split(' '))
    expect(settled(shown(...where))).toEqual(settled(ours))
  })

  it.each(same)('%j reads the same whoever added it', async (options, words) => {
    await ns.routes.add(options)
    const ours = await added()
    await ns.routes.delete(options)
    ip('-n', ns.name, familyOf(options), 'route', 'add', ...words.split(' '))
    expect(settled((await added()).map(given))).toEqual(settled(ours.map(given)))
    const { to, link, multipath, metrics, scope, ...rest } = options
    expect(ours).toHaveLength(1)
    expect(ours[0]).toMatchObject(rest)
    if (metrics !== undefined) expect(ours[0].metrics).toMatchObject(metrics)
    if (scope !== undefined) expect(ours[0].scope).toBe(scope)
    if (multipath !== undefined) {
      expect(ours[0].multipath).toEqual(multipath.map(({ link: _, ...hop }) => expect.objectContaining(hop)))
    }
  })

  it.each(same)('%j is deleted, and added again, as it is listed', async options => {
    const where = [familyOf(options), tableOf(options)] as const
    await ns.routes.add(options)
    const before = shown(...where)
    const [route, ...more] = await added()
    expect(more).toEqual([])
    await ns.routes.delete(route)
    expect(shown(...where)).toEqual([])
    await ns.routes.add(route)
    expect(settled(shown(...where))).toEqual(settled(before))
  })
})

describe("the kernel's own routes", () => {
  it('are deleted, and added again, as they are listed', async () => {
    const other = await createNamespace()
    await Promise.all([
      other.links.set('lo', { up: true }),
      other.links.add({ kind: 'veth', name: 'v', up: true, veth: { peer: { name: 'w', up: true } } }),
      other.addresses.add({ link: 'v', address: '10.0.0.1/24', broadcast: '+' }),
      other.addresses.add({ link: 'v', address: 'fd00::1/64', noDad: true, validLifetime: 1000 }),
    ])
    const before = await other.routes.list()
    expect(new Set(before.map(({ type }) => type))).toEqual(new Set(['unicast', 'local', 'broadcast', 'multicast']))
    for (const route of before) await other.routes.delete(route)
    expect(await other.routes.list({ family: 'inet' })).toEqual([])
    // First the addresses themselves, which the others prefer as source.
    const addresses = before.filter(({ type, to }) => type === 'local' && /\/(32|128)$/.test(to))
    const others = before.filter(route => !addresses.includes(route))
    // To NLM_F_EXCL, fe80::/64 on one link and on another are the same IPv6 route.
    for (const route of [...addresses, ...others]) await other.routes[route.family === 'inet6' ? 'append' : 'add'](route)
    const names = (routes: Route[]) => routes.map(({ table, to, type, link }) => [table, to, type, link].join()).sort()
    expect(names(await other.routes.list())).toEqual(names(before))
  })
})

describe('routes.append, replace and change', () => {
  const to = '10.2.0.0/16'

  it('append puts a second route behind the first', async () => {
    await ns.routes.add({ to, via: '10.0.0.2' })
    await ns.routes.append({ to, via: '10.0.0.3' })
    expect(shown('-4', 'main').map(({ gateway }) => gateway)).toEqual(['10.0.0.2', '10.0.0.3'])
  })

  it('prepend puts a second route before the first, as ip does', async () => {
    await ns.routes.add({ to, via: '10.0.0.2' })
    await ns.routes.prepend({ to, via: '10.0.0.3' })
    ip('-n', ns.name, 'route', 'prepend', to, 'via', '10.0.0.4')
    expect(shown('-4', 'main').map(({ gateway }) => gateway)).toEqual(['10.0.0.4', '10.0.0.3', '10.0.0.2'])
  })

  it('prepend puts an IPv6 route beside the first, as ip does', async () => {
    const routers = () =>
      shown('-6', 'main').map(({ gateway, nexthops }) => gateway ?? nexthops?.map((hop: Shown) => hop.gateway))
    await ns.routes.add({ to: 'fd01::/64', via: 'fd00::2' })
    await ns.routes.prepend({ to: 'fd01::/64', via: 'fd00::3' })
    const ours = routers()
    for (const route of await added()) await ns.routes.delete(route)
    await ns.routes.add({ to: 'fd01::/64', via: 'fd00::2' })
    ip('-n', ns.name, '-6', 'route', 'prepend', 'fd01::/64', 'via', 'fd00::3')
    expect(routers()).toEqual(ours)
  })

  it('append makes an IPv6 route a multipath one', async () => {
    await ns.routes.add({ to: 'fd01::/64', via: 'fd00::2' })
    await ns.routes.append({ to: 'fd01::/64', via: 'fd00::3' })
    const [route] = await added()
    expect(route.multipath?.map(({ via }) => via)).toEqual(['fd00::2', 'fd00::3'])
    await ns.routes.delete(route)
    expect(await added()).toEqual([])
  })

  it('replace changes the first, or adds it', async () => {
    await ns.routes.replace({ to, via: '10.0.0.2' })
    await ns.routes.replace({ to, via: '10.0.0.3' })
    expect(shown('-4', 'main').map(({ gateway }) => gateway)).toEqual(['10.0.0.3'])
  })

  it('change needs one', async () => {
    await expect(ns.routes.change({ to, via: '10.0.0.2' })).rejects.toMatchObject({ code: 'ENOENT', operation: 'routes.change' })
    await ns.routes.add({ to, via: '10.0.0.2' })
    await ns.routes.change({ to, via: '10.0.0.3' })
    expect(shown('-4', 'main').map(({ gateway }) => gateway)).toEqual(['10.0.0.3'])
  })
})

describe('routes.delete', () => {
  it('takes the first that agrees with what is given', async () => {
    await ns.routes.add({ to: '10.2.0.0/16', via: '10.0.0.2', metric: 1 })
    await ns.routes.add({ to: '10.2.0.0/16', via: '10.0.0.2', metric: 2 })
    await ns.routes.add({ to: '10.2.0.0/16', via: '10.0.0.3', metric: 3 })
    await ns.routes.delete({ to: '10.2.0.0/16', via: '10.0.0.3' })
    await ns.routes.delete({ to: '10.2.0.0/16' })
    expect(shown('-4', 'main').map(({ metric }) => metric)).toEqual([2])
  })

  it('takes a blackhole without being told that it is one', async () => {
    await ns.routes.add({ to: '10.2.0.0/16', type: 'blackhole' })
    await ns.routes.delete({ to: '10.2.0.0/16' })
    expect(await added()).toEqual([])
  })
})

describe('routes.get', () => {
  beforeEach(async () => {
    await Promise.all([
      ns.routes.add({ to: '10.2.0.0/16', via: '10.0.0.2', metric: 9 }),
      ns.routes.add({ to: '10.3.0.0/16', type: 'prohibit' }),
      ns.routes.add({ to: '10.4.0.0/16', type: 'blackhole' }),
      ns.routes.add({ to: '10.5.0.0/16', type: 'unreachable' }),
      ns.routes.add({ to: 'fd02::/64', via: 'fd00::2' }),
    ])
  })

  it('answers as ip does', async () => {
    const theirs = ipShows(ns.name, 'route', 'get', '10.2.3.4')[0]
    const ours = await ns.routes.get({ to: '10.2.3.4' })
    expect(ours).toMatchObject({
      to: '10.2.3.4/32',
      via: theirs.gateway,
      link: v,
      preferredSource: theirs.prefsrc,
      table: 'main',
    })
  })

  it('answers for IPv6', async () => {
    expect(await ns.routes.get({ to: 'fd02::9' })).toMatchObject({ family: 'inet6', via: 'fd00::2', link: v, table: 'main' })
  })

  it('answers with the entry of the table', async () => {
    const entry = await ns.routes.get({ to: '10.2.3.4', fibMatch: true })
    expect(entry).toMatchObject({ to: '10.2.0.0/16', metric: 9, protocol: 'boot' })
    expect(given(entry)).toEqual(given((await ns.routes.list({ to: '10.2.0.0/16' }))[0]))
  })

  it('answers for its own addresses', async () => {
    const { type, table } = ipShows(ns.name, 'route', 'get', '10.0.0.1')[0]
    expect(await ns.routes.get({ to: '10.0.0.1' })).toMatchObject({ type, link: 1, ...(table === undefined ? {} : { table }) })
  })

  it('heeds the source, the links, the mark and the user', async () => {
    const [, byLink, byFrom] = await Promise.all([
      ns.routes.get({ to: '10.2.3.4', mark: 7, uid: 0, tos: 16, ipProtocol: 'udp', sourcePort: 5, destinationPort: 6 }),
      ns.routes.get({ to: '10.0.1.9', oif: 'v' }),
      ns.routes.get({ to: '10.2.3.4', from: '10.0.1.1' }),
    ])
    expect(byLink.link).toBe(v)
    expect(byFrom.from).toBe('10.0.1.1/32')
    expect(ipShows(ns.name, 'route', 'get', '10.0.1.9', 'oif', 'v')[0].dev).toBe('v')
  })

  it.each([
    ['172.16.0.1', 'ENETUNREACH'],
    ['10.3.0.1', 'EACCES'],
    ['10.4.0.1', 'EINVAL'],
    ['10.5.0.1', 'EHOSTUNREACH'],
  ])('says of %s %s', async (to, code) => {
    await expect(ns.routes.get({ to })).rejects.toMatchObject({ name: 'NetlinkError', code, operation: 'routes.get' })
  })

  it('says which link does not exist', async () => {
    await expect(ns.routes.get({ to: '10.2.3.4', oif: 'nope' })).rejects.toMatchObject({ code: 'ENODEV', option: 'oif' })
  })
})

describe('routes.list', () => {
  beforeEach(async () => {
    await Promise.all([
      ns.routes.add({ to: 'default', via: '10.0.0.2' }),
      ns.routes.add({ to: 'default', via: 'fd00::2' }),
      ns.routes.add({ to: '10.2.0.0/16', via: '10.0.0.2', metric: 7, protocol: 'static' }),
      ns.routes.add({ to: '10.2.3.0/24', link: 'w', table: 1000, tos: 8 }),
      ns.routes.add({ to: '10.3.0.0/16', type: 'blackhole', protocol: 'bgp' }),
      ns.routes.add({ to: '10.4.0.0/16', multipath: [{ via: '10.0.0.2' }, { via: '10.0.1.2' }] }),
      ns.routes.add({ to: 'fd02::/64', link: 'w', metric: 7 }),
    ])
  })

  it.each([
    [{ table: 1000 }, ['10.2.3.0/24']],
    [{ table: 12_345 }, []],
    [{ table: 12_345, family: 'inet' }, []],
    [{ table: 12_345, family: 'inet6' }, []],
    [{ protocol: 'static' }, ['10.2.0.0/16']],
    [{ protocol: 186 }, ['10.3.0.0/16']],
    [{ type: 'blackhole' }, ['10.3.0.0/16']],
    [{ family: 'inet6', protocol: 'boot' }, ['default', 'fd02::/64']],
    [{ family: 'inet', to: 'default' }, ['default']],
    [{ to: '::/0' }, ['default']],
    [{ to: '10.2.0.0/16' }, ['10.2.0.0/16']],
    [{ root: '10.2.0.0/15', protocol: 'boot' }, ['10.2.3.0/24']],
    [{ root: '10.2.0.0/15' }, ['10.2.0.0/16', '10.2.3.0/24', '10.3.0.0/16']],
    [{ match: '10.2.3.4' }, ['default', '10.2.0.0/16', '10.2.3.0/24']],
    [{ match: 'fd02::5' }, ['default', 'fd02::/64']],
    [{ via: '10.0.1.2' }, ['10.4.0.0/16']],
    [{ via: '10.0.0.2' }, ['default', '10.2.0.0/16', '10.4.0.0/16']],
    [{ metric: 7 }, ['10.2.0.0/16', 'fd02::/64']],
    [{ tos: 8 }, ['10.2.3.0/24']],
    [{ link: 'w', protocol: 'boot' }, ['10.2.3.0/24', '10.4.0.0/16', 'fd02::/64']],
    [{ preferredSource: '10.0.1.1', type: 'unicast' }, ['10.0.1.0/24']],
    [{ cache: true }, []],
  ] as const)('%j finds %j', async (filter, expected) => {
    expect((await ns.routes.list(filter)).map(({ to }) => to).sort()).toEqual([...expected].sort())
  })

  it('has every route of every table and family without a filter', async () => {
    const theirs = ['-4', '-6'].flatMap(family => ipShows(ns.name, family, 'route', 'show', 'table', 'all'))
    expect(await ns.routes.list()).toHaveLength(theirs.length)
  })

  it('lists the same one by one', async () => {
    const streamed: Route[] = []
    for await (const route of ns.routes.stream({ link: 'v' })) streamed.push(route)
    expect(streamed).toEqual(await ns.routes.list({ link: 'v' }))
  })

  it.each([{ table: 1000 }, { table: 4711, family: 'inet' }] as const)('streams %j', async filter => {
    const streamed: Route[] = []
    for await (const route of ns.routes.stream(filter)) streamed.push(route)
    expect(streamed).toEqual(await ns.routes.list(filter))
  })

  it.each([{ link: 'nope' }, { link: 9999 }])('says ENODEV for %j', async filter => {
    await expect(ns.routes.list(filter)).rejects.toMatchObject({ code: 'ENODEV', operation: 'routes.list' })
  })

  it.each([
    [{ tabel: 'main' }, 'tabel'],
    [{ table: 'mian' }, 'table'],
    [{ root: '10.0.0.0/40' }, 'root'],
    [{ via: '10.0.0.0/8' }, 'via'],
    [{ cache: 1 }, 'cache'],
  ])('refuses %j', async (filter, option) => {
    await expect(ns.routes.list(filter as object)).rejects.toMatchObject({ name: 'TypeError', option })
  })
})

describe('routes.flush', () => {
  it('deletes what matches and says how many', async () => {
    const routes = Array.from({ length: 300 }, (_, i) => ({ to: `10.${8 + (i >> 8)}.${i & 255}.0/24`, link: 'v', table: 2000 }))
    await Promise.all(routes.map(route => ns.routes.add(route)))
    expect(await ns.routes.flush({ table: 2000, root: '10.8.0.0/16' })).toBe(256)
    expect(await ns.routes.flush({ table: 2000 })).toBe(44)
    expect(await ns.routes.list({ table: 2000 })).toEqual([])
  })

  it.each([{}, { table: undefined }])('wants a condition: %j', async filter => {
    await expect(ns.routes.flush(filter)).rejects.toThrow(/at least one condition/)
  })
})

describe('what the kernel refuses', () => {
  const call = (promise: Promise<unknown>) => promise.catch((error: unknown) => error) as Promise<Error>

  it('a router that is not reachable', async () => {
    const error = await call(ns.routes.add({ to: '10.2.0.0/16', via: '172.16.0.1' }))
    expect(error).toMatchObject({ code: 'ENETUNREACH', operation: 'routes.add', option: 'via' })
    expect(error.message).toContain('"onLink"')
  })

  it('with a stack that starts at the caller’s line', async () => {
    async function writeRoute(): Promise<void> {
      await ns.routes.add({ to: '10.2.0.0/16', via: '172.16.0.1' })
    }
    const { stack } = await call(writeRoute())
    expect(stack?.split('\n    at ')[1]).toMatch(/writeRoute .*routes\.test\.ts/)
  })

  it('a router among several that is not reachable', async () => {
    const multipath = [{ via: '10.0.0.2' }, { via: '172.16.0.1' }]
    expect(await call(ns.routes.add({ to: '10.2.0.0/16', multipath }))).toMatchObject({
      code: 'ENETUNREACH',
      option: 'multipath',
    })
  })

  it('a nexthop object that does not exist', async () => {
    expect(await call(ns.routes.add({ to: '10.2.0.0/16', nexthopId: 99 }))).toMatchObject({ code: 'EINVAL', option: 'nexthopId' })
  })

  it('a route twice', async () => {
    await ns.routes.add({ to: '10.2.0.0/16', via: '10.0.0.2' })
    const error = await call(ns.routes.add({ to: '10.2.0.0/16', via: '10.0.0.3' }))
    expect(error).toMatchObject({ code: 'EEXIST' })
    expect(error.message).toContain('routes.replace')
  })

  it('to delete a route that is not there', async () => {
    const error = await call(ns.routes.delete({ to: '10.2.0.0/16' }))
    expect(error).toMatchObject({ code: 'ESRCH', operation: 'routes.delete' })
    expect(error.message).toContain('there is no such route')
  })

  it.each([
    [{ to: '10.2.0.0/16', link: 'nope' }, 'link'],
    [{ to: '10.2.0.0/16', multipath: [{ via: '10.0.0.2' }, { link: 'nope' }] }, 'multipath.1.link'],
  ] as const)('%j, and names the option', async (options, option) => {
    const error = await call(ns.routes.add(options))
    expect(error).toMatchObject({ code: 'ENODEV', option })
    expect(error.message).toContain('"nope"')
  })

  it('a source that is not its own', async () => {
    expect(await call(ns.routes.add({ to: '10.2.0.0/16', link: 'v', preferredSource: '10.99.0.1' }))).toMatchObject({
      code: 'EINVAL',
      option: 'preferredSource',
    })
  })

  it('an unknown congestion control', async () => {
    const error = await call(ns.routes.add({ to: '10.2.0.0/16', link: 'v', metrics: { congestionControl: 'none' } }))
    expect(error).toMatchObject({ code: 'EINVAL' })
  })

  it('leaves the others of the same tick alone', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 500 }, (_, i) => {
        const via = i % 100 === 50 ? '172.16.0.1' : '10.0.0.2'
        return ns.routes.add({ to: `10.20.${i >> 8}.${i & 255}`, via })
      }),
    )
    const refused = outcomes.flatMap(({ status }, i) => (status === 'rejected' ? [i] : []))
    expect(refused).toEqual([50, 150, 250, 350, 450])
    expect(await ns.routes.flush({ root: '10.20.0.0/16' })).toBe(495)
  })
})
