import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Netns } from '../../../../../dist/index.js'
import { now } from '../../../workloads/clock.mjs'
import { measure } from './measure.mjs'

const QUIET = 500
const ROOM = 64 * 2 ** 20

/** Aborts once nothing was heard for a while after the writer has ended. */
async function endWhenQuiet(controller, heard) {
  const [program, ...args] = String(process.env.WRITER).split(' ')
  await once(spawn(program, args, { stdio: 'ignore' }), 'exit')
  for (let before = -1; before !== heard.routes; ) {
    before = heard.routes
    await sleep(QUIET, undefined, { ref: false })
  }
  controller.abort()
}

async function hear(watch, count, heard, last) {
  for await (const event of watch) {
    if (event.object !== 'route' || event.type !== 'new') continue
    heard.routes++
    if (heard.routes === count) break
  }
  last.at = now()
}

export default async count => {
  const controller = new AbortController()
  const watch = Netns.current().watch({ routes: { family: 'inet' }, receiveBuffer: ROOM, signal: controller.signal })
  await watch.ready
  const [heard, last] = [{ routes: 0 }, { at: 0 }]
  let start = 0
  const { delay_p99_ns } = await measure(async () => {
    start = now()
    endWhenQuiet(controller, heard)
    await hear(watch, count, heard, last).catch(error => {
      if (error.name !== 'AbortError') throw error
    })
  })
  const { dropped, resyncs, overruns } = watch.counters
  return {
    delivered: heard.routes,
    ns: Math.round(last.at - start),
    ended: heard.routes === count ? 'complete' : 'quiet',
    delay_p99_ns,
    dropped,
    resyncs,
    overruns,
  }
}
