import { COMPLETION_WORDS, CompletionCode } from '../../native/binding.ts'
import type { Message } from '../../schema/message.ts'
import { ENTRY_OF_ID, STEP_SHIFT } from '../../schema/program.ts'
import { Failure } from '../failure.ts'
import { Request } from '../request.ts'

const HEADER_BYTES = COMPLETION_WORDS * 4

/** What became of the entries of a slice that did not just succeed. */
export interface SliceOutcome {
  readonly failed: number
  readonly unknown: number
  /** The first of them, as many as are wanted. */
  readonly failures: readonly EntryFailure[]
  /** All of them. */
  readonly missed: Missed
}

/** Numbers of entries, counted from the slice's first. */
export interface Missed {
  has(at: number): boolean
}

export interface EntryFailure {
  /** Of the entry, counted from the slice's first. */
  readonly at: number
  /** Which of the entry's messages it was; 0 is the first. */
  readonly step: number
  readonly failure: Failure
}

/** What the kernel says about an entry beside yes and no: an echo or a reply. Offsets as in `Receiver.complete`. */
export type Heard = (at: number, code: number, message: Message, start: number, end: number) => void

/** A slice under way. The id of each of its messages says which entry of the slice it is of, and which of its messages: ENTRY_OF_ID. */
export class Slice extends Request<SliceOutcome> {
  /** In call order. */
  readonly entries: readonly object[]
  /** Number of its first entry among all. */
  readonly first: number
  readonly #most: number
  readonly #heard: Heard | undefined
  /** Called before it is given up for want of an answer in time. */
  whenExpired: (() => void) | undefined = undefined

  /** `most`: how many failures are wanted. */
  constructor(operation: string, entries: readonly object[], first: number, most: number, heard?: Heard) {
    super(operation)
    this.entries = entries
    this.first = first
    this.#most = most
    this.#heard = heard
  }

  override expire(): void {
    this.whenExpired?.()
  }

  protected override finish(_code: number, _detail: number, message: Message, start: number, end: number): SliceOutcome {
    const outcome = { failed: 0, unknown: 0 }
    const seen = new Map<number, number>()
    for (let offset = start; offset + HEADER_BYTES <= end; ) {
      const at = message.u32(offset) & ENTRY_OF_ID
      const code = message.u32(offset + 4)
      const from = offset + HEADER_BYTES
      const to = from + message.u32(offset + 16)
      if (isNews(code)) this.#hear(at, code, message, from, to)
      else if (code !== CompletionCode.skipped && !seen.has(at)) {
        seen.set(at, offset)
        if (code === CompletionCode.unknown) outcome.unknown++
        else outcome.failed++
      }
      offset = (to + 7) & ~7
    }
    return { ...outcome, failures: this.#firstOf(seen, message), missed: seen }
  }

  /** They come batch by batch, but in a batch in another order. */
  #firstOf(seen: Map<number, number>, message: Message): EntryFailure[] {
    const first = [...seen].sort(([one], [other]) => one - other).slice(0, this.#most)
    return first.map(([at, offset]) => ({
      at,
      step: message.u32(offset) >>> STEP_SHIFT,
      failure: this.#failure(message, offset),
    }))
  }

  #hear(at: number, code: number, message: Message, start: number, end: number): void {
    if (code === CompletionCode.done) this.warn(message, start, end)
    else this.#heard?.(at, code, message, start, end)
  }

  #failure(message: Message, offset: number): Failure {
    const payload = message.copy(offset + HEADER_BYTES, message.u32(offset + 16))
    return new Failure(this.operation, message.u32(offset + 4), message.u32(offset + 8), message.u32(offset + 12), payload)
  }
}

function isNews(code: number): boolean {
  return code === CompletionCode.done || code === CompletionCode.reply || code === CompletionCode.part
}
