import type child_process from 'node:child_process'
import type {
  ChildProcess,
  ChildProcessByStdio,
  ExecFileOptions,
  ExecOptions,
  ForkOptions,
  PromiseWithChild,
  SpawnOptions,
  StdioPipe,
} from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { promisify } from 'node:util'
import { invalidType } from '../../errors.ts'
import { builtin } from '../builtin.ts'
import type { Place } from '../place.ts'
import { bornInside } from './born-inside.ts'

/** What processes in a namespace can be given beyond Node's own options. */
export interface LaunchOptions {
  /**
   * Whether the process gets mounts of its own, as with `ip netns exec`: a /sys that shows the links of the namespace and, in a named one,
   * the files of /etc/netns/NAME over those of /etc. Default true.
   */
  mounts?: boolean | undefined
}

export interface ProcessOutput<Text> {
  stdout: Text
  stderr: Text
}

/** A process as its `stdio` has it: a stream for each pipe, null for what is no pipe. */
export type ChildProcessWithStreams<In, Out, Err> = ChildProcessByStdio<
  In extends StdioPipe ? Writable : null,
  Out extends StdioPipe ? Readable : null,
  Err extends StdioPipe ? Readable : null
>

/** As Node takes them: arguments may be left out. */
export type ProcessParameters<Options> = [args?: readonly string[], options?: Options] | [options?: Options]

/** As `child_process.spawn`, in a namespace. */
export function spawn(place: Place, command: string, parameters: ProcessParameters<SpawnOptions & LaunchOptions>): ChildProcess {
  return start(place, 'netns.spawn', parameters, ({ spawn }) => spawn(command, ...(parameters as [])))
}

/** As `promisify(child_process.execFile)`. */
export function execFile(
  place: Place,
  file: string,
  parameters: ProcessParameters<ExecFileOptions & LaunchOptions>,
): PromiseWithChild<ProcessOutput<string | Buffer>> {
  return start(place, 'netns.execFile', parameters, ({ execFile }) => promisify(execFile)(file, ...(parameters as [])))
}

/** As `promisify(child_process.exec)`. */
export function exec(
  place: Place,
  command: string,
  options: (ExecOptions & LaunchOptions) | undefined,
): PromiseWithChild<ProcessOutput<string | Buffer>> {
  return start(place, 'netns.exec', [options], ({ exec }) => promisify(exec)(command, options))
}

/** As `child_process.fork`. */
export function fork(
  place: Place,
  module: string | URL,
  parameters: ProcessParameters<ForkOptions & LaunchOptions>,
): ChildProcess {
  return start(place, 'netns.fork', parameters, ({ fork }) => fork(module, ...(parameters as [])))
}

function start<Result>(
  place: Place,
  operation: string,
  parameters: readonly unknown[],
  call: (node: typeof child_process) => Result,
): Result {
  const options = parameters.find(value => typeof value === 'object' && value !== null && !Array.isArray(value))
  const { mounts = true } = (options ?? {}) as LaunchOptions
  if (typeof mounts !== 'boolean') throw invalidType(operation, 'mounts', 'true or false', mounts)
  return bornInside(place, operation, mounts, () => call(builtin('node:child_process')))
}
