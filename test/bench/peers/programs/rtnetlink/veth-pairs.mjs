import { Netns } from '../../../../../dist/index.js'
import { measure, numbers } from './measure.mjs'

const addPair = ({ links }, i) => links.add({ kind: 'veth', name: `va${i}`, veth: { peer: { name: `vb${i}` } } })

export default (count, netns = Netns.current()) => measure(() => Promise.all(numbers(count).map(i => addPair(netns, i))))
