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

/** Lists once for the first time and for the memory that it takes, then some times more. */
export async function listOften(list) {
  collect()
  const before = process.memoryUsage.rss()
  let kept = /** @type {any} */ (undefined)
  const first_ns = await time(async () => {
    kept = await list()
  })
  collect()
  const grown_bytes = process.memoryUsage.rss() - before
  const times = []
  for (let i = 0; i < WARM; i++) times.push(await time(list))
  return { first_ns, ns: median(times), grown_bytes, listed: kept.length }
}

export const listWithIp = words =>
  listOften(async () => {
    const { stdout } = await execute('ip', words, { maxBuffer: 2 ** 28 })
    return JSON.parse(stdout)
  })
