import { HEADER_WORDS, MessageType, RecordFlag } from '../../native/binding.ts'
import type { Program } from '../../schema/program.ts'
import type { Hint, Locator } from '../failure.ts'

/** How one entry of many becomes messages, and what its errors say. */
export interface BulkVerb<E extends object> {
  /** `'routes.addAll'`. */
  readonly operation: string
  /** Writes the records of one entry into a slice, all with `id`. Throws what is wrong with it, as for one entry alone. */
  readonly write: (slice: Program, entry: E, id: number) => void
  readonly locator: Locator
  readonly hint: (entry: E) => Hint | undefined
}

export interface OneMessageVerb<E extends object> {
  readonly operation: string
  readonly call: keyof typeof MessageType
  readonly header: keyof typeof HEADER_WORDS
  /** NLM_F_*. */
  readonly flags: number
  readonly lower: (program: Program, entry: E) => void
  readonly locator: Locator
  readonly hint: (entry: E) => Hint | undefined
}

/** A verb whose entries are a message each, of which only the last of a batch is acknowledged. */
export function oneMessageEach<E extends object>(verb: OneMessageVerb<E>): BulkVerb<E> {
  const { operation, flags, lower, locator, hint } = verb
  const type = MessageType[verb.call]
  const words = HEADER_WORDS[verb.header]
  return {
    operation,
    write: (slice, entry, id) => {
      slice.beginRecord(type, words, id, flags, RecordFlag.bulk)
      lower(slice, entry)
      slice.endRecord()
    },
    locator,
    hint,
  }
}
