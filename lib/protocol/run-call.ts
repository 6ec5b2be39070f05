import { completions } from './completions.ts'
import type { Failure } from './failure.ts'
import { Acknowledgement, type Request } from './request.ts'

/** Starts one of the addon's calls under an id of its own, and waits for what it comes to. One that throws at once has not begun. */
export function runCall<T>(request: Request<T>, start: (id: number) => void): Promise<T | Failure> {
  request.id = completions().expect(request)
  try {
    start(request.id)
  } catch (error) {
    completions().forget(request.id)
    throw error
  }
  return request.outcome
}

/** The same for a call that says nothing but that it is done. */
export function runSilentCall(operation: string, start: (id: number) => void): Promise<undefined | Failure> {
  return runCall(new Acknowledgement(operation), start)
}
