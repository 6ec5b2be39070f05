// `npm test`: builds what changed, checks, runs every test, and ends with the one line that counts them all.
import { check, steps } from './check.mjs'
import { testUnderFullKernel } from './full-kernel/test.mjs'
import { nodeMatrix } from './node-matrix.mjs'
import { checkProof } from './proof.mjs'
import { report } from './report.mjs'
import { run } from './run.mjs'
import { vitest, vitestAside } from './vitest.mjs'

const first = [build(), checks()]
const tests = vitest('tests', ['unit', 'wire', 'contract', 'kernel', 'fuzz'])
// Side by side: a guest fills one CPU, the package is compiled on the other, and the matrix mostly waits.
const [full, ofPackage, matrix] = await Promise.all([
  testUnderFullKernel(),
  vitestAside('tests of the package', ['package']),
  nodeMatrix(),
])
report([...first, tests, ofPackage, matrix, ...full, checkProof([tests], full)])

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
