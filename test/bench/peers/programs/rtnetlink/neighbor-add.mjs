import { Netns } from '../../../../../dist/index.js'
import { hardwareAddress } from '../../../workloads/hardware-addresses.mjs'
import { measure } from './measure.mjs'

function* entries(count) {
  for (let i = 0; i < count; i++)
    yield { link: 'd0', address: `12.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`, linkLayerAddress: hardwareAddress(i) }
}

export default async (count, netns = Netns.current()) => {
  await netns.links.add({ kind: 'veth', name: 'd0', up: true, veth: { peer: { name: 'd1', up: true } } })
  return measure(() => netns.neighbors.addAll(entries(count)))
}
