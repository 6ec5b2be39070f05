// `npm test`: builds what changed, checks, runs every test, and ends with the one line that counts them all.
import { check, steps } from './check.mjs'
import { testUnderFullKernel } from './full-kernel/test.mjs'
import { nodeMatrix } from './node-matrix.mjs'
import { checkProof } from './proof.mjs'
import { report } from './report.mjs'
import { run } from './run.mjs'
import { skippedFiles } from './takes-root.mjs'
import { testUnprivileged } from './unprivileged.mjs'
import { vitest, vitestAside } from './vitest.mjs'

const first = [build(), checks()]
const tests = vitest('tests', ['unit', 'wire', 'contract', 'kernel', 'fuzz'])
// Side by side: a guest fills one CPU, the package is compiled on the other, and the matrix mostly waits.
const [full, ofPackage, matrix] = await Promise.all([
  testUnderFullKernel(),
  vitestAside('tests of the package', ['package']),
  nodeMatrix(),
])
// By themselves: they hold time limits too.
const unprivileged = await testUnprivileged()
const takesRoot = { passed: 0, failed: 0, skipped: skippedFiles(['contract', 'kernel']) }
report([...first, tests, ofPackage, matrix, unprivileged, takesRoot, ...full, checkProof([tests], full)])

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
