import { ClosedError, invalidType, outOfRange } from '../errors.ts'
import { CompletionCode, LARGEST_PACKET, type NativePacketDevice, type NativePacketMemory } from '../native/binding.ts'
import { completions } from '../protocol/completions.ts'
import { Failure } from '../protocol/failure.ts'
import { Acknowledgement } from '../protocol/request.ts'
import { PacketBatch } from './packet-batch.ts'

/** Room for what is on its way to the writing thread; pages are taken as they are needed. */
const MEMORY = 1024 * 1024
const MOST_PACKETS = 1024
/** So many are sooner written than a thread is woken for them. More gain from a thread that works beside this one. */
const FEW_PACKETS = 16
const ALIGNMENT = 7

/** How the writing of some packets ended: a failure, with the number of the packet that it was about. */
export interface WriteFailure {
  readonly failure: Failure
  readonly packet: number
}

/** Packets that are to be written in one go, as far as there is room. */
interface Job {
  readonly operation: string
  readonly packets: readonly Uint8Array[] | PacketBatch
  /** Packets handed over so far. */
  sent: number
  settle(outcome: WriteFailure | undefined): void
}

/** Bytes of the memory that the thread still needs, in the order in which it needs them. */
interface Extent {
  readonly from: number
  readonly to: number
}

/**
 * Writes to one queue, in the order of the calls. Packets are copied, so that whoever called may do with them as he likes; those of a batch stay
 * where they are.
 */
export class QueueWriter {
  readonly #native: NativePacketDevice
  readonly #queue: number
  readonly #smallest: number
  readonly #table = new Uint32Array(MOST_PACKETS * 2)
  readonly #jobs: Job[] = []
  readonly #inUse: Extent[] = []
  #memory: NativePacketMemory | undefined
  #bytes: Uint8Array = new Uint8Array()
  #write = 0
  /** A job that did not fit waits for its first part. */
  #held = false
  #closed = false

  constructor(native: NativePacketDevice, queue: number, smallestPacket: number) {
    this.#native = native
    this.#queue = queue
    this.#smallest = smallestPacket
  }

  /** Resolves when the kernel has all packets, or with what went wrong. */
  write(operation: string, packets: readonly Uint8Array[] | PacketBatch): Promise<WriteFailure | undefined> {
    if (this.#closed) throw new ClosedError(operation, 'device')
    if (packets instanceof PacketBatch) packets.hold()
    else this.#check(operation, packets)
    return new Promise(resolve => {
      const settle = (outcome: WriteFailure | undefined) => {
        if (packets instanceof PacketBatch) packets.release()
        resolve(outcome)
      }
      this.#jobs.push({ operation, packets, sent: 0, settle })
      if (this.#jobs.length === 1) this.#pump()
    })
  }

  /** Resolves when all that was to be written is with the writing thread, or will never be. */
  async drained(): Promise<void> {
    if (this.#jobs.length > 0 && !this.#closed) await this.write('device.close', [])
  }

  /** Before anything is sent. */
  #check(operation: string, packets: readonly Uint8Array[]): void {
    for (let i = 0; i < packets.length; i++) {
      const packet: unknown = packets[i]
      if (!(packet instanceof Uint8Array)) throw invalidType(operation, `packets[${i}]`, 'a Uint8Array', packet)
      const { length } = packet
      if (length < this.#smallest || length > LARGEST_PACKET)
        throw outOfRange(operation, `packets[${i}]`, `${this.#smallest} to ${LARGEST_PACKET} bytes`, `${length} bytes`)
    }
  }

  #pump(): void {
    while (!this.#held && this.#jobs.length > 0) {
      const [job] = this.#jobs
      if (job.packets.length === 0) this.#jobs.shift()?.settle(undefined)
      else if (job.packets instanceof PacketBatch) this.#forward(job, job.packets)
      else if (!this.#sendSome(job, job.packets)) return
    }
  }

  #forward(job: Job, batch: PacketBatch): void {
    const { memory, table } = batch.contents
    this.#jobs.shift()
    this.#send(job, memory, table, batch.length, undefined)
  }

  /** False when there is no room. */
  #sendSome(job: Job, packets: readonly Uint8Array[]): boolean {
    const room = this.#findRoom()
    if (room === undefined) return false
    const table = this.#table
    let at = room.from
    let count = 0
    for (let i = job.sent; i < packets.length && count < MOST_PACKETS; i++) {
      const packet = packets[i]
      if (at + packet.length > room.to) break
      this.#bytes.set(packet, at)
      table[count * 2] = at
      table[count * 2 + 1] = packet.length
      at = (at + packet.length + ALIGNMENT) & ~ALIGNMENT
      count++
    }
    this.#write = at
    if (job.sent + count === packets.length) this.#jobs.shift()
    else this.#held = true
    this.#send(job, this.#memory as NativePacketMemory, table, count, { from: room.from, to: at })
    return true
  }

  /** Room for one of the largest packets, at least. */
  #findRoom(): Extent | undefined {
    if (this.#memory === undefined) {
      this.#memory = new (completions().addon.PacketMemory)(MEMORY)
      this.#bytes = this.#memory.bytes
    }
    if (this.#inUse.length === 0) return { from: 0, to: MEMORY }
    const oldest = this.#inUse[0].from
    const wrapped = this.#write <= oldest
    const to = wrapped ? oldest : MEMORY
    if (to - this.#write >= LARGEST_PACKET) return { from: this.#write, to }
    return !wrapped && oldest >= LARGEST_PACKET ? { from: 0, to: oldest } : undefined
  }

  #send(job: Job, memory: NativePacketMemory, table: Uint32Array, count: number, extent: Extent | undefined): void {
    const now = count <= FEW_PACKETS ? this.#native.writeNow(this.#queue, memory, table, count) : 0
    const first = job.sent + now
    job.sent += count
    const isLast = job.sent === job.packets.length
    if (now === count) {
      this.#written(job, isLast, first, undefined)
      return
    }
    const request = new Acknowledgement(job.operation)
    request.id = completions().expect(request)
    try {
      this.#native.write(request.id, this.#queue, memory, table.subarray(now * 2), count - now)
    } catch (error) {
      completions().forget(request.id)
      throw error
    }
    if (extent !== undefined) this.#inUse.push(extent)
    void request.outcome.then(outcome => {
      if (extent !== undefined) this.#inUse.shift()
      this.#written(job, isLast, first, outcome)
      this.#pump()
    })
  }

  #written(job: Job, isLast: boolean, first: number, outcome: Failure | undefined): void {
    if (outcome instanceof Failure) {
      if (!isLast) this.#jobs.shift()
      job.settle({ failure: outcome, packet: first + failedPacket(outcome) })
    } else if (isLast) job.settle(undefined)
    if (!isLast) this.#held = false
  }

  /** What was handed over is still written; the rest is not. */
  close(): void {
    this.#closed = true
    for (const job of this.#jobs.splice(0))
      job.settle({
        failure: new Failure(job.operation, CompletionCode.cancelled, 0, job.sent, new Uint8Array()),
        packet: job.sent,
      })
  }
}

/** binding.ts, NativePacketDevice.write(). */
function failedPacket({ code, subject, detail }: Failure): number {
  return code === CompletionCode.cancelled ? detail : (subject ?? 0)
}
