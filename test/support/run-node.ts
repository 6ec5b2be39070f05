import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

export interface NodeEnded {
  readonly pid: number | undefined
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs Node at the root of the package, where `rtnetlink` means this very package. */
export function runNode(args: readonly string[], input = ''): Promise<NodeEnded> {
  return new Promise(resolve => {
    const child = execFile(process.execPath, args, { cwd: root, timeout: 100_000 }, (_, stdout, stderr) =>
      resolve({ pid: child.pid, code: child.exitCode, stdout, stderr }),
    )
    child.stdin?.end(input)
  })
}
