/** npm's `netlink`: requests under way at once. It knows nothing of namespaces. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildFolder, run } from '../install.mjs'

const main = fileURLToPath(new URL('../programs/npm-netlink/main.mjs', import.meta.url))

/** The package brings its addon along, compiled. */
async function prepare() {
  const folder = buildFolder('npm-netlink')
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  await run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', 'netlink@0.3'], { cwd: folder })
}

function version() {
  const file = join(buildFolder('npm-netlink'), 'node_modules/netlink/package.json')
  return `${JSON.parse(readFileSync(file, 'utf8')).version}, Node ${process.version}`
}

/** @type {import('../peers.mjs').Peer[]} */
export default [
  {
    name: 'npm-netlink',
    title: 'npm netlink',
    language: 'Node',
    prepare,
    version,
    workloads: ['veth-pairs', 'veth-pairs-up', 'route-add', 'route-list', 'link-list', 'neighbor-add', 'fdb-add', 'route-events'],
    command: (workload, count) => [process.execPath, main, workload, String(count)],
    notes: { 'route-events': 'its receive buffer is at most net.core.rmem_max' },
  },
]
