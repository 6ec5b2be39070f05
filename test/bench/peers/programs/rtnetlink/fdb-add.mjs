import { Netns } from '../../../../../dist/index.js'
import { hardwareAddress } from '../../../workloads/hardware-addresses.mjs'
import { measure } from './measure.mjs'

const REMOTES = 250

/** @returns {Iterable<import('../../../../../dist/index.js').FdbEntryOptions>} */
function* entries(count) {
  for (let i = 0; i < count; i++)
    yield { link: 'x0', macAddress: hardwareAddress(i), remote: `10.0.0.${(i % REMOTES) + 1}`, state: 'permanent' }
}

export default async (count, netns = Netns.current()) => {
  await netns.links.add({ kind: 'vxlan', name: 'x0', vxlan: { vni: 5 } })
  return measure(() => netns.fdb.addAll(entries(count)))
}
