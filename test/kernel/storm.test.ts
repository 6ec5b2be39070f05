import { afterEach, describe, expect, it } from 'vitest'
import type { Link, Mirror, Route, WatchEvent } from '../../lib/index.ts'
import { ipShows } from '../support/ip.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { runBatch } from '../support/run-iproute.ts'
import { differences } from '../support/same-as-list.ts'

/** `RTNETLINK_STORM=full npx vitest run --project kernel test/kernel/storm.test.ts`: 200,000 routes and 2,000 links; else a tenth of that. */
const full = process.env.RTNETLINK_STORM === 'full'
const ROUTES = full ? 200_000 : 20_000
const LINKS = full ? 2000 : 200
const LINKS_AT_ONCE = 50

afterEach(closeNamespaces)

const network = (i: number) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`

/** Adds all and takes every other one away again, in turns that overlap. */
function* routeLines(): Iterable<string> {
  for (let i = 0; i < ROUTES; i++) {
    yield `route add ${network(i)} dev a`
    if (i % 7 === 0) yield `route replace ${network(i)} dev a src 192.0.2.1`
    if (i >= 1000 && i % 2 === 0) yield `route delete ${network(i - 1000)}`
  }
}

function* linkLines(): Iterable<string> {
  for (let i = 0; i < LINKS; i++) {
    yield `link add name l${i} group 7 type ifb`
    yield `link set dev l${i} mtu ${1000 + (i % 400)}`
    if (i % LINKS_AT_ONCE === LINKS_AT_ONCE - 1 && i < LINKS - LINKS_AT_ONCE) yield 'link delete group 7'
  }
}

/** What somebody knows who goes by the events alone. */
class Told {
  readonly links = new Map<number, Link>()
  readonly routes = new Map<string, Route>()

  hear(event: WatchEvent<'links' | 'routes'>): void {
    if (event.object === 'link') {
      if (event.type === 'delete') this.links.delete(event.link.index)
      else this.links.set(event.link.index, event.link)
    } else if (event.object === 'route') {
      const { to, table, link, type, family, preferredSource } = event.route
      const key = (source: string | undefined) => `${to} ${table} ${link} ${type} ${family} ${source}`
      if (event.type === 'change') this.routes.delete(key(event.previous.preferredSource))
      if (event.type === 'delete') this.routes.delete(key(preferredSource))
      else this.routes.set(key(preferredSource), event.route)
    }
  }
}

function block(milliseconds: number): void {
  const end = performance.now() + milliseconds
  while (performance.now() < end);
}

async function compare(ns: NamedNetns, mirror: Mirror<'links' | 'routes'>, told: Told): Promise<void> {
  const [links, routes] = [await ns.links.list(), await ns.routes.list()]
  expect(differences(mirror.links, links)).toEqual([])
  expect(differences(mirror.routes, routes)).toEqual([])
  expect(differences(told.links.values(), links)).toEqual([])
  expect(differences(told.routes.values(), routes)).toEqual([])
  const shown = ipShows(ns.name, '-4', 'route', 'show', 'table', 'main')
  const text = ({ to, preferredSource }: { to: string; preferredSource?: string | undefined }) => `${to} ${preferredSource ?? ''}`
  const inMain = [...mirror.routes].filter(({ table, family }) => table === 'main' && family === 'inet')
  expect(inMain.map(text).sort()).toEqual(
    shown.map(({ dst, prefsrc }) => text({ to: dst.includes('/') ? dst : `${dst}/32`, preferredSource: prefsrc })).sort(),
  )
  const shownLinks = ipShows(ns.name, 'link').map(({ ifindex, ifname, mtu }) => `${ifindex} ${ifname} ${mtu}`)
  expect([...mirror.links].map(({ index, name, mtu }) => `${index} ${name} ${mtu}`).sort()).toEqual(shownLinks.sort())
}

describe('a storm', () => {
  it(`of ${ROUTES} routes and ${LINKS} links leaves nobody wrong, whatever was dropped`, async () => {
    const ns = await createNamespace()
    await ns.links.add({ kind: 'veth', name: 'a', up: true, veth: { peer: { name: 'b', up: true } } })
    await ns.addresses.add({ link: 'a', address: '192.0.2.1/24' })
    await ns.addresses.waitUsable('a')
    const mirror = await ns.mirror({ links: true, routes: true })
    // Hardly any room: it will be overrun.
    const watch = ns.watch({ links: true, routes: true, snapshot: true, receiveBuffer: 1, backlog: 65_536 })
    const told = new Told()
    const reading = (async () => {
      for await (const event of watch) told.hear(event)
    })()
    await watch.ready

    let isOver = false
    const storm = Promise.all([runBatch(ns.name, [...routeLines()]), runBatch(ns.name, [...linkLines()])])
    void storm.then(() => {
      isOver = true
    })
    while (!isOver) {
      await new Promise(resolve => setTimeout(resolve, 200))
      block(500)
    }
    await storm
    await Promise.all([mirror.sync(), watch.sync()])
    while (watch.counters.pending > 0) await new Promise(resolve => setImmediate(resolve))

    await compare(ns, mirror, told)
    expect(watch.counters.overruns).toBeGreaterThan(0)
    const { dropped, overruns, resyncs } = watch.counters
    console.log(
      `${ROUTES} routes, ${LINKS} links: ${dropped} messages dropped in ${overruns} overruns, tables read again ${resyncs} times; mirror: ${mirror.counters.overruns} overruns`,
    )
    watch.close()
    mirror.close()
    await reading
  }, 300_000)
})
