import { writeFileSync } from 'node:fs'
import { release } from 'node:os'

/** A vitest reporter that leaves in the file named by RTNETLINK_TALLY the counts, every skipped test with its reason, and the notes of those that passed. */
export default class TallyReporter {
  onTestRunEnd(modules, unhandledErrors, outcome) {
    const tally = { passed: 0, failed: unhandledErrors.length, skipped: [], notes: [], kernel: release() }
    for (const module of modules) addModule(tally, module)
    if (outcome !== 'passed' && tally.failed === 0) tally.failed = 1
    writeFileSync(/** @type {string} */ (process.env.RTNETLINK_TALLY), JSON.stringify(tally))
  }
}

function addModule(tally, module) {
  // A file that does not load and a failing beforeAll leave no failed test behind, only errors.
  const groups = [module, ...module.children.allSuites()]
  tally.failed += groups.filter(group => group.errors().length > 0).length
  for (const test of module.children.allTests()) addTest(tally, test)
}

function addTest(tally, test) {
  const { state, note } = test.result()
  const fault = state === 'skipped' ? faultOfSkip(note) : undefined
  if (fault !== undefined) console.error(`${test.fullName}: ${fault}`)
  if (state === 'passed') addPassed(tally, test)
  else if (state === 'skipped' && fault === undefined) tally.skipped.push(`${test.project.name}: ${test.fullName}: ${note}`)
  else tally.failed += 1
}

function addPassed(tally, test) {
  tally.passed += 1
  tally.notes.push(...(test.meta().notes ?? []))
}

/** Why a test should not have been skipped, or undefined. */
function faultOfSkip(note) {
  if (!note) return "skipped without a reason: use context.skip('why')"
  const [, subject, lack] = /^(.+?): this kernel has no (.+)$/.exec(note) ?? []
  const expected = process.env.RTNETLINK_EXPECTED_KINDS?.split(',') ?? []
  // A kind, or the module that brings it, is one word; what else a kernel may lack is said in several, and expected by itself.
  const missing = expected.includes(lack) || (expected.includes(subject) && !lack.includes(' '))
  return missing ? `skipped, but RTNETLINK_EXPECTED_KINDS names it: ${note}` : undefined
}
