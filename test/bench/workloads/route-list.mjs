/** Lists `count` IPv4 routes: all kept, and streamed and dropped. */
import { Netns } from '../../../dist/index.js'
import { repeat, time } from './clock.mjs'
import { destinations } from './destinations.mjs'

const { links, routes } = Netns.current()
/** @type {import('../../../dist/index.js').RouteFilter} */
const filter = { family: 'inet', table: 'main' }

function expectCount(found, count) {
  if (found !== count) throw new Error(`route-list: ${found} routes instead of ${count}`)
}

const list = async count => expectCount((await routes.list(filter)).length, count)

async function stream(count) {
  let found = 0
  for await (const _route of routes.stream(filter)) found += 1
  expectCount(found, count)
}

export default async ({ runs, count }) => {
  await links.add({ kind: 'ifb', name: 'i0', up: true })
  await Promise.all(destinations(count).map(to => routes.add({ to, link: 'i0', scope: 'link' })))
  const results = await repeat(runs, async () => ({
    list_ns: await time(() => list(count)),
    stream_ns: await time(() => stream(count)),
  }))
  await links.delete('i0')
  return results
}
