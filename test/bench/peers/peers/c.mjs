/** The floor: messages encoded beforehand, and the fewest system calls. */
import { release } from 'node:os'
import { buildFloor, floorProgram } from '../../processes.mjs'
import { firstLine } from '../install.mjs'

const commands = {
  'veth-pairs': count => ['here', 'veth-pairs', count],
  'veth-pairs-up': count => ['here', 'veth-pairs-up', count],
  containers: count => ['containers', count, 1, 'group'],
  'route-add': count => ['here', 'route-add', count, 128],
  'route-list': count => ['route-list', count, 'here'],
  'link-list': count => ['link-list', count, 'here'],
  'neighbor-add': count => ['here', 'neighbor-add', count, 128],
  'fdb-add': count => ['here', 'fdb-add', count, 128],
  'route-events': count => ['hear-routes', count],
  cold: count => ['containers', count, 1, 'leave'],
  'tun-read': seconds => ['tun-read', seconds],
  'tun-cable': seconds => ['tun-cable', seconds, 'vnet'],
}

/** Everybody makes the bridge before the clock starts, and is done when the host's ends are gone. */
const figures = (workload, line) =>
  workload === 'containers' ? { setup_ns: line.setup_ns - line.setup_bridge_ns, teardown_ns: line.teardown_gone_ns } : line

/** @type {import('../peers.mjs').Peer[]} */
export default [
  {
    name: 'c',
    title: 'C',
    language: 'C',
    prepare: buildFloor,
    version: () => `${firstLine('cc', ['--version'])}; Linux ${release()}`,
    workloads: Object.keys(commands),
    command: (workload, count) => [floorProgram, ...commands[workload](count).map(String)],
    figures,
  },
]
