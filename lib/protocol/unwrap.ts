import { Failure, type Hint, type Locator } from './failure.ts'

/** The value of a request, or the error thrown where the caller waits. `given` are the caller's options, for the error's words. */
export function unwrap<T>(outcome: T | Failure, locator?: Locator, given?: object, hint?: Hint): T {
  if (outcome instanceof Failure) throw outcome.toError(locator, given, hint)
  return outcome
}
