import type { Session } from '../protocol/session.ts'
import { EventQueue } from './event-queue.ts'
import type { WatchEvent } from './events.ts'
import { eventMakerOf } from './make-event.ts'
import type { ObjectKey } from './objects.ts'
import type { Checked } from './options.ts'
import type { Origin, TableWatch } from './table-watch.ts'
import { Watch } from './watch.ts'

/** How a watch is doing. */
export interface WatchCounters {
  /** Messages of the kernel's that were read. */
  readonly received: number
  /** Messages that the kernel had to drop. */
  readonly dropped: number
  /** How often it had to. */
  readonly overruns: number
  /** How often a table was read again and compared, for whatever reason. */
  readonly resyncs: number
  /** Events that were merged with others about the same object, because the reader was slow. */
  readonly coalesced: number
  /** Events that wait for the reader. */
  readonly pending: number
}

type Result<E> = IteratorResult<E, undefined>

interface Waiting<E> {
  resolve(result: Result<E>): void
  reject(error: unknown): void
}

/**
 * Events of a namespace, to be read by `for await`. It begins at once. Leaving the loop, `close()`, `await using`, its signal and the
 * closing of the handle end it. While somebody waits for the next event, it keeps the process alive.
 */
export class Watcher<K extends ObjectKey = ObjectKey>
  implements AsyncIterableIterator<WatchEvent<K>, undefined>, AsyncDisposable
{
  readonly #watch: Watch
  readonly #queue: EventQueue
  readonly #waiting: Waiting<WatchEvent<K>>[] = []
  #error: { readonly reason: unknown } | undefined

  /** @internal Made by `watch`. */
  constructor(session: Session, options: Checked) {
    const { snapshot } = options
    this.#queue = new EventQueue(options.queueLimit)
    this.#watch = new Watch(session, options, {
      differs: (table, item, previous, origin) => {
        if (snapshot || origin !== 'snapshot') this.#differs(table, item, previous, origin)
      },
      overrun: dropped => this.#push({ event: { type: 'overrun', object: undefined, dropped } }),
      synced: first => {
        if (snapshot || !first) this.#push({ event: { type: 'synced', object: undefined } })
      },
      ended: error => this.#ended(error),
    })
  }

  /** Resolves once every change from then on will be told, and what there was before is known. Rejects when that cannot be. */
  get ready(): Promise<void> {
    return this.#watch.ready
  }

  #differs(table: TableWatch, item: object | undefined, previous: object | undefined, origin: Origin): void {
    const { namespace, watched } = table
    this.#push({ table, item, previous, origin, namespace, make: eventMakerOf(watched) })
  }

  #push(entry: Parameters<EventQueue['push']>[0]): void {
    const waiting = this.#waiting.shift()
    if (waiting === undefined) {
      this.#queue.push(entry)
      return
    }
    if (this.#waiting.length === 0) this.#watch.letGo()
    waiting.resolve({ value: EventQueue.eventOf(entry) as WatchEvent<K>, done: false })
  }

  /** What was not read stays readable when the watch was closed, and not when it failed. */
  #ended(error: { readonly reason: unknown } | undefined): void {
    if (error !== undefined) this.#queue.clear()
    const waiting = this.#waiting.splice(0)
    if (waiting.length === 0) this.#error = error
    for (const { resolve, reject } of waiting) {
      if (error === undefined) resolve({ value: undefined, done: true })
      else reject(error.reason)
    }
  }

  /** The next event, as soon as there is one. */
  next(): Promise<Result<WatchEvent<K>>> {
    const event = this.#queue.shift()
    if (event !== undefined) return Promise.resolve({ value: event as WatchEvent<K>, done: false })
    if (this.#error !== undefined) {
      const { reason } = this.#error
      this.#error = undefined
      return Promise.reject(reason)
    }
    if (this.#watch.done) return Promise.resolve({ value: undefined, done: true })
    if (this.#waiting.length === 0) this.#watch.hold()
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }

  async return(): Promise<Result<WatchEvent<K>>> {
    this.#queue.clear()
    this.close()
    return { value: undefined, done: true }
  }

  /** Resolves once the events of all that the kernel has told so far can be read. */
  async sync(): Promise<void> {
    await this.#watch.settled()
  }

  /** Ends the watch. What was not read yet still can be. Idempotent; never waits. */
  close(): void {
    this.#watch.close()
  }

  /** How the watch is doing. */
  get counters(): WatchCounters {
    const { received, dropped, overruns, resyncs } = this.#watch
    const { coalesced, length } = this.#queue
    return { received, dropped, overruns, resyncs, coalesced, pending: length }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }
}
