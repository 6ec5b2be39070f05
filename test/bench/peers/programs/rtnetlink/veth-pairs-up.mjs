import { Netns } from '../../../../../dist/index.js'
import { measure, numbers } from './measure.mjs'

/** Of the pair's own network of four addresses. */
const addressOf = (pair, end) => `10.${pair >> 14}.${(pair >> 6) & 255}.${((pair << 2) & 255) + end}/30`

const addPair = ({ links, addresses }, i) => [
  links.add({ kind: 'veth', name: `va${i}`, up: true, veth: { peer: { name: `vb${i}`, up: true } } }),
  addresses.add({ link: `va${i}`, address: addressOf(i, 1) }),
  addresses.add({ link: `vb${i}`, address: addressOf(i, 2) }),
]

export default (count, netns = Netns.current()) => measure(() => Promise.all(numbers(count).flatMap(i => addPair(netns, i))))
