import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { now } from '../../../workloads/clock.mjs'

/** For how long nothing may come after the writer has ended, in ms. */
const QUIET = 500

/** Who listens is a process of its own, and says how many it has heard: the library aborts it when an event was dropped. */
async function startListener(count) {
  const main = fileURLToPath(new URL('listener.mjs', import.meta.url))
  const listener = spawn(process.execPath, [main, String(count)], { stdio: ['ignore', 'pipe', 'pipe'] })
  const lines = createInterface(listener.stdout)
  const heard = { routes: 0, last: 0, said: '' }
  listener.stderr.on('data', chunk => (heard.said += chunk))
  await once(lines, 'line')
  lines.on('line', line => {
    heard.routes = Number(line)
    heard.last = now()
  })
  return { listener, heard }
}

async function untilQuiet(heard) {
  const [program, ...args] = String(process.env.WRITER).split(' ')
  await once(spawn(program, args, { stdio: 'ignore' }), 'exit')
  for (let before = -1; before !== heard.routes; ) {
    before = heard.routes
    await sleep(QUIET)
  }
  return 'quiet'
}

async function untilEnded(listener, heard) {
  await once(listener, 'close')
  return `broken: ${heard.said.trim().split('\n').at(-1)?.trim()}`
}

export async function routeEvents(count) {
  const { listener, heard } = await startListener(count)
  const start = now()
  heard.last = start
  const how = await Promise.race([untilQuiet(heard), untilEnded(listener, heard)])
  listener.kill()
  const ended = heard.routes >= count ? 'complete' : how
  return { delivered: heard.routes, ns: Math.round(heard.last - start), ended }
}
