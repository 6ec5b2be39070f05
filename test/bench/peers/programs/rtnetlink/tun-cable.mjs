import { delayDuring } from '../../../workloads/delay.mjs'
import carry from '../../../workloads/tun-cable.mjs'

export default async seconds => {
  let figures = /** @type {any} */ (undefined)
  const { p99 } = await delayDuring(async () => {
    figures = await carry({ runs: 1, vnet: true, seconds })
  })
  return { ...figures[0], delay_p99_ns: p99 }
}
