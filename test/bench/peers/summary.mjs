/** From what was measured to what the table and the plot say. */
import { median } from '../statistics.mjs'
import { workloads } from './workloads.mjs'

export const FLOOR = 'C'
export const OURS = 'rtnetlink'
/** The same program in a process that V8 has compiled most of: to be compared, and no peer. */
export const OURS_WARM = 'rtnetlink, warmed up'
const BASE = 'Node alone'

/** How late the event loop may be in 99 of 100 cases. */
export const LATEST = 5e6

const isComplete = (run, count) => run.delivered === undefined || run.delivered >= count

function cell(row, { runs, failed }, count) {
  const values = runs
    .filter(run => !row.complete || isComplete(run, count))
    .map(run => run[row.figure])
    .filter(Number.isFinite)
    .map(value => (row.each ? value / count : value))
  if (values.length === 0) return { failed, runs: 0 }
  return { median: median(values), least: Math.min(...values), most: Math.max(...values), runs: values.length, failed }
}

/** @returns {{ title: string, median: number } | undefined} */
function fastestPeer(cells, besides) {
  const nobodys = new Set([FLOOR, OURS, OURS_WARM, ...besides])
  const peers = Object.entries(cells)
    .filter(([title, { median }]) => !nobodys.has(title) && median !== undefined)
    .map(([title, { median }]) => ({ title, median }))
    .sort((one, other) => one.median - other.median)
  return peers[0]
}

/** What is allowed, by the target; undefined where that cannot be said. */
function allowed({ floor, base, all }, cells, count) {
  if (all) return count
  if (floor !== undefined) return cells[FLOOR]?.median && cells[FLOOR].median * floor
  if (base !== undefined) return cells[BASE]?.median && (cells[BASE].median + (cells[FLOOR]?.median ?? 0)) * base
  return undefined
}

/** What this library misses; nothing when all is met, undefined where there is nothing to meet or nothing to compare. */
function misses(row, cells, count, fastest) {
  const ours = cells[OURS]?.median
  if (ours === undefined || (row.target === undefined && !row.race)) return undefined
  const missed = []
  const most = row.target && allowed(row.target, cells, count)
  if (most !== undefined && (row.more ? ours < most : ours > most)) missed.push('target')
  if (fastest !== undefined && ours > fastest.median) missed.push(fastest.title)
  return most === undefined && fastest === undefined ? undefined : missed
}

const ratio = (value, other) => (value !== undefined && other ? value / other : undefined)

function summarizeRow(row, { peers, count, besides = [] }) {
  const cells = Object.fromEntries(Object.entries(peers).map(([title, peer]) => [title, cell(row, peer, count)]))
  const ours = cells[OURS]?.median
  const fastest = row.race ? fastestPeer(cells, besides) : undefined
  return {
    row,
    cells,
    floorRatio: ratio(ours, cells[FLOOR]?.median),
    fastest,
    fastestRatio: ratio(ours, fastest?.median),
    missed: misses(row, cells, count, fastest),
  }
}

const delays = runs => runs.map(run => run.delay_p99_ns).filter(Number.isFinite)

/** One entry a workload that was measured, in the order of the workloads. */
export function summarize(results) {
  return workloads
    .filter(({ name }) => results.workloads[name] !== undefined)
    .map(workload => {
      const measured = results.workloads[workload.name]
      const late = delays(measured.peers[OURS]?.runs ?? [])
      return {
        workload,
        measured,
        delay: late.length === 0 ? undefined : median(late),
        rows: workload.rows.map(row => summarizeRow(row, measured)),
      }
    })
}

/** The columns of the table: whoever did anything, the floor and this library first. */
export function columns(summaries) {
  const seen = new Set([FLOOR, OURS])
  for (const { measured } of summaries) for (const title of Object.keys(measured.versions)) seen.add(title)
  const used = title => summaries.some(({ measured }) => measured.peers[title] !== undefined)
  return [...seen].filter(used)
}
