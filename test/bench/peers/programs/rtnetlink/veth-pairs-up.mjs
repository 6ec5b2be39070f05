import { Netns } from '../../../../../dist/index.js'
import { connect } from './connect.mjs'
import { measure, numbers } from './measure.mjs'

/** @typedef {import('../../../../../dist/index.js').AddLinkOptions & { name: string }} Named */

/** Of the pair's own network of four addresses. */
const addressOf = (pair, end) => `10.${pair >> 14}.${(pair >> 6) & 255}.${((pair << 2) & 255) + end}/30`

/** @returns {Named} */
const pair = i => ({ kind: 'veth', name: `va${i}`, up: true, veth: { peer: { name: `vb${i}`, up: true } } })
const addressesOf = i => [
  { link: `va${i}`, address: addressOf(i, 1) },
  { link: `vb${i}`, address: addressOf(i, 2) },
]

export default async (count, netns = Netns.current()) => {
  await connect(netns)
  return measure(async () => {
    await netns.links.addAll(numbers(count).map(pair))
    await netns.addresses.addAll(numbers(count).flatMap(addressesOf))
  })
}
