import { describe, expect, it } from 'vitest'
import type { Route } from '../../../lib/index.ts'
import { NLM_F_APPEND, NLM_F_REPLACE } from '../../../lib/protocol/flags.ts'
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
