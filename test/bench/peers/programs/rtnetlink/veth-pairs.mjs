import { Netns } from '../../../../../dist/index.js'
import { connect } from './connect.mjs'
import { measure } from './measure.mjs'

/** @typedef {import('../../../../../dist/index.js').AddLinkOptions & { name: string }} Named */

/** @returns {Iterable<Named>} */
function* pairs(count) {
  for (let i = 0; i < count; i++) yield { kind: 'veth', name: `va${i}`, veth: { peer: { name: `vb${i}` } } }
}

export default async (count, netns = Netns.current()) => {
  await connect(netns)
  return measure(() => netns.links.addAll(pairs(count)))
}
