import { readdir, readlink } from 'node:fs/promises'
import { invalidType } from '../../errors.ts'
import { checkKeys, checkObject } from '../../schema/check-options.ts'

/** Options of `netns.pids`. */
export interface PidsOptions {
  /** Whether a process counts of which only some thread is in the namespace, such as that of a Worker. Default false: the first thread decides. */
  threads?: boolean | undefined
}

const OPERATION = 'netns.pids'
const KEYS: readonly (keyof PidsOptions)[] = ['threads']

/** The processes in a namespace, by its inode, sorted. */
export async function pids(inode: string, options: PidsOptions = {}): Promise<number[]> {
  checkKeys(OPERATION, checkObject(OPERATION, options), KEYS)
  const { threads = false } = options
  if (typeof threads !== 'boolean') throw invalidType(OPERATION, 'threads', 'true or false', threads)
  const namespace = `net:[${inode.slice(inode.indexOf(':') + 1)}]`
  const found: number[] = []
  // One after another: there may be thousands, and the pool that reads them has four threads.
  for (const pid of await numbersIn('/proc')) {
    if (threads ? await hasThreadIn(namespace, pid) : await isIn(namespace, `/proc/${pid}`)) found.push(pid)
  }
  return found.sort((a, b) => a - b)
}

async function hasThreadIn(namespace: string, pid: number): Promise<boolean> {
  for (const thread of await numbersIn(`/proc/${pid}/task`)) {
    if (await isIn(namespace, `/proc/${pid}/task/${thread}`)) return true
  }
  return false
}

/** Of what has ended meanwhile, and of what this user may not look at, nothing is known. */
async function isIn(namespace: string, folder: string): Promise<boolean> {
  return (await readlink(`${folder}/ns/net`).catch(() => '')) === namespace
}

async function numbersIn(folder: string): Promise<number[]> {
  const names = await readdir(folder).catch(() => [])
  return names.filter(name => /^\d+$/.test(name)).map(Number)
}
