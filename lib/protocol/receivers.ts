/** What a request in flight is known by. */
export interface Identified {
  id: number
}

const INITIAL_SLOTS = 1024
const LARGEST_ID = 0xffff_ffff

/**
 * Requests in flight by id. Ids are handed out in order, so a ring finds them in a few nanoseconds where a Map of a hundred
 * thousand takes a hundred.
 */
export class Receivers<T extends Identified> {
  #slots: (T | undefined)[] = new Array(INITIAL_SLOTS).fill(undefined)
  #count = 0
  #next = 1

  /** Gives the receiver an id that no other has. */
  add(receiver: T): number {
    if (this.#count * 2 >= this.#slots.length) this.#grow()
    const mask = this.#slots.length - 1
    while (this.#slots[this.#next & mask] !== undefined) this.#advance()
    receiver.id = this.#next
    this.#slots[this.#next & mask] = receiver
    this.#count++
    this.#advance()
    return receiver.id
  }

  #advance(): void {
    this.#next = this.#next === LARGEST_ID ? 1 : this.#next + 1
  }

  get(id: number): T | undefined {
    const receiver = this.#slots[id & (this.#slots.length - 1)]
    return receiver?.id === id ? receiver : undefined
  }

  delete(id: number): void {
    if (this.get(id) === undefined) return
    this.#slots[id & (this.#slots.length - 1)] = undefined
    this.#count--
  }

  /** Ids that differ in their lower bits go on to differ when more bits count. */
  #grow(): void {
    const grown: (T | undefined)[] = new Array(this.#slots.length * 2).fill(undefined)
    for (const receiver of this.#slots) if (receiver !== undefined) grown[receiver.id & (grown.length - 1)] = receiver
    this.#slots = grown
  }
}
