import { execFileSync } from 'node:child_process'
import { ip, iproute } from './test-namespaces.ts'

/** What `ip -j` and `bridge -j` print: whatever it is. */
export type Shown = any

/** Runs `ip -j -d -s` in a namespace. */
export function ipShows(namespace: string, ...words: string[]): Shown[] {
  const text = ip('-n', namespace, '-j', '-d', '-s', ...words)
  // ip 6.1 puts an empty object where a link did not match.
  return text.trim() === '' ? [] : JSON.parse(text).filter((item: object) => Object.keys(item).length > 0)
}

/** A link as `ip -j -d -s link show` has it. */
export function shownLink(namespace: string, name: string): Shown {
  return ipShows(namespace, 'link', 'show', 'dev', name)[0]
}

/** Names of the links that `ip link show` lists. */
export function shownNames(namespace: string, ...words: string[]): string[] {
  return ipShows(namespace, 'link', 'show', ...words).map(link => link.ifname)
}

/** A bridge's port as `bridge -j -d link show` has it. */
export function shownPort(namespace: string, name: string): Shown {
  return JSON.parse(iproute('bridge', '-n', namespace, '-j', '-d', 'link', 'show', 'dev', name))[0]
}

/** Why tests that need a program are left out, or undefined where it is installed. */
export function lackOfProgram(what: string, program: string, debianPackage: string): string | undefined {
  try {
    execFileSync('which', [program], { stdio: 'pipe' })
    return undefined
  } catch {
    return `${what}: the program ${program} is not installed (on Debian: ${debianPackage})`
  }
}

/** Runs a program inside a namespace, with that namespace's /sys. */
export function runInside(namespace: string, ...words: string[]): string {
  return ip('netns', 'exec', namespace, ...words)
}
