/** `count` veth pairs with an address on each end, and up. */
import { Netns } from '../../../dist/index.js'
import { repeat, time } from './clock.mjs'

/** @typedef {import('../../../dist/index.js').AddLinkOptions & { name: string }} Named */

const { links, addresses } = Netns.current()
const group = 7

/** Of the pair's own network of four addresses. */
const addressOf = (pair, end) => `10.${pair >> 14}.${(pair >> 6) & 255}.${((pair << 2) & 255) + end}/30`

/** @returns {Named} */
const pairOf = pair => ({
  kind: 'veth',
  name: `va${pair}`,
  group,
  up: true,
  veth: { peer: { name: `vb${pair}` } },
})
const otherEndUp = pair => ({ link: `vb${pair}`, up: true })
const addressesOf = pair => [
  { link: `va${pair}`, address: addressOf(pair, 1) },
  { link: `vb${pair}`, address: addressOf(pair, 2) },
]

async function addPairs(count) {
  const pairs = Array.from({ length: count }, (_, pair) => pair)
  await links.addAll(pairs.map(pairOf))
  await addresses.addAll(pairs.flatMap(addressesOf))
  await links.setAll(pairs.map(otherEndUp))
}

export default ({ runs, count }) =>
  repeat(runs, async () => {
    const ns = await time(() => addPairs(count))
    await links.delete({ group })
    return { ns }
  })
