import { join } from 'node:path'
import type { Worker, WorkerOptions } from 'node:worker_threads'
import { moduleRoot } from '../../native/binary-files.ts'
import { builtin } from '../builtin.ts'

/** What a Worker is told that lives in a namespace, before its own code runs. */
export interface Admission {
  /** Name of the namespace, for its files in /etc/netns. */
  readonly name: string | undefined
  /** Descriptor to enter the namespace by; undefined when the thread was started by one that is in there. */
  readonly fd: number | undefined
  /** What process.execArgv says without us. */
  readonly execArgv: readonly string[]
}

type WorkerClass = typeof Worker

/** Environment data is what Node copies into a new Worker, by key, for whoever asks first. */
const KEY = 'rtnetlink.admission'

/** Runs first in such a Worker. As a CommonJS module, since modules that are preloaded with --import come too late for some code (`eval`). */
const entry = () => join(moduleRoot(), 'dist', 'worker-entry.cjs')

/** A Worker that finds the admission, and otherwise what it would find anyway. */
export function admit(
  Class: WorkerClass,
  place: Pick<Admission, 'name' | 'fd'>,
  file: string | URL,
  options: WorkerOptions = {},
  newTarget: WorkerClass = Class,
): Worker {
  const { getEnvironmentData, setEnvironmentData } = builtin('node:worker_threads')
  const before = getEnvironmentData(KEY)
  setEnvironmentData(KEY, { ...place, execArgv: options.execArgv ?? process.execArgv } as never)
  try {
    return construct(Class, file, options, flagsOf(options), newTarget)
  } finally {
    setEnvironmentData(KEY, before)
  }
}

/** The admission of this thread, once. */
export function takeAdmission(): Admission | undefined {
  const { getEnvironmentData, setEnvironmentData } = builtin('node:worker_threads')
  const admission = getEnvironmentData(KEY) as unknown as Admission | undefined
  setEnvironmentData(KEY, undefined as never)
  return admission
}

/** A Worker inherits the flags of its parent, unless it is given flags, or an environment. */
function flagsOf({ execArgv, env }: WorkerOptions): readonly string[] {
  return execArgv ?? (typeof env === 'object' && env !== null ? [] : process.execArgv)
}

function construct(
  Class: WorkerClass,
  file: string | URL,
  options: WorkerOptions,
  flags: readonly string[],
  newTarget: WorkerClass,
): Worker {
  try {
    const given = { ...options, execArgv: ['--require', entry(), ...flags] }
    return Reflect.construct(Class, [file, given], newTarget) as Worker
  } catch (error) {
    if (options.execArgv !== undefined) throw error
    // Flags of the whole process cannot be given to a Worker, and hold for it all the same.
    const fitting = flags.filter(flag => !isRefused(flag, error as NodeJS.ErrnoException))
    if (fitting.length === flags.length) throw error
    return construct(Class, file, options, fitting, newTarget)
  }
}

function isRefused(flag: string, { code, message }: NodeJS.ErrnoException): boolean {
  return (
    code === 'ERR_WORKER_INVALID_EXEC_ARGV' &&
    message
      .replace(/^[^:]*: /, '')
      .split(', ')
      .includes(flag)
  )
}
