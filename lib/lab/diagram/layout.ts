import type { Survey, SurveyedLink, SurveyedNamespace, WireEnd } from './survey.ts'

/** Sizes in pixels. Letters are those of a font of fixed width at 12 pixels, some of which are a little wider than others. */
export const CHARACTER = 7.3
const TITLE = 28
const LINE = 20
const ADDRESS = 16
const INDENT = 16
export const PADDING = 12
/** Room for the dot of a link's state, before its name. */
export const DOT = 14
/** Between columns, where the wires run. */
const GUTTER = 96
const GAP = 24
const MARGIN = 24
/** Namespaces without wires stand in rows of about this width. */
const WIDTH_OF_ROWS = 900
/** With this many that hang on it alone, a namespace stands in the middle of them. */
const MANY = 3

export interface Layout {
  readonly width: number
  readonly height: number
  readonly boxes: readonly Box[]
  readonly curves: readonly Curve[]
}

/** A namespace. */
export interface Box {
  readonly name: string
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly rows: readonly Row[]
}

/** A link; `y` is the middle of its first line. */
export interface Row {
  readonly link: SurveyedLink
  readonly x: number
  readonly y: number
}

/** A wire, as a cubic Bézier curve. It leaves a box at its side, in the row of its link, and runs between columns only. */
export interface Curve {
  readonly kind: 'pair' | 'on'
  readonly points: readonly [Point, Point, Point, Point]
}

export interface Point {
  readonly x: number
  readonly y: number
}

/** Where everything goes. The same survey is always laid out the same. */
export function layOut(survey: Survey): Layout {
  const neighbours = neighboursOf(survey)
  const boxes: (Box | undefined)[] = survey.namespaces.map(() => undefined)
  const columnOf = survey.namespaces.map(() => 0)
  const lonely: number[] = []
  let y = MARGIN
  let width = 0
  for (const members of components(neighbours)) {
    if (members.length === 1) {
      lonely.push(...members)
      continue
    }
    const columns = columnsOf(survey, members, neighbours)
    for (const [column, numbers] of columns.entries()) for (const number of numbers) columnOf[number] = column
    const placed = place(survey, columns, y)
    for (const [number, box] of placed) boxes[number] = box
    width = Math.max(width, rightOf(placed) + (hasInner(survey, columnOf, columns.at(-1) ?? []) ? GUTTER : 0))
    y = bottomOf(placed) + 2 * GAP
  }
  for (const [number, box] of placeLonely(survey, lonely, y)) {
    boxes[number] = box
    width = Math.max(width, box.x + box.width)
  }
  const all = boxes as Box[]
  const height = Math.max(0, ...all.map(box => box.y + box.height))
  return { width: width + MARGIN, height: height + MARGIN, boxes: all, curves: curvesOf(survey, all, columnOf) }
}

/** For each namespace, those that it has a wire to, in the order of its links. */
function neighboursOf({ namespaces, wires }: Survey): number[][] {
  const neighbours = namespaces.map(() => new Set<number>())
  for (const {
    ends: [one, other],
  } of wires) {
    if (one.namespace === other.namespace) continue
    neighbours[one.namespace]?.add(other.namespace)
    neighbours[other.namespace]?.add(one.namespace)
  }
  return neighbours.map(set => [...set])
}

function components(neighbours: readonly number[][]): number[][] {
  const seen = new Set<number>()
  const found: number[][] = []
  for (const start of neighbours.keys()) {
    if (seen.has(start)) continue
    const members = layersFrom(start, neighbours).flat()
    for (const member of members) seen.add(member)
    found.push(members.sort((a, b) => a - b))
  }
  return found
}

/** Those at distance 0, 1, 2 and so on. A wire leads to a layer beside, or to the same one. */
function layersFrom(start: number, neighbours: readonly number[][]): number[][] {
  const seen = new Set([start])
  const layers = [[start]]
  for (;;) {
    const next: number[] = []
    for (const number of layers.at(-1) ?? [])
      for (const other of neighbours[number] ?? []) {
        if (seen.has(other)) continue
        seen.add(other)
        next.push(other)
      }
    if (next.length === 0) return layers
    layers.push(next)
  }
}

/** Columns from left to right: layers from one end of the longest way; what hangs on one alone may stand on either side of it. */
function columnsOf(survey: Survey, members: readonly number[], neighbours: readonly number[][]): number[][] {
  const farthest = (start: number) => layersFrom(start, neighbours).at(-1)?.[0] ?? start
  const one = farthest(members[0] as number)
  // Read from left to right, as it was described.
  const layers = layersFrom(Math.min(one, farthest(one)), neighbours)
  const spread = spreadLeaves(layers, neighbours)
  return order(survey, spread)
}

function spreadLeaves(layers: readonly number[][], neighbours: readonly number[][]): number[][] {
  const columns = [[], ...layers.map(layer => [...layer]), []] as number[][]
  for (const [i, layer] of layers.entries()) {
    for (const parent of layer) {
      const leaves = (neighbours[parent] ?? []).filter(number => neighbours[number]?.length === 1).sort((a, b) => a - b)
      if (leaves.length < MANY) continue
      const half = new Set(leaves.slice(0, leaves.length >> 1))
      for (const column of columns) remove(column, leaves)
      columns[i]?.push(...half)
      columns[i + 2]?.push(...leaves.filter(number => !half.has(number)))
    }
  }
  return columns.filter(column => column.length > 0)
}

function remove(column: number[], numbers: readonly number[]): void {
  for (const number of numbers) {
    const at = column.indexOf(number)
    if (at >= 0) column.splice(at, 1)
  }
}

/** Orders each column by where its wires come from, from the fullest one to both sides, so that few of them cross. */
function order(survey: Survey, columns: number[][]): number[][] {
  const middle = columns.reduce((best, column, i) => (rowsIn(survey, column) > rowsIn(survey, columns[best] ?? []) ? i : best), 0)
  const ordered = columns.map(column => [...column].sort((a, b) => a - b))
  const sort = (i: number, by: number) => {
    const heights = new Map<string, number>()
    let height = 0
    for (const number of ordered[by] ?? [])
      for (const { index } of survey.namespaces[number]?.links ?? []) heights.set(`${number} ${index}`, height++)
    const means = new Map((ordered[i] ?? []).map(number => [number, meanHeight(survey, number, heights)]))
    ordered[i]?.sort((a, b) => (means.get(a) ?? 0) - (means.get(b) ?? 0) || a - b)
  }
  for (let i = middle + 1; i < columns.length; i++) sort(i, i - 1)
  for (let i = middle - 1; i >= 0; i--) sort(i, i + 1)
  return ordered
}

function rowsIn({ namespaces }: Survey, column: readonly number[]): number {
  return Math.max(0, ...column.map(number => namespaces[number]?.links.length ?? 0))
}

function meanHeight({ wires }: Survey, number: number, heights: ReadonlyMap<string, number>): number {
  const found = wires.flatMap(({ ends: [one, other] }) => {
    const far = one.namespace === number ? other : other.namespace === number ? one : undefined
    const height = far === undefined ? undefined : heights.get(`${far.namespace} ${far.index}`)
    return height === undefined ? [] : [height]
  })
  return found.length === 0 ? Number.POSITIVE_INFINITY : found.reduce((sum, height) => sum + height, 0) / found.length
}

type Placed = Map<number, Box>

function place(survey: Survey, columns: readonly number[][], top: number): Placed {
  const heights = columns.map(column => heightOfColumn(survey, column))
  const tallest = Math.max(...heights)
  const placed: Placed = new Map()
  let x = MARGIN
  for (const [i, column] of columns.entries()) {
    const width = Math.max(...column.map(number => widthOf(survey.namespaces[number] as SurveyedNamespace)))
    let y = top + (tallest - (heights[i] ?? 0)) / 2
    for (const number of column) {
      const box = boxAt(survey.namespaces[number] as SurveyedNamespace, x, y, width)
      placed.set(number, box)
      y += box.height + GAP
    }
    x += width + GUTTER
  }
  return placed
}

function placeLonely(survey: Survey, numbers: readonly number[], top: number): Placed {
  const placed: Placed = new Map()
  let [x, y, lowest] = [MARGIN, top, top]
  for (const number of numbers) {
    const namespace = survey.namespaces[number] as SurveyedNamespace
    const width = widthOf(namespace)
    if (x > MARGIN && x + width > WIDTH_OF_ROWS) [x, y] = [MARGIN, lowest + GAP]
    const box = boxAt(namespace, x, y, width)
    placed.set(number, box)
    x += width + GAP
    lowest = Math.max(lowest, box.y + box.height)
  }
  return placed
}

function heightOfColumn({ namespaces }: Survey, column: readonly number[]): number {
  const heights = column.map(number => boxAt(namespaces[number] as SurveyedNamespace, 0, 0, 0).height)
  return heights.reduce((sum, height) => sum + height, 0) + GAP * (column.length - 1)
}

function boxAt({ name, links }: SurveyedNamespace, x: number, top: number, width: number): Box {
  const rows: Row[] = []
  let y = top + TITLE
  for (const link of links) {
    rows.push({ link, x: x + PADDING + link.depth * INDENT, y: y + LINE / 2 })
    y += LINE + ADDRESS * link.addresses.length
  }
  return { name, x, y: top, width, height: y - top + PADDING / 2, rows }
}

function widthOf({ name, links }: SurveyedNamespace): number {
  const widths = links.flatMap(({ name, kind = '', state, addresses, depth }) => {
    const words = [name, kind, state].filter(word => word !== '').map(columnsOfText)
    const first = words.reduce((sum, columns) => sum + columns, 0) + 2 * words.length
    return [first, ...addresses.map(columnsOfText)].map(columns => depth * INDENT + DOT + columns * CHARACTER)
  })
  return Math.ceil(Math.max(columnsOfText(name) * CHARACTER, ...widths) + 2 * PADDING)
}

/** How many letters wide a text is: those of East Asia count twice. */
export function columnsOfText(text: string): number {
  let columns = 0
  for (const character of text)
    columns +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u.test(
        character,
      )
        ? 2
        : 1
  return columns
}

function rightOf(placed: Placed): number {
  return Math.max(...Array.from(placed.values(), box => box.x + box.width))
}

function bottomOf(placed: Placed): number {
  return Math.max(...Array.from(placed.values(), box => box.y + box.height))
}

/** Whether two namespaces of the column are joined: their wires run beside it. */
function hasInner({ wires }: Survey, columnOf: readonly number[], column: readonly number[]): boolean {
  return wires.some(
    ({ ends: [one, other] }) =>
      column.includes(one.namespace) && columnOf[one.namespace] === columnOf[other.namespace] && column.includes(other.namespace),
  )
}

function curvesOf({ wires }: Survey, boxes: readonly Box[], columnOf: readonly number[]): Curve[] {
  return wires.flatMap(({ kind, ends }): Curve[] => {
    const [one, other] = [...ends].sort((a, b) => (columnOf[a.namespace] ?? 0) - (columnOf[b.namespace] ?? 0)) as [
      WireEnd,
      WireEnd,
    ]
    const isInner = columnOf[one.namespace] === columnOf[other.namespace]
    const start = pointOf(boxes, one, 'right')
    const end = pointOf(boxes, other, isInner ? 'right' : 'left')
    if (start === undefined || end === undefined) return []
    const bend = GUTTER / 2
    return [{ kind, points: [start, { x: start.x + bend, y: start.y }, { x: end.x + (isInner ? bend : -bend), y: end.y }, end] }]
  })
}

function pointOf(boxes: readonly Box[], { namespace, index }: WireEnd, side: 'left' | 'right'): Point | undefined {
  const box = boxes[namespace]
  const row = box?.rows.find(({ link }) => link.index === index)
  if (box === undefined || row === undefined) return undefined
  return { x: side === 'left' ? box.x : box.x + box.width, y: row.y }
}
