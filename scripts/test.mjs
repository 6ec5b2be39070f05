// `npm test`: builds what changed, checks, runs every test, and ends with the one line that counts them all.
import { check, steps } from './check.mjs'
import { testUnderFullKernel } from './full-kernel/test.mjs'
import { nodeMatrix } from './node-matrix.mjs'
import { report } from './report.mjs'
import { run } from './run.mjs'
import { vitest } from './vitest.mjs'

const tallies = [build(), checks()]
tallies.push(vitest('tests', ['unit', 'wire', 'contract', 'kernel', 'fuzz']))
// Alone: it compiles the addon, and the tests above hold time limits.
tallies.push(vitest('tests of the package', ['package']))
tallies.push(nodeMatrix())
tallies.push(...(await testUnderFullKernel()))
report(tallies)

/** @returns {import('./vitest.mjs').Tally} */
function build() {
  const built = run('build', 'npm', ['run', '--silent', 'build:all'])
  return { passed: built ? 1 : 0, failed: built ? 0 : 1, skipped: [] }
}

/** @returns {import('./vitest.mjs').Tally} */
function checks() {
  const failed = check().length
  return { passed: steps.length - failed, failed, skipped: [] }
}
