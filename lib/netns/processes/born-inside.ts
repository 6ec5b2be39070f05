import type { ChildProcess, IOType, StdioOptions } from 'node:child_process'
import type { Readable } from 'node:stream'
import { findExecutable } from '../../native/executables.ts'
import { launchArguments } from '../../native/launch.ts'
import { builtin } from '../builtin.ts'
import type { Place } from '../place.ts'
import { holdUntilExecuted } from './hold-until-executed.ts'

/** What node:child_process has made of a command, its arguments and options by the time that it starts the process. */
interface Start {
  file: string
  /** From argv[0] on. */
  args: string[]
  stdio?: StdioOptions
  uid?: number
  gid?: number
}

type StdioList = Exclude<StdioOptions, IOType>

/** `ChildProcess`, as node:child_process itself sees it. */
interface Startable {
  spawn(this: ChildProcess, start: Start): unknown
}

/**
 * Runs `start`, a call of node:child_process that starts one process, and has that process born in a namespace, of the launcher, which is
 * started in its place. So options, events and errors are Node's own.
 */
export function bornInside<Result>(place: Place, operation: string, mounts: boolean, start: () => Result): Result {
  const namespace = place.enter(operation)
  if (namespace === undefined) return start()
  const owner = place.owner()
  const descriptors = owner === undefined ? [namespace.fd] : [namespace.fd, owner.fd]
  const launcher = findExecutable('rtnetlink-launch')
  return instead(start, (child, given, spawn) => {
    const stdio = listOf(given.stdio)
    const answer = spawn.call(child, launching(launcher, place.name, mounts, given, stdio, descriptors))
    Object.assign(child, { spawnfile: given.file, spawnargs: given.args })
    // Where no descriptors are to be had (EMFILE), Node stops before there are any streams, and emits the error.
    const [report] = child.stdio?.splice(stdio.length) ?? []
    if (report) holdUntilExecuted(child, report as Readable, operation)
    return answer
  })
}

/** The same process, as the launcher starts it: the descriptors stand behind the user's stdio. */
function launching(
  launcher: string,
  name: string | undefined,
  mounts: boolean,
  { uid, gid, ...given }: Start,
  stdio: StdioList,
  descriptors: readonly number[],
): Start {
  const status = stdio.length
  const user = descriptors.length > 1 ? status + 2 : undefined
  const words = launchArguments({ status, net: status + 1, user, mounts, etc: name, uid, gid })
  return {
    ...given,
    file: launcher,
    args: [launcher, ...words, given.file, ...given.args],
    stdio: [...stdio, 'pipe', ...descriptors],
  }
}

/**
 * Has one process started by `by` while `start` runs, which does not wait for anything. All of node:child_process goes through this method
 * (lib/internal/child_process.js).
 */
function instead<Result>(
  start: () => Result,
  by: (child: ChildProcess, given: Start, spawn: Startable['spawn']) => unknown,
): Result {
  const prototype = builtin('node:child_process').ChildProcess.prototype as unknown as Startable
  const { spawn } = prototype
  prototype.spawn = function (given) {
    prototype.spawn = spawn
    return by(this, given, spawn)
  }
  try {
    return start()
  } finally {
    prototype.spawn = spawn
  }
}

/** As Node fills it up: what is not said is a pipe. */
function listOf(stdio: StdioOptions | undefined): StdioList {
  if (!Array.isArray(stdio)) return [stdio, stdio, stdio]
  return [...stdio, ...Array.from<undefined>({ length: Math.max(0, 3 - stdio.length) })]
}
