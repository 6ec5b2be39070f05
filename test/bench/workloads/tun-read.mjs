/** Packets of a flood, read in three ways by a process that does nothing else with them: as batches, one by one, and as `fs` streams read the descriptor. */
import { spawn } from 'node:child_process'
import { createReadStream, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Netns } from '../../../dist/index.js'
import { floorProgram } from '../processes.mjs'
import { now, repeat } from './clock.mjs'

const WARM_UP = 300

/** ns that the main thread has run. */
const mainThread = () => Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'latin1').split(' ', 1)[0])

/** Counts what `read` counts for so many seconds; answers ns a packet, and ns of the main thread a second. */
async function measure(seconds, counter) {
  await sleep(WARM_UP)
  const [start, packets, busy] = [now(), counter.packets, mainThread()]
  await sleep(seconds * 1000)
  const elapsed = now() - start
  return { ns: elapsed / (counter.packets - packets), main_ns: (mainThread() - busy) / (elapsed / 1e9) }
}

const ways = {
  async batches(tun, counter) {
    for await (const batch of tun.batches()) for (const packet of batch) if (packet.length > 0) counter.packets++
  },
  async iterator(tun, counter) {
    for await (const packet of tun) if (packet.length > 0) counter.packets++
  },
}

async function readTun(way, seconds) {
  const name = `bench-${process.pid}`
  const netns = await Netns.create(name)
  const tun = await netns.openTun({ up: true, address: '10.0.0.1/24' })
  const counter = { packets: 0 }
  const reading = ways[way](tun, counter)
  const sender = spawn(floorProgram, ['flood', `/run/netns/${name}`], { stdio: 'inherit' })
  try {
    return await measure(seconds, counter)
  } finally {
    sender.kill('SIGKILL')
    await tun.close()
    await reading
    netns.close()
    await Netns.delete(name)
  }
}

/** The way without this library: a descriptor that somebody else made a tun of. */
async function readStream(seconds) {
  const counter = { packets: 0 }
  const stream = createReadStream('', { fd: 3, highWaterMark: 65536, autoClose: false })
  stream.on('data', packet => {
    if (packet.length > 0) counter.packets++
  })
  const sender = spawn(floorProgram, ['flood', '/proc/self/ns/net'], { stdio: 'inherit' })
  try {
    return await measure(seconds, counter)
  } finally {
    sender.kill('SIGKILL')
    stream.destroy()
  }
}

export default ({ way, runs, seconds }) => repeat(runs, () => (way === 'stream' ? readStream(seconds) : readTun(way, seconds)))
