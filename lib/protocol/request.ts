import { channel } from 'node:diagnostics_channel'
import { CompletionCode, DumpFlag } from '../native/binding.ts'
import type { Message } from '../schema/message.ts'
import type { Pin } from '../schema/program.ts'
import type { Receiver } from './completions.ts'
import { parseExtendedAck } from './extended-ack.ts'
import { Failure, NLMSG_HEADER } from './failure.ts'

/** Reads one netlink message between two offsets, behind its nlmsghdr. */
export type Decode<T> = (message: Message, start: number, end: number) => T

/** Where the kernel's remarks on requests that succeeded can be heard: `{ operation, message }`. Costs nothing while nobody listens. */
let warnings: ReturnType<typeof channel> | undefined

const EMPTY = new Uint8Array()

/** Who keeps account of requests in flight. */
export interface RequestOwner {
  ended(request: Request<unknown>): void
}

type Resolve = (outcome: unknown) => void

/** Promises are made by the hundred thousand: one executor for all of them spares a closure each. */
let resolveOfLast: Resolve
const keepResolve = (resolve: Resolve): void => {
  resolveOfLast = resolve
}

/** One request in flight. Resolves with its value or a Failure, never rejects: whoever waits makes the error. */
export abstract class Request<T> implements Receiver {
  id = 0
  /** Milliseconds that it may take; 0 is no limit. */
  timeout = 0
  /** When it has taken too long, in whole milliseconds of clock.ts; 0 is never. */
  deadline = 0
  pins: readonly Pin[] | undefined = undefined
  /** Told when nothing more will come. */
  owner: RequestOwner | undefined = undefined
  /** Neighbors in the owner's list. */
  before: Request<unknown> | undefined = undefined
  after: Request<unknown> | undefined = undefined
  /** Lets go of what is only needed while it lasts. */
  cleanUp: (() => void) | undefined = undefined
  /** The caller's options, where a handler that many requests share makes the error. */
  given: object | undefined = undefined
  readonly operation: string
  readonly outcome: Promise<T | Failure>
  readonly #resolve: (outcome: T | Failure) => void

  constructor(operation: string) {
    this.operation = operation
    this.outcome = new Promise<T | Failure>(keepResolve as (resolve: (outcome: T | Failure) => void) => void)
    this.#resolve = resolveOfLast
  }

  /** The first call decides. */
  settle(outcome: T | Failure): void {
    this.#resolve(outcome)
  }

  /** Its time is up, and it is about to be given up. */
  expire(): void {}

  complete(code: number, error: number, detail: number, message: Message, start: number, end: number): boolean {
    const more = code === CompletionCode.part || code === CompletionCode.dumpRestart
    if (more) this.#more(code, message, start, end)
    else this.#end(code, error, detail, message, start, end)
    return more
  }

  #more(code: number, message: Message, start: number, end: number): void {
    try {
      this.more(code, message, start, end)
    } catch (error) {
      this.settle(Failure.unreadable(this.operation, error))
    }
  }

  #finish(code: number, detail: number, message: Message, start: number, end: number): T | Failure {
    try {
      return this.finish(code, detail, message, start, end)
    } catch (error) {
      return Failure.unreadable(this.operation, error)
    }
  }

  #end(code: number, error: number, detail: number, message: Message, start: number, end: number): void {
    if (isSuccess(code)) {
      this.settle(this.#finish(code, detail, message, start, end))
      const remarked = end > start && (code === CompletionCode.done || code === CompletionCode.dumpDone)
      if (remarked) this.warn(message, start, end)
    } else {
      const payload = end > start ? message.copy(start, end - start) : EMPTY
      const failure = new Failure(this.operation, code, error, detail, payload)
      failure.given = this.given
      this.settle(failure)
    }
    if (this.pins !== undefined) for (const pin of this.pins) pin.unpin()
    this.cleanUp?.()
    this.owner?.ended(this as Request<unknown>)
  }

  protected warn(message: Message, start: number, end: number): void {
    warnings ??= channel('rtnetlink:warning')
    if (!warnings.hasSubscribers) return
    const { message: text } = parseExtendedAck(message, start, end)
    if (text !== undefined) warnings.publish({ operation: this.operation, message: text })
  }

  /** Something arrived, and more will. */
  protected more(_code: number, _message: Message, _start: number, _end: number): void {}

  /** The value of a request that succeeded. */
  protected abstract finish(code: number, detail: number, message: Message, start: number, end: number): T | Failure
}

function isSuccess(code: number): boolean {
  return (
    code === CompletionCode.done ||
    code === CompletionCode.reply ||
    code === CompletionCode.dumpDone ||
    code === CompletionCode.sliceDone
  )
}

/** Waits for an acknowledgement. */
export class Acknowledgement extends Request<undefined> {
  protected override finish(): undefined {
    return undefined
  }
}

/** Waits for an acknowledgement, and keeps what the kernel says of its own before it: an echo. Undefined when that was lost. */
export class Echo<T> extends Request<T | undefined> {
  readonly #decode: Decode<T>
  #said: T | undefined

  constructor(operation: string, decode: Decode<T>) {
    super(operation)
    this.#decode = decode
  }

  protected override more(_code: number, message: Message, start: number, end: number): void {
    eachMessage(message, start, end, (from, to) => {
      this.#said = this.#decode(message, from, to)
    })
  }

  protected override finish(): T | undefined {
    return this.#said
  }
}

/** Waits for the one message that answers. */
export class Reply<T> extends Request<T> {
  readonly #decode: Decode<T>

  constructor(operation: string, decode: Decode<T>) {
    super(operation)
    this.#decode = decode
  }

  protected override finish(_code: number, _detail: number, message: Message, start: number, end: number): T {
    return this.#decode(message, start + NLMSG_HEADER, end)
  }
}

/** Calls `visit` for each netlink message between two offsets. */
export function eachMessage(message: Message, start: number, end: number, visit: (start: number, end: number) => void): void {
  for (let offset = start; offset + NLMSG_HEADER <= end; ) {
    const length = message.u32(offset)
    if (length < NLMSG_HEADER || offset + length > end) return
    visit(offset + NLMSG_HEADER, offset + length)
    offset += (length + 3) & ~3
  }
}

/** What one message of a dump holds: an entry, several, or none that is wanted. */
export type Entries<T> = T | readonly T[] | undefined

/** Adds what a message holds to what was read before. */
export function keepEntries<T>(items: T[], entries: Entries<T>): void {
  if (entries === undefined) return
  if (Array.isArray(entries)) for (const entry of entries) items.push(entry)
  else items.push(entries as T)
}

/** What a dump read, and whether the table changed meanwhile, every time. */
export interface Dumped<T> {
  readonly items: T[]
  readonly interrupted: boolean
  /** In how many pieces the kernel read the table. */
  readonly parts: number
}

/** Gathers a dump. */
export class Dump<T> extends Request<Dumped<T>> {
  readonly #decode: Decode<Entries<T>>
  #items: T[] = []
  #parts = 0

  constructor(operation: string, decode: Decode<Entries<T>>) {
    super(operation)
    this.#decode = decode
  }

  protected override more(code: number, message: Message, start: number, end: number): void {
    const isRestart = code === CompletionCode.dumpRestart
    this.#parts = isRestart ? 0 : this.#parts + 1
    if (isRestart) this.#items = []
    else eachMessage(message, start, end, (from, to) => keepEntries(this.#items, this.#decode(message, from, to)))
  }

  protected override finish(_code: number, detail: number): Dumped<T> {
    return { items: this.#items, interrupted: (detail & DumpFlag.interrupted) !== 0, parts: this.#parts }
  }
}
