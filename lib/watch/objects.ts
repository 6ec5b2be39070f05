import { address } from './objects/address.ts'
import { fdbEntry } from './objects/fdb-entry.ts'
import { link } from './objects/link.ts'
import { mdbEntry } from './objects/mdb-entry.ts'
import { neighbor } from './objects/neighbor.ts'
import { nexthop } from './objects/nexthop.ts'
import { route } from './objects/route.ts'
import { rule } from './objects/rule.ts'
import type { Watched } from './watched.ts'

/** All that can be watched, by the option's name. */
export interface WatchedObjects {
  readonly links: typeof link
  readonly addresses: typeof address
  readonly routes: typeof route
  readonly neighbors: typeof neighbor
  readonly rules: typeof rule
  readonly nexthops: typeof nexthop
  readonly fdb: typeof fdbEntry
  readonly mdb: typeof mdbEntry
}

export const watchedObjects: WatchedObjects = {
  links: link,
  addresses: address,
  routes: route,
  neighbors: neighbor,
  rules: rule,
  nexthops: nexthop,
  fdb: fdbEntry,
  mdb: mdbEntry,
}

/** `'links'`, `'addresses'`, … */
export type ObjectKey = keyof WatchedObjects
/** The objects' own types. */
export type ItemOf<K extends ObjectKey> = WatchedObjects[K] extends Watched<any, infer T, any> ? T : never
export type FilterOf<K extends ObjectKey> = WatchedObjects[K] extends Watched<any, any, infer F> ? F : never
export type NameOf<K extends ObjectKey> = WatchedObjects[K]['object']

/** Where it does not matter which. */
export type AnyWatched = Watched<string, any, any>
