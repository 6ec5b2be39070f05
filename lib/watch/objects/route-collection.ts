import { NLM_F_APPEND, NLM_F_REPLACE } from '../../protocol/flags.ts'
import type { Route } from '../../routes/route.ts'
import type { Collection, IsEnough, Report } from '../collection.ts'
import { isSame } from '../is-same.ts'
import type { Heard } from '../message-store.ts'
import { isShared, RoutePlaces, sortOf } from './route-places.ts'

/**
 * Routes. What the kernel may have several of (same network, table, metric and tos) lies together in its order, because a route that replaces
 * another replaces the first of them, and the message does not say which that was.
 */
export class RouteCollection implements Collection<Route> {
  readonly #places = new RoutePlaces()
  /** How many routes leave by a link, by its index; and of how many the fate of their nexthop object or source address decides. */
  readonly #links = new Map<number, number>()
  readonly #sources = new Map<string, number>()
  #nexthops = 0
  #size = 0

  keyOf(route: Route): string {
    const { type, scope, protocol, link, via, multipath, preferredSource, nexthopId, metrics, realms } = route
    const more = route.family === 'inet' && (metrics ?? realms) !== undefined ? JSON.stringify([metrics, realms]) : ''
    const hops = multipath?.map(hop => `${hop.link}/${hop.via}`).join() ?? ''
    return `${route.to} ${sortOf(route)}|${type}|${scope}|${protocol}|${link}|${via}|${preferredSource}|${nexthopId}|${hops}|${more}`
  }

  find(route: Route): Route | undefined {
    const place = this.#places.get(route)
    return Array.isArray(place) ? place.find(other => isOne(other, route)) : place && isOne(place, route) ? place : undefined
  }

  put(route: Route, flags: number, report: Report<Route>, heard?: Heard): IsEnough {
    const place = this.#places.get(route)
    if (place === undefined) {
      this.#places.add(route, heard)
      this.#count(route, 1)
      report(route, undefined)
      return !replacesUnlike(route, flags)
    }
    const routes = Array.isArray(place) ? place : [place]
    const at = routes.findIndex(other => isOne(other, route))
    if (at > 0 && (flags & NLM_F_REPLACE) !== 0) this.#replaceFirst(routes, at, route, report)
    else if (at >= 0) this.#exchange(routes, at, route, report)
    else if ((flags & NLM_F_REPLACE) !== 0) this.#exchange(routes, 0, route, report)
    else this.#insert((flags & NLM_F_APPEND) !== 0 ? [...routes, route] : [route, ...routes], route, report)
    // One more way of an IPv6 route: its message has all of them, in another order than the table.
    return (flags & NLM_F_REPLACE) !== 0 || !isShared(route)
  }

  #insert(routes: Route[], route: Route, report: Report<Route>): void {
    this.#places.set(route, routes)
    this.#count(route, 1)
    report(route, undefined)
  }

  /** Read already, and only now said to replace the first: the kernel replaces none by what it has (fib_table_insert() in net/ipv4/fib_trie.c). */
  #replaceFirst(routes: Route[], at: number, route: Route, report: Report<Route>): void {
    const [first] = routes
    const left = [route, ...routes.filter((_, i) => i !== 0 && i !== at)]
    this.#places.set(route, left.length === 1 ? route : left)
    this.#count(first, -1)
    this.#count(routes[at], -1)
    this.#count(route, 1)
    report(undefined, first)
    if (!isSame(route, routes[at])) report(route, routes[at])
  }

  #exchange(routes: Route[], at: number, route: Route, report: Report<Route>): void {
    const previous = routes[at]
    const changed = routes.with(at, route)
    this.#places.set(route, changed.length === 1 ? route : changed)
    this.#count(previous, -1)
    this.#count(route, 1)
    if (!isSame(route, previous)) report(route, previous)
  }

  remove(route: Route, report: Report<Route>): IsEnough {
    const place = this.#places.get(route)
    if (place === undefined) return true
    const routes = Array.isArray(place) ? place : [place]
    const previous = routes.find(other => isOne(other, route))
    // One of several ways of an IPv6 route: what is left of it, its message does not say.
    if (previous === undefined) return !isShared(route)
    const left = routes.filter(other => other !== previous)
    if (left.length === 0) this.#places.delete(route)
    else this.#places.set(route, left.length === 1 ? left[0] : left)
    this.#count(previous, -1)
    report(undefined, previous)
    return true
  }

  exclude(route: Route, flags: number, report: Report<Route>): IsEnough {
    const isKnown = this.find(route) !== undefined
    if (isKnown) return this.remove(route, report)
    // It may have replaced one that is wanted, or be a way of one.
    const touches = (flags & NLM_F_REPLACE) !== 0 || isShared(route)
    return !touches || this.#places.get(route) === undefined
  }

  *values(): Iterable<Route> {
    for (const place of this.#places.values()) {
      if (Array.isArray(place)) yield* place
      else yield place
    }
  }

  get size(): number {
    return this.#size
  }

  /** Whether some route leaves by that link. */
  hasLink(index: number): boolean {
    return this.#links.has(index)
  }

  /** Whether some route that somebody else added names that address as the source of packets. */
  hasSource(address: string): boolean {
    return this.#sources.has(address)
  }

  get hasNexthopObjects(): boolean {
    return this.#nexthops > 0
  }

  #count(route: Route, by: 1 | -1): void {
    this.#size += by
    if (route.link !== undefined) add(this.#links, route.link, by)
    if (route.multipath !== undefined) for (const { link } of route.multipath) if (link !== undefined) add(this.#links, link, by)
    if (route.preferredSource !== undefined && route.protocol !== 'kernel') add(this.#sources, route.preferredSource, by)
    if (route.nexthopId !== undefined) this.#nexthops += by
  }
}

function add<K>(counts: Map<K, number>, key: K, by: number): void {
  const count = (counts.get(key) ?? 0) + by
  if (count === 0) counts.delete(key)
  else counts.set(key, count)
}

/** A route of IPv6 that found none of its sort to replace has replaced one of the other (fib6_add_rt2node() in net/ipv6/ip6_fib.c). */
function replacesUnlike(route: Route, flags: number): boolean {
  return route.family === 'inet6' && (flags & NLM_F_REPLACE) !== 0
}

/** Whether these are one route, whatever its flags are. Of IPv4 there may be two that differ in their metrics or realms alone (fib_find_info() in net/ipv4/fib_semantics.c). */
function isOne(a: Route, b: Route): boolean {
  return (
    a.type === b.type &&
    a.scope === b.scope &&
    a.protocol === b.protocol &&
    a.link === b.link &&
    a.via === b.via &&
    a.preferredSource === b.preferredSource &&
    a.nexthopId === b.nexthopId &&
    haveSameWays(a.multipath, b.multipath) &&
    (a.family !== 'inet' || (isSame(a.metrics, b.metrics) && isSame(a.realms, b.realms)))
  )
}

function haveSameWays(a: Route['multipath'], b: Route['multipath']): boolean {
  if (a === undefined || b === undefined) return a === b
  return (
    a.length === b.length && a.every((hop, i) => hop.link === b[i].link && hop.via === b[i].via && hop.weight === b[i].weight)
  )
}
