/**
 * The library beside the C floor: `npm run bench`, or `npm run bench -- [--rounds 5] [--json] [name…]`.
 *
 * Floor and library take turns, each run in a network namespace of its own. Within a round the library's first run in a
 * fresh process is cold; limits are for the runs after it, as a long-lived process has them. A limit that is missed
 * is reported and is no error; a benchmark that breaks fails the run after the others are done. Needs root, make, a C
 * compiler, and the built package.
 */
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { benchmarks } from './benchmarks.mjs'
import { buildFloor } from './processes.mjs'
import { summarize, table } from './report.mjs'

/** Lets the kernel finish throwing away the namespaces of the run before. */
const settle = () => sleep(200)

async function measure(benchmark, roundCount) {
  const rounds = []
  for (let i = 0; i < roundCount; i++) {
    process.stderr.write(`${benchmark.name}: round ${i + 1} of ${roundCount}\n`)
    await settle()
    const floor = await benchmark.floor()
    await settle()
    rounds.push({ floor, library: await benchmark.library() })
  }
  return summarize(benchmark, rounds)
}

function select(names) {
  const known = benchmarks.map(benchmark => benchmark.name)
  const unknown = names.find(name => !known.includes(name))
  if (unknown !== undefined) throw new RangeError(`no benchmark "${unknown}"; there are: ${known.join(', ')}`)
  return names.length === 0 ? benchmarks : benchmarks.filter(benchmark => names.includes(benchmark.name))
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '5' }, json: { type: 'boolean', default: false } },
})
const roundCount = Number(values.rounds)
if (!Number.isInteger(roundCount) || roundCount < 1) throw new RangeError(`--rounds: not a positive integer: ${values.rounds}`)
if (!existsSync(new URL('../../dist/index.js', import.meta.url))) throw new Error('no dist/index.js: run `npm run build:all`')

const selected = select(positionals)
buildFloor()
const rows = []
for (const benchmark of selected) {
  try {
    rows.push(...(await measure(benchmark, roundCount)))
  } catch (error) {
    console.error(error)
    process.exitCode = 1
  }
}
console.log(values.json ? JSON.stringify(rows, null, 2) : table(rows))
