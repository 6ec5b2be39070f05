import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readdirSync, readlinkSync } from 'node:fs'
import { isPrivileged } from '../../scripts/takes-root.mjs'

export { isPrivileged } from '../../scripts/takes-root.mjs'

/** What stands in for a named namespace where nobody may give names. */
interface StandIn {
  /** The words before a command that run it inside. */
  readonly entering: readonly string[]
  /** A descriptor of it, where there is one. */
  readonly descriptor?: number
  end(): void
}

const standIns = new Map<string, StandIn>()

/** Lets `ip -n NAME`, as the tests say it, mean a namespace that this process has open. */
export function nameForTests(name: string, inode: string): void {
  const fd = openSync(`/proc/self/fd/${descriptorOf(`net:[${inode.split(':')[1]}]`)}`, 'r')
  standIns.set(name, { entering: enteringDescriptor(fd), descriptor: fd, end: () => closeSync(fd) })
}

/** The words before a command that run it in a namespace of this process's user namespace. */
export function enteringDescriptor(net: number | string): string[] {
  const own = readlinkSync('/proc/self/ns/user')
  const user = descriptorOf(link => link.startsWith('user:[') && link !== own)
  const here = `/proc/${process.pid}/fd`
  return ['nsenter', `--user=${here}/${user}`, '--preserve-credentials', `--net=${here}/${net}`]
}

function descriptorOf(wanted: string | ((link: string) => boolean)): string {
  const matches = typeof wanted === 'string' ? (link: string) => link === wanted : wanted
  const fd = readdirSync('/proc/self/fd').find(name => matches(target(`/proc/self/fd/${name}`)))
  if (fd === undefined) throw new Error(`this process has no descriptor of ${wanted}`)
  return fd
}

function target(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return '' // Closed meanwhile.
  }
}

/** A command, and descriptors that it is to inherit behind its stdio. */
interface Runnable {
  readonly words: readonly [command: string, ...args: string[]]
  readonly descriptors: readonly number[]
}

/** A program of iproute2 and its words, as they are to be run by whoever this process is. */
export function asRunnable(program: string, args: readonly string[]): Runnable {
  const descriptors: number[] = []
  if (isPrivileged) return { words: [program, ...args], descriptors }
  const [first, second = '', third = ''] = args
  if (first === 'netns' && second === 'add') return { words: addStandIn(third), descriptors }
  if (first === 'netns' && second === 'delete' && standIns.has(third)) return { words: endStandIn(third), descriptors }
  const option = args.indexOf('-n')
  const named = args[option + 1] ?? ''
  if (option >= 0 && standIns.has(named)) {
    const rest = [...args.slice(0, option), ...args.slice(option + 2)].map(word => pathFor(word, descriptors))
    return { words: enter(named, [program, ...rest]), descriptors }
  }
  if (first === 'netns' && second === 'exec' && standIns.has(third)) {
    const script = 'mount -t sysfs sysfs /sys && exec "$@"'
    return { words: enter(third, ['unshare', '-m', 'sh', '-c', script, 'sh', ...args.slice(3)]), descriptors }
  }
  return { words: [program, ...args], descriptors }
}

function enter(name: string, words: readonly string[]): [command: string, ...args: string[]] {
  return [...(standIns.get(name)?.entering ?? []), ...words] as [string, ...string[]]
}

/** Where a namespace's name is an argument, ip(8) takes a path too. Inside, /proc of this process is out of reach. */
function pathFor(word: string, descriptors: number[]): string {
  const descriptor = standIns.get(word)?.descriptor
  if (descriptor === undefined) return word
  descriptors.push(descriptor)
  return `/proc/self/fd/${2 + descriptors.length}`
}

/** In place of `ip netns add`: a process that keeps one, in a user namespace of its own. */
function addStandIn(name: string): [string, ...string[]] {
  const keeper: ChildProcess = spawn('unshare', ['-Urn', 'sleep', '600'], { stdio: 'ignore' })
  keeper.unref()
  standIns.set(name, {
    entering: ['nsenter', `--target=${keeper.pid}`, '--user', '--preserve-credentials', '--net'],
    end: () => void keeper.kill('SIGKILL'),
  })
  return ['sh', '-c', `until [ "$(cat /proc/${keeper.pid}/comm)" = sleep ]; do sleep 0.01; done`]
}

function endStandIn(name: string): [string, ...string[]] {
  standIns.get(name)?.end()
  standIns.delete(name)
  return ['true']
}

/** For afterEach: forgets all of them. */
export function endStandIns(): void {
  for (const name of [...standIns.keys()]) endStandIn(name)
}
