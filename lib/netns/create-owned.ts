import { type NativeNamespace, SystemCall } from '../native/binding.ts'
import { findExecutable } from '../native/executables.ts'
import { completions } from '../protocol/completions.ts'
import { Failure } from '../protocol/failure.ts'
import { Acknowledgement } from '../protocol/request.ts'
import { isAboutUserNamespaces, userNamespaceError } from './user-namespace-error.ts'

/**
 * Makes a network namespace under a user namespace of the caller's own.
 * @param byItself nobody asked for it: the process lacks the capabilities for another.
 */
export async function createOwned(operation: string, native: NativeNamespace, byItself: boolean): Promise<void> {
  const program = findExecutable('rtnetlink-broker')
  const request = new Acknowledgement(operation)
  request.id = completions().expect(request)
  native.createOwned(request.id)
  const outcome = await request.outcome
  if (!(outcome instanceof Failure)) return
  if (isAboutUserNamespaces(outcome)) throw await userNamespaceError(outcome, program, byItself)
  throw outcome.detail === SystemCall.spawn ? outcome.systemError({ path: program }) : outcome.toError()
}
