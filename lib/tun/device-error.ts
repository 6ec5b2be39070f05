import { withCallersStack } from '../callers-stack.ts'
import { ClosedError } from '../errors.ts'
import { CompletionCode, SystemCall } from '../native/binding.ts'
import { Failure } from '../protocol/failure.ts'
import type { WriteFailure } from './queue-writer.ts'

const EIO = 5
const EINVAL = 22
const EBADFD = 77
const EMSGSIZE = 90
const ENOBUFS = 105

/** What is said about a device. */
interface Subject {
  readonly name: string
  readonly format: string
}

/** Why nothing more can be read. */
export function readError(operation: string, { name }: Subject, errno: number): Error {
  const failure = new Failure(operation, CompletionCode.failed, errno, SystemCall.read, new Uint8Array())
  const hint = errno === EBADFD ? `the link "${name}" was deleted` : undefined
  return withCallersStack(() => failure.systemError({ hint }))
}

/** Why packets were not written. */
export function writeError({ failure, packet }: WriteFailure, subject: Subject): Error {
  if (failure.code !== CompletionCode.failed)
    return withCallersStack(() => new ClosedError(`${failure.operation}: packet ${packet}`, 'device'))
  return withCallersStack(() => failure.systemError({ packet, hint: writeHint(failure.errno, subject) }))
}

function writeHint(errno: number, { name, format }: Subject): string | undefined {
  switch (errno) {
    case EIO:
      return `the link "${name}" is down: set it up first (links.set("${name}", { up: true }))`
    case EINVAL:
      return `the kernel takes ${format}`
    case EBADFD:
      return `the link "${name}" was deleted`
    case EMSGSIZE:
      return 'a packet has at most 64 KiB'
    case ENOBUFS:
      return 'the kernel had no memory for it'
    default:
      return undefined
  }
}
