/**
 * Packets without end: `node test/bench/soak.mjs [--packets 10000000] [batches | iterator | cable]`. A flood from another process is read, as batches, one by one,
 * or as batches that are written to a second tun; every million the resident memory is printed. Fails when it grew by more than 8 MiB after the first tenth.
 * Needs root, make, a C compiler, and the built package.
 */
import { spawn } from 'node:child_process'
import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Netns } from '../../dist/index.js'
import { buildFloor, floorProgram } from './processes.mjs'

const MEBIBYTE = 1024 * 1024
const ALLOWED = 8 * MEBIBYTE
const STEPS = 10

const ways = {
  async batches(tun, seen) {
    for await (const batch of tun.batches()) if (seen(batch.length)) break
  },
  async iterator(tun, seen) {
    for await (const _packet of tun) if (seen(1)) break
  },
  async cable(tun, seen, other) {
    for await (const batch of tun.batches()) {
      other.writeBatch(batch).catch(() => {})
      if (seen(batch.length)) break
    }
  },
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { packets: { type: 'string', default: '10000000' } },
})
const total = Number(values.packets)
if (!Number.isSafeInteger(total) || total < STEPS) throw new RangeError(`--packets: no number of packets: ${values.packets}`)
const [way = 'batches'] = positionals
if (!Object.hasOwn(ways, way)) throw new RangeError(`no way "${way}"; there are: ${Object.keys(ways).join(', ')}`)

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')
const start = performance.now()
const resident = []
let packets = 0

/** Counts; answers whether that is enough. */
function seen(count) {
  packets += count
  while (packets >= ((resident.length + 1) * total) / STEPS) {
    collect()
    resident.push(process.memoryUsage.rss())
    const seconds = ((performance.now() - start) / 1000).toFixed(1)
    console.log(`${packets} packets, ${seconds} s: ${(resident.at(-1) / MEBIBYTE).toFixed(1)} MiB resident`)
  }
  return packets >= total
}

buildFloor()
const name = `soak-${process.pid}`
const [from, to] = [await Netns.create(name), await Netns.create()]
const tun = await from.openTun({ up: true, address: '10.0.0.1/24' })
const other = await to.openTun({ up: true, address: '10.0.0.2/24' })
const sender = spawn(floorProgram, ['flood', `/run/netns/${name}`], { stdio: 'inherit' })
try {
  await ways[way](tun, seen, other)
} finally {
  sender.kill('SIGKILL')
  if (!tun.destroyed) console.log(`dropped by the kernel: ${(await tun.statistics()).dropped}`)
  await Promise.all([tun.close(), other.close()])
  for (const netns of [from, to]) netns.close()
  await Netns.delete(name)
}
const growth = resident.at(-1) - resident[0]
console.log(`${way}: ${(growth / MEBIBYTE).toFixed(1)} MiB more than after the first tenth`)
if (growth > ALLOWED) process.exitCode = 1
