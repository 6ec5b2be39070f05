import { existsSync, readFileSync } from 'node:fs'
import { comparable, grouped, proofPage, releasesOf, seriesOf } from './proof-page.mjs'

/** @typedef {import('./vitest.mjs').Tally} Tally */

export const file = 'docs/proof.md'

/** The page as it stands. */
export function formerPage() {
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

/** The page that these tests make of it. @param {Tally[]} tallies those of the full kernel first */
export function pageFrom(tallies, former = formerPage()) {
  const notes = tallies.flatMap(({ notes = [] }) => notes)
  const kernels = grouped(
    tallies.filter(({ kernel }) => kernel !== undefined),
    tally => releaseOf(tally),
  )
  const runs = [...kernels].map(([release, of]) => ({ release, notes: of.flatMap(({ notes = [] }) => notes) }))
  const bytes = /** @type {import('./proof-page.mjs').BytesNote[]} */ (notes.filter(({ of }) => of === 'bytes'))
  return proofPage(
    bytes,
    runs.filter(({ notes }) => notes.some(({ of }) => of === 'witness')),
    former,
  )
}

/**
 * Compares the page with what the tests noted, as far as the full kernel ran them.
 * @param {Tally[]} here
 * @param {Tally[]} full
 * @returns {Tally}
 */
export function checkProof(here, full) {
  console.log(`\n# ${file} against what the tests noted`)
  const reason = whyNot(here, full)
  if (reason !== undefined) {
    console.log(`not compared: ${reason}`)
    return { passed: 0, failed: 0, skipped: [`${file}: ${reason}`] }
  }
  const former = formerPage()
  const bytes = here.map(tally => ({ ...tally, kernel: undefined }))
  const agrees = comparable(pageFrom([...full, ...bytes], former)) === comparable(former)
  if (!agrees) console.error(`${file} is out of date: run "node scripts/generate-proof.mjs"`)
  return { passed: agrees ? 1 : 0, failed: agrees ? 0 : 1, skipped: [] }
}

/** @returns {string | undefined} */
function whyNot(here, full) {
  if (full[0]?.kernel === undefined) return 'no full kernel'
  if ([...here, ...full].some(({ failed }) => failed > 0)) return 'tests failed'
  const [series, before] = [releaseOf(full[0]), ...releasesOf(formerPage())].map(seriesOf)
  return before === undefined || before === series ? undefined : `Linux ${series} ran, and it was made with Linux ${before}`
}

function releaseOf({ kernel = '' }) {
  return kernel.split(' ', 1)[0]
}
