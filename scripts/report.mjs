import { release } from 'node:os'

/**
 * The closing report: for each kernel that ran, what was counted, and every skipped test with its reason. The last line counts all.
 * @param {import('./vitest.mjs').Tally[]} tallies
 * @returns {string[]} lines
 */
export function reportLines(tallies, here = release()) {
  const lines = []
  const kernels = new Set(tallies.map(({ kernel = here }) => kernel))
  for (const name of kernels) {
    const sum = total(tallies.filter(({ kernel = here }) => kernel === name))
    lines.push(`Linux ${name}: ${counts(sum)}`, ...sum.skipped.map(line => `  skipped: ${line}`))
  }
  return [...lines, counts(total(tallies))]
}

/** Prints the report, and lets the process end accordingly. */
export function report(tallies) {
  console.log('')
  for (const line of reportLines(tallies)) console.log(line)
  process.exitCode = total(tallies).failed > 0 ? 1 : 0
}

function total(tallies) {
  const sum = key => tallies.reduce((sum, tally) => sum + tally[key], 0)
  return { passed: sum('passed'), failed: sum('failed'), skipped: tallies.flatMap(({ skipped }) => skipped) }
}

function counts({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped.length} skipped`
}
