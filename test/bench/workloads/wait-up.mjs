/** From the moment when a C listener hears that a link is up to the moment when `links.waitFor` resolves. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Netns } from '../../../dist/index.js'
import { quantile } from '../statistics.mjs'

const floor = fileURLToPath(new URL('../floor/build/floor', import.meta.url))
const { links } = Netns.current()

export default async ({ count }) => {
  await links.add({ kind: 'veth', name: 'a', veth: { peer: { name: 'b', up: true } } })
  const toggle = spawn(floor, ['toggle-link', 'a'], { stdio: ['pipe', 'pipe', 'inherit'] })
  /** When it was so, in ns of CLOCK_MONOTONIC, which is also process.hrtime's. */
  const turn = async direction => {
    toggle.stdin.write(direction)
    const [line] = await once(toggle.stdout, 'data')
    return BigInt(String(line).trim())
  }
  const late = []
  for (let i = 0; i < count; i++) {
    const waited = links.waitFor('a', { operationalState: 'up' }).then(() => process.hrtime.bigint())
    await sleep(5) // It listens by now.
    const happened = await turn('u')
    late.push(Math.max(0, Number((await waited) - happened)))
    await turn('d')
  }
  toggle.stdin.end()
  await links.delete('a')
  return [{ p50_ns: quantile(late, 0.5), p99_ns: quantile(late, 0.99) }]
}
