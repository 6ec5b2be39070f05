/** One link by index, `count` times, each awaited before the next is asked for. */
import { Netns } from '../../../dist/index.js'
import { quantile } from '../statistics.mjs'
import { repeat, time } from './clock.mjs'

const { links } = Netns.current()

export default async ({ runs, count }) => {
  const { index } = await links.add({ kind: 'ifb', name: 'i0' })
  const results = await repeat(runs, async () => {
    const times = await repeat(count, () => time(() => links.get(index)))
    return { p50_ns: quantile(times, 0.5), p99_ns: quantile(times, 0.99) }
  })
  await links.delete('i0')
  return results
}
