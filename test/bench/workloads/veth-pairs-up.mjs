/** `count` veth pairs in one go, both ends up, with an address each. */
import { Netns } from '../../../dist/index.js'
import { repeat, time } from './clock.mjs'

const { links, addresses } = Netns.current()
const group = 7

/** Of the pair's own network of four addresses. */
const addressOf = (pair, end) => `10.${pair >> 14}.${(pair >> 6) & 255}.${((pair << 2) & 255) + end}/30`

const addPair = pair => [
  links.add({ kind: 'veth', name: `va${pair}`, group, up: true, veth: { peer: { name: `vb${pair}`, up: true } } }),
  addresses.add({ link: `va${pair}`, address: addressOf(pair, 1) }),
  addresses.add({ link: `vb${pair}`, address: addressOf(pair, 2) }),
]

export default ({ runs, count }) =>
  repeat(runs, async () => {
    const ns = await time(() => Promise.all(Array.from({ length: count }, (_, pair) => addPair(pair)).flat()))
    await links.delete({ group })
    return { ns }
  })
