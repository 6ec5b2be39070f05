import { each, ip, time, waitUntilGone } from './run.mjs'
import { bridge, container, finishPair, numbers, pair, pairUp, tearDown } from './words.mjs'

async function inTurn(lines) {
  for (const line of lines) await ip(line)
}

const setUp = ({ name, outside, inside }) => inTurn([...outside, ...inside.map(line => `-n ${name} ${line}`)])

async function containers(count, atOnce) {
  await ip(bridge)
  const setup_ns = await time(() => each(numbers(count).map(container), setUp, atOnce))
  const teardown_ns = await time(async () => {
    await each(numbers(count), i => ip(tearDown(i)), atOnce)
    await waitUntilGone()
  })
  return { setup_ns, teardown_ns }
}

/** @type {Record<string, (count: number, atOnce: number) => Promise<object>>} */
export default {
  'veth-pairs': async (count, atOnce) => ({ ns: await time(() => each(numbers(count), i => ip(pair(i)), atOnce)) }),
  'veth-pairs-up': async (count, atOnce) => ({
    ns: await time(async () => {
      await each(numbers(count), i => ip(pairUp(i)), atOnce)
      await each(numbers(count), i => inTurn(finishPair(i)), atOnce)
    }),
  }),
  containers,
  async cold() {
    await ip(bridge)
    await setUp(container(0))
    return {}
  },
}
