import { execFileSync } from 'node:child_process'
import { readdirSync, readlinkSync } from 'node:fs'
import { vi } from 'vitest'
import type { Shown } from './ip.ts'
import { enteringDescriptor, isPrivileged } from './unprivileged.ts'

/** Any handle of a namespace that this process holds open, named or not. */
export interface Held {
  readonly inode: string
}

/** The words before a command that run it inside a namespace, even one without a name: through a descriptor of it that this process has. */
export function entering(netns: Held): [command: string, ...args: string[]] {
  const inode = `net:[${netns.inode.split(':')[1]}]`
  const fd = readdirSync('/proc/self/fd').find(name => target(`/proc/self/fd/${name}`) === inode)
  if (fd === undefined) throw new Error(`this process has no descriptor of ${inode}`)
  if (!isPrivileged) return enteringDescriptor(fd) as [string, ...string[]]
  return ['nsenter', `--net=/proc/${process.pid}/fd/${fd}`]
}

/** Runs ip(8) there. */
export function ipInside(netns: Held, ...words: string[]): string {
  return runInsideHeld(netns, 'ip', ...words)
}

/** Runs a program there. */
export function runInsideHeld(netns: Held, ...words: string[]): string {
  const [command, ...args] = entering(netns)
  return execFileSync(command, [...args, ...words], { encoding: 'utf8', stdio: 'pipe' })
}

/** What `ip -d tuntap show` prints there. It looks into /sys, which shows the namespace of whoever mounted it. */
export function tuntapInside(netns: Held): string {
  const [command, ...args] = entering(netns)
  const script = 'mount -t sysfs sysfs /sys && ip -d tuntap show'
  return execFileSync(command, [...args, 'unshare', '-m', 'sh', '-c', script], { encoding: 'utf8', stdio: 'pipe' })
}

/** What `ip -j -d -s` prints there. */
export function ipShowsInside(netns: Held, ...words: string[]): Shown[] {
  const text = ipInside(netns, '-j', '-d', '-s', ...words)
  return text.trim() === '' ? [] : JSON.parse(text).filter((item: object) => Object.keys(item).length > 0)
}

/** A link as `ip -j -d -s link show` has it. */
export function linkInside(netns: Held, name: string): Shown {
  return ipShowsInside(netns, 'link', 'show', 'dev', name)[0]
}

/** By how many bytes each link's counters grew, as ip(8) counts them, while `work` ran. */
export async function crossed(links: readonly (readonly [netns: Held, name: string])[], work: () => Promise<unknown>) {
  const before = links.map(([netns, name]) => linkInside(netns, name).stats64)
  await work()
  const after = links.map(([netns, name]) => linkInside(netns, name).stats64)
  return after.map((stats, i) => ({ rx: stats.rx.bytes - before[i].rx.bytes, tx: stats.tx.bytes - before[i].tx.bytes }))
}

/** Echoes that no other traffic is mistaken for: twenty of them, of at least `BYTES` in all on an Ethernet link. They are waited for as long as a busy machine takes. */
export const ECHOES = { count: 20, interval: 1, size: 1000, timeout: 10_000 } as const
export const BYTES = ECHOES.count * (14 + 20 + 8 + ECHOES.size)

/** Runs an example without its output, and returns the lines that it printed. */
export async function quietly(run: () => Promise<unknown>): Promise<string[]> {
  const lines: string[] = []
  const log = vi.spyOn(console, 'log').mockImplementation((line = '') => void lines.push(...String(line).split('\n')))
  try {
    await run()
  } finally {
    log.mockRestore()
  }
  return lines
}

function target(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined // Closed meanwhile.
  }
}
