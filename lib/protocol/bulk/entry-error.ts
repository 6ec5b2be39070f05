import type { EntryError } from '../../errors.ts'
import { optionsOf, retell } from '../../schema/option-path.ts'

/** How many errors are kept of those that failed. */
export const MOST_ERRORS = 100

/** Makes the error of one entry say which one it is of, in its text and as a property. */
export function toEntryError(error: Error & { option?: string | undefined }, operation: string, index: number): EntryError {
  const { option } = error
  const path = optionsOf(`[${index}]`)(option ?? '')
  const text = error.message.slice(`${operation}: `.length)
  const rest = option === undefined ? `option "${path}": ${text}` : text.replace(`option "${option}"`, () => `option "${path}"`)
  retell(error, `${operation}: ${rest}`)
  return Object.assign(error, { index, option: path })
}
