/** A lab of `count` namespaces on one bridge, each with an address and a default route: what `containers` does by hand, bridge included, from one description. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Lab, Rtnetlink } from '../../../dist/index.js'
import { now, repeat, time } from './clock.mjs'

const addressOf = number => `10.0.${(number + 2) >> 8}.${(number + 2) & 255}/16`

function describe(count) {
  const numbers = Array.from({ length: count }, (_, number) => number)
  return {
    namespaces: Object.fromEntries(numbers.map(number => [`c${number}`, { routes: { default: 'br0' } }])),
    bridges: {
      br0: { addresses: '10.0.0.1/16', ports: Object.fromEntries(numbers.map(number => [`c${number}`, addressOf(number)])) },
    },
  }
}

/** The kernel takes closed namespaces down on a thread of its own. `hub` is a session in that of the bridge, which holds it. */
async function waitUntilGone(hub) {
  const deadline = now() + 30e9
  while ((await hub.links.list({ kind: 'veth' })).length > 0) {
    if (now() > deadline) throw new Error('lab: veths outlive their closed namespaces')
    await sleep(1)
  }
}

async function tearDown(lab, hub) {
  lab.close()
  await waitUntilGone(hub)
  await hub.links.delete('br0')
}

export default ({ runs, count, user }) =>
  repeat(runs, async () => {
    let lab = /** @type {any} */ (undefined)
    const setup_ns = await time(async () => {
      lab = await Lab.create(describe(count), { user })
    })
    const hub = await Rtnetlink.open({ netns: lab.hub })
    await hub.links.list({ kind: 'bridge' })
    const teardown_ns = await time(() => tearDown(lab, hub))
    hub.close()
    return { setup_ns, teardown_ns, whole_ns: setup_ns + teardown_ns }
  })
