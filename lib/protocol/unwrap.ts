import { Failure, type Hint, type Locator } from './failure.ts'

/** The value of a request, or the error thrown where the caller waits. `given` are the caller's options, for the error's words. */
export function unwrap<T>(outcome: T | Failure, locator?: Locator, given?: object, hint?: Hint): T {
  if (outcome instanceof Failure) throw outcome.toError(locator, given, hint)
  return outcome
}

/**
 * Makes the function that ends requests to write, one for all of a table: an asynchronous function, or a closure, for each of a hundred thousand routes costs
 * as much as all the rest of them. The error's stack is the caller's all the same, by way of the promise that waits for it.
 */
export function settler(locator: Locator, hint: (operation: string) => Hint): (outcome: undefined | Failure) => void {
  return outcome => {
    if (outcome !== undefined) throw outcome.toError(locator, outcome.given, hint(outcome.operation))
  }
}
