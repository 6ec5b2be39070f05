/**
 * This library beside its peers: `npm run bench:peers -- [--rounds 5] [--only W1,W2] [--peers go,rust] [--json] [--replace] [--report-only]`.
 *
 * Installs what it can, builds small programs against each peer, and lets them do the same work in turns (workloads.mjs). What was measured goes into docs/benchmarks:
 * results.json, and the table and the plot that are made of it. A workload that was measured anew takes the place of its older result, the others stay; so that an older
 * result is kept that has more rounds, unless `--replace` says otherwise. With `--peers` nothing is written but to the terminal. Needs root, make, a C compiler and the
 * built package.
 */
import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { buildFloor } from '../processes.mjs'
import { describeMachine } from './machine.mjs'
import { loadPeers, preparePeers, titleOf } from './peers.mjs'
import { page } from './report.mjs'
import { mergeWorkload, readResults, writeAll } from './results.mjs'
import { measure } from './rounds.mjs'
import { selectWorkloads } from './workloads.mjs'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    only: { type: 'string' },
    peers: { type: 'string' },
    json: { type: 'boolean', default: false },
    replace: { type: 'boolean', default: false },
    'report-only': { type: 'boolean', default: false },
  },
})
// What was started ends with this process, however that ends.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))

const tell = text => process.stderr.write(`${text}\n`)
const rounds = Number(values.rounds)
if (!Number.isInteger(rounds) || rounds < 1) throw new RangeError(`--rounds: not a positive integer: ${values.rounds}`)

/** How peers do it, by title. */
function notesOf(peers, { name }) {
  const said = peers.filter(({ notes }) => notes?.[name] !== undefined)
  return Object.fromEntries(said.map(peer => [titleOf(peer), `${titleOf(peer)}: ${peer.notes[name]}`]))
}

/** Measures the workloads one after another; what is complete is written at once. */
async function run(results, kept) {
  const workloads = selectWorkloads(values.only)
  if (process.getuid?.() !== 0) throw new Error('namespaces to measure in are made by root only')
  if (!existsSync(new URL('../../../dist/index.js', import.meta.url)))
    throw new Error('no dist/index.js: run `npm run build:all`')
  buildFloor() // It prepares everybody's namespaces.
  const { ready, versions, missing } = await preparePeers(await loadPeers(values.peers), tell)
  const setting = { machine: describeMachine(), versions, missing }
  for (const workload of workloads) {
    const peers = await measure(workload, ready, rounds, tell)
    const fresh = {
      date: new Date().toISOString(),
      rounds,
      count: workload.count,
      ...setting,
      notes: notesOf(ready, workload),
      besides: ready.filter(peer => peer.besides?.includes(workload.name)).map(titleOf),
      peers,
    }
    const older = mergeWorkload(results, workload.name, fresh, values.replace)
    if (older !== undefined)
      tell(`${workload.name}: kept is what was measured in ${older.rounds} rounds (--replace puts this in its place)`)
    if (kept) writeAll(results)
  }
}

const partial = values.peers !== undefined
const results = partial ? { workloads: {} } : readResults()
if (!values['report-only']) await run(results, !partial)
if (!partial) writeAll(results)
console.log(values.json ? JSON.stringify(results, null, 2) : page(results))
