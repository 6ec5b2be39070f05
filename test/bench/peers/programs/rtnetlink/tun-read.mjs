import { delayDuring } from '../../../workloads/delay.mjs'
import readTun from '../../../workloads/tun-read.mjs'

export default async seconds => {
  let figures = /** @type {any} */ (undefined)
  const { p99 } = await delayDuring(async () => {
    figures = await readTun({ way: 'batches', runs: 1, seconds })
  })
  return { ...figures[0], delay_p99_ns: p99 }
}
