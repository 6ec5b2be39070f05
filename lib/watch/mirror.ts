import { EventEmitter } from 'node:events'
import type { Link } from '../links/link.ts'
import type { Session } from '../protocol/session.ts'
import { throwLater } from '../protocol/throw-later.ts'
import type { LinkReference } from '../schema/references.ts'
import type { WatchEvent } from './events.ts'
import { eventMakerOf } from './make-event.ts'
import type { ItemOf, ObjectKey } from './objects.ts'
import type { Checked } from './options.ts'
import type { Origin, TableWatch } from './table-watch.ts'
import { Watch } from './watch.ts'
import type { WatchCounters } from './watcher.ts'

/** Objects of one kind, as they are at the moment. */
export class MirroredObjects<T> implements Iterable<T> {
  /** @internal */
  protected readonly table: TableWatch

  /** @internal */
  constructor(table: TableWatch) {
    this.table = table
  }

  get size(): number {
    return this.table.known?.size ?? 0
  }

  [Symbol.iterator](): Iterator<T> {
    return (this.table.known?.values() ?? [])[Symbol.iterator]()
  }

  /** The first for which the test is true. */
  find(test: (item: T) => boolean): T | undefined {
    for (const item of this) if (test(item)) return item
    return undefined
  }

  /** All for which the test is true. */
  filter(test: (item: T) => boolean): T[] {
    const found: T[] = []
    for (const item of this) if (test(item)) found.push(item)
    return found
  }
}

/** Links, found by name too. */
export class MirroredLinks extends MirroredObjects<Link> {
  readonly #indexes = new Map<string, number>()

  /** By index, name or alternative name; undefined when there is none. */
  get(link: LinkReference): Link | undefined {
    const index = typeof link === 'string' ? this.#indexes.get(link) : typeof link === 'number' ? link : link.index
    return index === undefined ? undefined : this.table.known?.find({ index })
  }

  /** @internal */
  differs(link: Link | undefined, previous: Link | undefined): void {
    if (previous !== undefined) this.#forget(previous)
    if (link !== undefined) for (const name of namesOf(link)) this.#indexes.set(name, link.index)
  }

  /** Another link may have taken the name meanwhile. */
  #forget(previous: Link): void {
    for (const name of namesOf(previous)) if (this.#indexes.get(name) === previous.index) this.#indexes.delete(name)
  }
}

function namesOf({ name, altNames }: Link): string[] {
  return [name, ...(altNames ?? [])]
}

interface MirrorEvents<K extends ObjectKey> {
  /** A difference, once the mirror shows it. */
  change: [event: Exclude<WatchEvent<K>, { object: undefined }>]
  /** The kernel had to drop messages; what that hid is on its way. */
  overrun: [dropped: number]
  /** The mirror cannot go on. */
  error: [error: unknown]
  /** The mirror was closed, or its handle was. */
  close: []
}

/** A view of a namespace that is kept up to date. It does not keep the process alive, nor do its listeners. */
export class MirrorBase<K extends ObjectKey> extends EventEmitter<MirrorEvents<K>> implements AsyncDisposable {
  readonly #watch: Watch

  /** @internal Made by `mirror`. */
  constructor(session: Session, options: Checked) {
    super()
    const views = new Map<TableWatch, MirroredObjects<unknown>>()
    this.#watch = new Watch(session, options, {
      differs: (table, item, previous, origin) => {
        const view = views.get(table)
        if (view instanceof MirroredLinks) view.differs(item as Link | undefined, previous as Link | undefined)
        if (origin !== 'snapshot') this.#tell(table, item, previous, origin)
      },
      overrun: dropped => this.#safely(() => this.emit('overrun', dropped)),
      synced: () => {},
      ended: error => this.#ended(error),
    })
    for (const [key, table] of this.#watch.tables) {
      const view = key === 'links' ? new MirroredLinks(table) : new MirroredObjects(table)
      views.set(table, view)
      Object.defineProperty(this, key, { value: view, enumerable: true })
    }
  }

  /** @internal */
  get ready(): Promise<void> {
    return this.#watch.ready
  }

  #tell(table: TableWatch, item: object | undefined, previous: object | undefined, origin: Origin): void {
    if (this.listenerCount('change') === 0) return
    const event = eventMakerOf(table.watched)({ item, previous, origin, namespace: undefined })
    this.#safely(() => this.emit('change', event as Exclude<WatchEvent<K>, { object: undefined }>))
  }

  #safely(emit: () => void): void {
    try {
      emit()
    } catch (error) {
      throwLater(error)
    }
  }

  #ended(error: { readonly reason: unknown } | undefined): void {
    if (error !== undefined && this.listenerCount('error') > 0) this.emit('error', error.reason)
    this.emit('close')
  }

  /** Resolves once the mirror shows all that the kernel has told so far: what a call that was awaited before has done, for one. */
  async sync(): Promise<void> {
    await this.#watch.settled()
  }

  /** Reads everything again, for the few changes that the kernel does not tell: see docs/watching.md. */
  async refresh(): Promise<void> {
    await this.#watch.refresh()
  }

  /** Whether it was closed, or ended with an error: then it stays as it was last. */
  get closed(): boolean {
    return this.#watch.done
  }

  /** How the watch behind it is doing. */
  get counters(): Omit<WatchCounters, 'coalesced' | 'pending'> {
    const { received, dropped, overruns, resyncs } = this.#watch
    return { received, dropped, overruns, resyncs }
  }

  /** It stays as it was last. Idempotent; never waits. */
  close(): void {
    this.#watch.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
  }
}

/** A live view: `mirror.links.get('eth0')`, `for (const route of mirror.routes)`, `mirror.on('change', event => …)`. */
export type Mirror<K extends ObjectKey = ObjectKey> = MirrorBase<K> & {
  readonly [Key in K]: Key extends 'links' ? MirroredLinks : MirroredObjects<ItemOf<Key>>
}

/** Resolves with a mirror that shows everything. */
export async function openMirror<K extends ObjectKey>(session: Session, options: Checked): Promise<Mirror<K>> {
  const mirror = new MirrorBase<K>(session, options)
  await mirror.ready
  return mirror as Mirror<K>
}
