import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { asRunnable, endStandIns } from './unprivileged.ts'

export const NAMESPACE_DIRECTORY = '/run/netns'

let made = 0
/** Another run that was killed may have left names, and a process that has its number now. */
const PREFIX = `rtnl-test-${process.pid}-${Math.trunc(performance.timeOrigin).toString(36)}-`

/** A name for a namespace, which nothing else on this machine has. */
export function uniqueName(): string {
  return `${PREFIX}${++made}`
}

/** Whether a name came from uniqueName() here. */
export function isOwnName(name: string): boolean {
  return name.startsWith(PREFIX)
}

/** Runs ip(8) and returns what it prints. */
export function ip(...args: string[]): string {
  return iproute('ip', ...args)
}

/** Likewise bridge(8) and others that take `-n NAME`. */
export function iproute(program: string, ...args: string[]): string {
  const { words, descriptors } = asRunnable(program, args)
  const [command, ...rest] = words
  const stdio = ['pipe' as const, 'pipe' as const, 'pipe' as const, ...descriptors]
  return execFileSync(command, rest, { encoding: 'utf8', stdio, maxBuffer: 256 * 1024 * 1024 })
}

/** The names that ip(8) lists. */
export function listedNames(): string[] {
  return ip('netns', 'list')
    .split('\n')
    .map(line => line.split(' ', 1)[0]!)
    .filter(name => name !== '')
}

/** For afterEach: removes every namespace whose name came from uniqueName() here. */
export function deleteTestNamespaces(): void {
  endStandIns()
  for (const name of listedNames()) {
    if (isOwnName(name)) ip('netns', 'delete', name)
  }
}

export function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length
}

/** The threads of this process that are in another network namespace than its main thread. */
export function strayThreads(): string[] {
  const home = readlinkSync('/proc/self/ns/net')
  return readdirSync('/proc/self/task').filter(thread => {
    try {
      return readlinkSync(`/proc/self/task/${thread}/ns/net`) !== home
    } catch {
      return false // It has ended meanwhile.
    }
  })
}

/** Likewise, but those that are still there after a moment: a thread that made a namespace ends there, a little after the request. */
export async function lastingStrayThreads(): Promise<string[]> {
  await eventually(() => strayThreads().length === 0)
  return strayThreads()
}

/** The mounts at and below a directory: path, propagation and file system of each. */
export function mountsUnder(directory: string): { path: string; shared: boolean; type: string }[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').trim().split('\n')
  const mounts = lines.map(line => {
    const [before = '', after = ''] = line.split(' - ')
    const [, , , , path = '', , ...optional] = before.split(' ')
    return { path, shared: optional.some(field => field.startsWith('shared:')), type: after.split(' ', 1)[0]! }
  })
  return mounts.filter(({ path }) => path === directory || path.startsWith(`${directory}/`))
}

/** Waits until `condition` holds; false when it still does not after `milliseconds`. */
export async function eventually(condition: () => boolean, milliseconds = 20_000): Promise<boolean> {
  const deadline = Date.now() + milliseconds
  while (!condition()) {
    if (Date.now() > deadline) return false
    await new Promise(resolve => setTimeout(resolve, 5))
  }
  return true
}
