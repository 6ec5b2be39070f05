/** How late the event loop is. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Times in ns between ticks of a timer of 1 ms while `work` runs: about 1.1e6 when nothing holds the loop up.
 * The histogram sees a tick only when the next one comes, so it gets some time before and after.
 */
export async function delayDuring(work) {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  await sleep(5)
  await work()
  await sleep(5)
  delay.disable()
  return { p99: delay.percentile(99), max: delay.max }
}
