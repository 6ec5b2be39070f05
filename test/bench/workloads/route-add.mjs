/**
 * `count` IPv4 host routes: by one call, or, with `slices`, by a call each, so many at a time. The destinations stand ready as text; the options are made while the clock runs.
 */
import { Netns } from '../../../dist/index.js'
import { repeat, time } from './clock.mjs'
import { destinations } from './destinations.mjs'
import { inSlices } from './slices.mjs'

const { links, routes } = Netns.current()

/** @returns {import('../../../dist/index.js').RouteOptions} */
const routeTo = to => ({ to, link: 'i0', scope: 'link' })

function* entries(texts) {
  for (const to of texts) yield routeTo(to)
}

export default ({ runs, count, slices = 0 }) => {
  const texts = destinations(count)
  const add = () => (slices === 0 ? routes.addAll(entries(texts)) : inSlices(texts, slices, to => routes.add(routeTo(to))))
  return repeat(runs, async () => {
    await links.add({ kind: 'ifb', name: 'i0', up: true })
    const ns = await time(add)
    await links.delete('i0')
    return { ns }
  })
}
