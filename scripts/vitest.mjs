import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from './run.mjs'

/** @typedef {{ passed: number, failed: number, skipped: string[] }} Tally what ran, and each skipped test with its reason */

/**
 * Runs vitest projects under a Node binary.
 * @returns {Tally} a run that ends early counts as one failure
 */
export function vitest(title, projects, node = process.execPath) {
  const folder = mkdtempSync(join(tmpdir(), 'rtnetlink-tally-'))
  const file = join(folder, 'tally.json')
  const reporters = ['--reporter=default', '--reporter=./scripts/tally-reporter.mjs']
  const args = ['node_modules/vitest/vitest.mjs', 'run', ...reporters, ...projects.flatMap(name => ['--project', name])]
  try {
    const succeeded = run(title, node, args, { RTNETLINK_TALLY: file })
    const tally = readTally(file)
    if (!succeeded && tally.failed === 0) tally.failed = 1
    return tally
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function readTally(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return { passed: 0, failed: 1, skipped: [] }
  }
}
