/** The page of the benchmarks: one table, and what belongs to it. */
import { columns, FLOOR, LATEST, OURS, summarize } from './summary.mjs'

const few = value => (value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(2))

const units = {
  time: ns => (ns < 1e5 ? `${few(ns / 1e3)} µs` : `${few(ns / 1e6)} ms`),
  bytes: bytes => (bytes < 1 ? 'none' : `${few(bytes)} B`),
  count: count => Math.round(count).toLocaleString('en-US'),
  share: ns => `${Math.round(ns / 1e7)} %`,
}

const format = ({ unit = 'time' }) => units[unit]

/** Remarks below the table, each once, by number. */
class Notes {
  #texts = []

  mark(text) {
    if (!this.#texts.includes(text)) this.#texts.push(text)
    return `<sup>${this.#texts.indexOf(text) + 1}</sup>`
  }

  lines() {
    return this.#texts.map((text, i) => `${i + 1}. ${text}`)
  }
}

function cellText({ row, cells }, title, { measured, workload }, notes) {
  const isFirst = row === workload.rows[0]
  const cell = cells[title]
  if (cell === undefined) return '—'
  const note = measured.notes?.[title]
  const marks = [
    ...(note === undefined || !isFirst ? [] : [note]),
    ...(cell.failed === undefined ? [] : [`${title}, ${workload.name}: ${cell.failed}`]),
    ...(cell.runs > 0 && cell.runs < measured.rounds && cell.failed === undefined
      ? [
          row.complete
            ? `${title}: in ${cell.runs} of ${measured.rounds} rounds`
            : `Slow, so in ${cell.runs} of ${measured.rounds} rounds`,
        ]
      : []),
  ]
  const marked = marks.map(text => notes.mark(text)).join(' ')
  if (cell.median === undefined) return `—${marked}`
  const text = format(row)
  const spread = cell.runs > 1 && cell.least !== cell.most ? ` (${text(cell.least)}–${text(cell.most)})` : ''
  return `${text(cell.median)}${spread}${marked}`
}

function targetText({ target, race }) {
  const parts = []
  if (target?.floor) parts.push(`≤ ${target.floor} × C`)
  if (target?.base) parts.push(`< ${target.base} × (\`node -e 0\` + C)`)
  if (target?.all) parts.push('all')
  if (race) parts.push('no peer faster')
  return parts.join(', ')
}

function verdict({ missed }) {
  if (missed === undefined) return ''
  if (missed.length === 0) return 'met'
  return `**missed**: ${missed.map(what => (what === 'target' ? 'target' : `${what} is faster`)).join(', ')}`
}

const times = value => (value === undefined ? '' : `${value.toFixed(2)} ×`)

function delayText({ delay }, isFirst) {
  if (!isFirst || delay === undefined) return ''
  return delay <= LATEST ? units.time(delay) : `**${units.time(delay)}**`
}

const rowLine = cells => `| ${cells.join(' | ')} |`

function tableLines(summaries, titles, notes) {
  const others = titles.filter(title => title !== FLOOR && title !== OURS)
  const headings = [
    '',
    'what',
    FLOOR,
    `**${OURS}**`,
    'to C',
    'to the fastest peer',
    'target',
    '',
    'event loop late, p99',
    ...others,
  ]
  const rows = summaries.flatMap(summary =>
    summary.rows.map((row, i) => {
      const text = title => cellText(row, title, summary, notes)
      const fastest = row.fastest === undefined ? '' : `${times(row.fastestRatio)} ${row.fastest.title}`
      return rowLine([
        row.row.id,
        row.row.title,
        text(FLOOR),
        `**${text(OURS)}**`,
        times(row.floorRatio),
        fastest.trim(),
        targetText(row.row),
        verdict(row),
        delayText(summary, i === 0),
        ...others.map(text),
      ])
    }),
  )
  return [rowLine(headings), rowLine(headings.map((_, i) => (i < 2 || i > 4 ? '---' : '---:'))), ...rows]
}

const day = date => date.slice(0, 10)

/** Workloads that were measured together are told of together. */
function settingLines(summaries) {
  const settings = new Map()
  for (const { workload, measured } of summaries) {
    const { machine, date, rounds } = measured
    const key = `${machine.kernel}, ${machine.processor}, ${machine.memory}, Node ${machine.node}, load ${machine.load} before; ${rounds} ${rounds === 1 ? 'round' : 'rounds'}, ${day(date)}`
    settings.set(key, [...(settings.get(key) ?? []), workload])
  }
  const ids = workloads => [...new Set(workloads.flatMap(({ rows }) => rows.map(({ id }) => id.replace(/[ab]$/, ''))))].join(', ')
  return [...settings].map(([text, workloads]) => `- ${ids(workloads)}: ${text}`)
}

const latestFirst = summaries => summaries.map(({ measured }) => measured).sort((a, b) => b.date.localeCompare(a.date))

function versionLines(summaries) {
  const versions = new Map()
  for (const { versions: found } of latestFirst(summaries)) {
    for (const [title, version] of Object.entries(found)) if (!versions.has(title)) versions.set(title, version)
  }
  return [...versions].map(([title, version]) => `- ${title}: ${version}`)
}

function missingLines(summaries) {
  const [latest] = latestFirst(summaries)
  const lines = Object.entries(latest?.missing ?? {}).map(([title, reason]) => `- ${title}: ${reason}`)
  return lines.length === 0 ? [] : ['', 'Missing:', '', ...lines]
}

const introduction = `<!-- Written by npm run bench:peers from results.json. Do not edit. -->

# Benchmarks

The same work done by this library and by its peers, side by side: \`npm run bench:peers\` repeats it (\`test/bench/peers\`). Every program runs in a fresh network namespace; the programs take turns, and begin
at another place in each round. A cell is the median, with the least and the most behind it. C is the floor: messages that were encoded beforehand, and the fewest system calls.
Building messages is part of everybody else's time. Peers are used as their documentation recommends for speed.
Memory is what the process grows by when it keeps a second list beside the first: what a library takes once, when it is first used, does not count.

![Times relative to C](benchmarks.svg)
`

/** The whole page, in Markdown. */
export function page(results) {
  const summaries = summarize(results)
  const notes = new Notes()
  const table = tableLines(summaries, columns(summaries), notes)
  return `${[
    introduction,
    ...table,
    '',
    ...notes.lines(),
    '',
    'Measured on:',
    '',
    ...settingLines(summaries),
    '',
    'Versions:',
    '',
    ...versionLines(summaries),
    ...missingLines(summaries),
  ].join('\n')}\n`
}
