/** pyroute2, one request after another with `IPRoute`, or many in a datagram with `IPBatch`. */
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildFolder, debianVersion, firstLine, installDebian, run } from '../install.mjs'

const python = '/usr/bin/python3'
const library = 'python3-pyroute2'
const sources = fileURLToPath(new URL('../programs/pyroute2', import.meta.url))
const main = () => join(buildFolder('pyroute2'), 'main.py')

/** In a copy, beside which Python may keep what it has compiled. */
async function prepare() {
  await installDebian(library)
  const folder = buildFolder('pyroute2')
  cpSync(sources, folder, { recursive: true })
  await run(python, ['-m', 'compileall', '-q', folder])
}

const version = () => `${debianVersion(library)}, ${firstLine(python, ['--version'])}`

const changes = ['veth-pairs', 'veth-pairs-up', 'route-add', 'neighbor-add', 'fdb-add']

/** @type {import('../peers.mjs').Peer[]} */
export default [
  {
    name: 'pyroute2',
    language: 'Python',
    prepare,
    version,
    workloads: [...changes, 'containers', 'route-list', 'link-list', 'route-events', 'cold'],
    command: (workload, count) => [python, main(), workload, String(count)],
    notes: {
      containers: 'named namespaces, and taken down by removing them',
      'route-list': 'messages whose attributes are read when they are first asked for',
      'link-list': 'messages whose attributes are read when they are first asked for',
      'route-events': 'the receive buffer is set with `setsockopt` on its socket',
    },
  },
  {
    name: 'pyroute2',
    variant: 'IPBatch',
    language: 'Python',
    prepare,
    version,
    workloads: changes,
    command: (workload, count) => [python, main(), '--batch', workload, String(count)],
  },
]
