import { Netns } from '../../../../../dist/index.js'
import { connect } from './connect.mjs'
import { measure, numbers } from './measure.mjs'

/** @typedef {import('../../../../../dist/index.js').AddLinkOptions & { name: string }} Named */

/** @returns {Named} */
const pair = i => ({ kind: 'veth', name: `va${i}`, veth: { peer: { name: `vb${i}` } } })

export default async (count, netns = Netns.current()) => {
  await connect(netns)
  return measure(() => netns.links.addAll(numbers(count).map(pair)))
}
