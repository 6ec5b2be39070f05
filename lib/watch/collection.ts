import { isSame } from './is-same.ts'
import type { Heard } from './message-store.ts'

/** What an object is known by among its kind. */
export type Key = string | number

/** Told of each difference: `item` is undefined when it went, `previous` when it is new. */
export type Report<T> = (item: T | undefined, previous: T | undefined) => void

/** Whether what a message says is enough; else the table has to be read again. */
export type IsEnough = boolean

/** The objects of one kind in one namespace, as far as they are known. */
export interface Collection<T> {
  /** By which events about one object are brought together. */
  keyOf(item: T): Key
  /** The object that is the same one as this, if it is known. */
  find(item: T): T | undefined
  /** `flags` are those of the message (NLM_F_*); `heard` is the message that said it, where that is at hand. */
  put(item: T, flags: number, report: Report<T>, heard?: Heard): IsEnough
  remove(item: T, report: Report<T>): IsEnough
  /** There is such an object, and it is none of those that are wanted. */
  exclude(item: T, flags: number, report: Report<T>): IsEnough
  values(): Iterable<T>
  readonly size: number
}

/** Objects that a key tells apart. */
export class KeyedCollection<T> implements Collection<T> {
  readonly #items = new Map<Key, T>()
  readonly keyOf: (item: T) => Key

  constructor(keyOf: (item: T) => Key) {
    this.keyOf = keyOf
  }

  find(item: T): T | undefined {
    return this.#items.get(this.keyOf(item))
  }

  put(item: T, _flags: number, report: Report<T>): IsEnough {
    const key = this.keyOf(item)
    const previous = this.#items.get(key)
    this.#items.set(key, item)
    if (previous === undefined || !isSame(item, previous)) report(item, previous)
    return true
  }

  remove(item: T, report: Report<T>): IsEnough {
    const key = this.keyOf(item)
    const previous = this.#items.get(key)
    if (previous === undefined) return true
    this.#items.delete(key)
    report(undefined, previous)
    return true
  }

  exclude(item: T, _flags: number, report: Report<T>): IsEnough {
    return this.remove(item, report)
  }

  values(): Iterable<T> {
    return this.#items.values()
  }

  get size(): number {
    return this.#items.size
  }
}
