import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type AddLinkOptions, type BulkError, ClosedError, NetlinkError, Netns, Rtnetlink } from '../../lib/index.ts'
import { bulkErrorOf } from '../support/bulk-error.ts'
import { messageWitness } from '../support/sent-messages.ts'

const run = messageWitness()
let ns: Netns

beforeEach(async () => {
  ns = await Netns.create()
})
afterEach(() => ns.close())

type Named = AddLinkOptions & { readonly name: string }

const ifb = (i: number): Named => ({ kind: 'ifb', name: `i${i}` })
const pair = (i: number): Named => ({
  kind: 'veth',
  name: `a${i}`,
  up: true,
  veth: { peer: { name: `b${i}`, up: true } },
})
const many = (count: number, make: (i: number) => Named) => Array.from({ length: count }, (_, i) => make(i))

/** In the order in which they were made. */
async function namesOf(kind: 'ifb' | 'veth'): Promise<string[]> {
  const links = await ns.links.list({ kind })
  return links.sort((one, other) => one.index - other.index).map(({ name }) => name)
}

describe('links.addAll', () => {
  it('makes links in order and says how many there were', async () => {
    expect(await ns.links.addAll(many(300, ifb))).toBe(300)
    expect(await namesOf('ifb')).toEqual(many(300, ifb).map(({ name }) => name))
  })

  it('takes nothing for nothing', async () => {
    expect(await ns.links.addAll([])).toBe(0)
  })

  it.each([
    ['a generator', (links: Named[]) => links.values()],
    [
      'an asynchronous generator',
      async function* (links: Named[]) {
        yield* links
      },
    ],
  ])('takes %s', async (_, make) => {
    expect(await ns.links.addAll(make(many(200, ifb)))).toBe(200)
    expect(await namesOf('ifb')).toHaveLength(200)
  })

  it('makes what a slow source has given before the source gives more', async () => {
    async function* slow() {
      yield ifb(1)
      await expect.poll(() => namesOf('ifb')).toEqual(['i1'])
      yield ifb(2)
    }
    expect(await ns.links.addAll(slow())).toBe(2)
  })

  it('makes the same links as add does', async () => {
    const link: Named = {
      kind: 'veth',
      name: 'whole',
      up: true,
      master: 'br0',
      address: '02:00:00:00:00:01',
      alias: 'all of it',
      altNames: 'another-name',
      mtu: 1400,
      port: { kind: 'bridge', hairpin: true },
      veth: { peer: { name: 'peer', address: '02:00:00:00:00:02', up: true, alias: 'the other end' } },
    }
    await using other = await Netns.create()
    for (const { links } of [ns, other]) await links.add({ kind: 'bridge', name: 'br0', up: true, address: '02:00:00:00:00:09' })
    await other.links.add(link)
    await ns.links.addAll([link])
    const described = ({ links }: Netns) =>
      Promise.all(
        ['whole', 'peer'].map(async name => {
          const { up, master, altNames, alias, mtu, address, port } = await links.get(name)
          return { up, master, altNames, alias, mtu, address, hairpin: port?.kind === 'bridge' && port.hairpin }
        }),
      )
    const made = await described(ns)
    expect(made).toEqual(await described(other))
    expect(made).toMatchObject([
      { up: true, altNames: ['another-name'], hairpin: true },
      { up: true, alias: 'the other end' },
    ])
  })

  it('brings up the other ends in a namespace of theirs', async () => {
    await using other = await Netns.create()
    const away = (i: number): Named => ({
      kind: 'veth',
      name: `a${i}`,
      veth: { peer: { name: `b${i}`, netns: other, up: true } },
    })
    expect(await ns.links.addAll(many(20, away))).toBe(20)
    expect(await other.links.list({ kind: 'veth', up: true })).toHaveLength(20)
  })

  it('makes all links before it sends what follows, and reads nothing back', async () => {
    const { sent } = await run(`await ns.links.addAll(${JSON.stringify(many(3, pair))})`)
    expect(sent.join(' ')).toBe('newlink newlink newlink setlink setlink setlink')
  })

  it('lets the event loop have its turns', async () => {
    let turns = 0
    const count = setInterval(() => turns++, 1)
    await ns.links.addAll(many(500, ifb))
    clearInterval(count)
    expect(turns).toBeGreaterThan(3)
  })
})

describe('links.addAll, where the kernel refuses a link,', () => {
  it('makes the others, and says which it was and why', async () => {
    const error = await bulkErrorOf(ns.links.addAll([ifb(0), ifb(1), ifb(0), ifb(2)]))
    expect(error).toMatchObject({ operation: 'links.addAll', done: 3, failed: 1, unknown: 0 })
    expect(error.cause).toBeUndefined()
    expect(error.errors).toHaveLength(1)
    expect(error.errors[0]).toBeInstanceOf(NetlinkError)
    expect(error.errors[0]).toMatchObject({ code: 'EEXIST', index: 2, option: '[2]' })
    expect(await namesOf('ifb')).toEqual(['i0', 'i1', 'i2'])
  })

  it('names the place where the call was made', async () => {
    const caller = async () => await ns.links.addAll([ifb(0), ifb(0)])
    const error = await bulkErrorOf(caller())
    for (const { stack = '' } of [error, ...error.errors])
      expect(stack.split('\n').find(line => line.startsWith('    at '))).toContain('links-add-all.test.ts')
  })

  it('removes one that does not get all that follows', async () => {
    await ns.links.add({ kind: 'ifb', name: 'first', altNames: 'taken' })
    const named = (i: number): Named => ({ ...ifb(i), altNames: i === 1 ? 'taken' : `free${i}` })
    const error = await bulkErrorOf(ns.links.addAll(many(3, named)))
    expect(error).toMatchObject({ done: 2, failed: 1 })
    expect(error.errors[0]).toMatchObject({ code: 'EEXIST', index: 1, option: expect.stringMatching(/^\[1\]/) })
    expect(error.errors[0]?.message).toContain('the link was removed again')
    expect(await namesOf('ifb')).toEqual(['first', 'i0', 'i2'])
  })
})

describe('links.addAll, where one message follows each,', () => {
  const ported = (i: number): Named => ({
    kind: 'veth',
    name: `a${i}`,
    veth: { peer: { name: `b${i}`, master: i % 3 === 1 ? 'missing' : 'br0' } },
  })

  it('removes the links that it fails for, and gives it to the others', async () => {
    await ns.links.add({ kind: 'bridge', name: 'br0' })
    const error = await bulkErrorOf(ns.links.addAll(many(300, ported)))
    expect(error).toMatchObject({ done: 200, failed: 100, unknown: 0 })
    expect(error.cause).toBeUndefined()
    expect(error.errors.map(({ index }) => index)).toEqual(Array.from({ length: 100 }, (_, i) => 3 * i + 1))
    expect(error.errors[0]).toMatchObject({ code: 'ENODEV', option: '[1].veth.peer.master' })
    expect(error.errors[0]?.message).toContain('the link was removed again')
    expect(error.errors[0]?.stack).toContain('links-add-all.test.ts')
    const names = await namesOf('veth')
    expect(names).toHaveLength(400)
    expect(names).not.toContain('a1')
    expect(names).toContain('a299')
  })

  it('tells of both, the links that could not be made and those that were removed', async () => {
    await ns.links.add({ kind: 'bridge', name: 'br0' })
    const error = await bulkErrorOf(ns.links.addAll([ported(0), ported(1), ported(0), ported(2)]))
    expect(error).toMatchObject({ done: 2, failed: 2, unknown: 0 })
    expect(error.errors).toMatchObject([
      { index: 1, code: 'ENODEV' },
      { index: 2, code: 'EEXIST' },
    ])
    expect((await namesOf('veth')).sort()).toEqual(['a0', 'a2', 'b0', 'b2'])
  })

  it('gives it to each link once, where an address has to be read twice', async () => {
    const wrong: Named = { kind: 'vxlan', name: 'x', vxlan: { vni: 1, remote: '1.2.3.4.5' } }
    const error = await bulkErrorOf(ns.links.addAll([...many(20, pair), wrong]))
    expect(error).toMatchObject({ done: 20, failed: 0, cause: { option: '[20].vxlan.remote' } })
    expect(await ns.links.list({ kind: 'veth', up: true })).toHaveLength(40)
  })

  it('gives each link its own, where the source makes every entry of the same object', async () => {
    function* reused() {
      const peer = { name: '', up: true }
      const link = { kind: 'veth' as const, name: '', veth: { peer } }
      for (let i = 0; i < 3; i++) {
        link.name = `a${i}`
        peer.name = `b${i}`
        yield link
      }
    }
    expect(await ns.links.addAll(reused())).toBe(3)
    const up = await ns.links.list({ kind: 'veth', up: true })
    expect(up.map(({ name }) => name).sort()).toEqual(['b0', 'b1', 'b2'])
  })

  it('leaves alone what has the name of a link that somebody took away meanwhile', async () => {
    async function* source() {
      yield pair(0)
      await expect.poll(() => namesOf('veth')).toContain('a0')
      await ns.links.delete('a0')
      await ns.links.add({ kind: 'ifb', name: 'a0' })
    }
    const error = await bulkErrorOf(ns.links.addAll(source()))
    expect(error).toMatchObject({ done: 0, failed: 1, errors: [{ code: 'ENODEV', index: 0 }] })
    expect(await namesOf('ifb')).toEqual(['a0'])
  })

  it('brings up a port behind its master', async () => {
    await ns.links.add({ kind: 'bridge', name: 'br0' })
    expect(await ns.links.addAll(many(3, i => ({ kind: 'ifb', name: `i${i}`, master: 'br0', up: true })))).toBe(3)
    expect((await ns.links.list({ kind: 'ifb' })).map(({ up }) => up)).toEqual([true, true, true])
  })

  it('counts those that did not get it because the session closed', async () => {
    const session = await Rtnetlink.open({ netns: ns })
    const count = 200
    const making = session.links.addAll(many(count, pair)).catch((thrown: BulkError) => thrown)
    await expect.poll(async () => (await namesOf('veth')).length, { interval: 1 }).toBe(2 * count)
    session.close()
    const error = await making
    if (typeof error === 'number') return expect(error).toBe(count)
    expect(error).toMatchObject({ failed: 0, cause: expect.any(ClosedError) })
    expect(error.done + error.unknown).toBe(count)
    const up = (await ns.links.list({ kind: 'veth', up: true })).filter(({ name }) => name.startsWith('b')).length
    expect(up).toBeGreaterThanOrEqual(error.done)
  })
})

describe('links.addAll ends early', () => {
  it('at a wrong entry, which it names by its path', async () => {
    const wrong = { kind: 'veth', name: 'wrong', veth: { peer: { name: 'x', mtu: -1 } } } as const
    const error = await bulkErrorOf(ns.links.addAll([ifb(0), wrong, ifb(1)]))
    expect(error).toMatchObject({ done: 1, failed: 0, cause: { name: 'RangeError', option: '[1].veth.peer.mtu' } })
    expect(await namesOf('ifb')).toEqual(['i0'])
  })

  it.each([
    ['without a name', { kind: 'ifb' }],
    ['whose name the kernel is to choose', { kind: 'ifb', name: 'i%d' }],
  ] as const)('at a link %s', async (_, link) => {
    const { cause } = await bulkErrorOf(ns.links.addAll([link as never]))
    expect(cause).toMatchObject({ name: 'TypeError', option: '[0].name' })
  })

  it('when the source throws', async () => {
    const mine = new Error('mine')
    function* failing() {
      yield ifb(0)
      throw mine
    }
    const error = await bulkErrorOf(ns.links.addAll(failing()))
    expect(error).toMatchObject({ done: 1, cause: mine })
    expect(await namesOf('ifb')).toEqual(['i0'])
  })

  it('when it is aborted, and completes what it has begun', async () => {
    const controller = new AbortController()
    let begun = 0
    function* aborting() {
      for (;;) {
        if (begun === 100) controller.abort()
        yield pair(begun++)
      }
    }
    const error = await bulkErrorOf(ns.links.addAll(aborting(), { signal: controller.signal }))
    expect(error.cause).toMatchObject({ name: 'AbortError' })
    expect(error.done).toBeLessThan(begun)
    expect(await ns.links.list({ kind: 'veth', up: true })).toHaveLength(2 * error.done)
  })

  it('when the session closes', async () => {
    const session = await Rtnetlink.open({ netns: ns })
    function* closing() {
      yield ifb(0)
      session.close()
      yield ifb(1)
    }
    expect((await bulkErrorOf(session.links.addAll(closing()))).cause).toBeInstanceOf(ClosedError)
    await expect(session.links.addAll([ifb(2)])).rejects.toBeInstanceOf(ClosedError)
  })

  it('when the session closes while a source says nothing', async () => {
    const session = await Rtnetlink.open({ netns: ns })
    async function* silent() {
      yield ifb(0)
      await expect.poll(() => namesOf('ifb')).toEqual(['i0'])
      session.close()
      await new Promise(() => {})
    }
    const error = await bulkErrorOf(session.links.addAll(silent()))
    expect(error).toMatchObject({ done: 1, failed: 0, unknown: 0, cause: expect.any(ClosedError) })
  })

  it.each([1, 2, 3, 5, 10])('when %d ms are not enough for a message, and counts each that it has begun', async timeout => {
    let begun = 0
    function* counted() {
      for (; begun < 600; begun++) yield ifb(begun)
    }
    const error = await ns.links.addAll(counted(), { timeout }).catch((thrown: BulkError) => thrown)
    const there = await namesOf('ifb')
    if (typeof error === 'number') return expect(there).toHaveLength(error)
    expect(error.cause).toMatchObject({ name: 'TimeoutError' })
    const sum = error.done + error.failed + error.unknown
    expect(there.map(name => Number(name.slice(1))).filter(i => i >= sum)).toEqual([])
    expect(there.length).toBeGreaterThanOrEqual(error.done)
    expect(there.length).toBeLessThanOrEqual(error.done + error.unknown)
  })
})

describe('the time limit of links.addAll', () => {
  it('is for each slice, not for those that it waits behind', async () => {
    const pairs = (name: string) =>
      many(1000, i => ({ kind: 'veth', name: `${name}${i}`, veth: { peer: { name: `p${name}${i}` } } }))
    const begun = performance.now()
    await ns.links.addAll(pairs('a'))
    const half = (performance.now() - begun) / 2
    expect(await ns.links.addAll(pairs('b'), { timeout: half })).toBe(1000)
  })
})

describe('links.addAll refuses', () => {
  it('what is no list', async () => {
    await expect(ns.links.addAll(ifb(0) as never)).rejects.toBeInstanceOf(TypeError)
  })

  it('unknown options of the call', async () => {
    await expect(ns.links.addAll([], { signals: undefined } as never)).rejects.toThrow(/unknown option "signals"/)
  })
})
