/** Lists `count` links. */
import { Netns } from '../../../dist/index.js'
import { repeat, time } from './clock.mjs'

const { links } = Netns.current()
const group = 7

async function list(count) {
  const found = (await links.list()).length
  if (found < count) throw new Error(`link-list: ${found} links instead of ${count}`)
}

export default async ({ runs, count }) => {
  await Promise.all(Array.from({ length: count }, (_, i) => links.add({ kind: 'ifb', name: `i${i}`, group })))
  const results = await repeat(runs, async () => ({ ns: await time(() => list(count)) }))
  await links.delete({ group })
  return results
}
