/** `floor with-tun node main.mjs tun-read SECONDS`, `floor with-two-tuns vnet node main.mjs tun-cable SECONDS`: streams of Node have the descriptors of tuns. */
import { carryByStreams } from '../../../workloads/tun-cable.mjs'
import readTun from '../../../workloads/tun-read.mjs'

const workloads = {
  'tun-read': async seconds => (await readTun({ way: 'stream', runs: 1, seconds }))[0],
  'tun-cable': carryByStreams,
}

const [workload, seconds] = process.argv.slice(2)
console.log(JSON.stringify(await workloads[workload](Number(seconds))))
process.exit() // The streams would go on reading.
