/** `count` IPv4 host routes in one go. The destinations stand ready as text; the options are made while the clock runs. */
import { Netns } from '../../../dist/index.js'
import { repeat, time } from './clock.mjs'
import { destinations } from './destinations.mjs'

const { links, routes } = Netns.current()

export default ({ runs, count }) => {
  const texts = destinations(count)
  return repeat(runs, async () => {
    await links.add({ kind: 'ifb', name: 'i0', up: true })
    const ns = await time(() => Promise.all(texts.map(to => routes.add({ to, link: 'i0', scope: 'link' }))))
    await links.delete('i0')
    return { ns }
  })
}
