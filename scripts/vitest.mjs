import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run, runAside } from './run.mjs'

/**
 * @typedef {object} Tally
 * @property {number} passed
 * @property {number} failed
 * @property {string[]} skipped each skipped test with its reason
 * @property {import('../test/support/notes.ts').Note[]} [notes] what those that passed have shown
 * @property {string} [kernel] release of the kernel that it ran on, where it is not known to be this one
 */

/**
 * Runs vitest projects under a Node binary.
 * @param {string} title
 * @param {string[]} projects
 * @param {{ node?: string, args?: string[] }} [options]
 * @returns {Tally} a run that ends early counts as one failure
 */
export function vitest(title, projects, { node = process.execPath, args = [] } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'rtnetlink-tally-'))
  const file = join(folder, 'tally.json')
  try {
    const succeeded = run(title, node, [...vitestArguments(projects), ...args], { RTNETLINK_TALLY: file })
    return readTally(file, succeeded)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/**
 * The same while other things run.
 * @param {string} title
 * @param {string[]} projects
 * @param {{ node?: string }} [options]
 * @returns {Promise<Tally>}
 */
export async function vitestAside(title, projects, { node = process.execPath } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'rtnetlink-tally-'))
  const file = join(folder, 'tally.json')
  try {
    return readTally(file, await runAside(title, node, vitestArguments(projects), { RTNETLINK_TALLY: file }))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** What Node is started with to run vitest so that it leaves a tally in the file RTNETLINK_TALLY. */
export function vitestArguments(projects) {
  const reporters = ['--reporter=default', '--reporter=./scripts/tally-reporter.mjs']
  return ['node_modules/vitest/vitest.mjs', 'run', ...reporters, ...projects.flatMap(name => ['--project', name])]
}

/** @returns {Tally} */
export function readTally(file, succeeded) {
  const tally = parse(file)
  if (!succeeded && tally.failed === 0) tally.failed = 1
  return tally
}

function parse(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return { passed: 0, failed: 1, skipped: [] }
  }
}
