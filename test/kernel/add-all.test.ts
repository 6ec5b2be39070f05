import { getEventListeners } from 'node:events'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import {
  type BulkError,
  ClosedError,
  type FdbEntryOptions,
  type NeighborOptions,
  NetlinkError,
  type RouteOptions,
  Rtnetlink,
} from '../../lib/index.ts'
import { bulkErrorOf } from '../support/bulk-error.ts'
import { ipShows, type Shown } from '../support/ip.ts'
import { hasKind } from '../support/kernel.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { iproute } from '../support/test-namespaces.ts'

let ns: NamedNetns

beforeEach(async () => {
  ns = await createNamespace()
  await ns.links.add({ kind: 'veth', name: 'd0', up: true, veth: { peer: { name: 'd1', up: true } } })
})
afterAll(closeNamespaces)

const route = (i: number): RouteOptions => ({
  to: `11.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`,
  link: 'd0',
  scope: 'link',
})

function* routes(count: number, first = 0) {
  for (let i = first; i < first + count; i++) yield route(i)
}

/** What `ip` shows of them. */
const shown = (): string[] =>
  ipShows(ns.name, '-4', 'route', 'show', 'dev', 'd0')
    .filter(({ protocol }) => protocol === 'boot')
    .map(({ dst }) => dst)

describe('routes.addAll', () => {
  it('adds what a generator yields, as ip shows it, and says how many there were', async () => {
    expect(await ns.routes.addAll(routes(3000))).toBe(3000)
    expect(shown()).toEqual(Array.from(routes(3000), ({ to }) => to))
  })

  it.each([
    ['an array', (all: RouteOptions[]) => all],
    ['a Set', (all: RouteOptions[]) => new Set(all)],
    [
      'an asynchronous generator',
      async function* (all: RouteOptions[]) {
        yield* all
      },
    ],
  ])('takes %s', async (_, make) => {
    expect(await ns.routes.addAll(make([...routes(700)]))).toBe(700)
    expect(shown()).toHaveLength(700)
  })

  it('takes nothing for nothing', async () => {
    expect(await ns.routes.addAll([])).toBe(0)
  })

  it('takes what list returns', async () => {
    await ns.routes.addAll(routes(10))
    const listed = await ns.routes.list({ link: 'd0', table: 'main', family: 'inet' })
    expect(await ns.routes.deleteAll(listed)).toBe(10)
    expect(await ns.routes.addAll(listed)).toBe(10)
    expect(shown()).toHaveLength(10)
  })

  it('does not hold back what a slow source has given', async () => {
    let seen: string[] = []
    async function* slow() {
      yield route(1)
      await expect.poll(shown).toEqual(['11.0.0.1'])
      seen = shown()
      yield route(2)
    }
    expect(await ns.routes.addAll(slow())).toBe(2)
    expect(seen).toEqual(['11.0.0.1'])
  })

  it('takes from a source only what it sends soon', async () => {
    let taken = 0
    function* watched() {
      for (const one of routes(20_000)) {
        taken++
        yield one
      }
    }
    const added = ns.routes.addAll(watched())
    await new Promise(setImmediate)
    expect(taken).toBeLessThan(16 * 512)
    expect(await added).toBe(20_000)
  })

  it('gives the event loop its turns', async () => {
    let turns = 0
    const tick = () => {
      turns++
      timer = setImmediate(tick)
    }
    let timer = setImmediate(tick)
    await ns.routes.addAll(routes(10_000))
    clearImmediate(timer)
    expect(turns).toBeGreaterThan(10_000 / 512)
  })

  it('keeps call order with what is called before and behind it in the same tick', async () => {
    const [, count] = await Promise.all([
      ns.links.add({ kind: 'veth', name: 'x0', up: true, veth: { peer: { name: 'x1', up: true } } }),
      ns.routes.addAll([{ to: '12.0.0.0/8', link: 'x0' }]),
      ns.routes.delete({ to: '12.0.0.0/8', link: 'x0' }),
    ])
    expect(count).toBe(1)
  })
})

describe('an object that the source makes the next entry of', () => {
  function* reused(...networks: string[]) {
    const entry: RouteOptions = { to: '', link: 'd0', scope: 'link' }
    for (const to of networks) {
      entry.to = to
      yield entry
    }
  }

  it('is every entry, also beside one that is spelt in another way than usual', async () => {
    expect(await ns.routes.replaceAll(reused('11.0.0.0/16', '11.1.0.0/0016', '11.2.0.0/16'))).toBe(3)
    expect(shown()).toEqual(['11.0.0.0/16', '11.1.0.0/16', '11.2.0.0/16'])
  })

  it('is refused as the entry that was wrong, with its address', async () => {
    const error = await bulkErrorOf(ns.routes.replaceAll(reused('11.0.0.0/16', '11.1.0.0.0/16', '11.2.0.0/16')))
    expect(error).toMatchObject({ done: 1, failed: 0, cause: { option: '[1]' } })
    expect(error.message).toContain('"11.1.0.0.0/16"')
    expect(shown()).toEqual(['11.0.0.0/16'])
  })
})

describe('an entry that the kernel refuses', () => {
  it('keeps none of the others from being tried, and is named by its number and its option', async () => {
    const entries = [route(0), { to: '12.0.0.1', via: '1.2.3.4' }, route(1), { to: '12.0.0.2', link: 'nothing' }, route(2)]
    const error = await bulkErrorOf(ns.routes.addAll(entries))
    expect(error).toMatchObject({
      name: 'BulkError',
      code: 'ERR_BULK',
      operation: 'routes.addAll',
      done: 3,
      failed: 2,
      unknown: 0,
    })
    expect(error.cause).toBeUndefined()
    expect(error.errors).toHaveLength(2)
    expect(error.errors[0]).toBeInstanceOf(NetlinkError)
    expect(error.errors[0]).toMatchObject({ index: 1, option: '[1].via', code: 'ENETUNREACH', operation: 'routes.addAll' })
    expect(error.errors[0]!.message).toContain('option "[1].via"')
    expect(error.errors[1]).toMatchObject({ index: 3, option: '[3].link', code: 'ENODEV' })
    expect(error.errors[1]!.message).toContain('there is no link "nothing"')
    expect(shown()).toEqual(['11.0.0.0', '11.0.0.1', '11.0.0.2'])
  })

  it('is counted in whichever slice it is, of which a hundred errors are kept', async () => {
    await ns.routes.addAll(routes(3000))
    const error = await bulkErrorOf(ns.routes.addAll(routes(4000)))
    expect(error).toMatchObject({ done: 1000, failed: 3000, unknown: 0 })
    expect(error.errors.map(({ index }) => index)).toEqual(Array.from({ length: 100 }, (_, i) => i))
    expect(error.message).toMatch(/^routes\.addAll: 1000 done, 3000 failed; the first: option "\[0\]": .*EEXIST/)
  })

  it('has the stack of the caller, without frames of the library', async () => {
    const caller = async () => await ns.routes.addAll([{ to: '12.0.0.2', link: 'nothing' }])
    const error = await bulkErrorOf(caller())
    for (const { stack } of [error, error.errors[0]!]) expect(stack!.split('\n    at ')[1]).toContain('add-all.test.ts')
  })
})

describe('a wrong entry', () => {
  it('ends it: what is before it was tried, and nothing behind it', async () => {
    const all = [...routes(1000), { to: '12.0.0.1', via: 'nonsense' }, ...routes(1000, 1000)]
    const error = await bulkErrorOf(ns.routes.addAll(all))
    expect(error).toMatchObject({ done: 1000, failed: 0, unknown: 0, errors: [] })
    expect(error.cause).toMatchObject({ name: 'TypeError', option: '[1000].via', operation: 'routes.addAll' })
    expect((error.cause as Error).message).toBe('routes.addAll: option "[1000].via": expected an IP address, got "nonsense"')
    expect(shown()).toHaveLength(1000)
  })

  it.each([
    ['misses an option', { link: 'd0' }, '[1].to', /option "\[1\]\.to" is required/],
    [
      'has an unknown option',
      { to: '12.0.0.1', lnik: 'd0' },
      '[1].lnik',
      /unknown option "\[1\]\.lnik" \(did you mean "link"\?\)/,
    ],
    ['is no object', 'nonsense', '[1]', /option "\[1\]": expected an object of options/],
  ])('that %s says so with its number', async (_, entry, option, message) => {
    const error = await bulkErrorOf(ns.routes.addAll([route(0), entry as RouteOptions]))
    expect(error.cause).toMatchObject({ option, message: expect.stringMatching(message) })
    expect(error.done).toBe(1)
  })

  it.each([
    ['a destination', { to: '12.0.0.1/33', link: 'd0' }, '[2].to'],
    ['a destination with bits behind its prefix', { to: '12.0.0.1/8', link: 'd0' }, '[2].to'],
    ['one with a letter that looks like a digit', { to: '1\u0662.0.0.1', link: 'd0' }, '[2].to'],
  ])('that has %s that is none is the one that is named, whatever is wrong behind it', async (_, wrong, option) => {
    const unknown = { to: '12.0.0.2', lnik: 'd0' } as RouteOptions
    const error = await bulkErrorOf(ns.routes.addAll([route(0), route(1), wrong, route(3), unknown]))
    expect(error.cause).toMatchObject({ option })
    expect(error.done).toBe(2)
    expect(shown()).toEqual([route(0).to, route(1).to])
  })

  it('is told by what is wrong with it first, an address too', async () => {
    const error = await bulkErrorOf(ns.routes.addAll([{ to: '1o.0.0.0/8', link: 'd0', preferredSource: 'fe80::1' }]))
    expect(error.cause).toMatchObject({ option: '[0].to' })
  })

  it('leaves nothing of its own behind', async () => {
    const wrong = { to: '12.0.0.1', via: '11.0.0.1', metrics: { mtu: 'none' } } as unknown as RouteOptions
    const error = await bulkErrorOf(ns.routes.addAll([route(0), route(1), wrong]))
    expect(error).toMatchObject({ done: 2, failed: 0, unknown: 0 })
    expect(shown()).toEqual([route(0).to, route(1).to])
    expect(await ns.routes.addAll([route(2)])).toBe(1)
  })

  it('is not one that is only spelt in another way than usual', async () => {
    const link = 'd0'
    const spelt = ['12.0.0.0/024', '2001:0DB8:0:0::1/128', '2001:db8::10.0.0.1']
    expect(await ns.routes.addAll(spelt.map(to => ({ to, link })))).toBe(3)
  })

  it('lets go of the generator that it came from', async () => {
    let ended = false
    function* source() {
      try {
        yield {} as RouteOptions
      } finally {
        ended = true
      }
    }
    await bulkErrorOf(ns.routes.addAll(source()))
    expect(ended).toBe(true)
  })
})

describe('a source', () => {
  it.each([
    [
      'a generator',
      function* () {
        yield* routes(100)
        throw new Error('broken')
      },
    ],
    [
      'an asynchronous generator',
      async function* () {
        yield* routes(100)
        throw new Error('broken')
      },
    ],
  ])('that throws, as %s, ends it, and what it has given was tried', async (_, source) => {
    const error = await bulkErrorOf(ns.routes.addAll(source()))
    expect(error).toMatchObject({ done: 100, cause: expect.objectContaining({ message: 'broken' }) })
    expect(error.message).toBe('routes.addAll: 100 done, 0 failed; stopped by: broken')
    expect(shown()).toHaveLength(100)
  })

  it('that answers at once where a promise was due is taken as it is', async () => {
    const entries = routes(3)
    const source = { [Symbol.asyncIterator]: () => entries as unknown as AsyncIterator<RouteOptions> }
    expect(await ns.routes.addAll(source)).toBe(3)
  })

  it.each([undefined, null, 7, { to: '10.0.0.0/8' }])('that is %s is a mistake', async source => {
    await expect(ns.routes.addAll(source as never)).rejects.toThrow(/expected something to iterate over/)
  })
})

describe('a signal', () => {
  it('ends it, and the error says how far it came', async () => {
    const controller = new AbortController()
    function* source() {
      yield* routes(5000)
      controller.abort(new Error('enough'))
      yield* routes(100_000, 5000)
    }
    const error = await bulkErrorOf(ns.routes.addAll(source(), { signal: controller.signal }))
    expect(error.cause).toMatchObject({ message: 'enough' })
    expect(error.done).toBe(shown().length)
    expect(error).toMatchObject({ failed: 0, unknown: 0 })
    expect(error.done).toBeLessThan(6000)
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
  })

  it('ends the wait for a source that says nothing', async () => {
    const controller = new AbortController()
    async function* silent() {
      yield* routes(3)
      await expect.poll(shown).toHaveLength(3)
      controller.abort()
      await new Promise(() => {})
    }
    const error = await bulkErrorOf(ns.routes.addAll(silent(), { signal: controller.signal }))
    expect(error).toMatchObject({ done: 3, cause: { name: 'AbortError' } })
  })

  it.each([0, 3])(
    'ends the wait for a source that aborts when it is asked the time after %d, and then says nothing',
    async count => {
      const controller = new AbortController()
      const entries = routes(count)
      const next = async () => {
        const step = entries.next()
        if (!step.done) return step
        controller.abort()
        return await new Promise<never>(() => {})
      }
      const error = await bulkErrorOf(
        ns.routes.addAll({ [Symbol.asyncIterator]: () => ({ next }) }, { signal: controller.signal }),
      )
      expect(error).toMatchObject({ failed: 0, unknown: 0, cause: { name: 'AbortError' } })
      expect(shown()).toHaveLength(error.done)
    },
  )

  it.each([
    [
      'a generator',
      function* (abort: () => void) {
        yield* routes(10)
        abort()
        yield* routes(10, 10)
      },
    ],
    [
      'an asynchronous generator',
      async function* (abort: () => void) {
        yield* routes(10)
        abort()
        yield* routes(10, 10)
      },
    ],
  ])('keeps from the kernel what was not sent, of %s', async (_, source) => {
    const controller = new AbortController()
    const error = await bulkErrorOf(
      ns.routes.addAll(
        source(() => controller.abort()),
        { signal: controller.signal },
      ),
    )
    expect(error).toMatchObject({ done: 0, failed: 0, unknown: 0 })
    expect(shown()).toEqual([])
  })

  it('is not followed by what the source says to its end later', async () => {
    const unhandled: unknown[] = []
    const note = (error: unknown) => unhandled.push(error)
    process.on('unhandledRejection', note)
    const controller = new AbortController()
    let answer = () => {}
    async function* stubborn() {
      try {
        yield route(1)
        await new Promise<void>(resolve => {
          answer = resolve
          controller.abort()
        })
        yield route(2)
      } finally {
        // biome-ignore lint/correctness/noUnsafeFinally: it is what is tested
        throw new Error('in the end')
      }
    }
    await bulkErrorOf(ns.routes.addAll(stubborn(), { signal: controller.signal }))
    answer()
    await new Promise(setImmediate)
    await new Promise(setImmediate)
    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
  })

  it('that was aborted before is thrown as it is', async () => {
    await expect(ns.routes.addAll([route(1)], { signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow('no')
    expect(shown()).toEqual([])
  })
})

describe('the end of the session', () => {
  it('ends the wait for a source that says nothing', async () => {
    const session = await Rtnetlink.open({ netns: ns })
    async function* silent() {
      yield* routes(3)
      await expect.poll(shown).toHaveLength(3)
      session.close()
      await new Promise(() => {})
    }
    const error = await bulkErrorOf(session.routes.addAll(silent()))
    expect(error).toMatchObject({ done: 3, failed: 0, unknown: 0, cause: expect.any(ClosedError) })
  })

  it('ends it, and the error says how far it came', async () => {
    const session = await Rtnetlink.open({ netns: ns })
    function* source() {
      yield* routes(5000)
      session.close()
      yield* routes(100_000, 5000)
    }
    const error = await bulkErrorOf(session.routes.addAll(source()))
    expect(error.cause).toBeInstanceOf(ClosedError)
    expect(error).toMatchObject({ failed: 0, unknown: 0 })
    expect(error.done).toBe(shown().length)
  })

  it('is seen before anything is asked of the source', async () => {
    const session = await Rtnetlink.open({ netns: ns })
    session.close()
    await expect(session.routes.addAll(routes(1))).rejects.toThrow(ClosedError)
  })
})

describe('a time limit', () => {
  it.each([1, 2, 3, 5, 10])('of %d ms leaves none done behind one that was not tried', async timeout => {
    const error = await ns.routes.addAll(routes(5000), { timeout }).then(
      () => undefined,
      (thrown: BulkError) => thrown,
    )
    // What is unknown may be under way still; the session answers this behind it.
    await ns.links.get('d0')
    const there = shown()
    expect(there).toEqual(Array.from(routes(there.length), ({ to }) => to))
    if (error === undefined) return
    expect(error.cause).toMatchObject({ name: 'TimeoutError' })
    expect(error.failed).toBe(0)
    expect(there.length).toBe(error.done + error.unknown)
  })
})

describe('a receive buffer that overflows', () => {
  it('leaves outcomes unknown, and never lost or wrong', async () => {
    const session = await Rtnetlink.open({ netns: ns, receiveBuffer: 2048 })
    await ns.routes.addAll(routes(600))
    const error = await bulkErrorOf(session.routes.addAll(routes(600)))
    expect(error.done + error.failed + error.unknown).toBe(600)
    expect(error.done).toBe(0)
    session.close()
  })
})

describe('routes.replaceAll and routes.deleteAll', () => {
  it('change what is there', async () => {
    await ns.routes.addAll(routes(300))
    expect(await ns.routes.replaceAll(Array.from(routes(400), one => ({ ...one, protocol: 'static' as const })))).toBe(400)
    expect(ipShows(ns.name, '-4', 'route', 'show', 'protocol', 'static')).toHaveLength(400)
  })

  it('delete what is there, and count what is not', async () => {
    await ns.routes.addAll(routes(300))
    const error = await bulkErrorOf(ns.routes.deleteAll(routes(400)))
    expect(error).toMatchObject({ done: 300, failed: 100 })
    expect(error.errors[0]).toMatchObject({ index: 300, code: 'ESRCH', operation: 'routes.deleteAll' })
    expect(shown()).toEqual([])
  })
})

const mac = (i: number) => `02:00:00:00:${(i >> 8).toString(16).padStart(2, '0')}:${(i & 255).toString(16).padStart(2, '0')}`
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i)

describe('neighbors.addAll', () => {
  const neighbor = (i: number): NeighborOptions => ({
    link: 'd0',
    address: `12.0.${i >> 8}.${i & 255}`,
    linkLayerAddress: mac(i),
  })
  const shownNeighbors = () => ipShows(ns.name, 'neighbor', 'show', 'dev', 'd0', 'nud', 'permanent')

  it('adds, changes and deletes as ip shows it', async () => {
    expect(await ns.neighbors.addAll(numbers(1000).map(neighbor))).toBe(1000)
    expect(
      shownNeighbors()
        .map(({ dst, lladdr }) => `${dst} ${lladdr}`)
        .sort(),
    ).toEqual(
      numbers(1000)
        .map(i => `12.0.${i >> 8}.${i & 255} ${mac(i)}`)
        .sort(),
    )
    const changed = numbers(1100).map(i => ({ ...neighbor(i), linkLayerAddress: mac(i + 1) }))
    expect(await ns.neighbors.replaceAll(changed)).toBe(1100)
    expect(shownNeighbors().find(({ dst }) => dst === '12.0.0.7')).toMatchObject({ lladdr: mac(8) })
    expect(await ns.neighbors.deleteAll(await ns.neighbors.list({ link: 'd0', family: 'inet' }))).toBe(1100)
    expect(shownNeighbors()).toEqual([])
  })

  it('names what is wrong, and says the next step', async () => {
    const error = await bulkErrorOf(
      ns.neighbors.addAll([neighbor(1), neighbor(1), { ...neighbor(2), state: 'nonsense' as never }]),
    )
    expect(error.errors[0]!.message).toMatch(/option "\[1\]": .*EEXIST.*neighbors\.replace changes it/)
    expect(error.cause).toMatchObject({ option: '[2].state' })
  })
})

describe('fdb.addAll', () => {
  const entry = (i: number): FdbEntryOptions => ({ link: 'x0', macAddress: mac(i), remote: `10.0.0.${(i % 250) + 1}` })
  const shownEntries = () => JSON.parse(iproute('bridge', '-n', ns.name, '-j', 'fdb', 'show', 'dev', 'x0') || '[]') as Shown[]

  it('adds, changes and deletes as bridge shows it', async context => {
    if (!hasKind('vxlan')) context.skip('vxlan: this kernel has none')
    await ns.links.add({ kind: 'vxlan', name: 'x0', vxlan: { vni: 5, port: 4789 } })
    expect(await ns.fdb.addAll(numbers(1000).map(entry))).toBe(1000)
    expect(
      shownEntries()
        .map(one => `${one.mac} ${one.dst}`)
        .sort(),
    ).toEqual(
      numbers(1000)
        .map(i => `${mac(i)} 10.0.0.${(i % 250) + 1}`)
        .sort(),
    )
    expect(await ns.fdb.replaceAll(numbers(1000).map(i => ({ ...entry(i), remote: '10.0.1.1' })))).toBe(1000)
    expect(new Set(shownEntries().map(({ dst }) => dst))).toEqual(new Set(['10.0.1.1']))
    expect(await ns.fdb.deleteAll(await ns.fdb.list({ link: 'x0' }))).toBe(1000)
    expect(shownEntries()).toEqual([])
  })
})

describe('addresses.addAll', () => {
  const shownAddresses = () => ipShows(ns.name, '-4', 'address', 'show', 'dev', 'd0')[0]?.addr_info ?? []

  it('adds and deletes as ip shows it', async () => {
    const all = numbers(600).map(i => ({ link: 'd0', address: `10.${i >> 8}.${i & 255}.1/24` }))
    expect(await ns.addresses.addAll(all)).toBe(600)
    expect(shownAddresses().map(({ local, prefixlen }: Shown) => `${local}/${prefixlen}`)).toEqual(
      all.map(({ address }) => address),
    )
    expect(await ns.addresses.replaceAll(all.map(one => ({ ...one, validLifetime: 1000 })))).toBe(600)
    expect(shownAddresses().every(({ valid_life_time: time }: Shown) => time <= 1000)).toBe(true)
    expect(await ns.addresses.deleteAll(await ns.addresses.list({ link: 'd0', family: 'inet' }))).toBe(600)
    expect(shownAddresses()).toEqual([])
  })

  it('names what is wrong with an entry', async () => {
    const error = await bulkErrorOf(ns.addresses.addAll([{ link: 'd0', address: '10.0.0.1/24' }, { link: 'd0' } as never]))
    expect(error).toMatchObject({ done: 1, cause: { option: '[1].address' } })
  })
})

describe('rules.addAll', () => {
  it('adds and deletes as ip shows it', async context => {
    if ((await ns.rules.list().catch(() => [])).length === 0) context.skip('rules: this kernel has none')
    const all = numbers(300).map(i => ({ priority: 1000 + i, from: `10.0.${i >> 8}.${i & 255}`, table: 100 }))
    expect(await ns.rules.addAll(all)).toBe(300)
    const shownRules = () => ipShows(ns.name, '-4', 'rule', 'show', 'table', '100')
    expect(shownRules().map(({ priority, src }) => ({ priority, src }))).toEqual(
      all.map(({ priority, from }) => ({ priority, src: from })),
    )
    expect(await ns.rules.deleteAll(all)).toBe(300)
    expect(shownRules()).toEqual([])
  })
})

describe('nexthops.addAll', () => {
  const shownNexthops = () => ipShows(ns.name, 'nexthop', 'show')
  const all = numbers(300).map(i => ({ id: 1 + i, link: 'd0', via: `10.0.0.${(i % 250) + 1}` }))

  beforeEach(async () => {
    await ns.addresses.add({ link: 'd0', address: '10.0.255.1/16' })
  })

  it('adds, changes and deletes as ip shows it', async () => {
    expect(await ns.nexthops.addAll(all)).toBe(300)
    expect(shownNexthops().map(({ id, gateway }) => ({ id, via: gateway }))).toEqual(all.map(({ id, via }) => ({ id, via })))
    expect(await ns.nexthops.replaceAll([...all.map(one => ({ ...one, via: '10.0.1.1' })), { id: 400, group: [1, 2] }])).toBe(301)
    expect(new Set(shownNexthops().map(({ gateway }) => gateway))).toEqual(new Set(['10.0.1.1', undefined]))
    expect(await ns.nexthops.deleteAll((await ns.nexthops.list()).reverse())).toBe(301)
    expect(shownNexthops()).toEqual([])
  })

  it('names what is wrong, and says the next step', async () => {
    const error = await bulkErrorOf(ns.nexthops.addAll([...all, { ...all[0]! }, { link: 'd0' } as never]))
    expect(error.errors[0]!.message).toMatch(/option "\[300\]": .*EEXIST.*nexthops\.replace changes it/)
    expect(error).toMatchObject({ done: 300, failed: 1, cause: { option: '[301].id', operation: 'nexthops.addAll' } })
    const gone = await bulkErrorOf(ns.nexthops.deleteAll([{ id: 1 }, { id: 999 }]))
    expect(gone).toMatchObject({ done: 1, failed: 1, errors: [{ index: 1, code: 'ENOENT', operation: 'nexthops.deleteAll' }] })
  })
})

describe('mdb.addAll', () => {
  it('adds and deletes as bridge shows it', async context => {
    await ns.links.add({ kind: 'bridge', name: 'br0', up: true })
    await ns.links.set('d0', { master: 'br0' })
    const groups = numbers(100).map(i => ({ master: 'br0', link: 'd0', group: `239.1.0.${i}`, state: 'permanent' as const }))
    const lack = await ns.mdb.add(groups[0]!).then(
      () => undefined,
      ({ code }: { code: string }) => code,
    )
    if (lack === 'EOPNOTSUPP' || lack === 'EINVAL') context.skip(`mdb: this kernel has no multicast snooping (${lack})`)
    await ns.mdb.delete(groups[0]!)
    expect(await ns.mdb.addAll(groups)).toBe(100)
    const shownGroups = () =>
      (JSON.parse(iproute('bridge', '-n', ns.name, '-j', 'mdb', 'show', 'dev', 'br0')) as Shown[])[0]!.mdb.filter(
        ({ grp }: Shown) => grp.startsWith('239.1.'),
      )
    expect(shownGroups()).toHaveLength(100)
    expect(await ns.mdb.replaceAll(groups)).toBe(100)
    expect(await ns.mdb.deleteAll(groups)).toBe(100)
    expect(shownGroups()).toEqual([])
  })
})
