import { open } from 'node:fs/promises'
import type { NativeCapture } from '../native/binding.ts'
import { completions, type Receiver } from '../protocol/completions.ts'
import { Flattened } from '../protocol/flattened.ts'
import { runSilentCall } from '../protocol/run-call.ts'
import { endError } from './capture-error.ts'
import { type Frame, readFrames } from './frame.ts'
import { type CapturedLink, type CaptureStatistics, type FrameSource, frameSource } from './frame-source.ts'
import { pcapng } from './pcapng/pcapng.ts'
import type { PcapngOptions } from './pcapng/section.ts'

/** What a capture is, once it is open. */
export interface CaptureParts {
  readonly native: NativeCapture
  readonly events: CaptureEvents
  readonly link: CapturedLink | undefined
  readonly snapLength: number
  readonly signal: AbortSignal | undefined
}

/** What is heard of a capture. There before it is open, for its frames may be faster than the news that it is. */
export class CaptureEvents implements Receiver {
  id = 0
  /** Frames are there to take, as wanted. */
  ready = false
  /** Not 0: no more will come. */
  errno = 0
  listener: (() => void) | undefined

  complete(_code: number, error: number): boolean {
    if (error === 0) this.ready = true
    else this.errno = error
    this.listener?.()
    return true
  }
}

/**
 * Frames that cross a link, or every link of a namespace, as they come: `for await (const frame of capture)`. A thread of its own gathers them, so a
 * program that is busy for a moment misses none; one that is too slow for long costs no more memory, and the kernel counts what it drops.
 *
 * Going on without its namespace's handle, it keeps that namespace alive. While somebody waits for a frame it keeps the process alive: see `unref`.
 */
export class Capture implements AsyncIterable<Frame>, AsyncDisposable {
  /** The link that it is of; undefined when it is of every link. */
  readonly link: CapturedLink | undefined
  /** Bytes that are kept of each frame, at most. */
  readonly snapLength: number
  readonly #native: NativeCapture
  readonly #events: CaptureEvents
  readonly #signal: AbortSignal | undefined
  readonly #abort = () => void this.#shut(false)
  #waiting: { promise: Promise<void>; resolve: () => void } | undefined
  #isRef = true
  #closing: Promise<void> | undefined
  /** Nothing more is captured, and all that was can be taken. */
  #isShut = false

  /** @internal Made by `netns.capture`. */
  constructor({ native, events, link, snapLength, signal }: CaptureParts) {
    this.#native = native
    this.#events = events
    this.link = link
    this.snapLength = snapLength
    this.#signal = signal
    events.listener = () => this.#tell()
    signal?.addEventListener('abort', this.#abort, { once: true })
  }

  /** Whether `close` was called, or the link has gone. */
  get closed(): boolean {
    return this.#closing !== undefined
  }

  /**
   * Frames one by one. Ends when the capture is closed, behind the last frame. Leaving the loop closes the capture.
   * @throws {SystemError} `ENETDOWN`, behind the last frame, when the link was deleted or moved to another namespace. One that is down may come up again.
   */
  [Symbol.asyncIterator](): AsyncGenerator<Frame, void, void> {
    return new Flattened(this.#closedAfterwards())
  }

  async *#closedAfterwards(): AsyncGenerator<readonly Frame[], void, void> {
    try {
      yield* this.batches()
    } finally {
      await this.#shut(false)
    }
  }

  /**
   * The same, as many at a time as came together: the way to read the most. Leaving the loop leaves the capture open, and what was not read is still there.
   * @throws {SystemError} as above.
   */
  async *batches(): AsyncGenerator<readonly Frame[], void, void> {
    for (let batch = await this.#next(); batch !== undefined; batch = await this.#next()) yield batch
  }

  async #next(): Promise<readonly Frame[] | undefined> {
    for (;;) {
      this.#signal?.throwIfAborted()
      // Timers and sockets get their turn between two batches, also when there is always a next one.
      if (this.#isShut) await new Promise(setImmediate)
      else await this.#told()
      this.#signal?.throwIfAborted()
      const batch = this.#native.take()
      if (batch !== undefined) return readFrames(batch)
      if (this.#isShut) return this.#end()
      if (this.#events.errno !== 0) await this.#shut(true)
    }
  }

  /** The error is told once. */
  #end(): undefined {
    const { errno } = this.#events
    this.#events.errno = 0
    if (errno !== 0) throw endError(errno, this.link?.name ?? '')
    return undefined
  }

  async #told(): Promise<void> {
    if (this.#events.errno !== 0) return
    if (this.#waiting === undefined) {
      let resolve = () => {}
      const promise = new Promise<void>(settle => {
        resolve = settle
      })
      this.#waiting = { promise, resolve }
      this.#updateHold()
      this.#native.want()
    }
    await this.#waiting.promise
  }

  #tell(): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    this.#updateHold()
    waiting?.resolve()
  }

  /** Frames that passed the filter since the capture was opened, and those of them that the kernel dropped because nobody took them in time. */
  statistics(): CaptureStatistics {
    const [received, dropped] = this.#native.counts()
    return { received, dropped }
  }

  /**
   * Writes frames into a file that Wireshark and tcpdump open, until the capture is closed, and resolves with its statistics, which are at the file's end too.
   * A file that is there is replaced. Whatever ends the capture, the file is whole.
   * @throws what the file throws, such as `ENOSPC`; then the capture is closed. {@link SystemError} `ENETDOWN` when the link has gone. The signal's reason.
   */
  async toFile(path: string | URL, options: PcapngOptions = {}): Promise<CaptureStatistics> {
    const file = await open(path, 'w')
    try {
      for await (const bytes of pcapng(this, options)) await file.writeFile(bytes)
    } finally {
      await file.close()
    }
    return this.statistics()
  }

  /** While somebody waits for a frame, the process stays alive. This is how it begins. */
  ref(): this {
    this.#isRef = true
    this.#updateHold()
    return this
  }

  /** Lets the process end although somebody waits for a frame. */
  unref(): this {
    this.#isRef = false
    this.#updateHold()
    return this
  }

  #updateHold(): void {
    if (this.#waiting !== undefined && this.#isRef) this.#native.hold()
    else this.#native.letGo()
  }

  /**
   * Captures nothing more, and resolves when the socket is closed. Whoever reads still gets what came before, then comes to the end. Never holds up
   * the event loop. Idempotent.
   */
  async close(): Promise<void> {
    await this.#shut(true)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#shut(true)
  }

  /** Nobody will take what is left unless it is kept. */
  async #shut(keep: boolean): Promise<void> {
    this.#signal?.removeEventListener('abort', this.#abort)
    if (this.#closing === undefined || !keep) {
      const before = this.#closing
      const closed = this.#close(keep)
      this.#closing = before === undefined ? closed : Promise.all([before, closed]).then(() => {})
    }
    await this.#closing
  }

  async #close(keep: boolean): Promise<void> {
    await closeNative(this.#native, keep)
    if (!this.#isShut) completions().forget(this.#events.id)
    this.#isShut = true
    this.#tell()
  }

  /** @internal What files need of it. */
  [frameSource](): FrameSource {
    return {
      link: this.link,
      snapLength: this.snapLength,
      statistics: () => this.statistics(),
      batches: () => this.batches(),
      stop: () => this.#shut(false),
    }
  }
}

export async function closeNative(native: NativeCapture, keep: boolean): Promise<void> {
  await runSilentCall('capture.close', id => native.close(id, keep))
}
