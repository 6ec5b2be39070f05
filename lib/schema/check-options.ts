import { invalidType, unknownOption } from '../errors.ts'

/** Refuses what is no object of options. */
export function checkObject<T extends object>(operation: string, value: T): T {
  if (typeof value !== 'object' || value === null) throw invalidType(operation, '', 'an object of options', value)
  return value
}

/** Refuses a key that is none of the known ones, with the nearest that is. Rows of a table check their own. */
export function checkKeys(operation: string, options: object, known: readonly string[]): void {
  for (const key of Object.keys(options)) if (!known.includes(key)) throw unknownOption(operation, key, known)
}
