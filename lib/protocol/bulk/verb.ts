import { HEADER_WORDS, MessageType, RecordFlag } from '../../native/binding.ts'
import type { Program } from '../../schema/program.ts'
import type { Failure, Hint, Locator } from '../failure.ts'
import { NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from '../flags.ts'

/** How one entry of many becomes messages, and what its errors say. */
export interface BulkVerb<E extends object> {
  /** `'routes.addAll'`. */
  readonly operation: string
  /** Writes the records of one entry into a slice, all with `id`, from the second on with its step from STEP_SHIFT on. `index`: which it is among all. Throws what is wrong with it, as for one entry alone. */
  readonly write: (slice: Program, entry: E, id: number, index: number) => void
  readonly locator: Locator
  readonly hint: (entry: E) => Hint | undefined
  /** The error of a message behind the entry's first, where an entry is more than one. */
  readonly errorBehind?: ((failure: Failure, entry: E) => unknown) | undefined
  /** How many messages go to the kernel in one go, where it is better with fewer than elsewhere. */
  readonly batch?: number | undefined
  /** Entries of the longest slice, where the kernel takes long for each. */
  readonly longest?: number | undefined
}

/** A table whose entries are a message each. */
export interface BulkTable<E extends object, I extends object> {
  /** `'routes'`. */
  readonly name: string
  readonly header: keyof typeof HEADER_WORDS
  readonly newCall: keyof typeof MessageType
  readonly deleteCall: keyof typeof MessageType
  /** Write an entry, and what one is deleted by. */
  readonly lower: (program: Program, entry: E) => void
  readonly lowerDeletion: (program: Program, entry: I) => void
  readonly locator: Locator
  /** `operation` is that for one entry: `'routes.add'`. */
  readonly hint: (operation: string, entry: E | I) => Hint | undefined
  readonly batch?: number
}

export interface BulkVerbs<E extends object, I extends object> {
  readonly add: BulkVerb<E>
  readonly replace: BulkVerb<E>
  readonly delete: BulkVerb<I>
}

/** What is done to many entries of a table. Of the messages, only the last of a batch is acknowledged. */
export function bulkVerbs<E extends object, I extends object = E>(table: BulkTable<E, I>): BulkVerbs<E, I> {
  const { newCall, deleteCall, lower, lowerDeletion } = table
  return {
    add: verbOf(table, 'add', newCall, NLM_F_CREATE | NLM_F_EXCL, lower),
    replace: verbOf(table, 'replace', newCall, NLM_F_CREATE | NLM_F_REPLACE, lower),
    delete: verbOf(table, 'delete', deleteCall, 0, lowerDeletion),
  }
}

function verbOf<E extends object>(
  { name, header, locator, hint, batch }: Pick<BulkTable<E, E>, 'name' | 'header' | 'locator' | 'hint' | 'batch'>,
  verb: string,
  call: keyof typeof MessageType,
  flags: number,
  lower: (program: Program, entry: E) => void,
): BulkVerb<E> {
  const type = MessageType[call]
  const words = HEADER_WORDS[header]
  const forOne = `${name}.${verb}`
  return {
    operation: `${forOne}All`,
    write: (slice, entry, id) => {
      slice.beginRecord(type, words, id, flags, RecordFlag.bulk)
      lower(slice, entry)
      slice.endRecord()
    },
    locator,
    hint: entry => hint(forOne, entry),
    batch,
  }
}
