// The text of docs/proof.md: what tests have shown of each option of each kind of link.

/** @typedef {import('../test/support/notes.ts').SubjectNote} SubjectNote */
/** @typedef {import('../test/support/notes.ts').WitnessNote} WitnessNote */
/** @typedef {import('../test/support/notes.ts').BytesNote} BytesNote */
/** @typedef {import('../test/support/notes.ts').Note} Note */
/** @typedef {{ release: string, notes: Note[] }} Run what the witnesses noted on one kernel */

const HEADINGS = ['option', 'kernel', 'bytes', 'written, seen by', 'read', 'changed later', 'Linux', 'remarks']
const [BYTES, LINUX] = [HEADINGS.indexOf('bytes'), HEADINGS.indexOf('Linux')]

/**
 * @param {BytesNote[]} bytes
 * @param {Run[]} runs of each option, the first that has seen it counts
 * @param {string} former the page as it was: keeps what was seen on kernels that are not among these
 */
export function proofPage(bytes, runs, former = '') {
  const subjects = new Map(runs.flatMap(run => notesOf(run, 'subject')).map(note => [note.subject, note]))
  const page = new Page(bytes, runs, former)
  const sections = [...subjects.values()].sort(byTitle).map(subject => page.section(subject))
  return `${intro(runs, former)}\n${sections.join('\n')}`
}

/** Without what differs between two builds of one kernel. */
export function comparable(page) {
  return page.replaceAll(/Linux (\d+\.\d+)[^\s,]*/g, 'Linux $1')
}

/** `6.12` for 6.12.1-debian. */
export function seriesOf(release) {
  return /^\d+\.\d+/.exec(release)?.[0] ?? release
}

/** The releases that a page names, the full kernel's first. @param {string} page */
export function releasesOf(page) {
  const line = /^Seen on (.*)\.$/m.exec(page)?.[1] ?? ''
  return Array.from(line.matchAll(/Linux ([^\s,]+)/g), ([, release]) => release)
}

/** @template T @param {T[]} items @param {(item: T) => string} key @returns {Map<string, T[]>} */
export function grouped(items, key) {
  const groups = new Map()
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item])
  return groups
}

class Page {
  #bytes
  #runs
  #former
  #lacking

  constructor(bytes, runs, former) {
    const known = new Set(runs.map(({ release }) => seriesOf(release)))
    this.#bytes = grouped(bytes, ({ subject }) => subject)
    this.#runs = runs.map(run => ({
      series: seriesOf(run.release),
      seen: grouped(notesOf(run, 'witness'), ({ subject, option }) => `${subject} ${option}`),
    }))
    const subjects = runs.flatMap(run => notesOf(run, 'subject'))
    const there = new Set(subjects.filter(({ lacking }) => !lacking).map(({ subject }) => subject))
    this.#lacking = new Set(subjects.map(({ subject }) => subject).filter(subject => !there.has(subject)))
    this.#former = new Map([...rowsOf(former)].filter(([, cells]) => cells[LINUX] !== '' && !known.has(cells[LINUX])))
  }

  /** @param {SubjectNote} subject */
  section(subject) {
    const rows = subject.rows.flatMap(row => this.#rows(subject, row))
    const parts = [`## ${subject.subject}\n`]
    if (this.#lacking.has(subject.subject)) parts.push('No kernel of these tests has it: what is proven are the bytes.\n')
    if (rows.length === 0) parts.push('It has no options of its own.\n')
    else parts.push([HEADINGS, HEADINGS.map(() => '---'), ...rows].map(line).join(''))
    return parts.join('\n')
  }

  /** One line for each option below the row that tests look at by itself, else one for the row. */
  #rows(subject, { option: key, attribute }) {
    const looked = subject.options.filter(({ option }) => option === key || option.startsWith(`${key}.`))
    const options = looked.length === 0 ? [key] : [...new Set(looked.map(({ option }) => option))]
    return options.map(option => {
      const needs = looked.find(witness => witness.option === option)?.needs
      const remark = subject.unwitnessed[key] ?? (needs === undefined ? '' : `needs ${needs}`)
      return [
        `\`${option}\``,
        `\`${attribute}\``,
        this.#golden(subject.subject, option),
        ...this.#seen(subject.subject, option),
        remark,
      ]
    })
  }

  #golden(subject, option) {
    const notes = (this.#bytes.get(subject) ?? []).filter(note => covers(note.option, option))
    return ['sent', 'read'].filter(did => notes.some(note => note.did === did)).join(', ')
  }

  /** What stands from `written` to `Linux`. */
  #seen(subject, option) {
    for (const { series, seen } of this.#runs) {
      const notes = seen.get(`${subject} ${option}`)
      if (notes !== undefined) return [...cellsOf(notes), series]
    }
    const former = this.#former.get(`${subject} \`${option}\``)
    return former?.slice(BYTES + 1, LINUX + 1) ?? ['', '', '', '']
  }
}

/** Bytes of a whole say something of each part, and those of a part something of the whole. */
function covers(noted, option) {
  return noted === option || option.startsWith(`${noted}.`) || noted.startsWith(`${option}.`)
}

/** @param {WitnessNote[]} notes */
function cellsOf(notes) {
  const texts = did => [...new Set(notes.filter(note => note.did === did).map(({ text }) => text))]
  const refusals = texts('refused')
    .map(text => `\`${text}\``)
    .join('; ')
  const changed = texts('changed').length > 0
  const later = refusals === '' ? (changed ? 'yes' : '') : changed ? `yes, but ${refusals}` : `no: ${refusals}`
  return [texts('written').join('; '), texts('read').join('; '), later]
}

/** @template {Note['of']} Of @param {Run} run @param {Of} of @returns {Extract<Note, { of: Of }>[]} */
function notesOf({ notes }, of) {
  return /** @type {any} */ (notes.filter(note => note.of === of))
}

/** What every link has, then kinds, then ports. */
function byTitle(a, b) {
  const rank = ({ subject }) => (subject === 'link' ? 0 : subject.endsWith(' port') ? 2 : 1)
  return rank(a) - rank(b) || (a.subject < b.subject ? -1 : 1)
}

function line(cells) {
  return `| ${cells.map(cell => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |\n`
}

/** @returns {Map<string, string[]>} the cells of a page, by subject and option */
function rowsOf(page) {
  const rows = new Map()
  let subject = ''
  for (const text of page.split('\n')) {
    if (text.startsWith('## ')) subject = text.slice(3)
    if (!text.startsWith('| `')) continue
    const cells = text
      .slice(2, -2)
      .split(/(?<!\\)\| /)
      .map(cell => cell.trim().replaceAll('\\|', '|'))
    rows.set(`${subject} ${cells[0]}`, cells)
  }
  return rows
}

function intro(runs, former) {
  const series = new Set(runs.map(({ release }) => seriesOf(release)))
  const before = releasesOf(former).filter(release => !series.has(seriesOf(release)))
  const releases = [...runs.map(({ release }) => release), ...before]
  return `${TEXT}\nSeen on ${releases.map(release => `Linux ${release}`).join(', ')}.\n`
}

const TEXT = `<!-- Written by scripts/generate-proof.mjs from what the tests noted. Do not edit. -->

# What is proven of each kind of link

Each line is one option, and what tests saw of it. They write the line themselves when they pass; \`node scripts/generate-proof.mjs\` runs them and writes the page.

- *bytes*: messages that were written down by hand have the attribute, and we *sent* just those bytes, or *read* them.
- *written, seen by*: \`links.add\` set a value that is not the default, and *ip*, *a file* under /sys or /proc or *the attribute* as a program reads it that knows only numbers shows it.
  *ourselves*: nobody else can, for the reason given; we read it back.
- *read*: we read what *ip set*, or what they show of what only the kernel sets.
- *changed later*: *yes*: \`links.set\` changed it, seen by the same. *no*: what the caller is told. Empty where nothing can be set.
- *Linux*: the first of the kernels below on which all this was seen. None: remarks say why, and the bytes are what there is.
`
