/** TCP between two namespaces whose only link is a tun in each, with this process as the cable: ns a megabyte. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { Netns } from '../../../dist/index.js'
import { floorProgram } from '../processes.mjs'
import { repeat } from './clock.mjs'

const run = promisify(execFile)
const offloads = /** @type {const} */ (['checksum', 'tso4', 'tso6'])

async function copy(from, to) {
  for await (const batch of from.batches()) await to.writeBatch(batch).catch(() => {})
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
    const { stdout } = await run(floorProgram, ['transfer', ...names.map(name => `/run/netns/${name}`), String(seconds)])
    return { ns: JSON.parse(stdout).ns }
  } finally {
    for (const tun of tuns) await tun.close()
    await Promise.all(copying)
    for (const netns of namespaces) netns.close()
    for (const name of names) await Netns.delete(name)
  }
}

export default ({ runs, vnet, seconds }) => repeat(runs, () => carry(vnet, seconds))
