import { describe, expect, it } from 'vitest'
import type { Route } from '../../../lib/index.ts'
import { NLM_F_APPEND, NLM_F_REPLACE } from '../../../lib/protocol/flags.ts'
import { decodeRoute } from '../../../lib/routes/decode.ts'
import { Message } from '../../../lib/schema/message.ts'
import type { Heard } from '../../../lib/watch/message-store.ts'
import { RouteCollection } from '../../../lib/watch/objects/route-collection.ts'

const base = {
  family: 'inet',
  to: '10.0.0.1/32',
  table: 'main',
  tos: 0,
  type: 'unicast',
  scope: 'link',
  protocol: 'boot',
  link: 3,
}
const plain = base as Route
const fromHere = { ...base, preferredSource: '192.0.2.1' } as Route
const elsewhere = { ...base, link: 4 } as Route

const nobody = () => {}

function collection(...read: Route[]): RouteCollection {
  const routes = new RouteCollection()
  for (const route of read) routes.put(route, NLM_F_APPEND, nobody)
  return routes
}

describe('what is known of routes', () => {
  it('tells tables, metrics and families apart', () => {
    const others = [{ table: 'local' }, { metric: 5 }, { tos: 4 }, { family: 'inet6' }].map(
      part => ({ ...base, ...part }) as Route,
    )
    const routes = collection(plain, ...others)
    expect([...routes.values()]).toHaveLength(5)
    for (const route of [plain, ...others]) expect(routes.find({ ...route })).toBe(route)
  })

  it('forgets the last of a table, and takes another one', () => {
    const routes = collection(plain)
    const local = { ...base, table: 'local' } as Route
    routes.put(local, 0, nobody)
    for (const route of [local, plain, plain]) routes.remove(route, nobody)
    expect([routes.size, [...routes.values()]]).toEqual([0, []])
    routes.put(plain, 0, nobody)
    expect([...routes.values()]).toEqual([plain])
  })

  it('has one in the place of the other that it replaced', () => {
    const routes = collection(plain)
    routes.put(fromHere, NLM_F_REPLACE, nobody)
    expect([...routes.values()]).toEqual([fromHere])
  })

  it('loses the replaced one too when the other was read before it was told', () => {
    const routes = collection(fromHere)
    const told: unknown[] = []
    routes.put(plain, 0, nobody)
    routes.put(fromHere, NLM_F_REPLACE, (item, previous) => told.push([item, previous]))
    expect([...routes.values()]).toEqual([fromHere])
    expect(told).toEqual([[undefined, plain]])
    expect(routes.size).toBe(1)
  })

  it.each([
    ['metrics', { mtu: 1300 }],
    ['realms', { from: 1, to: 2 }],
  ])('tells routes of IPv4 apart that differ in their %s alone', (option, value) => {
    const narrow = { ...base, [option]: value } as Route
    const routes = collection(plain, narrow)
    expect([...routes.values()]).toEqual([plain, narrow])
    expect(routes.keyOf(plain)).not.toBe(routes.keyOf(narrow))
    const told: unknown[] = []
    routes.remove({ ...narrow }, (item, previous) => told.push([item, previous]))
    expect(told).toEqual([[undefined, narrow]])
    expect([...routes.values()]).toEqual([plain])
  })

  it('keeps the others of that place', () => {
    const routes = collection(fromHere, elsewhere)
    routes.put(plain, 0, nobody)
    routes.put(fromHere, NLM_F_REPLACE, nobody)
    expect([...routes.values()]).toEqual([fromHere, elsewhere])
    expect(routes.hasLink(3)).toBe(true)
    routes.remove(fromHere, nobody)
    expect(routes.hasLink(3)).toBe(false)
  })
})

const RTA_DST = 1
const RTA_OIF = 4
const RTA_GATEWAY = 5
const RTA_PRIORITY = 6
const RTA_METRICS = 8
const [AF_INET, AF_INET6] = [2, 10]

/** A message of the kernel's: table main, protocol boot, scope link, unicast. */
function message(
  family: number,
  prefix: number,
  attributes: readonly (readonly [type: number, payload: readonly number[]])[],
): Heard {
  const header = [family, prefix, 0, 0, 254, 3, 253, 1, 0, 0, 0, 0]
  const bytes = attributes.flatMap(([type, payload]) => [payload.length + 4, 0, type, 0, ...payload])
  return { message: new Message(new Uint8Array([...header, ...bytes])), start: 0, end: header.length + bytes.length }
}

const toHost = (last: number, link = 3) =>
  message(AF_INET, 32, [
    [RTA_DST, [10, 0, 0, last]],
    [RTA_OIF, [link, 0, 0, 0]],
  ])

const read = ({ message, start, end }: Heard): Route => decodeRoute(message, start, end)

/** As a watch puts what it hears. */
function hear(routes: RouteCollection, heard: Heard, flags = 0): unknown[][] {
  const told: unknown[][] = []
  routes.put(read(heard), flags, (item, previous) => told.push([item, previous]), heard)
  return told
}

describe('what was heard of routes', () => {
  it('is found again', () => {
    const routes = new RouteCollection()
    const all = [1, 2, 3].map(last => toHost(last))
    for (const heard of all) expect(hear(routes, heard)).toEqual([[read(heard), undefined]])
    for (const heard of all) expect(routes.find(read(heard))).toEqual(read(heard))
    expect([...routes.values()]).toEqual(all.map(read))
  })

  it('is the same object whenever it is looked at', () => {
    const routes = new RouteCollection()
    hear(routes, toHost(1))
    const [route] = routes.values()
    expect([...routes.values()][0]).toBe(route)
    expect(routes.find(read(toHost(1)))).toBe(route)
  })

  it('is what the next message changes', () => {
    const routes = new RouteCollection()
    hear(routes, toHost(1))
    expect(hear(routes, toHost(1, 4), NLM_F_REPLACE)).toEqual([[read(toHost(1, 4)), read(toHost(1))]])
    expect(hear(routes, toHost(1, 4))).toEqual([])
    expect([...routes.values()]).toEqual([read(toHost(1, 4))])
  })

  it('is what the next message takes away', () => {
    const routes = new RouteCollection()
    const told: unknown[] = []
    for (const last of [1, 2]) hear(routes, toHost(last))
    routes.remove(read(toHost(1)), (item, previous) => told.push([item, previous]))
    expect(told).toEqual([[undefined, read(toHost(1))]])
    expect([routes.size, [...routes.values()]]).toEqual([1, [read(toHost(2))]])
  })

  it('may be longer than most', () => {
    const routes = new RouteCollection()
    const long = message(AF_INET, 24, [
      [RTA_DST, [10, 0, 0, 0]],
      [RTA_METRICS, Array.from({ length: 10 }, (_, i) => [8, 0, i + 1, 0, 1, 0, 0, 0]).flat()],
    ])
    hear(routes, long)
    expect([...routes.values()]).toEqual([read(long)])
  })

  it('takes little memory, also when each has a metric of its own', () => {
    const before = process.memoryUsage().arrayBuffers
    const routes = new RouteCollection()
    for (let metric = 1; metric <= 1000; metric++) {
      const heard = message(AF_INET, 32, [
        [RTA_DST, [10, 0, 0, 1]],
        [RTA_PRIORITY, [metric & 0xff, metric >> 8, 0, 0]],
      ])
      hear(routes, heard)
    }
    const taken = process.memoryUsage().arrayBuffers - before
    expect(routes.size).toBe(1000)
    expect(taken).toBeLessThan(1024 * 1024)
  })

  it('may be of IPv6', () => {
    const routes = new RouteCollection()
    const network = [0xfd, ...new Array(15).fill(0)]
    const direct = message(AF_INET6, 64, [
      [RTA_DST, network],
      [RTA_OIF, [3, 0, 0, 0]],
    ])
    const shared = message(AF_INET6, 64, [
      [RTA_DST, network],
      [RTA_GATEWAY, [0xfe, 0x80, ...new Array(13).fill(0), 1]],
      [RTA_OIF, [3, 0, 0, 0]],
    ])
    for (const heard of [direct, shared]) hear(routes, heard)
    expect([...routes.values()]).toEqual([direct, shared].map(read))
  })
})
