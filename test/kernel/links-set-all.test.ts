import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type LinkChange, NetlinkError, Netns } from '../../lib/index.ts'
import { bulkErrorOf } from '../support/bulk-error.ts'
import { messageWitness } from '../support/sent-messages.ts'

const run = messageWitness()
let ns: Netns

beforeEach(async () => {
  ns = await Netns.create()
})
afterEach(() => ns.close())

const many = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i))
const addIfbs = (count: number) => ns.links.addAll(many(count, i => ({ kind: 'ifb', name: `i${i}` }) as const))
const ifbs = () => ns.links.list({ kind: 'ifb' })

describe('links.setAll', () => {
  it('changes all links, and says how many there were', async () => {
    await addIfbs(300)
    expect(await ns.links.setAll(many(300, i => ({ link: `i${i}`, up: true, mtu: 1000 + i })))).toBe(300)
    for (const { name, up, mtu } of await ifbs()) expect({ up, mtu }).toEqual({ up: true, mtu: 1000 + Number(name.slice(1)) })
  })

  it('takes links by index and as objects, from an asynchronous source', async () => {
    await addIfbs(2)
    const [one, other] = await ifbs()
    async function* source(): AsyncGenerator<LinkChange> {
      yield { link: one?.index ?? 0, alias: 'one' }
      yield { link: other ?? 0, alias: 'other' }
    }
    expect(await ns.links.setAll(source())).toBe(2)
    expect((await ifbs()).map(({ alias }) => alias)).toEqual(['one', 'other'])
  })

  it('takes what an entry inherits, as set does', async () => {
    await addIfbs(1)
    const entry: LinkChange = Object.assign(Object.create({ up: true }), { link: 'i0', mtu: 1400 })
    expect(await ns.links.setAll([entry])).toBe(1)
    expect(await ns.links.get('i0')).toMatchObject({ up: true, mtu: 1400 })
  })

  it('means by a name what the entries before have made of it', async () => {
    await addIfbs(2)
    const turns = [
      { link: 'i0', name: 'x' },
      { link: 'i1', name: 'i0' },
      { link: 'i0', alias: 'was i1' },
    ]
    expect(await ns.links.setAll(turns)).toBe(3)
    expect((await ifbs()).map(({ name, alias }) => [name, alias])).toEqual([
      ['x', undefined],
      ['i0', 'was i1'],
    ])
  })

  it('says of a link that did not get what goes behind that the rest was done', async () => {
    await ns.links.add({ kind: 'bridge', name: 'br0' })
    await addIfbs(2)
    const port = { kind: 'bridge', backupPort: 'lo' } as const
    const changes: LinkChange[] = [
      { link: 'i0', up: true },
      { link: 'i1', master: 'br0', up: true, port },
      { link: 'nothing', up: true },
    ]
    const error = await bulkErrorOf(ns.links.setAll(changes))
    expect(error.errors.map(({ index, message }) => [index, message.endsWith('; the rest was done')])).toEqual([
      [1, true],
      [2, false],
    ])
    expect(await ns.links.get('i1')).toMatchObject({ up: true, master: (await ns.links.get('br0')).index })
  })

  it('sends what means something only with the master behind it', async () => {
    await ns.links.add({ kind: 'bridge', name: 'br0' })
    await addIfbs(3)
    const port = { kind: 'bridge', cost: 7 } as const
    expect(await ns.links.setAll(many(3, i => ({ link: `i${i}`, master: 'br0', up: true, port })))).toBe(3)
    for (const link of await ifbs()) expect(link).toMatchObject({ up: true, port: { kind: 'bridge', cost: 7 } })
  })

  it('sends one message for each, of the type that the change takes', async () => {
    const { sent } = await run(`
      await ns.links.addAll([{ kind: 'bridge', name: 'br0' }, { kind: 'ifb', name: 'i0' }])
      await ns.links.setAll([{ link: 'br0', bridge: { ageingTime: 100 } }, { link: 'i0', up: true }])`)
    expect(sent.join(' ')).toBe('newlink newlink newlink setlink')
  })

  it('lets the event loop have its turns', async () => {
    await addIfbs(500)
    let turns = 0
    const count = setInterval(() => turns++, 1)
    await ns.links.setAll(many(500, i => ({ link: `i${i}`, up: true })))
    clearInterval(count)
    expect(turns).toBeGreaterThan(3)
  })
})

describe('links.setAll, where the kernel refuses a change,', () => {
  it('makes the others, and says which it was and why', async () => {
    await addIfbs(2)
    const error = await bulkErrorOf(ns.links.setAll(['i0', 'missing', 'i1'].map(link => ({ link, up: true }))))
    expect(error).toMatchObject({ operation: 'links.setAll', done: 2, failed: 1, unknown: 0 })
    expect(error.errors[0]).toBeInstanceOf(NetlinkError)
    expect(error.errors[0]).toMatchObject({ code: 'ENODEV', index: 1, option: '[1].link' })
    expect(error.errors[0]?.message).toContain('there is no link "missing"')
    expect((await ifbs()).every(({ up }) => up)).toBe(true)
  })

  it('sends nothing behind the first message of an entry that failed', async () => {
    await ns.links.add({ kind: 'bridge', name: 'br0' })
    await addIfbs(2)
    const changes = [
      { link: 'i0', master: 'missing', up: true },
      { link: 'i1', master: 'br0', up: true },
    ]
    expect(await bulkErrorOf(ns.links.setAll(changes))).toMatchObject({ done: 1, failed: 1, errors: [{ option: '[0].master' }] })
    expect((await ifbs()).map(({ up }) => up)).toEqual([false, true])
  })
})

describe('links.setAll ends', () => {
  it.each([
    ['with an unknown option', { mtuu: 1400 }, 'mtuu'],
    ['out of range', { mtu: -1 }, 'mtu'],
    ['that says nothing', {}, ''],
    ['of a tunnel, which is read first', { gre: { ttl: 3 } }, 'gre'],
  ])('at an entry %s', async (_, change, option) => {
    await addIfbs(2)
    const entries = [
      { link: 'i0', up: true },
      { link: 'i1', ...change },
      { link: 'i1', up: true },
    ] as LinkChange[]
    const { done, cause } = await bulkErrorOf(ns.links.setAll(entries))
    expect(done).toBe(1)
    expect(cause).toMatchObject({ operation: 'links.setAll', option: option === '' ? '[1]' : `[1].${option}` })
    expect((await ifbs()).map(({ up }) => up)).toEqual([true, false])
  })

  it('at an entry without a link', async () => {
    const { cause } = await bulkErrorOf(ns.links.setAll([{ up: true }] as unknown as LinkChange[]))
    expect(cause).toMatchObject({ name: 'TypeError', option: '[0].link' })
  })
})
