import { invalidType, invalidValue, unknownOption } from '../errors.ts'
import { below, OPERATION } from './option-path.ts'

export type Given = Readonly<Record<string, unknown>>

/** An object of a description. What is left empty in YAML arrives as null, and means an empty one. */
export function objectAt(path: string, value: unknown, what: string): Given {
  if (value === null) return {}
  if (typeof value !== 'object' || Array.isArray(value)) throw invalidType(OPERATION, path, what, value)
  return value as Given
}

export function listAt(path: string, value: unknown, what: string): readonly unknown[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw invalidType(OPERATION, path, what, value)
  return value
}

/** Keys and values of an object, those that are undefined left out; nothing when there is no object. */
export function entriesAt(path: string, value: unknown, what: string): [key: string, path: string, value: unknown][] {
  if (value === undefined) return []
  const entries = Object.entries(objectAt(path, value, what)).filter(([, below]) => below !== undefined)
  return entries.map(([key, value]) => [key, below(path, key), value])
}

/** One value or several, each with its path. */
export function oneOrMoreAt(path: string, value: unknown): [path: string, value: unknown][] {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? value.map((one, i) => [below(path, i), one]) : [[path, value]]
}

/** Refuses a key that is none of the known ones, with the nearest that is. */
export function checkKeysAt(path: string, given: Given, known: readonly string[]): void {
  for (const key of Object.keys(given)) if (!known.includes(key)) throw unknownOption(OPERATION, below(path, key), known)
}

export function refuseKeys(path: string, given: Given, keys: readonly string[]): void {
  for (const key of keys)
    if (given[key] !== undefined)
      throw invalidValue(OPERATION, below(path, key), 'follows from the description, and is not given here')
}
