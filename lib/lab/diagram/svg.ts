import { type Box, CHARACTER, type Curve, columnsOfText, DOT, layOut, PADDING, type Row } from './layout.ts'
import type { Survey } from './survey.ts'

/** Colours of a page in the light, and of one in the dark: whoever shows the picture says which. Without a style sheet's variables, which not all programs know. */
const STYLE = `
text{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#1f2328}
.page{fill:#fff}.box{fill:#f6f8fa;stroke:#8c959f}.name{font-weight:600}.quiet{fill:#59636e}
.tree{fill:none;stroke:#8c959f}.wire{fill:none;stroke:#0969da;stroke-width:1.5}.on{stroke-dasharray:5 4}.plug{fill:#0969da}
.up{fill:#1a7f37;stroke:#1a7f37}.nocarrier{fill:#fff;stroke:#9a6700}.down{fill:#fff;stroke:#8c959f}
@media (prefers-color-scheme:dark){
text{fill:#f0f6fc}.page{fill:#0d1117}.box{fill:#161b22;stroke:#6e7681}.quiet{fill:#9198a1}
.tree{stroke:#6e7681}.wire{stroke:#4493f8}.plug{fill:#4493f8}
.up{fill:#3fb950;stroke:#3fb950}.nocarrier{fill:#0d1117;stroke:#d29922}.down{fill:#0d1117;stroke:#6e7681}
}
`

/** A picture: namespaces as boxes, a line for each link, wires between the boxes. */
export function toSvg(survey: Survey): string {
  const { width, height, boxes, curves } = layOut(survey)
  const names = survey.namespaces.map(({ name }) => name).join(', ')
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(`Network namespaces: ${names}`)}</title>`,
    `<style>${STYLE}</style>`,
    `<rect class="page" width="${width}" height="${height}"/>`,
    ...boxes.flatMap(drawBox),
    ...curves.flatMap(drawCurve),
    '</svg>',
  ]
  return `${lines.join('\n')}\n`
}

function drawBox(box: Box): string[] {
  return [
    `<rect class="box" x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}" rx="6"/>`,
    `<text class="name" x="${box.x + PADDING}" y="${box.y + 19}">${escaped(box.name)}</text>`,
    ...box.rows.flatMap(row => drawRow(box, row)),
  ]
}

function drawRow(box: Box, { link, x, y }: Row): string[] {
  const text = x + DOT
  const kind = text + (columnsOfText(link.name) + 1) * CHARACTER
  const master = box.rows.find(row => row.link.index === link.master)
  return [
    ...(master === undefined ? [] : [`<path class="tree" d="M${master.x + 4} ${master.y + 4}V${y}H${x}"/>`]),
    `<circle class="${link.state.replace(' ', '')}" cx="${x + 4}" cy="${y}" r="3.5"/>`,
    `<text x="${text}" y="${y + 4}">${escaped(link.name)}</text>`,
    ...(link.kind === undefined ? [] : [`<text class="quiet" x="${round(kind)}" y="${y + 4}">${escaped(link.kind)}</text>`]),
    `<text class="quiet" x="${box.x + box.width - PADDING}" y="${y + 4}" text-anchor="end">${link.state}</text>`,
    ...link.addresses.map(
      (address, i) => `<text class="quiet" x="${text}" y="${y + 4 + 16 * (i + 1)}">${escaped(address)}</text>`,
    ),
  ]
}

function drawCurve({ kind, points: [start, one, other, end] }: Curve): string[] {
  const path = `M${start.x} ${start.y}C${one.x} ${one.y} ${other.x} ${other.y} ${end.x} ${end.y}`
  const plugs = [start, end].map(({ x, y }) => `<circle class="plug" cx="${x}" cy="${y}" r="3"/>`)
  return [`<path class="wire${kind === 'on' ? ' on' : ''}" d="${path}"/>`, ...plugs]
}

const round = (number: number) => Math.round(number * 10) / 10

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** What XML does not allow even as a number of a character becomes the sign for what cannot be shown. */
function escaped(text: string): string {
  const shown = text.replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, '\ufffd')
  return shown.replace(/[&<>"']/g, character => ENTITIES[character] ?? '')
}
