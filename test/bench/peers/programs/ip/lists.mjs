import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { median } from '../../../statistics.mjs'
import { time } from './run.mjs'

const execute = promisify(execFile)
const WARM = 5

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')

function residentBytes() {
  collect()
  return process.memoryUsage.rss()
}

/** Lists once for the first time, once more for the memory that a list beside another takes, then some times. */
export async function listOften(list) {
  const kept = /** @type {any[]} */ ([])
  const first_ns = await time(async () => {
    kept.push(await list())
  })
  const before = residentBytes()
  kept.push(await list())
  const grown_bytes = residentBytes() - before
  const { length: listed } = kept.pop()
  const times = []
  for (let i = 0; i < WARM; i++) times.push(await time(list))
  return { first_ns, ns: median(times), grown_bytes, listed }
}

export const listWithIp = words =>
  listOften(async () => {
    const { stdout } = await execute('ip', words, { maxBuffer: 2 ** 28 })
    return JSON.parse(stdout)
  })
