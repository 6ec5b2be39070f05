// The contract tests under the newest Node of every later line, with the very binary that this Node loads.
import { execFile, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { report } from './report.mjs'
import { vitestAside } from './vitest.mjs'

const versions = ['22.23.3', '24.9.0', '26.9.0']
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'rtnetlink', 'node')

/** All at once: most of their time they wait. */
export async function nodeMatrix() {
  const tallies = await Promise.all(versions.map(underNode))
  /** @type {import('./vitest.mjs').Tally} */
  const total = { passed: 0, failed: 0, skipped: [] }
  for (const [i, tally] of tallies.entries()) {
    total.passed += tally.passed
    total.failed += tally.failed
    total.skipped.push(...tally.skipped.map(line => `Node ${versions[i]}: ${line}`))
  }
  return total
}

/** @returns {Promise<import('./vitest.mjs').Tally>} */
async function underNode(version) {
  const title = `contract tests under Node ${version}`
  const { binary, reason } = await install(version)
  if (binary) return vitestAside(title, ['contract'], { node: binary })
  console.log(`\n# ${title}\nnot run: ${reason}`)
  return { passed: 0, failed: 0, skipped: [`contract tests: ${reason}`] }
}

async function install(version) {
  const folder = join(cache, version)
  const name = `node-linux-${process.arch}`
  const binary = join(folder, 'node_modules', name, 'bin', 'node')
  if (reports(binary, version)) return { binary }
  const options = ['--no-save', '--no-audit', '--no-fund', '--loglevel=error']
  const installed = promisify(execFile)('npm', ['install', '--prefix', folder, ...options, `${name}@${version}`])
  const { stderr } = await installed.catch(error => error)
  if (reports(binary, version)) return { binary }
  return { reason: `${name}@${version} could not be installed: ${stderr?.trim().split('\n').at(0) || 'no reason given'}` }
}

function reports(binary, version) {
  return existsSync(binary) && spawnSync(binary, ['--version'], { encoding: 'utf8' }).stdout?.trim() === `v${version}`
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  report([await nodeMatrix()])
}
