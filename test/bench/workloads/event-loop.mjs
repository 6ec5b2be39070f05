/** The delay of the event loop while `count` links are created in one go, deleted in one go, and created one after another. */
import { Netns } from '../../../dist/index.js'
import { repeat } from './clock.mjs'
import { delayDuring } from './delay.mjs'

const { links } = Netns.current()
const group = 7

export default ({ runs, count }) => {
  const names = Array.from({ length: count }, (_, i) => `i${i}`)
  return repeat(runs, async () => {
    let created
    const create = await delayDuring(async () => {
      created = await Promise.all(names.map(name => links.add({ kind: 'ifb', name })))
    })
    const remove = await delayDuring(() => Promise.all(created.map(link => links.delete(link.index))))
    const inTurn = await delayDuring(async () => {
      for (const name of names) await links.add({ kind: 'ifb', name, group })
    })
    await links.delete({ group })
    return {
      create_p99_ns: create.p99,
      delete_p99_ns: remove.p99,
      in_turn_p99_ns: inTurn.p99,
      max_ns: Math.max(create.max, remove.max),
    }
  })
}
