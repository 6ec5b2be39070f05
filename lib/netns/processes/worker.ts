import { access, closeSync, openSync } from 'node:fs'
import type { Worker, WorkerOptions } from 'node:worker_threads'
import { withCallersStack } from '../../callers-stack.ts'
import { SystemError } from '../../errors.ts'
import { completions } from '../../protocol/completions.ts'
import { Failure } from '../../protocol/failure.ts'
import { builtin } from '../builtin.ts'
import { closeDescriptor, openSocketNow, SOCK_DGRAM } from '../open-socket-now.ts'
import type { Place } from '../place.ts'
import { admit } from './admission.ts'

const OPERATION = 'netns.worker'
const AF_UNIX = 1
const EPERM = 1

/** A Worker whose thread enters the namespace before it does anything else. */
export function startWorker(place: Place, file: string | URL, options: WorkerOptions | undefined): Worker {
  const { Worker } = builtin('node:worker_threads')
  const namespace = place.enter(OPERATION)
  if (namespace === undefined) return new Worker(file, options)
  if (place.owner() !== undefined && !completions().addon.isPrivileged()) throw withCallersStack(belongsToUserNamespace)
  checkThatThreadsMayEnter(place)
  startPool()
  // Its own, since the handle may be closed before the thread gets there.
  const fd = openSync(`/proc/self/fd/${namespace.fd}`, 'r')
  try {
    const worker = admit(Worker, { name: place.name, fd }, file, options)
    worker.once('exit', () => closeSync(fd))
    return worker
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

/** Any call that enters, on a thread that ends with it: so that what is missing is said here, and not by an event of the Worker. */
function checkThatThreadsMayEnter(place: Place): void {
  const socket = openSocketNow(place, OPERATION, { domain: AF_UNIX, type: SOCK_DGRAM })
  if (socket instanceof Failure) throw socket.toError()
  void closeDescriptor(socket)
}

/**
 * Threads of libuv's pool stay in the namespace of the thread that first needed the pool, all of them (deps/uv/src/threadpool.c, init_once). So
 * that it is not the Worker, something is asked of the pool here.
 */
function startPool(): void {
  access('/', () => {})
}

function belongsToUserNamespace(): SystemError {
  const text =
    'the namespace is owned by a user namespace, which no thread of a process that has several can enter (setns(2)); start a process there, with netns.fork() or netns.spawn()'
  return new SystemError(`${OPERATION}: ${text} (EPERM)`, {
    operation: OPERATION,
    code: 'EPERM',
    errno: EPERM,
    syscall: 'setns',
  })
}
