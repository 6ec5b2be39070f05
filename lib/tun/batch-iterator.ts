import type { PacketBatch } from './packet-batch.ts'
import type { PacketConsumer, QueueReader } from './queue-reader.ts'

/** What a device does for those who read it. */
export interface BatchSource {
  /** The readers are free again. */
  finished(iterator: BatchIterator): void
  /** No packet will come any more: closes the device, and answers the error for whoever waits. */
  readFailed(operation: string, errno: number): Error
}

type Result = IteratorResult<PacketBatch, undefined>

const DONE: Result = { done: true, value: undefined }

/** Batches of some queues, in the order in which they come. Asking for the next one gives back the one before. */
export class BatchIterator implements AsyncIterableIterator<PacketBatch, undefined>, PacketConsumer {
  readonly readers: readonly QueueReader[]
  readonly #source: BatchSource
  /** Queues that have something to take. */
  readonly #ready: QueueReader[]
  #current: PacketBatch | undefined
  #waiting: Promise<void> | undefined
  #wake: (() => void) | undefined
  #done = false
  #error: unknown

  constructor(source: BatchSource, readers: readonly QueueReader[]) {
    this.#source = source
    this.readers = readers
    this.#ready = readers.filter(reader => reader.errno !== 0)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<Result> {
    // As a generator has it: who asks twice at once gets one after the other.
    while (this.#waiting !== undefined) await this.#waiting
    this.#giveBack()
    for (;;) {
      const result = this.#advance()
      if (result !== undefined) return result
      for (const reader of this.readers) reader.want()
      await this.#told()
    }
  }

  #advance(): Result | undefined {
    if (this.#error !== undefined) this.#fail(this.#error)
    if (this.#done) return DONE
    const batch = this.#takeReady()
    if (batch !== undefined) return { done: false, value: batch }
    const ended = this.readers.find(reader => reader.errno !== 0)
    if (ended !== undefined) this.#fail(this.#source.readFailed('device.batches', ended.errno))
    return undefined
  }

  #fail(error: unknown): never {
    this.#error = undefined
    this.#done = true
    throw error
  }

  /** Queues come round in turn: one that always has packets does not keep the others waiting. */
  #takeReady(): PacketBatch | undefined {
    for (let reader = this.#ready.shift(); reader !== undefined; reader = this.#ready.shift()) {
      const batch = reader.take()
      if (batch === undefined) continue
      // Nobody tells any more of what an ended queue has left.
      if (reader.errno !== 0) this.#ready.push(reader)
      this.#current = batch
      return batch
    }
    return undefined
  }

  #told(): Promise<void> {
    this.#waiting = new Promise(resolve => {
      this.#wake = resolve
    })
    return this.#waiting
  }

  #tell(): void {
    this.#waiting = undefined
    this.#wake?.()
    this.#wake = undefined
  }

  ready(reader: QueueReader): void {
    this.#ready.push(reader)
    this.#tell()
  }

  ended(reader: QueueReader): void {
    this.ready(reader)
  }

  /** The device was closed, or destroyed with an error. */
  close(error: unknown): void {
    if (error === undefined) this.#done = true
    else if (!this.#done) this.#error = error
    this.#tell()
  }

  async return(): Promise<Result> {
    this.#giveBack()
    this.#done = true
    this.#tell()
    this.#source.finished(this)
    return DONE
  }

  #giveBack(): void {
    this.#current?.release()
    this.#current = undefined
  }
}
