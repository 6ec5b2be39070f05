import { decodeRoute } from '../../routes/decode.ts'
import type { Route } from '../../routes/route.ts'
import { type Heard, MessageStore } from '../message-store.ts'
import { Ipv4Networks, Ipv6Networks, type Networks } from './networks.ts'

/** What lies at one place: a route, or those that the kernel tells apart by their order. */
export type Place = Route | Route[]

/** A route that nobody has asked for yet is a number: where its message is kept. */
type Kept = Place | number

/** Bytes that nearly all messages about a route have room in: all attributes that decodeRoute() reads by itself. */
const LONGEST_OF_INET = 60
const LONGEST_OF_INET6 = 124

/** Places of one sort, by network. */
class Shelf {
  readonly sort: string
  readonly #networks: Networks<Kept>
  readonly #messages: MessageStore

  constructor(sort: string, networks: Networks<Kept>, messages: MessageStore) {
    this.sort = sort
    this.#networks = networks
    this.#messages = messages
  }

  get isEmpty(): boolean {
    return this.#networks.isEmpty
  }

  get({ to }: Route): Place | undefined {
    const kept = this.#networks.get(to)
    if (typeof kept !== 'number') return kept
    const place = this.#look(kept)
    this.#networks.set(to, place)
    return place
  }

  readonly #look = (kept: Kept): Place => (typeof kept === 'number' ? this.#messages.take(kept, decodeRoute) : kept)

  set({ to }: Route, place: Place): void {
    this.#networks.set(to, place)
  }

  /** A route that is there for the first time. */
  keep(route: Route, heard: Heard): void {
    this.#networks.set(route.to, this.#messages.keep(heard) ?? route)
  }

  delete({ to }: Route): void {
    this.#networks.delete(to)
  }

  values(): Iterable<Place> {
    return this.#networks.values(this.#look) as Iterable<Place>
  }
}

/**
 * Routes by network, table, metric and tos. Large tables have many networks and few of the others: so the network alone, which every
 * route has at hand, finds its place on a shelf for those of its sort.
 */
export class RoutePlaces {
  readonly #shelves = new Map<string, Shelf>()
  /** Of all shelves: there may be as many of these as there are routes. */
  readonly #messages = new MessageStore(LONGEST_OF_INET)
  readonly #longerMessages = new MessageStore(LONGEST_OF_INET6)
  /** Of which sort the route before was, which is mostly that of the next. */
  #last: Route | undefined
  #lastShelf: Shelf | undefined

  get(route: Route): Place | undefined {
    return this.#find(route)?.get(route)
  }

  set(route: Route, place: Place): void {
    this.#shelfFor(route).set(route, place)
  }

  /** A route to where nothing lies yet. `heard` is its message, if that is at hand. */
  add(route: Route, heard: Heard | undefined): void {
    const shelf = this.#shelfFor(route)
    if (heard === undefined) shelf.set(route, route)
    else shelf.keep(route, heard)
  }

  delete(route: Route): void {
    const shelf = this.#find(route)
    if (shelf === undefined) return
    shelf.delete(route)
    if (!shelf.isEmpty) return
    this.#shelves.delete(shelf.sort)
    this.#lastShelf = undefined
  }

  *values(): Iterable<Place> {
    for (const shelf of this.#shelves.values()) yield* shelf.values()
  }

  #shelfFor(route: Route): Shelf {
    let shelf = this.#find(route)
    if (shelf === undefined) {
      shelf =
        route.family === 'inet'
          ? new Shelf(sortOf(route), new Ipv4Networks(), this.#messages)
          : new Shelf(sortOf(route), new Ipv6Networks(), this.#longerMessages)
      this.#shelves.set(shelf.sort, shelf)
      this.#lastShelf = shelf
    }
    return shelf
  }

  #find(route: Route): Shelf | undefined {
    if (this.#last === undefined || !areOfOneSort(this.#last, route)) {
      this.#last = route
      this.#lastShelf = this.#shelves.get(sortOf(route))
    }
    return this.#lastShelf
  }
}

/** What tells places apart beside the network. */
export function sortOf(route: Route): string {
  const { family, table, metric, tos, from } = route
  return `${family === 'inet' ? 4 : isShared(route) ? 'g' : 6} ${table} ${metric ?? ''} ${tos} ${from ?? ''}`
}

function areOfOneSort(a: Route, b: Route): boolean {
  return (
    a.family === b.family &&
    a.table === b.table &&
    a.metric === b.metric &&
    a.tos === b.tos &&
    a.from === b.from &&
    (a.family === 'inet' || isShared(a) === isShared(b))
  )
}

/** Routes of IPv6 through routers are ways of one route, and lie apart from others to that network (rt6_qualify_for_ecmp() in include/net/ip6_route.h). */
export function isShared({ family, via, multipath, protocol, nexthopId }: Route): boolean {
  return family === 'inet6' && (via !== undefined || multipath !== undefined) && protocol !== 'ra' && nexthopId === undefined
}
