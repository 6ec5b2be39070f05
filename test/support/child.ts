import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'

const prelude = `const { addon, request, pingOptions } = require(${JSON.stringify(fileURLToPath(new URL('plain-inbox.cjs', import.meta.url)))});\n`

export interface Ended {
  code: number | null
  signal: string | null
  stdout: string
  stderr: string
}

/** Runs a script with `addon`, `request` and `pingOptions` at hand in a process of its own, started through `wrapper` (`setpriv …`). */
export function runInChild(script: string, wrapper: string[] = []): Promise<Ended> {
  const [command = process.execPath, ...args] = [...wrapper, process.execPath, '-e', `${prelude}(async () => {${script}})()`]
  return new Promise(resolve => {
    const child = execFile(command, args, { timeout: 100_000 }, (_, stdout, stderr) => {
      resolve({ code: child.exitCode, signal: child.signalCode, stdout, stderr })
    })
  })
}

/** Likewise in a worker, which has `parentPort` too. */
export function runInWorker(script: string): Worker {
  return new Worker(`const { parentPort } = require('node:worker_threads');\n${prelude}(async () => {${script}})()`, {
    eval: true,
  })
}
