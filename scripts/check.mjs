// `npm run check`: everything that reads the code without running it. Each step runs, also behind a failed one.
import { pathToFileURL } from 'node:url'
import { run } from './run.mjs'

/** @type {{ title: string, command: string, args: string[] }[]} */
export const steps = [
  {
    title: 'format and lint of TypeScript, JavaScript, JSON',
    command: 'node_modules/.bin/biome',
    args: ['ci', '--colors=off', '.'],
  },
  { title: 'format of C++', command: process.execPath, args: ['scripts/format-cpp.mjs'] },
  {
    title: 'types of lib and test, and the misuse in test/types',
    command: 'node_modules/.bin/tsc',
    args: ['-p', 'tsconfig.test.json'],
  },
  {
    title: 'types of scripts and examples, against dist',
    command: 'node_modules/.bin/tsc',
    args: ['-p', 'tsconfig.scripts.json'],
  },
  { title: 'import directions', command: process.execPath, args: ['scripts/check-arrows.mjs'] },
]

/** @returns the titles of the steps that failed */
export function check() {
  return steps.filter(({ title, command, args }) => !run(title, command, args)).map(({ title }) => title)
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const failed = check()
  if (failed.length > 0) console.error(`\nfailed: ${failed.join('; ')}`)
  process.exitCode = failed.length > 0 ? 1 : 0
}
