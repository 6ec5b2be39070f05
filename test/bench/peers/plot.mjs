/** One plot of all: times relative to C on a logarithmic scale, readable on light and on dark. */
import { columns, FLOOR, OURS, summarize } from './summary.mjs'

const WIDTH = 1000
const LEFT = 330
const RIGHT = 30
const MARGIN = 20
const LEGEND_LINE = 24
const LEGEND_COLUMNS = 4
const ROW = 46
const LANES = 30
const AXIS = 34

/** Told apart by form as well as by colour. */
const forms = {
  circle: (x, y, r) => `<circle cx="${x}" cy="${y}" r="${r}"/>`,
  square: (x, y, r) => `<rect x="${round(x - r)}" y="${round(y - r)}" width="${2 * r}" height="${2 * r}"/>`,
  diamond: (x, y, r) =>
    `<path d="M${x} ${round(y - 1.3 * r)}l${1.3 * r} ${1.3 * r}l${-1.3 * r} ${1.3 * r}l${-1.3 * r} ${-1.3 * r}z"/>`,
  triangle: (x, y, r) => `<path d="M${x} ${round(y - 1.2 * r)}l${1.2 * r} ${2.2 * r}h${-2.4 * r}z"/>`,
}
const formNames = Object.keys(forms)

/** In pairs for light and dark; the first is this library's. */
const colours = [
  ['#c2255c', '#ff6b9d'],
  ['#1971c2', '#4dabf7'],
  ['#d9480f', '#ffa94d'],
  ['#2b8a3e', '#69db7c'],
  ['#6741d9', '#b197fc'],
  ['#846200', '#ffe066'],
  ['#087f8c', '#66d9e8'],
  ['#5c6773', '#adb5bd'],
  ['#862e9c', '#e599f7'],
  ['#343a40', '#f1f3f5'],
]

const round = value => Math.round(value * 10) / 10
const escaped = text => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

const style = titles => {
  const variables = theme => titles.map((_, i) => `--c${i}:${colours[i % colours.length][theme]}`).join(';')
  return `<style>
svg{--back:#ffffff;--text:#1f2328;--faint:#d0d7de;--edge:#ffffff;${variables(0)}}
@media (prefers-color-scheme: dark){svg{--back:#0d1117;--text:#e6edf3;--faint:#30363d;--edge:#0d1117;${variables(1)}}}
text{font:13px system-ui,sans-serif;fill:var(--text)}
.title{font-weight:600;font-size:15px}
.grid{stroke:var(--faint)}
.floor{stroke:var(--text);stroke-width:1.5}
.mark{stroke:var(--edge);stroke-width:.8}
${titles.map((_, i) => `.p${i}{fill:var(--c${i})}`).join('')}
</style>`
}

const mark = (index, x, y, r) =>
  `<g class="mark p${index}">${forms[formNames[index % formNames.length]](round(x), round(y), r)}</g>`
const text = (x, y, words, more = '') => `<text x="${round(x)}" y="${round(y)}"${more}>${escaped(words)}</text>`

const shown = summaries =>
  summaries.flatMap(({ rows }) =>
    rows.filter(({ row, cells }) => (row.race || row.target?.base) && row.unit === undefined && cells[FLOOR]?.median),
  )

/** 1, 2, 5, 10, … from the least to the most. */
function ticksBetween(least, most) {
  const ticks = []
  for (let decade = 10 ** Math.floor(Math.log10(least)); decade <= most; decade *= 10) {
    for (const step of [1, 2, 5]) ticks.push(Number((decade * step).toPrecision(1)))
  }
  return ticks.filter(tick => tick >= least && tick <= most)
}

const ratiosOf = ({ cells }, titles) =>
  titles.map(title => (cells[title]?.median === undefined ? undefined : cells[title].median / cells[FLOOR].median))

function legend(titles) {
  const column = (WIDTH - 2 * MARGIN) / LEGEND_COLUMNS
  return titles.map((title, i) => {
    const [x, y] = [MARGIN + (i % LEGEND_COLUMNS) * column, 66 + Math.floor(i / LEGEND_COLUMNS) * LEGEND_LINE]
    return mark(i, x + 7, y - 4, title === OURS ? 6 : 4.5) + text(x + 20, y, title)
  })
}

/** @returns {string} the plot as SVG */
export function plot(results) {
  const summaries = summarize(results)
  const rows = shown(summaries)
  const titles = columns(summaries).filter(
    title => title !== FLOOR && rows.some(({ cells }) => cells[title]?.median !== undefined),
  )
  const ratios = rows.map(row => ratiosOf(row, titles))
  const all = [1, 2, ...ratios.flat().filter(Number.isFinite)]
  const [least, most] = [Math.min(...all) / 1.15, Math.max(...all) * 1.15]
  const at = ratio => LEFT + (Math.log(ratio / least) / Math.log(most / least)) * (WIDTH - LEFT - RIGHT)
  const top = 66 + Math.ceil(titles.length / LEGEND_COLUMNS) * LEGEND_LINE
  const bottom = top + rows.length * ROW
  const height = bottom + AXIS + MARGIN
  const lane = titles.length > 1 ? LANES / (titles.length - 1) : 0
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">`,
    '<title>Times of this library and of its peers, relative to C</title>',
    style(titles),
    `<rect width="${WIDTH}" height="${height}" fill="var(--back)"/>`,
    text(MARGIN, 30, 'Time relative to C (left is faster)', ' class="title"'),
    ...legend(titles),
    ...ticksBetween(least, most).flatMap(tick => [
      `<line class="${tick === 1 ? 'floor' : 'grid'}" x1="${round(at(tick))}" x2="${round(at(tick))}" y1="${top}" y2="${bottom}"/>`,
      text(at(tick), bottom + 20, `${tick} ×`, ' text-anchor="middle"'),
    ]),
    ...rows.flatMap(({ row }, i) => {
      const y = top + i * ROW
      const line = `<line class="grid" x1="${MARGIN}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}"/>`
      const marks = titles.map((title, j) =>
        ratios[i][j] === undefined ? '' : mark(j, at(ratios[i][j]), y + (ROW - LANES) / 2 + j * lane, title === OURS ? 6 : 4.5),
      )
      // What stands later is above: this library's.
      return [line, text(MARGIN, y + ROW / 2 + 5, `${row.id}  ${row.title}`), ...marks.reverse()]
    }),
    '</svg>',
  ]
  return `${parts.filter(part => part !== '').join('\n')}\n`
}
