import type { Route } from '../../routes/route.ts'

/** What lies at one place: a route, or those that the kernel tells apart by their order. */
export type Place = Route | Route[]

/** Places of one sort, by network. */
interface Shelf {
  readonly sort: string
  readonly places: Map<string, Place>
}

/**
 * Routes by network, table, metric and tos. Large tables have many networks and few of the others: so the text of the network alone, which
 * every route has at hand, finds its place on a shelf for those of its sort.
 */
export class RoutePlaces {
  readonly #shelves = new Map<string, Shelf>()
  /** Of which sort the route before was, which is mostly that of the next. */
  #last: Route | undefined
  #lastShelf: Shelf | undefined

  get(route: Route): Place | undefined {
    return this.#find(route)?.places.get(route.to)
  }

  set(route: Route, place: Place): void {
    let shelf = this.#find(route)
    if (shelf === undefined) {
      shelf = { sort: sortOf(route), places: new Map() }
      this.#shelves.set(shelf.sort, shelf)
      this.#lastShelf = shelf
    }
    shelf.places.set(route.to, place)
  }

  delete(route: Route): void {
    const shelf = this.#find(route)
    if (shelf === undefined) return
    shelf.places.delete(route.to)
    if (shelf.places.size > 0) return
    this.#shelves.delete(shelf.sort)
    this.#lastShelf = undefined
  }

  *values(): Iterable<Place> {
    for (const { places } of this.#shelves.values()) yield* places.values()
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
