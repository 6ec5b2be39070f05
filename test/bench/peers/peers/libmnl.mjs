/** libmnl, the small library in C: messages are built by hand, and sent in batches. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildFolder, debianVersion, firstLine, installDebian, run } from '../install.mjs'
import { CONFIGURATION } from '../workloads.mjs'

const library = 'libmnl-dev'
const sources = fileURLToPath(new URL('../programs/libmnl', import.meta.url))
const files = ['../shared/peer.c', 'peer.c', 'batch.c', 'links.c', 'entries.c', 'lists.c', 'containers.c', 'events.c']
const program = () => join(buildFolder('libmnl'), 'peer')

async function prepare() {
  await installDebian(library)
  const flags = ['-O2', '-std=c11', '-D_GNU_SOURCE', '-Wall', '-Wextra']
  await run('cc', [...flags, '-o', program(), ...files, '-lmnl'], { cwd: sources })
}

const batched = 'by `mnl_nlmsg_batch`, 8 KiB at a time, with an acknowledgement for each message'
const structs = 'structs that are the program’s own: the library has no objects, so it is no peer here'

/** @type {import('../peers.mjs').Peer[]} */
export default [
  {
    name: 'libmnl',
    language: 'C',
    prepare,
    version: () => `${debianVersion(library)}, ${firstLine('cc', ['--version'])}`,
    workloads: CONFIGURATION,
    command: (workload, count) => [program(), workload, String(count)],
    besides: ['route-list', 'link-list'],
    notes: {
      'veth-pairs': batched,
      'veth-pairs-up': batched,
      'route-add': batched,
      'neighbor-add': batched,
      'fdb-add': batched,
      containers: 'taken down by closing their namespaces',
      'route-list': structs,
      'link-list': structs,
      'route-events': 'the receive buffer is set with `setsockopt` on its socket',
    },
  },
]
