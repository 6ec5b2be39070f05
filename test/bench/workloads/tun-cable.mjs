/** TCP between two namespaces whose only link is a tun in each, with this process as the cable: ns a megabyte. */
import { execFile } from 'node:child_process'
import { createReadStream, write } from 'node:fs'
import { Writable } from 'node:stream'
import { promisify } from 'node:util'
import { Netns } from '../../../dist/index.js'
import { floorProgram } from '../processes.mjs'
import { repeat } from './clock.mjs'

const run = promisify(execFile)
const LARGEST_PACKET = 65536 + 512
const offloads = /** @type {const} */ (['checksum', 'tso4', 'tso6'])

async function copy(from, to) {
  for await (const batch of from.batches()) await to.writeBatch(batch).catch(() => {})
}

async function transfer(from, to, seconds) {
  const { stdout } = await run(floorProgram, ['transfer', from, to, String(seconds)])
  return { ns: JSON.parse(stdout).ns }
}

async function carry(vnet, seconds) {
  const names = [`bench-${process.pid}-a`, `bench-${process.pid}-b`]
  const namespaces = await Promise.all(names.map(name => Netns.create(name)))
  const options = vnet ? { vnetHeader: true, offloads } : {}
  const tuns = await Promise.all(
    namespaces.map((netns, i) => netns.openTun({ up: true, address: `10.0.0.${i + 1}/24`, ...options })),
  )
  const copying = [copy(tuns[0], tuns[1]), copy(tuns[1], tuns[0])]
  try {
    return await transfer(`/run/netns/${names[0]}`, `/run/netns/${names[1]}`, seconds)
  } finally {
    for (const tun of tuns) await tun.close()
    await Promise.all(copying)
    for (const netns of namespaces) netns.close()
    for (const name of names) await Netns.delete(name)
  }
}

/** A packet a call: a stream for writing of `fs` would join those that wait. */
const packetsInto = descriptor =>
  new Writable({ write: (packet, _, done) => write(descriptor, packet, error => done(error ?? undefined)) })

/** The way without this library: descriptors that somebody else made tuns of, in namespaces that are descriptors too. */
export function carryByStreams(seconds) {
  const read = fd => createReadStream('', { fd, highWaterMark: LARGEST_PACKET, autoClose: false })
  read(3).pipe(packetsInto(4))
  read(4).pipe(packetsInto(3))
  return transfer(`/proc/${process.pid}/fd/5`, `/proc/${process.pid}/fd/6`, seconds)
}

export default ({ runs, vnet, seconds }) => repeat(runs, () => carry(vnet, seconds))
