// What runs first in a Worker of `netns.worker`, bundled as dist/worker-entry.cjs.
import { SystemError } from '../../errors.ts'
import { loadAddon } from '../../native/load.ts'
import { errnoName, errnoText } from '../../values/errno.ts'
import { builtin } from '../builtin.ts'
import { type Admission, admit, takeAdmission } from './admission.ts'
import { lookNamesUpInside } from './names-of-the-thread.ts'
import { markThread } from './thread.ts'

const admission = takeAdmission()
if (admission !== undefined) settleIn(admission)

function settleIn({ name, fd, execArgv }: Admission): void {
  if (fd !== undefined) enter(fd)
  process.execArgv.splice(0, process.execArgv.length, ...execArgv)
  markThread({ name })
  lookNamesUpInside()
  admitWorkers(name)
  builtin('node:module').syncBuiltinESMExports()
}

function enter(fd: number): void {
  const errno = loadAddon().enterNamespace(fd)
  if (errno === 0) return
  const [operation, syscall, code] = ['netns.worker', 'setns', errnoName(errno)]
  throw new SystemError(`${operation}: ${syscall}: ${errnoText(errno)} (${code})`, { operation, syscall, code, errno })
}

/** Their threads are born in the namespace, and have names to look up as well. */
function admitWorkers(name: string | undefined): void {
  const module = builtin('node:worker_threads')
  module.Worker = new Proxy(module.Worker, {
    construct: (Worker, [file, options], newTarget) => admit(Worker, { name, fd: undefined }, file, options, newTarget as never),
  })
}
