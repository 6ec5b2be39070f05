import type { NativePacketDevice, NativePacketMemory } from '../native/binding.ts'
import { completions, type Receiver } from '../protocol/completions.ts'
import type { Message } from '../schema/message.ts'
import { PacketBatch } from './packet-batch.ts'

/** Who the packets of a queue are for. */
export interface PacketConsumer {
  /** There are packets to take, after each `want`. */
  ready(reader: QueueReader): void
  /** No more will come: the errno says why. What came before can still be taken. */
  ended(reader: QueueReader, errno: number): void
}

/** Packets in one batch, at most. */
const LARGEST_BATCH = 1024

/** The packets of one queue as they come. Its thread starts when somebody first wants them. */
export class QueueReader implements Receiver {
  id = 0
  readonly queue: number
  /** What the packets are, in words. */
  readonly format: string
  /** Where packets lie until they are released. */
  bytes: Uint8Array = new Uint8Array()
  memory: NativePacketMemory | undefined
  consumer: PacketConsumer | undefined
  /** Not 0: no more will come. */
  errno = 0
  readonly #native: NativePacketDevice
  readonly #memorySize: number
  readonly #table = new Uint32Array(LARGEST_BATCH * 2)
  readonly #taken: PacketBatch[] = []
  #wanted = false
  #closed = false

  constructor(native: NativePacketDevice, queue: number, memorySize: number, format: string) {
    this.#native = native
    this.queue = queue
    this.format = format
    this.#memorySize = memorySize
  }

  /** Tells the consumer once when there are packets. */
  want(): void {
    if (this.#wanted || this.#closed) return
    this.#wanted = true
    if (this.memory === undefined) this.#start()
    this.#native.want(this.queue)
  }

  #start(): void {
    const { PacketMemory } = completions().addon
    this.memory = new PacketMemory(this.#memorySize)
    this.bytes = this.memory.bytes
    completions().expect(this)
    this.#native.read(this.id, this.queue, this.memory)
  }

  /** The next packets; undefined when there are none. `most` bounds their number. */
  take(most: number = LARGEST_BATCH): PacketBatch | undefined {
    if (this.#closed) return undefined
    const table = most < LARGEST_BATCH ? this.#table.subarray(0, most * 2) : this.#table
    const count = this.#native.take(this.queue, table)
    if (count === 0) return undefined
    const batch = new PacketBatch(this, table.slice(0, count * 2))
    this.#taken.push(batch)
    return batch
  }

  /** Memory goes back in the order in which it was taken. */
  releaseFinished(): void {
    let count = 0
    while (this.#taken[0]?.isFinished) count += (this.#taken.shift() as PacketBatch).length
    if (count > 0 && !this.#closed) this.#native.release(this.queue, count)
  }

  complete(_code: number, error: number, _detail: number, _message: Message, _start: number, _end: number): boolean {
    if (error === 0) {
      this.#wanted = false
      this.consumer?.ready(this)
      return true
    }
    this.errno = error
    this.consumer?.ended(this, error)
    return true
  }

  close(): void {
    this.#closed = true
    this.consumer = undefined
  }

  /** Nothing more will come. */
  forget(): void {
    if (this.id !== 0) completions().forget(this.id)
  }
}
