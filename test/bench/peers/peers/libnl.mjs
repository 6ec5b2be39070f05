/** libnl-route-3, the usual library in C: one request after another. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildFolder, debianVersion, firstLine, installDebian, run } from '../install.mjs'
import { CONFIGURATION } from '../workloads.mjs'

const library = 'libnl-route-3-dev'
const sources = fileURLToPath(new URL('../programs/libnl', import.meta.url))
const files = ['../shared/peer.c', 'peer.c', 'links.c', 'routes.c', 'neighbors.c', 'lists.c', 'containers.c', 'events.c']
const program = () => join(buildFolder('libnl'), 'peer')

async function prepare() {
  await installDebian(library)
  const flags = ['-O2', '-std=c11', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-I/usr/include/libnl3']
  await run('cc', [...flags, '-o', program(), ...files, '-lnl-route-3', '-lnl-3'], { cwd: sources })
}

/** @type {import('../peers.mjs').Peer[]} */
export default [
  {
    name: 'libnl',
    language: 'C',
    prepare,
    version: () => `${debianVersion(library)}, ${firstLine('cc', ['--version'])}`,
    workloads: CONFIGURATION,
    command: (workload, count) => [program(), workload, String(count)],
    notes: {
      containers: 'taken down by closing their namespaces',
      'route-list': 'objects without a cache, which would take 4 s',
      'route-events': 'the receive buffer is set with `setsockopt` on its socket',
    },
  },
]
