// The contract tests under the newest Node of every later line, with the very binary that this Node loads.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { report } from './report.mjs'
import { vitest } from './vitest.mjs'

const versions = ['22.23.3', '24.9.0', '26.9.0']
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'rtnetlink', 'node')

export function nodeMatrix() {
  /** @type {import('./vitest.mjs').Tally} */
  const total = { passed: 0, failed: 0, skipped: [] }
  for (const version of versions) {
    const tally = underNode(version)
    total.passed += tally.passed
    total.failed += tally.failed
    total.skipped.push(...tally.skipped.map(line => `Node ${version}: ${line}`))
  }
  return total
}

/** @returns {import('./vitest.mjs').Tally} */
function underNode(version) {
  const { binary, reason } = install(version)
  if (binary) return vitest(`contract tests under Node ${version}`, ['contract'], { node: binary })
  console.log(`\n# contract tests under Node ${version}\nnot run: ${reason}`)
  return { passed: 0, failed: 0, skipped: [`contract tests: ${reason}`] }
}

function install(version) {
  const folder = join(cache, version)
  const name = `node-linux-${process.arch}`
  const binary = join(folder, 'node_modules', name, 'bin', 'node')
  if (reports(binary, version)) return { binary }
  const options = ['--no-save', '--no-audit', '--no-fund', '--loglevel=error']
  const { stderr } = spawnSync('npm', ['install', '--prefix', folder, ...options, `${name}@${version}`], { encoding: 'utf8' })
  if (reports(binary, version)) return { binary }
  return { reason: `${name}@${version} could not be installed: ${stderr?.trim().split('\n').at(0) || 'no reason given'}` }
}

function reports(binary, version) {
  return existsSync(binary) && spawnSync(binary, ['--version'], { encoding: 'utf8' }).stdout?.trim() === `v${version}`
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  report([nodeMatrix()])
}
