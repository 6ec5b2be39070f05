/** `ip`, at its fastest: `-batch` for changes, `-j` for lists, `monitor` for events. */
import { fileURLToPath } from 'node:url'
import { debianVersion, firstLine, installDebian } from '../install.mjs'
import { CONFIGURATION } from '../workloads.mjs'

const program = name => fileURLToPath(new URL(`../programs/ip/${name}`, import.meta.url))

/** @type {import('../peers.mjs').Peer[]} */
export default [
  {
    name: 'ip-batch',
    title: 'ip',
    language: 'C',
    prepare: () => installDebian('iproute2'),
    version: () => debianVersion('iproute2') ?? firstLine('ip', ['-V']),
    workloads: CONFIGURATION,
    command: (workload, count) =>
      workload === 'cold'
        ? ['sh', program('container.sh')]
        : [process.execPath, program('main.mjs'), 'batch', workload, String(count)],
    notes: {
      'veth-pairs': '`ip -batch`, from the start of the process',
      containers: '`ip -batch`, and one more for each namespace, four at a time; taken down by `netns delete`',
      'route-list': '`ip -j route`, then `JSON.parse`',
      'link-list': '`ip -j -d -s link`, then `JSON.parse`',
      'fdb-add': '`bridge -batch`',
      'route-events': 'lines of `ip -rcvbuf … monitor route`',
      cold: 'a shell and two `ip -batch`',
    },
  },
]
