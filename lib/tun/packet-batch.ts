import { outOfRange } from '../errors.ts'
import type { NativePacketMemory } from '../native/binding.ts'

/** Whose memory the packets lie in. */
interface BatchOwner {
  readonly queue: number
  readonly format: string
  readonly bytes: Uint8Array
  readonly memory: NativePacketMemory | undefined
  releaseFinished(): void
}

/**
 * Packets that came together, where the thread that read them put them: nothing was copied. The memory is used again: packets may be looked at, and
 * changed, until the next batch is asked for; after that their bytes are others'. What is to stay is copied: `packet.slice()`.
 *
 * A batch that is being written (`writeBatch`) stays until that is done, also when the next one was asked for.
 */
export class PacketBatch implements Iterable<Uint8Array> {
  /** Number of the queue that they came from. */
  readonly queue: number
  /** How many packets. */
  readonly length: number
  /** The memory that all of them lie in. */
  readonly bytes: Uint8Array
  readonly #table: Uint32Array
  readonly #owner: BatchOwner
  #holders = 1

  /** @internal */
  constructor(owner: BatchOwner, table: Uint32Array) {
    this.queue = owner.queue
    this.length = table.length >> 1
    this.bytes = owner.bytes
    this.#table = table
    this.#owner = owner
  }

  /** Where in `bytes` a packet begins. */
  offsetAt(index: number): number {
    this.#check(index)
    return this.#table[index * 2]
  }

  /** How many bytes it has. */
  lengthAt(index: number): number {
    this.#check(index)
    return this.#table[index * 2 + 1]
  }

  /** A packet as a view. */
  at(index: number): Uint8Array {
    this.#check(index)
    return new Uint8Array(this.bytes.buffer, this.#table[index * 2], this.#table[index * 2 + 1])
  }

  *[Symbol.iterator](): IterableIterator<Uint8Array> {
    for (let i = 0; i < this.length; i++) yield this.at(i)
  }

  #checkThere(): void {
    if (this.#holders === 0)
      throw new Error('this batch was given back: its packets are only there until the next batch is asked for')
  }

  #check(index: number): void {
    this.#checkThere()
    if (!Number.isInteger(index) || index < 0 || index >= this.length)
      throw outOfRange('PacketBatch', 'index', `a whole number from 0 to ${this.length - 1}`, index)
  }

  /** @internal */
  get isFinished(): boolean {
    return this.#holders === 0
  }

  /** @internal The memory, and where in it the packets are. */
  get contents(): { memory: NativePacketMemory; table: Uint32Array } {
    return { memory: this.#owner.memory as NativePacketMemory, table: this.#table }
  }

  /** @internal What the packets are. */
  get format(): string {
    return this.#owner.format
  }

  /** @internal It is needed for longer than its reader needs it. */
  hold(): void {
    this.#checkThere()
    this.#holders++
  }

  /** @internal */
  release(): void {
    if (--this.#holders === 0) this.#owner.releaseFinished()
  }
}
