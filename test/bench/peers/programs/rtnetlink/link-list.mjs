import { Netns } from '../../../../../dist/index.js'
import { measureList } from './measure.mjs'

const { links } = Netns.current()

export default () => measureList(() => links.list())
