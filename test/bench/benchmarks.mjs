/**
 * What is measured, against what, and the limit that the project has set itself.
 *
 * `floor` and `library` do one round each and resolve with one object of figures a run; of several runs the first is
 * cold. A row compares one figure of each. Limits: `ratio` times the floor, `extra` ns over it, or `atMost` ns.
 */
import { firstReplyProgram, runFloor, runWithTun, runWorkload, timeNode } from './processes.mjs'

const floor =
  (...options) =>
  async () => [await runFloor(...options)]
const library = (name, options) => () => runWorkload(name, options)

const containerRows = [
  { title: 'set-up', figure: 'setup_ns', limit: { ratio: 1.25 } },
  { title: 'tear-down', figure: 'teardown_ns', limit: { ratio: 1.25 } },
]

const labRows = [
  { title: 'set-up', figure: 'setup_ns' },
  { title: 'tear-down', figure: 'teardown_ns' },
]

async function bothWaysToDelete() {
  const { ns: sockets_ns } = await runFloor('delete-pairs', 1000, 'sockets:64')
  const { ns: group_ns } = await runFloor('delete-pairs', 1000, 'group')
  return [{ sockets_ns, group_ns }]
}

/** The usual way today: `fs` streams read a descriptor that somebody else has made. */
const readStreams = async () => [await runWithTun('tun-read', { way: 'stream', runs: 1, seconds: 1 })].flat()

const carryRow = { title: 'TCP, a megabyte', figure: 'ns', limit: { ratio: 1.25 } }

const spawnsPerRound = 3

async function spawnTimes(...options) {
  const runs = []
  for (let i = 0; i < spawnsPerRound; i++) runs.push({ ns: await timeNode(...options) })
  return runs
}

/** By `addAll`, and by a call each in slices, which has no limit of its own. */
const addition = name => [
  {
    name,
    floor: floor(name, 100_000, 128),
    library: library(name, { runs: 3, count: 100_000 }),
    rows: [{ title: '100,000', figure: 'ns', limit: { ratio: 1.25 } }],
  },
  {
    name: `${name}-single`,
    floor: floor(name, 100_000, 128),
    library: library(name, { runs: 3, count: 100_000, slices: 500 }),
    rows: [{ title: '100,000, a call each', figure: 'ns' }],
  },
]

export const benchmarks = [
  {
    name: 'containers',
    floor: floor('containers', 100, 1, 'close'),
    library: library('containers', { runs: 5, count: 100, concurrent: false }),
    rows: containerRows,
  },
  {
    name: 'containers-concurrent',
    floor: floor('containers', 100, 1, 'close'),
    library: library('containers', { runs: 5, count: 100, concurrent: true }),
    rows: containerRows,
  },
  {
    name: 'lab',
    floor: floor('containers', 100, 1, 'close'),
    library: library('lab', { runs: 5, count: 100, user: false }),
    rows: [{ title: 'set-up and tear-down', figure: 'whole_ns', limit: { ratio: 1.3 } }, ...labRows],
  },
  {
    name: 'lab-without-root',
    floor: floor('containers', 100, 1, 'close'),
    library: library('lab', { runs: 5, count: 100, user: true }),
    rows: [{ title: 'set-up and tear-down', figure: 'whole_ns' }, ...labRows],
  },
  {
    name: 'veth-pairs',
    floor: floor('veth-pairs', 1000),
    library: library('veth-pairs', { runs: 3, count: 1000 }),
    rows: [{ title: '1,000', figure: 'ns', limit: { ratio: 1.1 } }],
  },
  {
    name: 'veth-pairs-up',
    floor: floor('veth-pairs-up', 1000),
    library: library('veth-pairs-up', { runs: 3, count: 1000 }),
    rows: [{ title: '1,000, both ends up, with addresses', figure: 'ns', limit: { ratio: 1.1 } }],
  },
  {
    name: 'delete-pairs',
    floor: bothWaysToDelete,
    library: library('delete-pairs', { runs: 2, count: 1000 }),
    rows: [
      { title: 'by group', figure: 'group_ns', limit: { ratio: 1.5 } },
      { title: 'each, against 64 sockets', figure: 'each_ns', against: 'sockets_ns', limit: { ratio: 1.5 } },
      { title: 'each, against group', figure: 'each_ns', against: 'group_ns' },
    ],
  },
  ...['route-add', 'neighbor-add', 'fdb-add'].flatMap(addition),
  {
    name: 'route-list',
    floor: floor('route-list', 100_000),
    library: library('route-list', { runs: 4, count: 100_000 }),
    rows: [
      { title: '100,000 kept', figure: 'list_ns', against: 'ns', limit: { ratio: 2 } },
      { title: '100,000 streamed', figure: 'stream_ns', against: 'ns', limit: { ratio: 2 } },
    ],
  },
  {
    name: 'route-stream',
    floor: floor('route-list', 1_000_000),
    library: library('route-stream', { runs: 2, count: 1_000_000 }),
    rows: [
      { title: '1,000,000 streamed', figure: 'ns', limit: { ratio: 2 } },
      { title: '1,000,000 kept', figure: 'list_ns', against: 'ns' },
      { title: 'bytes of memory beside (as ns)', figure: 'grown_bytes', against: 'ns', limit: { atMost: 64 * 2 ** 20 } },
    ],
  },
  {
    name: 'route-events',
    floor: floor('route-events', 100_000),
    library: library('route-events', { runs: 3, count: 100_000 }),
    rows: [{ title: '100,000 heard by an iterator', figure: 'ns', limit: { ratio: 2 } }],
  },
  {
    name: 'wait-up',
    floor: async () => [{ p50_ns: 0, p99_ns: 0 }],
    library: library('wait-up', { count: 100 }),
    everyRunCold: true,
    rows: [
      { title: 'behind the kernel’s event, p50', figure: 'p50_ns', limit: { atMost: 1e6 } },
      { title: 'p99', figure: 'p99_ns' },
    ],
  },
  {
    name: 'link-list',
    floor: floor('link-list', 2000),
    library: library('link-list', { runs: 6, count: 2000 }),
    rows: [{ title: '2,000', figure: 'ns', limit: { ratio: 1.5 } }],
  },
  {
    name: 'link-get',
    floor: floor('link-get', 10_000),
    library: library('link-get', { runs: 2, count: 10_000 }),
    rows: [
      { title: 'p50', figure: 'p50_ns', limit: { extra: 25_000 } },
      { title: 'p99', figure: 'p99_ns' },
    ],
  },
  {
    name: 'event-loop',
    floor: library('idle-event-loop', { runs: 1, count: 100 }),
    library: library('event-loop', { runs: 8, count: 1000 }),
    rows: [
      { title: '1,000 created in one go, p99', figure: 'create_p99_ns', limit: { atMost: 5e6 } },
      { title: '1,000 created in turn, p99', figure: 'in_turn_p99_ns', limit: { atMost: 5e6 } },
      { title: '1,000 deleted, p99', figure: 'delete_p99_ns', limit: { atMost: 5e6 } },
      { title: 'worst', figure: 'max_ns' },
    ],
  },
  {
    name: 'tun-read',
    floor: floor('tun-read', 1),
    library: library('tun-read', { way: 'batches', runs: 3, seconds: 1 }),
    rows: [
      { title: 'a packet of a flood, in batches', figure: 'ns', limit: { ratio: 1 / 0.9 } },
      { title: 'main thread, in a second', figure: 'main_ns', against: 'main_ns', limit: { atMost: 300e6 } },
    ],
  },
  {
    name: 'tun-read-iterator',
    floor: readStreams,
    library: library('tun-read', { way: 'iterator', runs: 3, seconds: 1 }),
    rows: [{ title: 'a packet of a flood, one by one, against fs streams', figure: 'ns', limit: { ratio: 0.5 } }],
  },
  {
    name: 'tun-write',
    floor: floor('tun-write', 20_000),
    library: library('tun-write', { runs: 5, count: 20_000 }),
    rows: [{ title: 'a packet alone, awaited', figure: 'ns', limit: { extra: 5000 } }],
  },
  {
    name: 'tun-cable',
    floor: floor('tun-cable', 2, 'plain'),
    library: library('tun-cable', { runs: 2, vnet: false, seconds: 2 }),
    rows: [carryRow],
  },
  {
    name: 'tun-cable-vnet',
    floor: floor('tun-cable', 2, 'vnet'),
    library: library('tun-cable', { runs: 2, vnet: true, seconds: 2 }),
    rows: [carryRow],
  },
  {
    name: 'first-reply',
    floor: () => spawnTimes('-e', '0'),
    library: () => spawnTimes(firstReplyProgram),
    everyRunCold: true,
    rows: [{ title: 'process', figure: 'ns', limit: { extra: 30e6 } }],
  },
]
