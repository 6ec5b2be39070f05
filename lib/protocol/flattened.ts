/**
 * The items of parts that arrive one after another. An async generator would do the same at several promises an item; here an item
 * that is at hand costs one.
 */
export class Flattened<T> implements AsyncGenerator<T, void, void> {
  readonly #parts: AsyncGenerator<readonly T[], void, void>
  #part: readonly T[] = []
  #at = 0
  /** Calls wait for each other, as those of a generator do. */
  #last: Promise<unknown> | undefined

  constructor(parts: AsyncGenerator<readonly T[], void, void>) {
    this.#parts = parts
  }

  next(): Promise<IteratorResult<T, void>> {
    if (this.#last === undefined && this.#at < this.#part.length) {
      return Promise.resolve({ value: this.#part[this.#at++], done: false })
    }
    return this.#inTurn(() => this.#fetch())
  }

  async #fetch(): Promise<IteratorResult<T, void>> {
    while (this.#at >= this.#part.length) {
      const { value, done } = await this.#parts.next()
      if (done) return { value: undefined, done: true }
      this.#part = value
      this.#at = 0
    }
    return { value: this.#part[this.#at++], done: false }
  }

  return(): Promise<IteratorResult<T, void>> {
    return this.#inTurn(async () => {
      this.#part = []
      await this.#parts.return()
      return { value: undefined, done: true }
    })
  }

  throw(error: unknown): Promise<IteratorResult<T, void>> {
    return this.#inTurn(async () => {
      this.#part = []
      await this.#parts.return()
      throw error
    })
  }

  #inTurn<R>(step: () => Promise<R>): Promise<R> {
    const result = this.#last === undefined ? step() : this.#last.then(step, step)
    const free = () => {
      if (this.#last === result) this.#last = undefined
    }
    this.#last = result
    result.then(free, free)
    return result
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }
}
