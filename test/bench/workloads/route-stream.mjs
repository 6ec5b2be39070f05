/** Streams `count` IPv4 routes and drops them; how much memory that takes beside. */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Netns } from '../../../dist/index.js'
import { repeat, time } from './clock.mjs'

const floor = fileURLToPath(new URL('../floor/build/floor', import.meta.url))
const { links, routes } = Netns.current()
/** @type {import('../../../dist/index.js').RouteFilter} */
const filter = { family: 'inet', table: 'main' }

async function stream(count) {
  let found = 0
  for await (const _route of routes.stream(filter)) found += 1
  if (found !== count) throw new Error(`route-stream: ${found} routes instead of ${count}`)
}

/** Growth of the resident memory, looked at while it streams. */
async function measure(count) {
  const before = process.memoryUsage.rss()
  let most = before
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss())
  }, 20)
  const ns = await time(() => stream(count))
  clearInterval(timer)
  return { ns, grown_bytes: Math.max(most, process.memoryUsage.rss()) - before }
}

export default async ({ runs, count }) => {
  await links.add({ kind: 'ifb', name: 'i0', index: 1000, up: true })
  execFileSync(floor, ['write-routes', String(count)])
  const results = await repeat(runs, () => measure(count))
  for (const result of results) result.list_ns = await time(() => routes.list(filter))
  await links.delete('i0')
  return results
}
