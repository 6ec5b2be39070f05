/**
 * `count` permanent neighbors of a veth: by one call, or, with `slices`, by a call each, so many at a time. The addresses stand ready as text; the options are made while the clock runs.
 */
import { Netns } from '../../../dist/index.js'
import { repeat, time } from './clock.mjs'
import { hardwareAddresses } from './hardware-addresses.mjs'
import { inSlices } from './slices.mjs'

const { links, neighbors } = Netns.current()

const neighborsOf = count =>
  hardwareAddresses(count).map((linkLayerAddress, i) => ({
    address: `12.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`,
    linkLayerAddress,
  }))

const neighborOf = ({ address, linkLayerAddress }) => ({ link: 'd0', address, linkLayerAddress })

function* entries(texts) {
  for (const text of texts) yield neighborOf(text)
}

export default ({ runs, count, slices = 0 }) => {
  const texts = neighborsOf(count)
  const addAll = () =>
    slices === 0 ? neighbors.addAll(entries(texts)) : inSlices(texts, slices, text => neighbors.add(neighborOf(text)))
  return repeat(runs, async () => {
    await links.add({ kind: 'veth', name: 'd0', up: true, veth: { peer: { name: 'd1', up: true } } })
    const ns = await time(addAll)
    await links.delete('d0')
    return { ns }
  })
}
