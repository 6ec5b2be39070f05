import { invalidType } from '../../errors.ts'

/** What entries are taken from: an array, a generator, anything to iterate over, also asynchronously. */
export type Entries<E> = Iterable<E> | AsyncIterable<E>

/** Where the entries of a call come from. One that takes its time is asked by `later`, the others by `now`. */
export type Source<E> = { readonly now: Iterator<E> } | { readonly later: SlowSource<E> }

export function sourceOf<E>(operation: string, entries: Entries<E>): Source<E> {
  const given = entries as Partial<Iterable<E> & AsyncIterable<E>> | null | undefined
  if (typeof given?.[Symbol.asyncIterator] === 'function')
    return { later: new SlowSource((given as AsyncIterable<E>)[Symbol.asyncIterator]()) }
  if (typeof given?.[Symbol.iterator] === 'function') return { now: (given as Iterable<E>)[Symbol.iterator]() }
  throw invalidType(operation, '', 'something to iterate over, such as an array of options', entries)
}

/** Tells the source that no more is wanted. What it says to that does not matter. */
export async function letGo(source: Source<unknown>): Promise<void> {
  try {
    if ('now' in source) source.now.return?.()
    else await source.later.return()
  } catch {}
}

type Step<E> = IteratorResult<E, unknown>

/** An asynchronous iterator of which the wait for the next step can be interrupted, and gone on with later. */
export class SlowSource<E> {
  readonly #iterator: AsyncIterator<E>
  #asked = false
  #arrived: { step: Step<E> } | { error: unknown } | undefined
  #wake: (() => void) | undefined

  constructor(iterator: AsyncIterator<E>) {
    this.#iterator = iterator
  }

  /** The next step; undefined when interrupted. */
  async next(): Promise<Step<E> | undefined> {
    // Before the iterator is asked: it may abort the call it is asked by.
    const woken = new Promise<void>(resolve => {
      this.#wake = resolve
    })
    this.#ask()
    if (this.#arrived === undefined) await woken
    this.#wake = undefined
    const arrived = this.#arrived
    this.#arrived = undefined
    if (arrived !== undefined && 'error' in arrived) throw arrived.error
    return arrived?.step
  }

  #ask(): void {
    if (this.#asked) return
    this.#asked = true
    Promise.resolve(this.#iterator.next()).then(
      step => this.#arrive({ step }),
      error => this.#arrive({ error }),
    )
  }

  #arrive(arrived: { step: Step<E> } | { error: unknown }): void {
    this.#asked = false
    this.#arrived = arrived
    this.#wake?.()
  }

  interrupt(): void {
    this.#wake?.()
  }

  /** Tells the iterator that no more is wanted, and does not mind what it says to that. One that is asked for something just now may never answer, and is not waited for. */
  async return(): Promise<void> {
    const end = Promise.resolve(this.#iterator.return?.()).catch(() => {})
    if (!this.#asked) await end
  }
}
