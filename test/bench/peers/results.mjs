/** What was measured, in docs/benchmarks: one entry a workload, each with its own date, machine and versions. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { plot } from './plot.mjs'
import { page } from './report.mjs'

const folder = new URL('../../../docs/benchmarks/', import.meta.url)
const file = new URL('results.json', folder)

export const readResults = () => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { workloads: {} })

/** What was measured, and the pages that are made of it. */
export function writeAll(results) {
  mkdirSync(folder, { recursive: true })
  writeFileSync(file, `${JSON.stringify(results, null, 1)}\n`)
  writeFileSync(new URL('README.md', folder), page(results))
  writeFileSync(new URL('benchmarks.svg', folder), plot(results))
}

/** Puts in what is new, unless what is there has more rounds. @returns what was kept instead, if anything */
export function mergeWorkload(results, name, fresh, replace = false) {
  const older = results.workloads[name]
  if (older !== undefined && older.rounds > fresh.rounds && !replace) return older
  results.workloads[name] = fresh
  return undefined
}
