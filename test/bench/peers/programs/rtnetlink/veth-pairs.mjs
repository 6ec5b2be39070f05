import { Netns } from '../../../../../dist/index.js'
import { measure, numbers } from './measure.mjs'

const { links } = Netns.current()

const addPair = i => links.add({ kind: 'veth', name: `va${i}`, veth: { peer: { name: `vb${i}` } } })

export default count => measure(() => Promise.all(numbers(count).map(addPair)))
