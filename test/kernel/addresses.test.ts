import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Address, AddressOptions } from '../../lib/addresses/address.ts'
import { ipShows, runInside, type Shown } from '../support/ip.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { ip } from '../support/test-namespaces.ts'
import { given } from '../support/wire.ts'

let ns: NamedNetns
let index: number

beforeAll(async () => {
  ns = await createNamespace()
  await Promise.all([
    ns.links.add({ kind: 'veth', name: 'v', up: true, veth: { peer: { name: 'w', up: true } } }),
    ns.links.add({ kind: 'ifb', name: 'other' }),
  ])
  index = (await ns.links.get('v')).index
  // Without it the kernel ignores the flag.
  runInside(ns.name, 'sysctl', '-qw', 'net.ipv6.conf.v.optimistic_dad=1')
})
beforeEach(() => {
  ip('-n', ns.name, 'address', 'flush', 'dev', 'v')
})
afterAll(closeNamespaces)

const shown = (): Shown[] => ipShows(ns.name, 'address', 'show', 'dev', 'v')[0].addr_info
const listed = () => ns.addresses.list({ link: 'v' })

/** Options, the words of `ip` for the same, and what `ip -j -d` shows then. */
const same: readonly [AddressOptions, string, Shown][] = [
  [{ link: 'v', address: '10.0.0.10' }, '10.0.0.10', { local: '10.0.0.10', prefixlen: 32 }],
  [{ link: 'v', address: 'fd00::10' }, 'fd00::10', { local: 'fd00::10', prefixlen: 128 }],
  [{ link: 'v', address: '10.0.0.1/24' }, '10.0.0.1/24', { prefixlen: 24, scope: 'global', label: 'v' }],
  [{ link: 'v', address: '10.0.0.1/24', broadcast: '+' }, '10.0.0.1/24 broadcast +', { broadcast: '10.0.0.255' }],
  [{ link: 'v', address: '10.0.0.1/24', broadcast: '-' }, '10.0.0.1/24 broadcast -', { broadcast: '10.0.0.0' }],
  [{ link: 'v', address: '10.0.0.1/31', broadcast: '+' }, '10.0.0.1/31 broadcast +', { prefixlen: 31 }],
  [{ link: 'v', address: '10.0.0.1/24', broadcast: '10.0.0.99' }, '10.0.0.1/24 broadcast 10.0.0.99', { broadcast: '10.0.0.99' }],
  [
    { link: 'v', address: '10.0.0.1', peer: '10.9.0.2/24', broadcast: '+' },
    '10.0.0.1 peer 10.9.0.2/24 broadcast +',
    { local: '10.0.0.1', address: '10.9.0.2', prefixlen: 24, broadcast: '10.9.0.255' },
  ],
  [{ link: 'v', address: 'fd00::1', peer: 'fd00::2/64' }, 'fd00::1 peer fd00::2/64', { address: 'fd00::2', prefixlen: 64 }],
  [{ link: 'v', address: '10.0.0.1/24', label: 'v:one' }, '10.0.0.1/24 label v:one', { label: 'v:one' }],
  [{ link: 'v', address: '10.0.0.1/24', scope: 'link' }, '10.0.0.1/24 scope link', { scope: 'link' }],
  [{ link: 'v', address: '10.0.0.1/24', scope: 77 }, '10.0.0.1/24 scope 77', { scope: '77' }],
  [{ link: 'v', address: '127.0.0.9/8' }, '127.0.0.9/8', { scope: 'host' }],
  [{ link: 'v', address: '10.0.0.1/24', metric: 77 }, '10.0.0.1/24 metric 77', { metric: 77 }],
  [{ link: 'v', address: 'fd00::1/64', metric: 77 }, 'fd00::1/64 metric 77', { metric: 77 }],
  [
    { link: 'v', address: '10.0.0.1/24', validLifetime: 1000, preferredLifetime: 500 },
    '10.0.0.1/24 valid_lft 1000 preferred_lft 500',
    { valid_life_time: 1000, preferred_life_time: 500, dynamic: true },
  ],
  [
    { link: 'v', address: 'fd00::1/64', validLifetime: 1000, preferredLifetime: 0, noDad: true },
    'fd00::1/64 valid_lft 1000 preferred_lft 0 nodad',
    { valid_life_time: 1000, preferred_life_time: 0, deprecated: true, nodad: true },
  ],
  [{ link: 'v', address: 'fd00::1/64', home: true }, 'fd00::1/64 home', { home: true }],
  [{ link: 'v', address: 'fd00::1/64', manageTemporary: true }, 'fd00::1/64 mngtmpaddr', { mngtmpaddr: true }],
  [{ link: 'v', address: 'fd00::1/64', optimistic: true }, 'fd00::1/64 optimistic', { optimistic: true }],
  [{ link: 'v', address: '10.0.0.1/24', noPrefixRoute: true }, '10.0.0.1/24 noprefixroute', { noprefixroute: true }],
  [{ link: 'v', address: 'fd00::1/64', noPrefixRoute: true }, 'fd00::1/64 noprefixroute', { noprefixroute: true }],
  [{ link: 'v', address: '224.1.2.3/32', autoJoin: true }, '224.1.2.3/32 autojoin', { autojoin: true }],
]

/** Times run on, and detection of duplicates goes its own way. */
function settled({ created, updated, tentative, flags, ...address }: Address): object {
  return given({ ...address, flags: flags.filter(flag => flag !== 'tentative') }) as object
}

describe('an address', () => {
  it.each(same)('%j is what "ip address add %s" shows', async (options, words, expected) => {
    await ns.addresses.add(options)
    const ours = shown()
    expect(ours).toEqual([expect.objectContaining(expected)])
    await ns.addresses.delete(options)
    expect(shown()).toEqual([])
    ip('-n', ns.name, 'address', 'add', 'dev', 'v', ...words.split(' '))
    const [theirs] = shown()
    const { tentative, ...rest } = ours[0]
    const { tentative: _, ...others } = theirs
    expect(rest).toEqual(others)
  })

  it.each(same)('%j reads the same whoever added it', async (options, words) => {
    await ns.addresses.add(options)
    const ours = await listed()
    await ns.addresses.delete(options)
    ip('-n', ns.name, 'address', 'add', 'dev', 'v', ...words.split(' '))
    expect((await listed()).map(settled)).toEqual(ours.map(settled))
    const { link, validLifetime = 'forever', preferredLifetime = validLifetime, ...asked } = { ...options, link: index }
    expect(ours[0]).toMatchObject({ link, validLifetime, preferredLifetime, ...reported(asked) })
  })

  it.each(same)('%j is deleted, and added again, as it is listed', async options => {
    await ns.addresses.add(options)
    const [address] = await listed()
    const before = shown()
    await ns.addresses.delete(address)
    expect(shown()).toEqual([])
    await ns.addresses.add(address)
    const stable = (all: Shown[]) => all.map(({ tentative, valid_life_time, preferred_life_time, ...rest }) => rest)
    expect(stable(shown())).toEqual(stable(before))
  })
})

/** How options come back. */
function reported({ broadcast, address, peer, ...options }: Omit<AddressOptions, 'link'>): object {
  const prefix = (peer ?? address).split('/')[1] ?? (address.includes(':') ? '128' : '32')
  return { ...options, address: `${address.split('/')[0]}/${prefix}` }
}

describe('the protocol of an address, which ip 6.1 does not know', () => {
  it.each([
    ['10.0.0.1/24', 'kernel_ra'],
    ['fd00::1/64', 99],
  ] as const)('%s keeps %j', async (address, protocol) => {
    await ns.addresses.add({ link: 'v', address, protocol })
    expect(await listed()).toEqual([expect.objectContaining({ address, protocol })])
  })
})

describe('addresses.replace', () => {
  it('changes lifetimes, metric and protocol', async () => {
    await ns.addresses.add({ link: 'v', address: '10.0.0.1/24' })
    await ns.addresses.replace({ link: 'v', address: '10.0.0.1/24', validLifetime: 100, metric: 5, protocol: 50 })
    expect(shown()).toEqual([expect.objectContaining({ valid_life_time: 100, metric: 5 })])
    expect(await listed()).toEqual([expect.objectContaining({ protocol: 50 })])
  })

  it('adds what is not there', async () => {
    await ns.addresses.replace({ link: 'v', address: 'fd00::7/64' })
    expect(shown()).toEqual([expect.objectContaining({ local: 'fd00::7' })])
  })
})

describe('addresses.list', () => {
  beforeEach(async () => {
    await Promise.all([
      ns.addresses.replace({ link: 'other', address: '10.7.0.1/24' }),
      ns.addresses.add({ link: 'v', address: '10.0.0.1/24', label: 'v:x', protocol: 9 }),
      ns.addresses.add({ link: 'v', address: '10.0.0.2/24' }),
      ns.addresses.add({ link: 'v', address: 'fd00::1/64', noDad: true, scope: 'global', validLifetime: 100 }),
    ])
  })

  it.each([
    [{ link: 'v' }, ['10.0.0.1/24', '10.0.0.2/24', 'fd00::1/64']],
    [{ link: 'v', family: 'inet' }, ['10.0.0.1/24', '10.0.0.2/24']],
    [{ family: 'inet6', to: 'fd00::/8' }, ['fd00::1/64']],
    [{ family: 'inet' }, ['10.7.0.1/24', '10.0.0.1/24', '10.0.0.2/24']],
    [{ address: '10.0.0.2' }, ['10.0.0.2/24']],
    [{ address: '10.0.0.2/24' }, ['10.0.0.2/24']],
    [{ address: '10.0.0.2/16' }, []],
    [{ address: 'fd00:0::1' }, ['fd00::1/64']],
    [{ to: '10.0.0.0/23' }, ['10.0.0.1/24', '10.0.0.2/24']],
    [{ label: 'v:x' }, ['10.0.0.1/24']],
    [{ protocol: 9 }, ['10.0.0.1/24']],
    [{ secondary: true }, ['10.0.0.2/24']],
    [{ link: 'v', permanent: false }, ['fd00::1/64']],
    [{ link: 'v', scope: 0, family: 'inet6' }, ['fd00::1/64']],
    [{ link: 'other', to: 'fd00::/8' }, []],
  ] as const)('%j finds %j', async (filter, expected) => {
    expect(new Set((await ns.addresses.list(filter)).map(({ address }) => address))).toEqual(new Set(expected))
  })

  it('takes a link by name, index and as a Link', async () => {
    const link = await ns.links.get('v')
    const [byName, byIndex, byLink] = await Promise.all(
      ['v', index, link].map(reference => ns.addresses.list({ link: reference })),
    )
    expect(byIndex).toEqual(byName)
    expect(byLink).toEqual(byName)
  })

  it('has every address of every family without a filter', async () => {
    const all = ipShows(ns.name, 'address').flatMap((link: Shown) => link.addr_info.map((info: Shown) => info.local))
    expect((await ns.addresses.list()).map(({ local }) => local).sort()).toEqual(all.sort())
  })

  it('lists the same one by one', async () => {
    const streamed: Address[] = []
    for await (const address of ns.addresses.stream({ link: 'v', family: 'inet' })) streamed.push(address)
    expect(streamed).toEqual(await ns.addresses.list({ link: 'v', family: 'inet' }))
  })

  it('lists those of another namespace by its id', async () => {
    const other = await createNamespace()
    await other.links.set('lo', { up: true })
    ip('-n', ns.name, 'netns', 'set', other.name, '5')
    const found = await ns.addresses.list({ targetNetnsid: 5, family: 'inet' })
    expect(found.map(({ address, targetNetnsid }) => [address, targetNetnsid])).toEqual([['127.0.0.1/8', 5]])
  })

  it.each([{ link: 'nope' }, { link: 9999 }])('says ENODEV for %j', async filter => {
    await expect(ns.addresses.list(filter)).rejects.toMatchObject({ code: 'ENODEV', operation: 'addresses.list' })
  })

  it.each([
    [{ lnk: 'v' }, 'lnk'],
    [{ family: 'ipv4' }, 'family'],
    [{ to: '10.0.0.0/40' }, 'to'],
    [{ tentative: 1 }, 'tentative'],
    [{ scope: 'lnk' }, 'scope'],
  ])('refuses %j', async (filter, option) => {
    await expect(ns.addresses.list(filter as object)).rejects.toMatchObject({ name: 'TypeError', option })
  })
})

describe('addresses.flush', () => {
  beforeEach(async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, i) => [
        ns.addresses.add({ link: 'v', address: `10.0.${i}.1/24` }),
        ns.addresses.add({ link: 'v', address: `fd00::${i}/64`, noDad: true }),
      ]).flat(),
    )
  })

  it('deletes what matches and says how many', async () => {
    expect(await ns.addresses.flush({ link: 'v', family: 'inet' })).toBe(20)
    expect(shown().map(({ family }) => family)).toEqual(Array.from({ length: 20 }, () => 'inet6'))
  })

  it('finds nothing', async () => {
    expect(await ns.addresses.flush({ to: '192.168.0.0/16' })).toBe(0)
  })

  it.each([{}, { link: undefined }])('wants a condition: %j', async filter => {
    await expect(ns.addresses.flush(filter)).rejects.toThrow(/at least one condition/)
    expect(shown()).toHaveLength(40)
  })

  it('survives secondary addresses that go with their primary one', async () => {
    await ns.addresses.flush({ link: 'v' })
    await Promise.all([1, 2, 3].map(i => ns.addresses.add({ link: 'v', address: `10.0.0.${i}/24` })))
    await ns.addresses.flush({ link: 'v' })
    expect(shown()).toEqual([])
  })
})

describe('what the kernel refuses', () => {
  const call = (promise: Promise<unknown>) => promise.catch((error: unknown) => error)

  it('an address twice', async () => {
    await ns.addresses.add({ link: 'v', address: '10.0.0.1/24' })
    const error = await call(ns.addresses.add({ link: 'v', address: '10.0.0.1/24' }))
    expect(error).toMatchObject({ name: 'NetlinkError', code: 'EEXIST', operation: 'addresses.add' })
    expect((error as Error).message).toContain('addresses.replace')
  })

  it('to delete an address with another prefix length', async () => {
    await ns.addresses.add({ link: 'v', address: '10.0.0.1/24' })
    const error = await call(ns.addresses.delete({ link: 'v', address: '10.0.0.1' }))
    expect(error).toMatchObject({ code: 'EADDRNOTAVAIL' })
    expect((error as Error).message).toContain('without one it is /32 or /128')
    expect(shown()).toHaveLength(1)
  })

  it.each(['add', 'replace', 'delete'] as const)('to %s one on a link that does not exist, by name', async verb => {
    const error = await call(ns.addresses[verb]({ link: 'nope', address: '10.0.0.1/24' }))
    expect(error).toMatchObject({ code: 'ENODEV', option: 'link', operation: `addresses.${verb}` })
    expect((error as Error).message).toContain('"nope"')
  })

  it('one on an index that does not exist', async () => {
    expect(await call(ns.addresses.add({ link: 9999, address: '10.0.0.1/24' }))).toMatchObject({ code: 'ENODEV' })
  })

  it('IPv6 where it is disabled', async () => {
    runInside(ns.name, 'sysctl', '-qw', 'net.ipv6.conf.other.disable_ipv6=1')
    const error = await call(ns.addresses.add({ link: 'other', address: 'fd00::1/64' }))
    expect(error).toMatchObject({ code: 'EACCES' })
    expect((error as Error).message).toContain('net.ipv6.conf.other.disable_ipv6')
  })

  it('leaves the others of the same tick alone', async () => {
    const outcomes = await Promise.allSettled([
      ns.addresses.add({ link: 'v', address: '10.0.0.1/24' }),
      ns.addresses.add({ link: 'v', address: '10.0.0.1/24' }),
      ns.addresses.add({ link: 'nope', address: '10.0.0.3/24' }),
      ns.addresses.add({ link: 'v', address: '10.0.0.4/24' }),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
    expect(shown().map(({ local }) => local)).toEqual(['10.0.0.1', '10.0.0.4'])
  })
})

describe('a name in an address request', () => {
  it('means the link that has it when the request is sent', async () => {
    await ns.links.add({ kind: 'ifb', name: 'again' })
    await Promise.all([
      ns.links.delete('again'),
      ns.links.add({ kind: 'ifb', name: 'again' }),
      ns.addresses.add({ link: 'again', address: '10.66.0.1/24' }),
    ])
    expect(ipShows(ns.name, 'address', 'show', 'dev', 'again')[0].addr_info).toEqual([
      expect.objectContaining({ local: '10.66.0.1' }),
    ])
    await ns.links.delete('again')
  })
})
