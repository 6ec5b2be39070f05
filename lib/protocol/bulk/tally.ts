import { withCallersStack } from '../../callers-stack.ts'
import { BulkError, type EntryError } from '../../errors.ts'
import { optionsOf, retell } from '../../schema/option-path.ts'
import type { EntryFailure, Slice, SliceOutcome } from './slice.ts'
import type { BulkVerb } from './verb.ts'

/** How many errors are kept of those that failed. */
const MOST_ERRORS = 100

interface Kept extends EntryFailure {
  readonly slice: Slice
}

/** Counts what became of the entries. */
export class Tally {
  done = 0
  failed = 0
  unknown = 0
  readonly #kept: Kept[] = []

  /** How many failures more are wanted. */
  get room(): number {
    return MOST_ERRORS - this.#kept.length
  }

  get isClean(): boolean {
    return this.failed === 0 && this.unknown === 0
  }

  add(slice: Slice, { failed, unknown, failures }: SliceOutcome): void {
    this.done += slice.entries.length - failed - unknown
    this.failed += failed
    this.unknown += unknown
    for (const failure of failures.slice(0, this.room)) this.#kept.push({ ...failure, slice })
  }

  /** `cause`: what ended it before its time. To be called where the caller waits. */
  toError<E extends object>(verb: BulkVerb<E>, stopped: boolean, cause: unknown): BulkError {
    const errors: EntryError[] = []
    for (const kept of this.#kept) errors.push(toEntryError(verb, kept))
    const { done, failed, unknown } = this
    const options = stopped ? { cause } : undefined
    return withCallersStack(() => new BulkError(verb.operation, errors, { done, failed, unknown }, options))
  }
}

function toEntryError<E extends object>(verb: BulkVerb<E>, { slice, at, failure }: Kept): EntryError {
  const entry = slice.entries[at] as E
  const error = failure.toError(verb.locator, entry, verb.hint(entry)) as Error & { option?: string }
  const index = slice.first + at
  const { option } = error
  const path = optionsOf(`[${index}]`)(option ?? '')
  const text = error.message.slice(`${verb.operation}: `.length)
  const rest = option === undefined ? `option "${path}": ${text}` : text.replace(`option "${option}"`, () => `option "${path}"`)
  retell(error, `${verb.operation}: ${rest}`)
  return Object.assign(error, { index, option: path })
}
