import { DumpInterruptedError } from '../errors.ts'
import { CompletionCode, DumpFlag, type NativeSocket } from '../native/binding.ts'
import type { Message } from '../schema/message.ts'
import { Failure, type Locator } from './failure.ts'
import { Flattened } from './flattened.ts'
import { type Decode, type Entries, eachMessage, keepEntries, Request } from './request.ts'
import { unwrap } from './unwrap.ts'

/** What ends a stream. */
export interface StreamEnd {
  readonly interrupted: boolean
}

/**
 * A dump read part by part. The addon reads only a few parts ahead of what was taken, so memory stays flat however long
 * the table and however slow the reader.
 */
export class StreamedDump<T> extends Request<StreamEnd> {
  readonly #decode: Decode<Entries<T>>
  readonly #socket: NativeSocket
  readonly #signal: AbortSignal | undefined
  #parts: T[][] = []
  #wake: (() => void) | undefined
  #end: StreamEnd | Failure | undefined

  constructor(operation: string, decode: Decode<Entries<T>>, socket: NativeSocket, signal: AbortSignal | undefined) {
    super(operation)
    this.#decode = decode
    this.#socket = socket
    this.#signal = signal
    void this.outcome.then(end => {
      this.#end = end
      this.#wake?.()
    })
  }

  protected override more(code: number, message: Message, start: number, end: number): void {
    if (code !== CompletionCode.part) return
    const items: T[] = []
    eachMessage(message, start, end, (from, to) => keepEntries(items, this.#decode(message, from, to)))
    this.#parts.push(items)
    this.#wake?.()
  }

  protected override finish(_code: number, detail: number): StreamEnd {
    return { interrupted: (detail & DumpFlag.interrupted) !== 0 }
  }

  /** One item after another; throws what went wrong, at the end DumpInterruptedError when the table changed meanwhile. */
  items(locator?: Locator, given?: object): AsyncGenerator<T, void, void> {
    return new Flattened(this.parts(locator, given))
  }

  /** The same, as many at a time as arrived together. */
  async *parts(locator?: Locator, given?: object): AsyncGenerator<readonly T[], void, void> {
    try {
      for (;;) {
        const part = await this.#next()
        if (Array.isArray(part)) yield part
        else if (unwrap(part, locator, given).interrupted) throw new DumpInterruptedError<T>(this.operation, [])
        else return
      }
    } finally {
      this.#stop()
    }
  }

  /** The items of the next part, or how the stream ended. Whoever aborts wants nothing more, not even what has arrived. */
  async #next(): Promise<T[] | StreamEnd | Failure> {
    for (;;) {
      if (this.#signal?.aborted) return Failure.aborted(this.operation, this.#signal.reason)
      const part = this.#parts.shift()
      if (part !== undefined) {
        this.#socket.resume(this.id)
        return part
      }
      if (this.#end !== undefined) return this.#end
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
      this.#wake = undefined
    }
  }

  /** The reader went away. */
  #stop(): void {
    if (this.#end === undefined) this.#socket.cancel(this.id)
  }
}
