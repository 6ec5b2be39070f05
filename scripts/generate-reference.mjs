// Writes docs/reference/*.md from the rows of lib/ and their doc comments: `node scripts/generate-reference.mjs`. As with the shapes, the
// test that compares the pages is also what writes them.
import { rmSync } from 'node:fs'
import { run } from './run.mjs'

rmSync('docs/reference', { recursive: true, force: true })
const args = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', 'test/unit/reference.test.ts', '--update']
process.exitCode = run('docs/reference from the tables', process.execPath, args) ? 0 : 1
