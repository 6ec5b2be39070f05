import { Duplex } from 'node:stream'
import { ClosedError, invalidType, invalidValue, outOfRange } from '../errors.ts'
import type { Link } from '../links/link.ts'
import { Links } from '../links/links.ts'
import type { NativePacketDevice } from '../native/binding.ts'
import { Failure } from '../protocol/failure.ts'
import { runSilentCall } from '../protocol/run-call.ts'
import type { CallOptions } from '../protocol/session.ts'
import { checkKeys, checkObject } from '../schema/check-options.ts'
import { BatchIterator, type BatchSource } from './batch-iterator.ts'
import type { CheckedFormat } from './check.ts'
import { readError, writeError } from './device-error.ts'
import { deviceFailure } from './open-error.ts'
import { PacketBatch } from './packet-batch.ts'
import type { Place } from './place.ts'
import { QueueReader } from './queue-reader.ts'
import { QueueWriter } from './queue-writer.ts'
import { PACKETS_AT_ONCE, type PacketSink, StreamReader } from './stream-reader.ts'

/** Bytes of packets that `write` keeps before it asks to wait. */
const WRITE_BUFFER = 256 * 1024

/** Which queue of several. */
export interface QueueOptions {
  /** Number of the queue, from 0. */
  queue?: number | undefined
}

/** What has passed through a device since it was opened, and what has not. */
export interface DeviceStatistics {
  /** What the kernel sent, and was read. */
  readonly received: { readonly packets: number; readonly bytes: number }
  /** What was written. */
  readonly sent: { readonly packets: number; readonly bytes: number }
  /** What the kernel dropped because nobody read it in time: its queue was full. */
  readonly dropped: number
  /** What was read and thrown away: more than 64 KiB, or something that the driver had no words for. */
  readonly discarded: number
}

/** What a device is, once it is open. */
export interface DeviceParts {
  readonly native: NativePacketDevice
  readonly place: Place
  readonly type: 'tun' | 'tap'
  readonly format: CheckedFormat
  readonly link: Link
  /** Of a macvtap or ipvtap: the link is not the device's own. */
  readonly borrowed: boolean
}

/**
 * An open tun or tap: a stream of packets. What the kernel sends through the link is read from it, and what is written to it the kernel
 * receives from the link. A packet is a Uint8Array, an IP packet of a tun, an Ethernet frame of a tap.
 *
 * Three ways to use it: `for await (const packet of device)` and `write`; `pipeline`; and, for the most packets a second, `batches` and `writeBatch`.
 * While it is read, it keeps the process alive, as a socket does: see `unref`.
 */
export class TunDevice extends Duplex {
  /** Name of the link, as it was when it was opened. */
  readonly name: string
  /** Index of the link. */
  readonly index: number
  readonly type: 'tun' | 'tap'
  /** Number of queues. */
  readonly queues: number
  /** Bytes of the virtio header before each packet; 0 when there is none. */
  readonly vnetHeaderSize: number
  /** Whether four bytes of packet information stand before each packet. */
  readonly packetInformation: boolean
  readonly #native: NativePacketDevice
  readonly #place: Place
  readonly #borrowed: boolean
  readonly #format: string
  readonly #readers: QueueReader[]
  readonly #writers: QueueWriter[]
  readonly #iterators = new Set<BatchIterator>()
  /** The kernel's count when it was opened. */
  readonly #droppedBefore: number
  #stream: StreamReader | undefined
  #isRef = true

  /** @internal */
  constructor({ native, place, type, format, link, borrowed }: DeviceParts) {
    super({
      readableObjectMode: true,
      readableHighWaterMark: PACKETS_AT_ONCE,
      writableHighWaterMark: WRITE_BUFFER,
      decodeStrings: false,
    })
    this.name = link.name
    this.index = link.index
    this.type = type
    this.queues = format.native.queues
    this.vnetHeaderSize = format.vnetHeaderSize
    this.packetInformation = format.packetInformation
    this.#native = native
    this.#place = place
    this.#borrowed = borrowed
    this.#format = describeFormat(type, format)
    this.#droppedBefore = this.#droppedOf(link)
    const queues = Array.from({ length: this.queues }, (_, queue) => queue)
    this.#readers = queues.map(queue => new QueueReader(native, queue, format.receiveMemory, this.#format))
    this.#writers = queues.map(queue => new QueueWriter(native, queue, format.smallestPacket))
  }

  /** The link, as it is now. Same as `links.get`. */
  async link(options?: CallOptions): Promise<Link> {
    this.#checkOpen('device.link')
    return await new Links(this.#place.session).get(this.index, options)
  }

  /**
   * Packets as they come, many at a time, where the reading thread put them: the way to read the most. A batch is there until the next one is asked
   * for. Ends when the device is closed; leaving the loop leaves the device open, and what was not read is still there.
   * @param options `queue`: of this queue only. Default: of all.
   * @throws {SystemError} `EBADFD` when the link was deleted.
   */
  batches(options: QueueOptions = {}): AsyncIterableIterator<PacketBatch, undefined> {
    const operation = 'device.batches'
    this.#checkOpen(operation)
    const queue = this.#queueOf(operation, options)
    const readers = queue === undefined ? this.#readers : [this.#readers[queue]]
    if (this.#stream !== undefined) throw invalidValue(operation, '', 'the device is read as a stream already')
    if (readers.some(reader => reader.consumer !== undefined))
      throw invalidValue(operation, queue === undefined ? '' : 'queue', 'somebody else reads it already')
    const iterator = new BatchIterator(this.#source, readers)
    for (const reader of readers) reader.consumer = iterator
    this.#iterators.add(iterator)
    this.#updateHold()
    return iterator
  }

  readonly #source: BatchSource = {
    finished: iterator => {
      if (!this.#iterators.delete(iterator)) return
      for (const reader of iterator.readers) reader.consumer = undefined
      this.#updateHold()
    },
    readFailed: (operation, errno) => {
      this.destroy()
      return readError(operation, this.#subject, errno)
    },
  }

  /**
   * Writes many packets, and resolves when the kernel has them all. Packets are copied at once, except those of a {@link PacketBatch}, which stay where
   * they are and are not copied at all. Wait for one batch before the one after the next: what waits takes memory.
   * @param options `queue`: default 0.
   * @throws {SystemError} with the number of the first `packet` that was not written; those behind it were not either. `EIO`: the link is down.
   * `EINVAL`: it is no packet. `EBADFD`: the link was deleted.
   */
  async writeBatch(packets: PacketBatch | Iterable<Uint8Array>, options: QueueOptions = {}): Promise<void> {
    const operation = 'device.writeBatch'
    this.#checkOpen(operation)
    const writer = this.#writers[this.#queueOf(operation, options) ?? 0]
    if (packets instanceof PacketBatch && packets.format !== this.#format)
      throw invalidValue(operation, 'packets', `these are ${packets.format}, and the device takes ${this.#format}`)
    const failed = await writer.write(operation, toPackets(operation, packets))
    if (failed !== undefined) throw writeError(failed, this.#subject)
  }

  /**
   * Keeps the link when the device is closed, or no longer. Same as `ip tuntap add`, which makes persistent links.
   * @throws {SystemError}
   */
  async setPersist(persist: boolean): Promise<void> {
    const operation = 'device.setPersist'
    this.#checkOpen(operation)
    if (typeof persist !== 'boolean') throw invalidType(operation, 'persist', 'true or false', persist)
    if (this.#borrowed) throw invalidValue(operation, '', 'the link is not the device’s own: it stays until it is deleted')
    await this.#run(operation, id => this.#native.setPersist(id, persist))
  }

  /**
   * Gives a queue back its share of the packets.
   * @throws {SystemError} `EINVAL` when it is attached.
   */
  async attachQueue(queue: number): Promise<void> {
    await this.#changeQueue('device.attachQueue', queue, id => this.#native.attachQueue(id, queue))
  }

  /**
   * Takes a queue out of use without closing it: the kernel spreads its packets over the others. What it held and was not read is lost. Needs a
   * multi-queue device.
   * @throws {SystemError} `EINVAL` when it is detached.
   */
  async detachQueue(queue: number): Promise<void> {
    await this.#changeQueue('device.detachQueue', queue, id => this.#native.detachQueue(id, queue))
  }

  async #changeQueue(operation: string, queue: number, start: (id: number) => void): Promise<void> {
    this.#checkOpen(operation)
    this.#checkQueue(operation, queue)
    await this.#run(operation, start)
  }

  async #run(operation: string, start: (id: number) => void): Promise<void> {
    const outcome = await runSilentCall(operation, start)
    if (outcome instanceof Failure) throw deviceFailure(outcome)
  }

  /** What passed through the device, and what was dropped; over all queues, since it was opened. */
  async statistics(): Promise<DeviceStatistics> {
    this.#checkOpen('device.statistics')
    const link = await new Links(this.#place.session).get(this.index)
    this.#checkOpen('device.statistics')
    const [readPackets, readBytes, discarded, writtenPackets, writtenBytes] = this.#native.counts()
    return {
      received: { packets: readPackets, bytes: readBytes },
      sent: { packets: writtenPackets, bytes: writtenBytes },
      dropped: this.#droppedOf(link) - this.#droppedBefore,
      discarded,
    }
  }

  /** Towards the program is out of a tun, and into a macvtap. */
  #droppedOf({ statistics }: Link): number {
    return (this.#borrowed ? statistics?.rxDropped : statistics?.txDropped) ?? 0
  }

  /** While it is read, the device keeps the process alive. This is how it begins. */
  ref(): this {
    this.#isRef = true
    this.#updateHold()
    return this
  }

  /** Lets the process end although the device is read. */
  unref(): this {
    this.#isRef = false
    this.#updateHold()
    return this
  }

  #updateHold(): void {
    const isRead = this.#stream !== undefined || this.#iterators.size > 0
    if (isRead && this.#isRef && !this.destroyed) this.#native.hold()
    else this.#native.letGo()
  }

  /**
   * Writes what is still to be written, then closes the device: a link that is not persistent is gone afterwards. Whoever reads comes to the end. Never
   * holds up the event loop, although it takes the kernel some 20 ms. Idempotent.
   */
  async close(): Promise<void> {
    if (!this.destroyed) await this.#finish()
    if (this.closed) return
    const closed = new Promise<void>(resolve => void this.once('close', resolve))
    this.destroy()
    await closed
  }

  /** Both sides come to their end, as streams do. */
  async #finish(): Promise<void> {
    await new Promise<void>(resolve => {
      if (this.writableFinished) return resolve()
      this.once('finish', resolve)
      this.once('close', resolve)
      this.end()
    })
    await Promise.all(this.#writers.map(writer => writer.drained()))
    if (this.destroyed || this.readableEnded) return
    this.push(null)
    while (this.read() !== null);
    // Whoever reads hears of the end before the device is gone.
    await new Promise(setImmediate)
  }

  /** As `close`, and the link is gone even if it was persistent, or is a macvtap's or ipvtap's. */
  async delete(): Promise<void> {
    this.#checkOpen('device.delete')
    if (this.#borrowed) await new Links(this.#place.session).delete(this.index)
    else await this.#run('device.delete', id => this.#native.setPersist(id, false))
    await this.close()
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** Packets one by one. Leaving the loop closes the device, as it does with every stream. */
  override [Symbol.asyncIterator](): ReturnType<Duplex[typeof Symbol.asyncIterator]> & AsyncIterableIterator<Uint8Array> {
    return super[Symbol.asyncIterator]() as ReturnType<Duplex[typeof Symbol.asyncIterator]> & AsyncIterableIterator<Uint8Array>
  }

  /** @internal */
  override _read(): void {
    if (this.#iterators.size > 0) {
      this.destroy(invalidValue('device.read', '', 'the device is read in batches already'))
      return
    }
    if (this.#stream === undefined) {
      const stream = new StreamReader(this.#readers, this.#sink)
      for (const reader of this.#readers) reader.consumer = stream
      this.#stream = stream
      this.#updateHold()
    }
    this.#stream.want()
  }

  get #sink(): PacketSink {
    const isDestroyed = () => this.destroyed
    return {
      push: packet => this.push(packet),
      get destroyed() {
        return isDestroyed()
      },
      readFailed: errno => void this.destroy(readError('device.read', this.#subject, errno)),
    }
  }

  /** @internal */
  override _write(packet: Uint8Array, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.#writeStream([packet], callback)
  }

  /** @internal */
  override _writev(chunks: { chunk: Uint8Array }[], callback: (error?: Error | null) => void): void {
    this.#writeStream(
      chunks.map(({ chunk }) => chunk),
      callback,
    )
  }

  #writeStream(packets: Uint8Array[], callback: (error?: Error | null) => void): void {
    try {
      this.#writers[0].write('device.write', packets).then(failed => {
        if (failed === undefined) callback()
        else callback(writeError(failed, this.#subject))
      })
    } catch (error) {
      callback(error as Error)
    }
  }

  /** @internal */
  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    for (const iterator of this.#iterators) iterator.close(error ?? undefined)
    this.#iterators.clear()
    for (const reader of this.#readers) reader.close()
    for (const writer of this.#writers) writer.close()
    runSilentCall('device.close', id => this.#native.close(id)).then(outcome => {
      for (const reader of this.#readers) reader.forget()
      this.#place.release()
      callback(error ?? (outcome instanceof Failure ? (deviceFailure(outcome) as Error) : null))
    })
  }

  get #subject(): { name: string; format: string } {
    return { name: this.name, format: this.#format }
  }

  #queueOf(operation: string, options: QueueOptions): number | undefined {
    checkKeys(operation, checkObject(operation, options), ['queue'])
    if (options.queue !== undefined) this.#checkQueue(operation, options.queue)
    return options.queue
  }

  #checkQueue(operation: string, queue: unknown): void {
    if (typeof queue !== 'number') throw invalidType(operation, 'queue', 'a whole number', queue)
    if (!Number.isInteger(queue) || queue < 0 || queue >= this.queues)
      throw outOfRange(operation, 'queue', `a whole number from 0 to ${this.queues - 1}`, queue)
  }

  #checkOpen(operation: string): void {
    if (this.destroyed) throw new ClosedError(operation, 'device')
  }
}

function toPackets(operation: string, packets: unknown): readonly Uint8Array[] | PacketBatch {
  if (packets instanceof PacketBatch || Array.isArray(packets)) return packets
  if (packets instanceof Uint8Array || typeof (packets as Iterable<Uint8Array> | null)?.[Symbol.iterator] !== 'function')
    throw invalidType(operation, 'packets', 'a batch, or an array of packets', packets)
  return [...(packets as Iterable<Uint8Array>)]
}

/** What the device reads and takes, for messages, and to tell whether packets of one can go into the other. */
function describeFormat(type: 'tun' | 'tap', { vnetHeaderSize, packetInformation }: CheckedFormat): string {
  const packets = type === 'tun' ? 'IPv4 or IPv6 packets' : 'Ethernet frames'
  const before = [
    ...(packetInformation ? ['4 bytes of packet information'] : []),
    ...(vnetHeaderSize > 0 ? [`a virtio header of ${vnetHeaderSize} bytes that fits the packet`] : []),
  ]
  return before.length === 0 ? packets : `${packets} behind ${before.join(' and ')}`
}
