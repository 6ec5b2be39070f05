import { Netns } from '../../../../../dist/index.js'
import { measure } from './measure.mjs'

/** @returns {Iterable<import('../../../../../dist/index.js').RouteOptions>} */
function* entries(count) {
  for (let i = 0; i < count; i++) yield { to: `11.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}/32`, link: 'd0', scope: 'link' }
}

export default async (count, netns = Netns.current()) => {
  await netns.links.add({ kind: 'veth', name: 'd0', up: true, veth: { peer: { name: 'd1', up: true } } })
  return measure(() => netns.routes.addAll(entries(count)))
}
