import { withCallersStack } from '../../callers-stack.ts'
import { ClosedError } from '../../errors.ts'
import { type CallOptions, checkCallOptions, type Session } from '../session.ts'
import { checkTimeout } from '../session-options.ts'

/** Something that is done to many entries. */
export interface Many {
  /** To how many it was. */
  readonly done: number
  /** All were tried, and none failed. */
  readonly isComplete: boolean
  run(signal: AbortSignal | undefined): Promise<void>
  /** To be called where the caller waits, when it is not complete. */
  toError(): Error
}

/** Does it, in a session that is open, and resolves with how many there were. */
export async function runMany(session: Session, operation: string, call: CallOptions, begin: () => Many): Promise<number> {
  checkCallOptions(operation, call)
  if (call.timeout !== undefined) checkTimeout(operation, call.timeout)
  call.signal?.throwIfAborted()
  if (session.closed) throw new ClosedError(operation, 'session')
  const all = begin()
  await all.run(call.signal)
  if (!all.isComplete) throw withCallersStack(() => all.toError())
  return all.done
}

/** Calls `stop` with the cause when the signal is aborted or the session closed. What is returned ends that. */
export function whenToStop(
  session: Session,
  operation: string,
  signal: AbortSignal | undefined,
  stop: (cause: unknown) => void,
): () => void {
  const abort = () => stop(signal?.reason)
  signal?.addEventListener('abort', abort, { once: true })
  const forgetClosing = session.whenClosed(() => stop(new ClosedError(operation, 'session')))
  return () => {
    signal?.removeEventListener('abort', abort)
    forgetClosing()
  }
}
