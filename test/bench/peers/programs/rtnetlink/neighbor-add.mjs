import { Netns } from '../../../../../dist/index.js'
import { hardwareAddresses } from '../../../workloads/hardware-addresses.mjs'
import { measure } from './measure.mjs'

const { links, neighbors } = Netns.current()

const addNeighbor = (linkLayerAddress, i) =>
  neighbors.add({ link: 'd0', address: `12.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`, linkLayerAddress })

export default async count => {
  await links.add({ kind: 'veth', name: 'd0', up: true, veth: { peer: { name: 'd1', up: true } } })
  return measure(() => Promise.all(hardwareAddresses(count).map(addNeighbor)))
}
