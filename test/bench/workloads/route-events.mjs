/** Another process adds `count` routes; an asynchronous iterator hears of them. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Netns } from '../../../dist/index.js'
import { now, repeat } from './clock.mjs'

const floor = fileURLToPath(new URL('../floor/build/floor', import.meta.url))
const ns = Netns.current()

async function hear(count) {
  await ns.links.add({ kind: 'ifb', name: 'i0', index: 1000, up: true })
  const watch = ns.watch({ routes: { family: 'inet', table: 'main' } })
  await watch.ready
  execFile(floor, ['write-routes', String(count)])
  const heard = new Set()
  let start = 0
  for await (const event of watch) {
    if (event.object !== 'route' || event.type !== 'new') continue
    if (start === 0) start = now()
    heard.add(event.route.to)
    if (heard.size === count) break
  }
  const spent = now() - start
  const { dropped, resyncs, overruns } = watch.counters
  await ns.links.delete('i0')
  return { ns: spent, dropped, resyncs, overruns }
}

export default ({ runs, count }) => repeat(runs, () => hear(count))
