import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { median } from '../../../statistics.mjs'
import { time } from '../../../workloads/clock.mjs'
import { delayDuring } from '../../../workloads/delay.mjs'

const WARM = 5

/** ns that `work` takes, and the event loop's delay in 99 of 100 cases. */
export async function measure(work) {
  let ns = 0
  const { p99 } = await delayDuring(async () => {
    ns = await time(work)
  })
  return { ns: Math.round(ns), delay_p99_ns: p99 }
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')

function residentBytes() {
  collect()
  return process.memoryUsage.rss()
}

/** Lists once for the first time, once more for the memory that a list beside another takes, then some times. */
export async function measureList(list) {
  const kept = /** @type {any[]} */ ([])
  const first = await measure(async () => {
    kept.push(await list())
  })
  const before = residentBytes()
  kept.push(await list())
  const grown_bytes = residentBytes() - before
  const { length: listed } = kept.pop()
  const warm = []
  for (let i = 0; i < WARM; i++) warm.push(await measure(list))
  return {
    first_ns: first.ns,
    ns: median(warm.map(({ ns }) => ns)),
    delay_p99_ns: median(warm.map(({ delay_p99_ns }) => delay_p99_ns)),
    grown_bytes,
    listed,
  }
}

export const numbers = count => Array.from({ length: count }, (_, i) => i)
