import { Netns } from '../../../../../dist/index.js'
import { connect } from './connect.mjs'
import { measure } from './measure.mjs'

/** @typedef {import('../../../../../dist/index.js').AddLinkOptions & { name: string }} Named */

/** Of the pair's own network of four addresses. */
const addressOf = (pair, end) => `10.${pair >> 14}.${(pair >> 6) & 255}.${((pair << 2) & 255) + end}/30`

/** @returns {Iterable<Named>} */
function* pairs(count) {
  for (let i = 0; i < count; i++) yield { kind: 'veth', name: `va${i}`, up: true, veth: { peer: { name: `vb${i}` } } }
}

function* addresses(count) {
  for (let i = 0; i < count; i++) {
    yield { link: `va${i}`, address: addressOf(i, 1) }
    yield { link: `vb${i}`, address: addressOf(i, 2) }
  }
}

function* otherEndsUp(count) {
  for (let i = 0; i < count; i++) yield { link: `vb${i}`, up: true }
}

/** In the order of the others: what the kernel does later for a pair of which both ends are up would hold up what is still to be done, so that comes last. */
export default async (count, netns = Netns.current()) => {
  await connect(netns)
  return measure(async () => {
    await netns.links.addAll(pairs(count))
    await netns.addresses.addAll(addresses(count))
    await netns.links.setAll(otherEndsUp(count))
  })
}
