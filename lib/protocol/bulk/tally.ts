import { BulkError, type EntryError } from '../../errors.ts'
import { MOST_ERRORS, toEntryError } from './entry-error.ts'
import type { EntryFailure, Slice, SliceOutcome } from './slice.ts'
import type { BulkVerb } from './verb.ts'

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

  /** `cause`: what ended it before its time. */
  toError<E extends object>(verb: BulkVerb<E>, stopped: boolean, cause: unknown): BulkError {
    const errors: EntryError[] = []
    for (const kept of this.#kept) errors.push(errorOf(verb, kept))
    const { done, failed, unknown } = this
    const options = stopped ? { cause } : undefined
    return new BulkError(verb.operation, errors, { done, failed, unknown }, options)
  }
}

function errorOf<E extends object>(verb: BulkVerb<E>, { slice, at, failure }: Kept): EntryError {
  const entry = slice.entries[at] as E
  return toEntryError(failure.toError(verb.locator, entry, verb.hint(entry)) as Error, verb.operation, slice.first + at)
}
