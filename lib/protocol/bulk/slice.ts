import { COMPLETION_WORDS, CompletionCode } from '../../native/binding.ts'
import type { Message } from '../../schema/message.ts'
import { Failure } from '../failure.ts'
import { Request } from '../request.ts'

const HEADER_BYTES = COMPLETION_WORDS * 4

/** What became of the entries of a slice that did not just succeed. */
export interface SliceOutcome {
  readonly failed: number
  readonly unknown: number
  /** The first of them, as many as are wanted. */
  readonly failures: readonly EntryFailure[]
}

export interface EntryFailure {
  /** Of the entry, counted from the slice's first. */
  readonly at: number
  readonly failure: Failure
}

/** What the kernel says about an entry beside yes and no: an echo or a reply. Offsets as in `Receiver.complete`. */
export type Heard = (at: number, code: number, message: Message, start: number, end: number) => void

/** A slice under way. The id of each of its messages is the number of the entry in the slice that it is of. */
export class Slice extends Request<SliceOutcome> {
  /** In call order. */
  readonly entries: readonly object[]
  /** Number of its first entry among all. */
  readonly first: number
  readonly #most: number
  readonly #heard: Heard | undefined

  /** `most`: how many failures are wanted. */
  constructor(operation: string, entries: readonly object[], first: number, most: number, heard?: Heard) {
    super(operation)
    this.entries = entries
    this.first = first
    this.#most = most
    this.#heard = heard
  }

  protected override finish(_code: number, _detail: number, message: Message, start: number, end: number): SliceOutcome {
    const outcome = { failed: 0, unknown: 0, failures: [] as EntryFailure[] }
    const seen = new Set<number>()
    for (let offset = start; offset + HEADER_BYTES <= end; ) {
      const at = message.u32(offset)
      const code = message.u32(offset + 4)
      const from = offset + HEADER_BYTES
      const to = from + message.u32(offset + 16)
      if (isNews(code)) this.#hear(at, code, message, from, to)
      else if (code !== CompletionCode.skipped && !seen.has(at)) {
        seen.add(at)
        if (code === CompletionCode.unknown) outcome.unknown++
        else outcome.failed++
        if (outcome.failures.length < this.#most) outcome.failures.push({ at, failure: this.#failure(message, offset, from, to) })
      }
      offset = (to + 7) & ~7
    }
    outcome.failures.sort((a, b) => a.at - b.at)
    return outcome
  }

  #hear(at: number, code: number, message: Message, start: number, end: number): void {
    if (code === CompletionCode.done) this.warn(message, start, end)
    else this.#heard?.(at, code, message, start, end)
  }

  #failure(message: Message, offset: number, from: number, to: number): Failure {
    const payload = message.copy(from, to - from)
    return new Failure(this.operation, message.u32(offset + 4), message.u32(offset + 8), message.u32(offset + 12), payload)
  }
}

function isNews(code: number): boolean {
  return code === CompletionCode.done || code === CompletionCode.reply || code === CompletionCode.part
}
