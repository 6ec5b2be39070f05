import { type NativeNamespace, SystemCall } from '../native/binding.ts'
import { findExecutable } from '../native/executables.ts'
import { Failure } from '../protocol/failure.ts'
import { runSilentCall } from '../protocol/run-call.ts'
import { isAboutUserNamespaces, userNamespaceError } from './user-namespace-error.ts'

/**
 * Makes a network namespace under a user namespace of the caller's own.
 * @param byItself nobody asked for it: the process lacks the capabilities for another.
 */
export async function createOwned(operation: string, native: NativeNamespace, byItself: boolean): Promise<void> {
  const program = findExecutable('rtnetlink-broker')
  const outcome = await runSilentCall(operation, id => native.createOwned(id))
  if (!(outcome instanceof Failure)) return
  if (isAboutUserNamespaces(outcome)) throw await userNamespaceError(outcome, program, byItself)
  throw outcome.detail === SystemCall.spawn ? outcome.systemError({ path: program }) : outcome.toError()
}
