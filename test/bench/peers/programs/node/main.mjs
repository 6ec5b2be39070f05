/** `floor with-tun node main.mjs tun-read SECONDS`: a stream of Node reads descriptor 3. */
import readTun from '../../../workloads/tun-read.mjs'

const [, seconds] = process.argv.slice(2)
const [figures] = await readTun({ way: 'stream', runs: 1, seconds: Number(seconds) })
console.log(JSON.stringify(figures))
