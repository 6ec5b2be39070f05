import { withStackOfCaller } from '../../callers-stack.ts'
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
  /** Of entries that were counted as done before. */
  readonly #late: EntryError[] = []

  /** How many failures more are wanted. */
  get room(): number {
    return MOST_ERRORS - this.#kept.length - this.#late.length
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

  /** Entries that were counted as done are not, and nobody knows what became of them. */
  doubt(count: number): void {
    this.done -= count
    this.unknown += count
  }

  /** An entry that was counted as done is not. */
  revoke(error: EntryError, isUnknown: boolean): void {
    this.done--
    if (isUnknown) this.unknown++
    else this.failed++
    if (this.room > 0) this.#late.push(error)
  }

  /** `cause`: what ended it before its time. */
  toError<E extends object>(verb: BulkVerb<E>, stopped: boolean, cause: unknown): BulkError {
    const errors: EntryError[] = []
    for (const kept of this.#kept) errors.push(errorOf(verb, kept))
    for (const error of this.#late) withStackOfCaller(error)
    errors.push(...this.#late)
    errors.sort((one, other) => one.index - other.index)
    const { done, failed, unknown } = this
    const options = stopped ? { cause } : undefined
    return new BulkError(verb.operation, errors, { done, failed, unknown }, options)
  }
}

function errorOf<E extends object>(verb: BulkVerb<E>, { slice, at, step, failure }: Kept): EntryError {
  const entry = slice.entries[at] as E
  const isBehind = step > 0 && verb.errorBehind !== undefined
  const error = isBehind ? verb.errorBehind(failure, entry) : failure.toError(verb.locator, entry, verb.hint(entry))
  return toEntryError(error as Error, verb.operation, slice.first + at)
}
