/** `count` permanent neighbors of a veth in one go. The addresses stand ready as text; the options are made while the clock runs. */
import { Netns } from '../../../dist/index.js'
import { repeat, time } from './clock.mjs'
import { hardwareAddresses } from './hardware-addresses.mjs'

const { links, neighbors } = Netns.current()

const neighborsOf = count =>
  hardwareAddresses(count).map((linkLayerAddress, i) => ({
    address: `12.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`,
    linkLayerAddress,
  }))

export default ({ runs, count }) => {
  const texts = neighborsOf(count)
  const addAll = () =>
    Promise.all(texts.map(({ address, linkLayerAddress }) => neighbors.add({ link: 'd0', address, linkLayerAddress })))
  return repeat(runs, async () => {
    await links.add({ kind: 'veth', name: 'd0', up: true, veth: { peer: { name: 'd1', up: true } } })
    const ns = await time(addAll)
    await links.delete('d0')
    return { ns }
  })
}
