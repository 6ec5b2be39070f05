/** Lets tasks run one after another, in the order in which they came; one that finds nobody waiting starts at once, in the caller's tick. */
export class Turns {
  #last: Promise<void> | undefined

  async take<T>(task: () => Promise<T>): Promise<T> {
    const before = this.#last
    let end = () => {}
    const turn = new Promise<void>(resolve => {
      end = resolve
    })
    this.#last = turn
    try {
      if (before !== undefined) await before
      return await task()
    } finally {
      if (this.#last === turn) this.#last = undefined
      end()
    }
  }
}
