/** `count` veth pairs in one go. */
import { Netns } from '../../../dist/index.js'
import { repeat, time } from './clock.mjs'

const { links } = Netns.current()
const group = 7

const addPair = pair => links.add({ kind: 'veth', name: `va${pair}`, group, veth: { peer: { name: `vb${pair}` } } })

export default ({ runs, count }) =>
  repeat(runs, async () => {
    const ns = await time(() => Promise.all(Array.from({ length: count }, (_, pair) => addPair(pair))))
    await links.delete({ group })
    return { ns }
  })
