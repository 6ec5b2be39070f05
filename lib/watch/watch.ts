import { ClosedError } from '../errors.ts'
import { Failure } from '../protocol/failure.ts'
import { type Hearer, type Listener, listenerError } from '../protocol/listener.ts'
import type { NamespaceHandle } from '../protocol/namespace-reference.ts'
import { GROUP } from '../protocol/notifications.ts'
import type { Session } from '../protocol/session.ts'
import type { Message } from '../schema/message.ts'
import { type ObjectKey, watchedObjects } from './objects.ts'
import type { Checked } from './options.ts'
import { OtherNamespaces } from './other-namespaces.ts'
import { ownPlace } from './place.ts'
import { type Origin, type TableReader, TableWatch } from './table-watch.ts'

/** Who watches. */
export interface WatchReader {
  differs(table: TableWatch, item: object | undefined, previous: object | undefined, origin: Origin): void
  overrun(dropped: number): void
  /** What was said so far is how things are: `first`, to begin with; else behind an overrun. */
  synced(first: boolean): void
  /** No more will come: because of an error, or because the watch was closed. */
  ended(error: { readonly reason: unknown } | undefined): void
}

/** Tables of a namespace, and the socket on which the kernel tells of them. */
export class Watch implements Hearer, TableReader {
  /** Resolves once what there is is known. */
  readonly ready: Promise<void>
  readonly tables: ReadonlyMap<ObjectKey, TableWatch>
  readonly #session: Session
  readonly #listener: Listener
  readonly #reader: WatchReader
  readonly #own: readonly TableWatch[]
  readonly #others: OtherNamespaces | undefined
  readonly #cleanUp: (() => void)[] = []
  #resolveReady!: () => void
  #rejectReady!: (error: unknown) => void
  #isReady = false
  #overran = false
  #done = false
  received = 0
  dropped = 0
  overruns = 0
  resyncs = 0

  constructor(session: Session, options: Checked, reader: WatchReader) {
    this.#reader = reader
    this.ready = new Promise((resolve, reject) => {
      this.#resolveReady = resolve
      this.#rejectReady = reject
    })
    this.ready.catch(() => {})
    this.#session = session.apart()
    this.tables = new Map(
      [...options.kinds].map(([key, filter]) => [key, new TableWatch(watchedObjects[key], filter, this.#session, this)]),
    )
    this.#own = [...this.tables.values()]
    const { receiveBuffer, backlog, others } = options
    const groups = groupsOf(this.#own)
    if (others !== undefined) {
      groups.push(GROUP.namespaceId)
      this.#others = this.#watchOthers(others, options)
    }
    const allNamespaces = others !== undefined
    this.#listener = session.listen('watch', { groups, allNamespaces, receiveBuffer, backlog }, this)
    this.#cleanUp.push(session.whenClosed(() => this.close()))
    if (options.signal !== undefined) this.#endWith(options.signal)
    void this.#begin()
  }

  #endWith(signal: AbortSignal): void {
    const abort = () => this.failed(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    this.#cleanUp.push(() => signal.removeEventListener('abort', abort))
  }

  async #begin(): Promise<void> {
    const failure = await this.#listener.opened
    if (this.#done) return
    if (failure !== undefined) this.failed(failure)
    else {
      this.#others?.look()
      const place = ownPlace(this.#session)
      for (const table of this.#own) table.readFrom(place)
    }
  }

  #watchOthers(handles: readonly NamespaceHandle[], { kinds }: Checked): OtherNamespaces {
    const session = this.#session
    return new OtherNamespaces({
      session,
      handles,
      make: (namespace, failed) => {
        const reader: TableReader = {
          differs: (table, item, previous, origin) => this.differs(table, item, previous, origin),
          synced: () => this.synced(),
          rereading: () => this.rereading(),
          sync: () => this.sync(),
          failed,
        }
        return [...kinds].map(([key, filter]) => new TableWatch(watchedObjects[key], filter, session, reader, namespace))
      },
      settled: () => this.synced(),
      failed: error => this.failed(error),
    })
  }

  get #all(): readonly TableWatch[] {
    return this.#others === undefined ? this.#own : [...this.#own, ...this.#others.tables]
  }

  get done(): boolean {
    return this.#done
  }

  heard(type: number, flags: number, message: Message, start: number, end: number, namespace?: number): void {
    if (this.#done) return
    this.received++
    if (namespace !== undefined) {
      this.#others?.heard(namespace, type, flags, message, start, end)
      return
    }
    for (const table of this.#own) table.heard(type, flags, message, start, end)
    this.#others?.heardOfIds(type, message, start, end)
  }

  overrun(dropped: number): void {
    if (this.#done) return
    this.overruns++
    this.dropped = dropped
    this.#overran = true
    this.#reader.overrun(dropped)
    for (const table of this.#own) table.read()
    this.#others?.overrun()
  }

  sync(): Promise<unknown> {
    return this.#listener.sync()
  }

  rereading(): void {
    this.resyncs++
  }

  differs(table: TableWatch, item: object | undefined, previous: object | undefined, origin: Origin): void {
    if (!this.#done) this.#reader.differs(table, item, previous, origin)
  }

  synced(): void {
    if (this.#done || this.#others?.looking !== undefined || !this.#all.every(table => table.isSynced)) return
    const first = !this.#isReady
    if (first || this.#overran) this.#reader.synced(first)
    this.#overran = false
    this.#isReady = true
    this.#resolveReady()
  }

  failed(reason: unknown): void {
    this.#end({ reason: reason instanceof Failure ? listenerError(reason) : reason })
  }

  /** Resolves once all that the kernel has told so far, and what had to be asked because of that, has been handed on. */
  async settled(): Promise<void> {
    await this.ready
    do {
      await this.#listener.sync()
      await this.#others?.looking
      await Promise.all(this.#all.map(table => table.whenIdle()))
    } while (!this.#done && this.#all.some(table => table.isBusy))
  }

  /** Reads all tables again, for what the kernel does not tell. */
  async refresh(): Promise<void> {
    await this.ready
    for (const table of this.#all) table.read()
    await this.settled()
  }

  hold(): void {
    this.#listener.hold()
  }

  letGo(): void {
    this.#listener.letGo()
  }

  close(): void {
    this.#end(undefined)
  }

  #end(error: { readonly reason: unknown } | undefined): void {
    if (this.#done) return
    this.#done = true
    for (const cleanUp of this.#cleanUp) cleanUp()
    for (const table of this.#own) table.close()
    this.#others?.close()
    this.#listener.close()
    this.#session.close()
    this.#rejectReady(error === undefined ? new ClosedError('watch', 'watch') : error.reason)
    this.#reader.ended(error)
  }
}

function groupsOf(tables: readonly TableWatch[]): number[] {
  return [...new Set(tables.flatMap(({ watched }) => [...watched.groups, ...(watched.hints?.groups ?? [])]))]
}
