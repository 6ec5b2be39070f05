// `npm run check`: everything that reads the code without running it. Each step runs, also behind a failed one.
import { pathToFileURL } from 'node:url'
import { run } from './run.mjs'

const steps = [
  ['format and lint of TypeScript, JavaScript, JSON', 'node_modules/.bin/biome', ['ci', '.']],
  ['format of C++', process.execPath, ['scripts/format-cpp.mjs']],
  ['types of lib and test, and the misuse in test/types', 'node_modules/.bin/tsc', ['-p', 'tsconfig.test.json']],
  ['types of scripts and examples, against dist', 'node_modules/.bin/tsc', ['-p', 'tsconfig.scripts.json']],
  ['import directions', process.execPath, ['scripts/check-arrows.mjs']],
]

/** @returns {string[]} the titles of the steps that failed */
export function check() {
  return steps.filter(([title, command, args]) => !run(title, command, args)).map(([title]) => title)
}

/** @returns {number} how many steps there are */
export function stepCount() {
  return steps.length
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const failed = check()
  if (failed.length > 0) console.error(`\nfailed: ${failed.join('; ')}`)
  process.exitCode = failed.length > 0 ? 1 : 0
}
