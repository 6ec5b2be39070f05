import { Netns } from '../../../../../dist/index.js'
import { measure } from './measure.mjs'
import { inSlices } from './slices.mjs'

const addRoute = ({ routes }, i) =>
  routes.add({ to: `11.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}/32`, link: 'd0', scope: 'link' })

export default async (count, netns = Netns.current()) => {
  await netns.links.add({ kind: 'veth', name: 'd0', up: true, veth: { peer: { name: 'd1', up: true } } })
  return measure(() => inSlices(count, 500, i => addRoute(netns, i)))
}
