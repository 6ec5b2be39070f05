/** The delay of an idle event loop while the floor creates and deletes `count` links in another process. */
import { runFloor } from '../processes.mjs'
import { repeat } from './clock.mjs'
import { delayDuring } from './delay.mjs'

export default ({ runs, count }) =>
  repeat(runs, async () => {
    const { p99, max } = await delayDuring(() => runFloor('link-churn', count))
    return { create_p99_ns: p99, delete_p99_ns: p99, in_turn_p99_ns: p99, max_ns: max }
  })
