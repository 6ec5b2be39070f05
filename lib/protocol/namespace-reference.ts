import { closeSync, constants, openSync } from 'node:fs'
import { withCallersStack } from '../callers-stack.ts'
import { ClosedError, invalidValue, NamespaceError } from '../errors.ts'
import type { NativeNamespace } from '../native/binding.ts'
import type { Pin, Program } from '../schema/program.ts'
import { checkInteger } from '../schema/scalars.ts'
import { NETNS_DIRECTORY, namespaceNameFault } from '../values/namespace-name.ts'
import type { Session } from './session.ts'

/** Key under which a namespace handle offers its descriptor to the features below it. */
export const namespaceDescriptor = Symbol('rtnetlink.namespaceDescriptor')

/** What the features need of a namespace: its descriptor, kept open until it is unpinned, and a session in it. */
export interface NamespaceDescriptor {
  readonly fd: number
  readonly native: NativeNamespace
  readonly pin: Pin
  readonly session: Session
}

/** A namespace handle, as far as the features below it are concerned. Undefined when the handle is closed. */
export interface NamespaceHandle {
  [namespaceDescriptor](): NamespaceDescriptor | undefined
}

export function isNamespaceHandle(value: unknown): value is NamespaceHandle {
  return typeof value === 'object' && value !== null && namespaceDescriptor in value
}

/**
 * A network namespace: a handle, the name of one under /run/netns, a path (text with a `/`), the namespace of a process, or a
 * descriptor that stays the caller's.
 */
export type NamespaceReference =
  | NamespaceHandle
  | string
  | { readonly pid: number }
  | { readonly fd: number }
  | { readonly path: string }

const EXPECTED = 'a namespace: a handle, a name, a path, { pid }, { fd } or { path }'

/** The attribute's value for a reference: a process id for the one attribute, or a descriptor for the other, pinned to the program. */
export function lowerNamespace(program: Program, value: unknown): { pid: number } | { fd: number } {
  if (typeof value === 'string') return { fd: openPinned(program, namespacePath(program, value)) }
  if (typeof value !== 'object' || value === null) program.expected(EXPECTED, value)
  if (isNamespaceHandle(value)) return { fd: descriptorOf(program, value) }
  const { pid, fd, path } = value as Record<string, unknown>
  if (pid !== undefined) {
    checkInteger(program, pid, 1, 0x7fff_ffff)
    return { pid }
  }
  if (fd !== undefined) {
    checkInteger(program, fd, 0, 0x7fff_ffff)
    return { fd }
  }
  if (typeof path === 'string') return { fd: openPinned(program, path) }
  return program.expected(EXPECTED, value)
}

function descriptorOf(program: Program, handle: NamespaceHandle): number {
  const descriptor = handle[namespaceDescriptor]()
  if (descriptor === undefined) throw new ClosedError(program.operation, `namespace given as "${program.option}"`)
  program.pin(descriptor.pin)
  return descriptor.fd
}

function namespacePath(program: Program, text: string): string {
  if (text.includes('/')) return text
  const fault = namespaceNameFault(text)
  if (fault !== undefined) throw invalidValue(program.operation, program.option, fault)
  return `${NETNS_DIRECTORY}/${text}`
}

/**
 * Opening an nsfs file takes microseconds and no lock of the kernel's routing code: it may be done here. O_NONBLOCK, because a path may
 * be anything, and a FIFO would wait for its other end.
 */
function openPinned(program: Program, path: string): number {
  let fd: number
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (cause) {
    throw withCallersStack(() => cannotOpen(program, path, cause as NodeJS.ErrnoException))
  }
  program.pin({ unpin: () => closeSync(fd) })
  return fd
}

function cannotOpen({ operation, option }: Program, path: string, cause: NodeJS.ErrnoException): NamespaceError {
  const { code = 'EIO' } = cause
  const text = code === 'ENOENT' ? 'there is no such namespace' : `cannot be opened (${code})`
  return new NamespaceError(`${operation}: option "${option}": ${path}: ${text}`, { code, operation, path, cause })
}
