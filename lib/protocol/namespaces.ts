import { withCallersStack } from '../callers-stack.ts'
import { ClosedError, invalidType, invalidValue, NamespaceError, outOfRange } from '../errors.ts'
import { CompletionCode, type NativeNamespace, SystemCall } from '../native/binding.ts'
import { errnoName, errnoText } from '../values/errno.ts'
import { NETNS_DIRECTORY, namespaceNameFault } from '../values/namespace-name.ts'
import { completions } from './completions.ts'
import { Failure } from './failure.ts'
import { isNamespaceHandle, type NamespaceReference, namespaceDescriptor } from './namespace-reference.ts'
import { runSilentCall } from './run-call.ts'
import { Session } from './session.ts'

/** What a namespace was asked for by, for messages. */
interface Asked {
  readonly what: string
  readonly path?: string
}

/** Runs one of the addon's namespace calls and waits for its completion. */
export async function runNamespaceCall(operation: string, asked: Asked, start: (id: number) => void): Promise<void> {
  const outcome = await runSilentCall(operation, start)
  if (outcome instanceof Failure) throw namespaceError(operation, asked, outcome)
}

function namespaceError(operation: string, { what, path }: Asked, failure: Failure): unknown {
  if (failure.code !== CompletionCode.failed) return failure.toError()
  const { code, text } = reasonOf(failure)
  // What has no path is no question of names: the system call itself is the news.
  if (path === undefined && code !== 'ERR_NOT_A_NAMESPACE' && code !== 'ENOENT') return failure.toError()
  return withCallersStack(
    () => new NamespaceError(`${operation}: ${what}: ${text}`, { operation, code, path, cause: failure.toError() }),
  )
}

const EINVAL = 22
const ENOENT = 2
const ESRCH = 3
const EEXIST = 17
/** EPERM, EACCES, EROFS. */
const NOT_PERMITTED = new Set([1, 13, 30])
const TAKES_ROOT = new Set(['Netns.create', 'Netns.delete'])

function reasonOf({ operation, errno, detail }: Failure): { code: string; text: string } {
  if (errno === EINVAL && detail === SystemCall.statfs)
    return { code: 'ERR_NOT_A_NAMESPACE', text: 'this is not a network namespace' }
  if (errno === ENOENT || errno === ESRCH) return { code: 'ENOENT', text: 'there is no such namespace' }
  if (errno === EEXIST) return { code: 'EEXIST', text: 'the name is taken' }
  const code = errnoName(errno)
  if (TAKES_ROOT.has(operation) && NOT_PERMITTED.has(errno))
    return {
      code,
      text: `a name is a mount in ${NETNS_DIRECTORY}, which takes root (${code}); a namespace without a name does not`,
    }
  return { code, text: `${errnoText(errno)} (${code})` }
}

/** Opens the namespace that a reference means. A handle is not one of them: it is open already. */
export async function openNamespace(
  operation: string,
  reference: Exclude<NamespaceReference, { [namespaceDescriptor](): unknown }>,
): Promise<NativeNamespace> {
  const native = new (completions().addon.Namespace)()
  const { asked, start } = plan(operation, native, reference)
  await runNamespaceCall(operation, asked, start)
  return native
}

/** A namespace that is open until it is released, whatever becomes of the handle that it may have come from. */
export interface HeldNamespace {
  readonly native: NativeNamespace
  /** That of the handle. */
  readonly session?: Session
  release(): void
}

export async function holdNamespace(operation: string, reference: NamespaceReference): Promise<HeldNamespace> {
  if (isNamespaceHandle(reference)) {
    const descriptor = reference[namespaceDescriptor]()
    if (descriptor === undefined) throw new ClosedError(operation, 'namespace')
    const { native, session, pin } = descriptor
    return { native, session, release: () => pin.unpin() }
  }
  const native = await openNamespace(operation, reference)
  return { native, release: () => native.close() }
}

function plan(operation: string, native: NativeNamespace, reference: unknown): { asked: Asked; start: (id: number) => void } {
  if (typeof reference === 'string') return openPath(native, pathOf(operation, reference), reference)
  if (typeof reference !== 'object' || reference === null)
    throw invalidType(operation, 'netns', 'a name, a path, { pid } or { fd }', reference)
  const { pid, fd, path } = reference as Record<string, unknown>
  if (pid !== undefined) {
    const file = `/proc/${wholeNumber(operation, 'pid', pid, 1)}/ns/net`
    return openPath(native, file, `process ${pid}`)
  }
  if (fd !== undefined) {
    const descriptor = wholeNumber(operation, 'fd', fd, 0)
    return { asked: { what: `descriptor ${descriptor}` }, start: id => native.openDescriptor(id, descriptor) }
  }
  if (typeof path === 'string') return openPath(native, path, path)
  throw invalidType(operation, 'netns', 'a name, a path, { pid }, { fd } or { path }', reference)
}

function openPath(native: NativeNamespace, path: string, what: string): { asked: Asked; start: (id: number) => void } {
  return { asked: { what, path }, start: id => native.openPath(id, path) }
}

function pathOf(operation: string, text: string): string {
  if (text.includes('/')) return text
  const fault = namespaceNameFault(text)
  if (fault !== undefined) throw invalidValue(operation, 'name', fault)
  return `${NETNS_DIRECTORY}/${text}`
}

function wholeNumber(operation: string, option: string, value: unknown, min: number): number {
  if (typeof value !== 'number') throw invalidType(operation, option, 'a whole number', value)
  if (!Number.isInteger(value) || value < min || value > 0x7fff_ffff)
    throw outOfRange(operation, option, `a whole number from ${min}`, value)
  return value
}

/** A session in the namespace that a reference means, to be released after use. */
export interface SessionPlace {
  readonly session: Session
  release(): void
}

/** The session of a handle, or one opened for the occasion. */
export async function sessionIn(reference: NamespaceReference, operation: string): Promise<SessionPlace> {
  const { native, session, release } = await holdNamespace(operation, reference)
  if (session !== undefined) return { session, release }
  const opened = new Session(undefined, () => native)
  return {
    session: opened,
    release: () => {
      opened.close()
      release()
    },
  }
}
