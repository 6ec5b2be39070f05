import type { OptionError } from '../errors.ts'

/** Turns the option that a check of one part objects to into its path in the whole; `''` is the part itself. */
export type Locate = (option: string) => string

/** `namespaces.web`, `routes["10.0.0.0/8"]`, `links[0]`. */
export function below(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`
  if (!/^[\w$-]+$/.test(key)) return `${path}[${JSON.stringify(key)}]`
  return path === '' ? key : `${path}.${key}`
}

/** The path of an option of the part that stands at `path`. */
export function optionsOf(path: string): Locate {
  return option => (option === '' ? path : `${path}.${option}`)
}

export function isOptionError(error: unknown): error is OptionError {
  return error instanceof Error && 'operation' in error && 'option' in error && typeof error.option === 'string'
}

/** Makes what a check of one part objects to say where that stands in the whole, which was `called`. */
export function renameOption(error: Error & Pick<OptionError, 'operation' | 'option'>, called: string, locate: Locate): void {
  const { operation, option } = error
  const path = locate(option)
  const text = error.message.slice(`${operation}: `.length)
  const named = option === '' ? `option "${path}": ${text}` : text.replace(`option "${option}"`, () => `option "${path}"`)
  retell(error, `${called}: ${named}`)
  Object.assign(error, { operation: called, option: path })
}

/** The stack begins with the message, and is what people see. */
export function retell(error: Error, message: string): void {
  const before = error.message
  error.message = message
  error.stack = error.stack?.replace(before, () => message)
}
