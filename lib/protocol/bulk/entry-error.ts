import { type EntryError, invalidType } from '../../errors.ts'
import { isOptionError, optionsOf, renameOption } from '../../schema/option-path.ts'

/** How many errors are kept of those that failed. */
export const MOST_ERRORS = 100

export function checkEntry(operation: string, entry: unknown): void {
  if (typeof entry !== 'object' || entry === null) throw invalidType(operation, '', 'an object of options', entry)
}

/** What was thrown at an entry: a caller's mistake says which one it is of. */
export function thrownAt(index: number, operation: string, error: unknown): unknown {
  if (isOptionError(error)) renameOption(error, operation, optionsOf(`[${index}]`))
  return error
}

/** Makes the error of one entry say which one it is of, in its text and as a property. */
export function toEntryError(error: Error & { option?: string | undefined }, operation: string, index: number): EntryError {
  const ofEntry = Object.assign(error, { operation, option: error.option ?? '', index })
  renameOption(ofEntry, operation, optionsOf(`[${index}]`))
  return ofEntry
}
