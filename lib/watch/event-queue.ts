import { isSame } from './is-same.ts'
import type { Difference, MakeEvent } from './make-event.ts'
import type { TableWatch } from './table-watch.ts'

/** A difference that waits for its reader. */
interface PendingDifference extends Difference {
  readonly table: TableWatch
  readonly make: MakeEvent
}

interface PendingEvent {
  readonly event: object
  readonly table?: undefined
}

type Entry = PendingDifference | PendingEvent

/**
 * Events that nobody has read yet. Up to a limit each is kept; beyond it, those about one object become one, from what the reader knows to what
 * is now. So the queue is never longer than there are objects that the reader knows, or has yet to hear of.
 */
export class EventQueue {
  readonly #limit: number
  #events: Entry[] = []
  #head = 0
  /** In place of the list, once it was too long, until it is empty. */
  #byObject: Map<string, Entry> | undefined
  #next: MapIterator<[string, Entry]> | undefined
  #marks = 0
  /** Events that were merged with another. */
  coalesced = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  get length(): number {
    return this.#byObject?.size ?? this.#events.length - this.#head
  }

  push(entry: Entry): void {
    if (this.#byObject !== undefined) this.#merge(this.#byObject, entry)
    else if (this.length < this.#limit) this.#events.push(entry)
    else this.#coalesce(entry)
  }

  #coalesce(last: Entry): void {
    const byObject = new Map<string, Entry>()
    for (let i = this.#head; i < this.#events.length; i++) this.#merge(byObject, this.#events[i])
    this.#merge(byObject, last)
    this.#events = []
    this.#head = 0
    this.#byObject = byObject
  }

  #merge(byObject: Map<string, Entry>, entry: Entry): void {
    if (entry.table === undefined) {
      byObject.set(`event ${this.#marks++}`, entry)
      return
    }
    const { table, item } = entry
    const key = `${table.namespace?.id ?? ''} ${table.watched.object} ${table.known?.keyOf(item ?? entry.previous)}`
    const before = byObject.get(key) as PendingDifference | undefined
    if (before === undefined) {
      byObject.set(key, entry)
      return
    }
    this.coalesced++
    const { previous } = before
    if (isSame(item, previous)) byObject.delete(key)
    else byObject.set(key, { ...entry, previous, origin: before.origin === 'snapshot' ? 'snapshot' : entry.origin })
  }

  static eventOf(entry: Entry): object {
    return entry.table === undefined ? entry.event : entry.make(entry)
  }

  shift(): object | undefined {
    return this.#byObject === undefined ? this.#shiftList() : this.#shiftObject(this.#byObject)
  }

  #shiftList(): object | undefined {
    if (this.#head === this.#events.length) return undefined
    const entry = this.#events[this.#head]
    this.#events[this.#head++] = undefined as never
    if (this.#head === this.#events.length) {
      this.#events = []
      this.#head = 0
    }
    return EventQueue.eventOf(entry)
  }

  #shiftObject(byObject: Map<string, Entry>): object | undefined {
    // One iterator for all: a new one would have to pass over all that was taken out before.
    this.#next ??= byObject.entries()
    const { value, done } = this.#next.next()
    if (done) {
      this.#byObject = undefined
      this.#next = undefined
      return undefined
    }
    const [key, entry] = value
    byObject.delete(key)
    return EventQueue.eventOf(entry)
  }

  clear(): void {
    this.#events = []
    this.#head = 0
    this.#byObject = undefined
    this.#next = undefined
  }
}
