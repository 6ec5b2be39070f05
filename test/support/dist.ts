import { execFile } from 'node:child_process'
import type { Ended } from './child.ts'

const library = new URL('../../dist/index.js', import.meta.url).href

/** Runs a program that has the built library's exports as `rtnetlink`, in a process of its own, started through `wrapper` (`setpriv …`). */
export function runProgram(script: string, wrapper: readonly string[] = []): Promise<Ended> {
  const program = `import * as rtnetlink from ${JSON.stringify(library)}\n${script}`
  const [command = process.execPath, ...args] = [...wrapper, process.execPath, '--input-type=module', '-e', program]
  return new Promise(resolve => {
    const child = execFile(command, args, { timeout: 100_000 }, (_, stdout, stderr) => {
      resolve({ code: child.exitCode, signal: child.signalCode, stdout, stderr })
    })
  })
}
