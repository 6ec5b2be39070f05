/**
 * `count` entries of a vxlan's own table: by one call, or, with `slices`, by a call each, so many at a time. The addresses stand ready as text; the options are made while the clock runs.
 */
import { Netns } from '../../../dist/index.js'
import { repeat, time } from './clock.mjs'
import { hardwareAddresses } from './hardware-addresses.mjs'
import { inSlices } from './slices.mjs'

const REMOTES = 250
const { links, fdb } = Netns.current()

/** @returns {import('../../../dist/index.js').FdbEntryOptions} */
const entryOf = ({ macAddress, remote }) => ({ link: 'x0', macAddress, remote, state: 'permanent' })

function* entries(texts) {
  for (const text of texts) yield entryOf(text)
}

export default ({ runs, count, slices = 0 }) => {
  const texts = hardwareAddresses(count).map((macAddress, i) => ({ macAddress, remote: `10.0.0.${(i % REMOTES) + 1}` }))
  const addAll = () => (slices === 0 ? fdb.addAll(entries(texts)) : inSlices(texts, slices, text => fdb.add(entryOf(text))))
  return repeat(runs, async () => {
    await links.add({ kind: 'vxlan', name: 'x0', vxlan: { vni: 5 } })
    const ns = await time(addAll)
    await links.delete('x0')
    return { ns }
  })
}
