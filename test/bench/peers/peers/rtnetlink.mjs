/** This library, as its README has it: what does not depend on each other in one go. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { OURS_WARM } from '../summary.mjs'
import { workloads } from '../workloads.mjs'

const program = name => fileURLToPath(new URL(`../programs/rtnetlink/${name}.mjs`, import.meta.url))
const { version } = JSON.parse(readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8'))

const many = 'one `addAll`, with a generator'

/** @type {import('../peers.mjs').Peer[]} */
export default [
  {
    name: 'rtnetlink',
    language: 'Node',
    prepare: () => {},
    version: () => `${version}, Node ${process.version}`,
    notes: {
      'route-add': many,
      'neighbor-add': many,
      'fdb-add': many,
      containers: 'all at once, by `links.addAll`, which reads nothing back; taken down by the group of the host’s ends',
      'tun-read': 'in batches',
    },
    workloads: workloads.map(({ name }) => name),
    command: (workload, count) =>
      workload === 'cold' ? [process.execPath, program('cold')] : [process.execPath, program('main'), workload, String(count)],
  },
  {
    name: 'rtnetlink',
    title: OURS_WARM,
    language: 'Node',
    prepare: () => {},
    version: () => `${version}, Node ${process.version}`,
    notes: { 'veth-pairs': 'after a fifth of the work in another namespace, as in a process that has been running for a while' },
    workloads: ['veth-pairs', 'veth-pairs-up', 'containers', 'route-add', 'neighbor-add', 'fdb-add'],
    command: (workload, count) => [process.execPath, program('main'), workload, String(count), 'warm'],
  },
]
