import type { NamespaceHandle } from '../protocol/namespace-reference.ts'
import type { ItemOf, NameOf, ObjectKey } from './objects.ts'

/** Another namespace, as the watched one knows it. */
export interface WatchedNamespace {
  /** Its id in the namespace that is watched from. */
  readonly id: number
  /** Its name under /run/netns, once that is known. */
  readonly name: string | undefined
  /** The handle of it that was given as `allNamespaces`. */
  readonly netns: NamespaceHandle | undefined
}

interface Difference {
  /** The object as it was when the watch began, with `snapshot: true`. */
  readonly snapshot: boolean
  /** The kernel did not tell of it: it was found by reading the table again. */
  readonly resync: boolean
  /** The other namespace that it is of, with `allNamespaces`; undefined: the one that is watched. */
  readonly namespace: WatchedNamespace | undefined
}

/** What became of one object: under the object's own name as it is now, or was last when it is gone. */
export type ObjectEvent<Name extends string, T> = Difference & { readonly object: Name } & { readonly [K in Name]: T } & (
    | { readonly type: 'new'; readonly previous: undefined }
    | { readonly type: 'change' | 'delete'; readonly previous: T }
  )

/** The kernel had to drop messages. Differences that are found follow, with `resync`. */
export interface OverrunEvent {
  readonly type: 'overrun'
  readonly object: undefined
  /** Messages dropped since the watch began. */
  readonly dropped: number
}

/** What was said so far is how things are: behind a snapshot, and behind the differences that follow an overrun. */
export interface SyncedEvent {
  readonly type: 'synced'
  readonly object: undefined
}

/** An event of a watch of these objects. */
export type WatchEvent<K extends ObjectKey = ObjectKey> =
  | (K extends ObjectKey ? ObjectEvent<NameOf<K>, ItemOf<K>> : never)
  | OverrunEvent
  | SyncedEvent
