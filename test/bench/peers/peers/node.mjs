/** What Node does by itself: nothing at all for a cold start, and `fs` streams of tuns that somebody else has made. */
import { fileURLToPath } from 'node:url'
import { buildFloor, floorProgram } from '../../processes.mjs'

const main = fileURLToPath(new URL('../programs/node/main.mjs', import.meta.url))

const before = {
  'tun-read': [floorProgram, 'with-tun'],
  'tun-cable': [floorProgram, 'with-two-tuns', 'vnet'],
}

/** @type {import('../peers.mjs').Peer[]} */
export default [
  {
    name: 'node',
    title: 'Node alone',
    language: 'Node',
    prepare: buildFloor,
    version: () => process.version,
    workloads: ['cold', ...Object.keys(before)],
    command: (workload, count) =>
      workload === 'cold'
        ? [process.execPath, '-e', '0']
        : [...before[workload], process.execPath, main, workload, String(count)],
    notes: {
      cold: '`node -e 0`, which does nothing',
      'tun-read': '`fs.createReadStream` of the descriptor of a tun',
      'tun-cable': '`fs.createReadStream`, and `fs.write` for each packet',
    },
  },
]
