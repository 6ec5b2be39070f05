import type { PacketBatch } from './packet-batch.ts'
import type { PacketConsumer, QueueReader } from './queue-reader.ts'

/** What a stream does with packets. */
export interface PacketSink {
  /** Once it has room again, the stream asks for more. */
  push(packet: Uint8Array): boolean
  readonly destroyed: boolean
  /** No packet will come any more. */
  readFailed(errno: number): void
}

/** Packets taken at once: those behind what the stream's buffer holds. */
export const PACKETS_AT_ONCE = 128
/** One packet that is kept keeps its neighbours' memory: of at most so many bytes, unless it is larger itself. */
const SLAB = 32 * 1024

/** Moves packets from the queues' memory into a stream, as long as it takes them. */
export class StreamReader implements PacketConsumer {
  readonly #readers: readonly QueueReader[]
  readonly #sink: PacketSink

  constructor(readers: readonly QueueReader[], sink: PacketSink) {
    this.#readers = readers
    this.#sink = sink
  }

  /** The stream wants more. */
  want(): void {
    for (const reader of this.#readers) {
      if (reader.errno === 0) reader.want()
      else this.ended(reader, reader.errno)
    }
  }

  ready(reader: QueueReader): void {
    const batch = reader.take(PACKETS_AT_ONCE)
    if (batch === undefined) {
      reader.want()
      return
    }
    const packets = copyPackets(batch)
    batch.release()
    for (const packet of packets) {
      if (this.#sink.destroyed) return
      this.#sink.push(packet)
    }
  }

  ended(reader: QueueReader, errno: number): void {
    for (let batch = reader.take(); batch !== undefined; batch = reader.take()) {
      for (const packet of copyPackets(batch)) this.#sink.push(packet)
      batch.release()
    }
    this.#sink.readFailed(errno)
  }
}

/** Copies of all packets, in a few pieces of memory. */
function copyPackets(batch: PacketBatch): Uint8Array[] {
  const packets: Uint8Array[] = []
  for (let first = 0; first < batch.length; ) first = copySlab(batch, first, packets)
  return packets
}

/** Copies packets that lie together; answers which one is next. */
function copySlab(batch: PacketBatch, first: number, into: Uint8Array[]): number {
  const from = batch.offsetAt(first)
  let to = from + batch.lengthAt(first)
  let next = first + 1
  for (; next < batch.length; next++) {
    const offset = batch.offsetAt(next)
    const end = offset + batch.lengthAt(next)
    if (offset < to || end - from > SLAB) break
    to = end
  }
  const slab = Buffer.allocUnsafeSlow(to - from)
  slab.set(batch.bytes.subarray(from, to))
  for (let i = first; i < next; i++) into.push(new Uint8Array(slab.buffer, batch.offsetAt(i) - from, batch.lengthAt(i)))
  return next
}
