import { accessSync, constants, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** Where `build.mjs` puts the kernel, and where it is looked for. */
export const cachedKernel = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'rtnetlink', 'linux.uml')

/**
 * The full kernel, an executable file. RTNETLINK_KERNEL names one, or `none`; else it is the one in the cache folder.
 * @returns {{ kernel: string, reason?: undefined } | { kernel?: undefined, reason: string }} the reason when there is none
 * @throws {Error} when RTNETLINK_KERNEL names something that cannot be started: whoever set it wants to know
 */
export function findKernel(named = process.env.RTNETLINK_KERNEL, cached = cachedKernel) {
  if (named === 'none') return { reason: 'RTNETLINK_KERNEL=none' }
  if (named) {
    if (!isExecutable(named)) throw new Error(`RTNETLINK_KERNEL=${named}: no such executable file`)
    return { kernel: resolve(named) }
  }
  if (isExecutable(cached)) return { kernel: cached }
  return { reason: 'no full kernel here; "node scripts/full-kernel/build.mjs" makes one, or RTNETLINK_KERNEL names one' }
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}
