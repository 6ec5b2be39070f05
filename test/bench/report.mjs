/** From samples to rows, and from rows to a table. */
import { median } from './statistics.mjs'

const figures = (runs, figure) => {
  const values = runs.map(run => run[figure])
  if (!values.every(Number.isFinite)) throw new Error(`no figure "${figure}" in ${JSON.stringify(runs[0])}`)
  return values
}

function allowed(limit, floor) {
  if (limit === undefined) return undefined
  if (limit.ratio !== undefined) return floor * limit.ratio
  if (limit.extra !== undefined) return floor + limit.extra
  return limit.atMost
}

/**
 * @param rounds `{ floor, library }` a round, each an array of runs; the library's first run of a round is cold, and the limit
 *   is for the warm ones, unless each run is a process of its own.
 */
export function summarize({ name, rows, everyRunCold }, rounds) {
  const floorRuns = rounds.flatMap(round => round.floor)
  const coldRuns = rounds.map(round => round.library[0])
  const steadyRuns = rounds.flatMap(round => (everyRunCold ? round.library : round.library.slice(1)))
  return rows.map(({ title, figure, against = figure, limit }) => {
    const floor = median(figures(floorRuns, against))
    const library = median(figures(steadyRuns, figure))
    const cold = everyRunCold ? undefined : median(figures(coldRuns, figure))
    const most = allowed(limit, floor)
    const verdict = most === undefined ? undefined : library <= most ? 'pass' : 'over'
    return { name, title, floor, library, cold, ratio: library / floor, limit, verdict }
  })
}

function duration(ns) {
  if (ns === undefined) return ''
  if (ns < 1e5) return `${(ns / 1e3).toFixed(1)} µs`
  return `${(ns / 1e6).toFixed(ns < 1e8 ? 1 : 0)} ms`
}

function limitText(limit) {
  if (limit === undefined) return ''
  if (limit.ratio !== undefined) return `× ${Number(limit.ratio.toFixed(2))}`
  if (limit.extra !== undefined) return `+ ${duration(limit.extra)}`
  return `≤ ${duration(limit.atMost)}`
}

const headings = ['benchmark', 'figure', 'floor', 'library', 'cold', 'ratio', 'limit', '']
const leftAligned = new Set([0, 1, 7])

const cells = row => [
  row.name,
  row.title,
  duration(row.floor),
  duration(row.library),
  duration(row.cold),
  row.ratio.toFixed(2),
  limitText(row.limit),
  row.verdict ?? '',
]

/** One line a row; floor and library are medians, cold is the median of first runs in a fresh process. */
export function table(rows) {
  const lines = [headings, ...rows.map(cells)]
  const widths = headings.map((_, column) => Math.max(...lines.map(line => line[column].length)))
  const align = (cell, column) => (leftAligned.has(column) ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))
  return lines.map(line => line.map(align).join('  ').trimEnd()).join('\n')
}
