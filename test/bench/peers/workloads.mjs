/**
 * What every peer does. A row compares one figure of a workload: times in ns, lower is better unless it says `more`. Targets of this library: `floor` times the C program's
 * figure, `base` times that of `node -e 0` and the C program's together; and in each row that is marked so, not slower than the fastest peer.
 *
 * `fill` is what the namespace holds before the program starts, `link` that it has the link that the writer writes to; `expect` is how much it holds at least when the program
 * has ended, so that nobody is fast who did not do it.
 */
/** @returns {Row[]} */
const lists = (id, what, floor) => [
  { id, title: `${what} as native objects`, figure: 'ns', target: { floor }, race: true },
  { id, title: `${what}, the first time in the process`, figure: 'first_ns' },
  { id, title: `${what}, memory for each`, figure: 'grown_bytes', each: true, unit: 'bytes' },
]

/** @typedef {{ floor?: number, base?: number, all?: boolean }} Target */
/**
 * `each`: divided by the count. `complete`: only of runs that missed nothing. `more`: the higher, the better. `race`: nobody is to be faster.
 * @typedef {{ id: string, title: string, figure: string, unit?: 'time' | 'bytes' | 'count' | 'share', more?: boolean, each?: boolean, complete?: boolean, target?: Target, race?: boolean }} Row
 */
/** @typedef {{ name: string, count: number, rows: Row[], fill?: string, link?: boolean, timed?: boolean, expect?: Record<string, number> }} Workload */

/** @type {Workload[]} */
export const workloads = [
  {
    name: 'veth-pairs',
    count: 1000,
    expect: { links: 2001 },
    rows: [{ id: 'W1', title: '1,000 veth pairs', figure: 'ns', target: { floor: 1.1 }, race: true }],
  },
  {
    name: 'veth-pairs-up',
    count: 1000,
    expect: { links: 2001, addresses: 2000 },
    rows: [{ id: 'W2', title: '1,000 veth pairs up, with addresses', figure: 'ns', target: { floor: 1.1 }, race: true }],
  },
  {
    name: 'containers',
    count: 100,
    rows: [
      { id: 'W3a', title: '100 containers set up', figure: 'setup_ns', target: { floor: 1.1 }, race: true },
      { id: 'W3b', title: '100 containers taken down', figure: 'teardown_ns', target: { floor: 1.1 }, race: true },
    ],
  },
  {
    name: 'route-add',
    count: 100_000,
    expect: { routes: 100_000 },
    rows: [{ id: 'W4', title: '100,000 routes added', figure: 'ns', target: { floor: 1.25 }, race: true }],
  },
  { name: 'route-list', count: 100_000, fill: 'fill-routes', rows: lists('W5', '100,000 routes', 1.8) },
  { name: 'link-list', count: 2000, fill: 'fill-links', rows: lists('W6', '2,000 links', 1.5) },
  {
    name: 'neighbor-add',
    count: 100_000,
    expect: { neighbors: 100_000 },
    rows: [{ id: 'W7', title: '100,000 neighbors added', figure: 'ns', target: { floor: 1.25 }, race: true }],
  },
  {
    name: 'fdb-add',
    count: 100_000,
    expect: { fdb: 100_000 },
    rows: [{ id: 'W7', title: '100,000 FDB entries added', figure: 'ns', target: { floor: 1.25 }, race: true }],
  },
  {
    name: 'route-events',
    count: 100_000,
    link: true,
    rows: [
      { id: 'W8', title: '100,000 route events, heard', figure: 'delivered', unit: 'count', more: true, target: { all: true } },
      {
        id: 'W8',
        title: '100,000 route events, until the last',
        figure: 'ns',
        complete: true,
        target: { floor: 1.1 },
        race: true,
      },
    ],
  },
  {
    name: 'cold',
    count: 1,
    timed: true,
    rows: [{ id: 'W9', title: 'a process that sets up one container', figure: 'ns', target: { base: 1.5 } }],
  },
  {
    name: 'tun-read',
    count: 1,
    rows: [
      { id: 'W10', title: 'a packet of a flood into a tun', figure: 'ns', race: true },
      { id: 'W10', title: 'the main thread, meanwhile', figure: 'main_ns', unit: 'share' },
    ],
  },
  {
    name: 'tun-cable',
    count: 2,
    rows: [{ id: 'W10', title: 'TCP through two tuns, a megabyte', figure: 'ns', race: true }],
  },
]

/** What a library for netlink can do: all but the packets. */
export const CONFIGURATION = workloads.map(({ name }) => name).filter(name => !name.startsWith('tun-'))

/** Those that `only` asks for, by number (`W3`, `W3a`) or by name; all without. */
export function selectWorkloads(only) {
  if (only === undefined) return workloads
  const wanted = only.split(',')
  const isMeant = (word, { name, rows }) =>
    word === name || rows.some(({ id }) => id === word || id.replace(/[ab]$/, '') === word)
  const unknown = wanted.find(word => !workloads.some(workload => isMeant(word, workload)))
  if (unknown !== undefined)
    throw new RangeError(
      `--only: no workload "${unknown}"; there are W1 to W10, or ${workloads.map(({ name }) => name).join(', ')}`,
    )
  return workloads.filter(workload => wanted.some(word => isMeant(word, workload)))
}
