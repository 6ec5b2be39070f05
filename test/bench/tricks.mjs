/**
 * What the kernel makes slow, and the ways around it that docs/performance.md tells of: `npm run bench:tricks`, or
 * `npm run bench:tricks -- [--rounds 7] [part of a title…]`. Every way does the same work, in a namespace of its own, in rotation. The ratio is of the
 * fastest runs: whatever else the machine does only adds.
 * Needs root and the built package.
 */
import { parseArgs } from 'node:util'
import { Netns, Rtnetlink } from '../../dist/index.js'
import { median } from './statistics.mjs'
import { time } from './workloads/clock.mjs'

/** @typedef {import('../../dist/index.js').AddLinkOptions & { name: string }} Named */

const one = { numTxQueues: 1, numRxQueues: 1 }
const group = 7
const noIpv6 = { families: { inet6: { addressGenerationMode: 'none' } } }

const each = (count, call) => Promise.all(Array.from({ length: count }, (_, number) => call(number)))
const pair = ({ links }, number, options = {}, peer = {}) =>
  links.add({ kind: 'veth', name: `a${number}`, ...one, ...options, veth: { peer: { name: `b${number}`, ...one, ...peer } } })
const pairs = (ns, count, options, peer) => each(count, number => pair(ns, number, options, peer))

const numbers = count => Array.from({ length: count }, (_, number) => number)
/** @returns {Named} */
const pairUp = number => ({ kind: 'veth', name: `a${number}`, up: true, veth: { peer: { name: `b${number}`, up: true } } })
/** @returns {Named} */
const halfUp = number => ({ kind: 'veth', name: `a${number}`, up: true, veth: { peer: { name: `b${number}` } } })
const otherEndUp = number => ({ link: `b${number}`, up: true })
const addressesOf = number => [
  { link: `a${number}`, address: `10.${number >> 8}.${number & 255}.1/24` },
  { link: `b${number}`, address: `10.${number >> 8}.${number & 255}.2/24` },
]

/** Waits until a veth in `ns` is gone, as those are whose other end was in a namespace that nothing holds any more. */
async function untilGone(ns) {
  while ((await ns.links.list({ kind: 'veth' })).length > 0) await new Promise(resolve => setTimeout(resolve, 1))
}

async function withPeers(ns, count) {
  const others = await each(count, () => Netns.create())
  await each(count, number => pair(ns, number, { group }, { netns: others[number] }))
  return others
}

/** Each way gets a namespace, prepares what is not measured, and answers what is. */
const tricks = [
  {
    title: '200 veth pairs',
    ways: {
      'with a queue for each CPU, as the kernel makes them': ns => () =>
        each(200, number => ns.links.add({ kind: 'veth', name: `a${number}`, veth: { peer: { name: `b${number}` } } })),
      'with one queue': ns => () => pairs(ns, 200),
    },
  },
  {
    title: '20 peers in another namespace',
    ways: {
      'made, then moved': async ns => {
        const other = await Netns.create()
        return () =>
          each(20, async number => {
            await pair(ns, number)
            await ns.links.set(`b${number}`, { netns: other })
          })
      },
      'born there': async ns => {
        const other = await Netns.create()
        return () => each(20, number => pair(ns, number, {}, { netns: other }))
      },
    },
  },
  {
    title: '200 veth pairs, both ends up',
    ways: {
      'with IPv6': ns => () => pairs(ns, 200, { up: true }, { up: true }),
      'addressGenerationMode none': ns => () => pairs(ns, 200, { up: true, ...noIpv6 }, { up: true, ...noIpv6 }),
      'disable_ipv6 in the namespace': async ns => {
        await ns.sysctl.set('net.ipv6.conf.default.disable_ipv6', 1)
        return () => pairs(ns, 200, { up: true }, { up: true })
      },
    },
  },
  {
    title: '400 veth pairs, both ends up, an address on each',
    ways: {
      'all calls at once, pair after pair': ns => () =>
        each(400, number =>
          Promise.all([ns.links.add(pairUp(number)), ...addressesOf(number).map(one => ns.addresses.add(one))]),
        ),
      'links.addAll, then the addresses': ns => async () => {
        await ns.links.addAll(numbers(400).map(pairUp))
        await ns.addresses.addAll(numbers(400).flatMap(addressesOf))
      },
      'links.addAll, then the addresses, then up by links.setAll': ns => async () => {
        await ns.links.addAll(numbers(400).map(halfUp))
        await ns.addresses.addAll(numbers(400).flatMap(addressesOf))
        await ns.links.setAll(numbers(400).map(otherEndUp))
      },
    },
  },
  {
    title: 'the deletion of 40 veth pairs',
    ways: {
      'one after another': async ns => {
        await pairs(ns, 40)
        return async () => {
          for (let number = 0; number < 40; number++) await ns.links.delete(`a${number}`)
        }
      },
      'in fives, which overlap': async ns => {
        await pairs(ns, 40)
        return async () => {
          for (let number = 0; number < 40; number += 5) await each(5, i => ns.links.delete(`a${number + i}`))
        }
      },
      'all in one go, which the library makes a group': async ns => {
        await pairs(ns, 40)
        return () => each(40, number => ns.links.delete(`a${number}`))
      },
      'by their group': async ns => {
        await pairs(ns, 40, { group })
        return () => ns.links.delete({ group })
      },
    },
  },
  {
    title: 'the end of 40 namespaces with a veth each',
    ways: {
      'links deleted one after another, then closed': async ns => {
        const others = await withPeers(ns, 40)
        return async () => {
          for (let number = 0; number < 40; number++) await ns.links.delete(`a${number}`)
          for (const other of others) other.close()
        }
      },
      'links deleted by group, then closed': async ns => {
        const others = await withPeers(ns, 40)
        return async () => {
          await ns.links.delete({ group })
          for (const other of others) other.close()
        }
      },
      'closed, until the last link is gone': async ns => {
        const others = await withPeers(ns, 40)
        return async () => {
          for (const other of others) other.close()
          await untilGone(ns)
        }
      },
      closed: async ns => {
        const others = await withPeers(ns, 40)
        return async () => {
          for (const other of others) other.close()
        }
      },
    },
  },
  {
    title: '400 veth pairs, through',
    ways: {
      'one socket': ns => () => pairs(ns, 400),
      'four sockets of one namespace': async ns => {
        const sessions = await each(4, () => Rtnetlink.open({ netns: ns }))
        return () => each(400, number => pair(sessions[number % 4], number))
      },
      'four sockets of four namespaces': async () => {
        const others = await each(4, () => Netns.create())
        return () => each(400, number => pair(others[number % 4], number))
      },
    },
  },
]

async function measure(prepare) {
  const ns = await Netns.create()
  try {
    const work = await prepare(ns)
    return await time(work)
  } finally {
    ns.close()
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}

const milliseconds = ns => (ns / 1e6).toFixed(1).padStart(7)

const { values, positionals } = parseArgs({ allowPositionals: true, options: { rounds: { type: 'string', default: '7' } } })
const isMeant = ({ title }) => positionals.length === 0 || positionals.some(part => title.includes(part))
for (const { title, ways } of tricks.filter(isMeant)) {
  /** @type {Map<string, number[]>} */
  const times = new Map(Object.keys(ways).map(way => [way, []]))
  for (let round = 0; round <= Number(values.rounds); round++)
    for (const [way, prepare] of Object.entries(ways)) {
      const ns = await measure(prepare)
      if (round > 0) times.get(way)?.push(ns) // The first is cold.
    }
  console.log(`${title}: fastest, median`)
  const first = Math.min(...[...times.values()][0])
  for (const [way, all] of times) {
    const fastest = Math.min(...all)
    console.log(
      `  ${milliseconds(fastest)} ms  ${milliseconds(median(all))} ms  ${(first / fastest).toFixed(1).padStart(6)} ×  ${way}`,
    )
  }
}
