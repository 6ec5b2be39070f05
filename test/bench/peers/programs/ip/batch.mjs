import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { listWithIp } from './lists.mjs'
import { batch, each, now, time, waitUntilGone } from './run.mjs'
import {
  bridge,
  container,
  fdbEntry,
  finishPair,
  neighbor,
  numbers,
  pair,
  pairUp,
  route,
  tearDown,
  veth,
  vxlan,
} from './words.mjs'

/** So many namespaces are set up from inside at once: each takes a process. */
const AT_ONCE = 4
const ROOM = 64 * 2 ** 20
const QUIET = 500

async function containers(count) {
  await batch([bridge])
  const setup_ns = await time(async () => {
    const all = numbers(count).map(container)
    await batch(all.flatMap(({ outside }) => outside))
    await each(all, ({ name, inside }) => batch(inside, { netns: name }), AT_ONCE)
  })
  const teardown_ns = await time(async () => {
    await batch(numbers(count).map(tearDown))
    await waitUntilGone()
  })
  return { setup_ns, teardown_ns }
}

/** Lines that say what was added; what was deleted is said so. */
async function routeEvents(count) {
  const monitor = spawn('ip', ['-4', '-rcvbuf', String(ROOM), 'monitor', 'route'], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(monitor, 'spawn')
  await sleep(QUIET) // It does not say when it listens.
  let [delivered, last, rest] = [0, 0n, '']
  const enough = new Promise(resolve => {
    monitor.stdout.setEncoding('latin1').on('data', chunk => {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) if (line.startsWith('1')) delivered++
      last = now()
      if (delivered >= count) resolve(undefined)
    })
  })
  const start = now()
  last = start
  const [program, ...args] = String(process.env.WRITER).split(' ')
  const quiet = once(spawn(program, args), 'exit').then(async () => {
    for (let before = -1; before !== delivered; ) {
      before = delivered
      await sleep(QUIET)
    }
  })
  await Promise.race([enough, quiet])
  monitor.kill()
  return { delivered, ns: Number(last - start), ended: delivered >= count ? 'complete' : 'quiet' }
}

const add = (before, lineOf, program) => async count => {
  await batch(before)
  return { ns: await time(() => batch(numbers(count).map(lineOf), { program })) }
}

/** @type {Record<string, (count: number) => Promise<object>>} */
export default {
  'veth-pairs': async count => ({ ns: await time(() => batch(numbers(count).map(pair))) }),
  'veth-pairs-up': async count => ({
    ns: await time(() => batch([...numbers(count).map(pairUp), ...numbers(count).flatMap(finishPair)])),
  }),
  containers,
  'route-add': add(veth, route, 'ip'),
  'route-list': () => listWithIp(['-j', 'route', 'show', 'table', 'main']),
  'link-list': () => listWithIp(['-j', '-d', '-s', 'link', 'show']),
  'neighbor-add': add(veth, neighbor, 'ip'),
  'fdb-add': add(vxlan, fdbEntry, 'bridge'),
  'route-events': routeEvents,
}
