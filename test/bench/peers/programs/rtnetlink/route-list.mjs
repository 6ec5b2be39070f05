import { Netns } from '../../../../../dist/index.js'
import { measureList } from './measure.mjs'

const { routes } = Netns.current()

export default () => measureList(() => routes.list({ table: 'main', family: 'inet' }))
