import { writeFileSync } from 'node:fs'

/** A vitest reporter that leaves the counts, and every skipped test with its reason, in the file named by RTNETLINK_TALLY. */
export default class TallyReporter {
  onTestRunEnd(modules, unhandledErrors, outcome) {
    const tally = { passed: 0, failed: unhandledErrors.length, skipped: [] }
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
  if (state === 'passed') tally.passed += 1
  else if (state === 'skipped' && note) tally.skipped.push(`${test.project.name}: ${test.fullName}: ${note}`)
  else tally.failed += 1
  if (state === 'skipped' && !note) console.error(`skipped without a reason: ${test.fullName}: use context.skip('why')`)
}
