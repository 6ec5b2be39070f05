/** `execFile('ip')` from Node, a process for each change, as programs do that have nothing else. */
import { fileURLToPath } from 'node:url'
import { debianVersion, firstLine, installDebian } from '../install.mjs'

const main = fileURLToPath(new URL('../programs/ip/main.mjs', import.meta.url))
const prepare = () => installDebian('iproute2')
const version = () => `iproute2 ${debianVersion('iproute2') ?? firstLine('ip', ['-V'])}, Node ${process.version}`

const entry = (way, workloads, more) => ({
  name: 'exec-ip',
  language: 'Node',
  prepare,
  version,
  workloads,
  command: (workload, count) => [process.execPath, main, way, workload, String(count)],
  ...more,
})

/** @type {import('../peers.mjs').Peer[]} */
export default [
  entry('exec', ['veth-pairs', 'veth-pairs-up', 'containers', 'cold'], { title: "execFile('ip')" }),
  entry('exec8', ['veth-pairs', 'veth-pairs-up', 'containers'], { title: "execFile('ip') × 8", variant: '× 8' }),
]
