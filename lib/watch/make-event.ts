import type { WatchedNamespace } from './events.ts'
import { type AnyWatched, watchedObjects } from './objects.ts'
import type { Origin } from './table-watch.ts'

/** What an event is made from. */
export interface Difference {
  readonly item: object | undefined
  readonly previous: object | undefined
  readonly origin: Origin
  readonly namespace: WatchedNamespace | undefined
}

export type MakeEvent = (difference: Difference) => object

/** One for each kind of object, so that its events have one shape. */
const makers: ReadonlyMap<string, MakeEvent> = new Map(
  Object.values(watchedObjects as unknown as Record<string, AnyWatched>).map(({ object }) => [object, makerOf(object)]),
)

export function eventMakerOf({ object }: AnyWatched): MakeEvent {
  return makers.get(object) as MakeEvent
}

function makerOf(object: string): MakeEvent {
  return ({ item, previous, origin, namespace }) => ({
    type: previous === undefined ? 'new' : item === undefined ? 'delete' : 'change',
    object,
    [object]: item ?? previous,
    previous,
    snapshot: origin === 'snapshot',
    resync: origin === 'resync',
    namespace,
  })
}
