/** Runs the C floor, and the library in child processes whose namespace is new and empty. */
import { execFile, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const here = name => fileURLToPath(new URL(name, import.meta.url))

export const floorProgram = here('floor/build/floor')

export function buildFloor() {
  const { status, error } = spawnSync('make', ['-s', '-C', here('floor')], { stdio: ['ignore', process.stderr, 'inherit'] })
  if (error) throw error
  if (status !== 0) throw new Error('the floor does not build')
}

/** One run of the floor: its line of JSON. */
export async function runFloor(...options) {
  const { stdout } = await run(floorProgram, options.map(String))
  return JSON.parse(stdout)
}

/**
 * Several runs of a workload in one fresh process in a namespace of its own, the first of them cold.
 * @returns {Promise<Record<string, number>[]>}
 */
export async function runWorkload(name, options) {
  return runInNamespace(workload(name, options))
}

/** Likewise, with a tun of that namespace, which is up, as descriptor 3. */
export async function runWithTun(name, options) {
  return runInNamespace([floorProgram, 'with-tun', ...workload(name, options)])
}

const workload = (name, options) => [process.execPath, here('workload.mjs'), name, JSON.stringify(options)]

async function runInNamespace(command) {
  const { stdout } = await run(floorProgram, ['in-namespace', ...command])
  return JSON.parse(stdout)
}

/** From spawn to exit of a Node process, in ns. */
export async function timeNode(...options) {
  const start = process.hrtime.bigint()
  await run(process.execPath, options)
  return Number(process.hrtime.bigint() - start)
}

export const firstReplyProgram = here('first-reply.mjs')
