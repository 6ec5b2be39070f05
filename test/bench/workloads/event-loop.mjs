/** The delay of the event loop while `count` links are created in one go, then deleted in one go. */
import { Netns } from '../../../dist/index.js'
import { repeat } from './clock.mjs'
import { delayDuring } from './delay.mjs'

const { links } = Netns.current()

export default ({ runs, count }) =>
  repeat(runs, async () => {
    let created
    const create = await delayDuring(async () => {
      created = await Promise.all(Array.from({ length: count }, (_, i) => links.add({ kind: 'ifb', name: `i${i}` })))
    })
    const remove = await delayDuring(() => Promise.all(created.map(link => links.delete(link.index))))
    return {
      create_p99_ns: create.p99,
      delete_p99_ns: remove.p99,
      max_ns: Math.max(create.max, remove.max),
    }
  })
