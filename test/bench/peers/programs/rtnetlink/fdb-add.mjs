import { Netns } from '../../../../../dist/index.js'
import { hardwareAddress } from '../../../workloads/hardware-addresses.mjs'
import { measure } from './measure.mjs'
import { inSlices } from './slices.mjs'

const REMOTES = 250

const addEntry = ({ fdb }, i) =>
  fdb.add({ link: 'x0', macAddress: hardwareAddress(i), remote: `10.0.0.${(i % REMOTES) + 1}`, state: 'permanent' })

export default async (count, netns = Netns.current()) => {
  await netns.links.add({ kind: 'vxlan', name: 'x0', vxlan: { vni: 5 } })
  return measure(() => inSlices(count, 500, i => addEntry(netns, i)))
}
