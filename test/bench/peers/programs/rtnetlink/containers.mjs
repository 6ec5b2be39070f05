import { Netns } from '../../../../../dist/index.js'
import { addBridge, addContainer, addUnread, group } from './container.mjs'
import { measure, numbers } from './measure.mjs'

async function tearDown(host, containers) {
  await host.links.delete({ group })
  for (const netns of containers) netns.close()
  while ((await host.links.list({ kind: 'veth' })).length > 0);
}

export default async (count, host = Netns.current()) => {
  await addBridge(host)
  let containers
  const setup = await measure(async () => {
    containers = await Promise.all(numbers(count).map(i => addContainer(host, i, addUnread)))
  })
  const teardown = await measure(() => tearDown(host, containers))
  return {
    setup_ns: setup.ns,
    teardown_ns: teardown.ns,
    delay_p99_ns: Math.max(setup.delay_p99_ns, teardown.delay_p99_ns),
  }
}
