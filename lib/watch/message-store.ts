import { Message } from '../schema/message.ts'

/** A message that is being heard. Nothing of it may be kept. */
export interface Heard {
  readonly message: Message
  /** Of the message's own header, behind the nlmsghdr. */
  readonly start: number
  readonly end: number
}

/** Small ones take no more than they need where few are kept. */
const SLOTS_BITS = 8
const SLOTS = 1 << SLOTS_BITS
/** The length of what a slot holds stands before it. */
const LENGTH = 4

/** Short messages, as bytes: a third of what the object takes that one is read into, and no work for the engine's collector. */
export class MessageStore {
  readonly #slotSize: number
  readonly #blocks: Message[] = []
  readonly #free: number[] = []
  #used = 0

  /** Messages of up to `longest` bytes. */
  constructor(longest: number) {
    this.#slotSize = LENGTH + longest
  }

  /** Keeps a copy, and answers where; undefined: it is too long. */
  keep({ message, start, end }: Heard): number | undefined {
    const length = end - start
    if (LENGTH + length > this.#slotSize) return undefined
    const slot = this.#free.pop() ?? this.#newSlot()
    const { view } = this.#blocks[slot >> SLOTS_BITS]
    const at = this.#offsetOf(slot)
    view.setUint32(at, length)
    // Whole words: a slot and a buffer have room for the last one.
    for (let i = 0; i < length; i += 4) view.setUint32(at + LENGTH + i, message.view.getUint32(start + i))
    return slot
  }

  #newSlot(): number {
    if (this.#used === this.#blocks.length * SLOTS) this.#blocks.push(new Message(new Uint8Array(SLOTS * this.#slotSize)))
    return this.#used++
  }

  #offsetOf(slot: number): number {
    return (slot & (SLOTS - 1)) * this.#slotSize
  }

  /** Reads what is there, and keeps it no longer. */
  take<T>(slot: number, read: (message: Message, start: number, end: number) => T): T {
    const message = this.#blocks[slot >> SLOTS_BITS]
    const at = this.#offsetOf(slot)
    const start = at + LENGTH
    const item = read(message, start, start + message.view.getUint32(at))
    this.#free.push(slot)
    if (this.#free.length === this.#used) this.#clear()
    return item
  }

  /** Nothing is kept any more. */
  #clear(): void {
    if (this.#blocks.length > 1) this.#blocks.length = 1
    this.#free.length = 0
    this.#used = 0
  }
}
