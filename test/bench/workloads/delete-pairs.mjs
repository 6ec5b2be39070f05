/** Deletes `count` veth pairs: each by a request of its own, all in one go, or all by their group. */
import { Netns } from '../../../dist/index.js'
import { repeat, time } from './clock.mjs'

const { links } = Netns.current()
const queues = { numTxQueues: 1, numRxQueues: 1 }
const group = 7

const createPairs = count =>
  Promise.all(
    Array.from({ length: count }, (_, pair) =>
      links.add({ kind: 'veth', name: `a${pair}`, group, ...queues, veth: { peer: { name: `b${pair}`, ...queues } } }),
    ),
  )

export default ({ runs, count }) =>
  repeat(runs, async () => {
    const pairs = await createPairs(count)
    const each_ns = await time(() => Promise.all(pairs.map(link => links.delete(link.index))))
    await createPairs(count)
    return { each_ns, group_ns: await time(() => links.delete({ group })) }
  })
