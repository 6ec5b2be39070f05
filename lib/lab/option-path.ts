import { withCallersStack } from '../callers-stack.ts'
import type { OptionError } from '../errors.ts'

export const OPERATION = 'Lab.create'

/** Turns the option that a check of one part objects to into its path in the whole description; `''` is the part itself. */
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

/** Runs a check of one part. What it objects to is named by its path in the whole description. */
export function inside<T>(locate: Locate, check: () => T): T {
  try {
    return check()
  } catch (error) {
    if (isOptionError(error)) rename(error, locate)
    throw error
  }
}

function isOptionError(error: unknown): error is OptionError {
  return error instanceof Error && 'operation' in error && 'option' in error && typeof error.option === 'string'
}

function rename(error: OptionError, locate: Locate): void {
  const { operation, option } = error
  const path = locate(option)
  const text = error.message.slice(`${operation}: `.length)
  const named = option === '' ? `option "${path}": ${text}` : text.replace(`option "${option}"`, () => `option "${path}"`)
  retell(error, `${OPERATION}: ${named}`)
  Object.assign(error, { operation: OPERATION, option: path })
}

/**
 * Waits for one step of the building. What goes wrong stays the error that it is, and says which part of the description it is about; `option` becomes
 * its path there.
 */
export async function building<T>(locate: Locate, step: Promise<T>): Promise<T> {
  try {
    return await step
  } catch (error) {
    if (error instanceof Error && 'operation' in error) place(error, locate)
    throw error
  }
}

function place(error: Error & { option?: unknown }, locate: Locate): void {
  const { message, option } = error
  const part = locate('')
  const path = typeof option === 'string' ? locate(option) : undefined
  // An option that the lab has added is nothing that the caller could find.
  const text = path === part ? message.replace(`option "${option}": `, '') : message
  retell(error, `${OPERATION}: ${part}: ${text}`)
  if (path !== undefined) error.option = path
}

/** The stack begins with the message, and is what people see. */
function retell(error: Error, message: string): void {
  const before = error.message
  error.message = message
  error.stack = error.stack?.replace(before, () => message)
}

/** Gives a failed step the stack of who waits for the whole: nobody awaits a step by itself. To be called behind the `await` of the whole. */
export function withStackOfCaller(error: unknown): unknown {
  if (!(error instanceof Error) || !('operation' in error)) return error
  const { stack = '' } = withCallersStack(() => new Error())
  error.stack = `${error.name}: ${error.message}${stack.slice(stack.indexOf('\n    at '))}`
  return error
}
