/** `count` containers on one bridge: namespace, veth born in it, port of the bridge, address, lo up, default route. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Netns } from '../../../dist/index.js'
import { now, repeat, time } from './clock.mjs'

const host = Netns.current()
const queues = { numTxQueues: 1, numRxQueues: 1 }

const addressOf = number => `10.0.${(number + 2) >> 8}.${(number + 2) & 255}/16`

const setUpBridge = () =>
  Promise.all([
    host.links.add({ kind: 'bridge', name: 'br0', up: true }),
    host.addresses.add({ link: 'br0', address: '10.0.0.1/16' }),
  ])

async function setUpContainer(number) {
  const netns = await Netns.create()
  const peer = { name: 'eth0', netns, ...queues }
  const port = /** @type {const} */ ({ kind: 'bridge' })
  // Not read back: the floor does not look at it either.
  await host.links.addAll([{ kind: 'veth', name: `v${number}`, master: 'br0', port, up: true, ...queues, veth: { peer } }])
  await Promise.all([
    netns.links.set('lo', { up: true }),
    netns.addresses.add({ link: 'eth0', address: addressOf(number) }),
    netns.links.set('eth0', { up: true }),
    netns.routes.add({ to: 'default', via: '10.0.0.1' }),
  ])
  return netns
}

async function setUp(count, concurrent) {
  await setUpBridge()
  const numbers = Array.from({ length: count }, (_, number) => number)
  if (concurrent) return Promise.all(numbers.map(setUpContainer))
  const containers = []
  for (const number of numbers) containers.push(await setUpContainer(number))
  return containers
}

/** The kernel takes closed namespaces down on a thread of its own. */
async function waitUntilGone() {
  const deadline = now() + 30e9
  while ((await host.links.list({ kind: 'veth' })).length > 0) {
    if (now() > deadline) throw new Error('containers: veths outlive their closed namespaces')
    await sleep(1)
  }
}

async function tearDown(containers) {
  await Promise.all(containers.map(netns => netns.close()))
  await waitUntilGone()
  await host.links.delete('br0')
}

export default ({ runs, count, concurrent }) =>
  repeat(runs, async () => {
    let containers
    const setup_ns = await time(async () => {
      containers = await setUp(count, concurrent)
    })
    return { setup_ns, teardown_ns: await time(() => tearDown(containers)) }
  })
