// Ten thousand routes in one go. All calls of one tick travel together and only the last of a batch is acknowledged: the kernel answers a
// failing request at once, and silence means that the earlier ones succeeded. Each promise still settles by itself.
//
//   for … ip route add 10.1.2.3/32 dev veth0          (a process each; or `ip -batch`, which stops at the first error)
import assert from 'node:assert/strict'
import { Netns } from 'rtnetlink'

const COUNT = 10_000

export async function main() {
  const host = await Netns.create()
  try {
    await host.links.add({ kind: 'veth', name: 'veth0', up: true, veth: { peer: { name: 'veth1', up: true } } })
    const { index } = await host.links.get('veth0') // Asked once; a name would be looked up for each route.

    const destinations = Array.from({ length: COUNT }, (_, i) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}/32`)
    const add = () => Promise.allSettled(destinations.map(to => host.routes.add({ to, link: index, protocol: 'static' })))

    const start = performance.now()
    const added = await add()
    const time = performance.now() - start
    assert.equal(added.filter(({ status }) => status === 'fulfilled').length, COUNT)
    console.log(`${COUNT} routes added in ${time.toFixed(0)} ms: ${((time * 1000) / COUNT).toFixed(1)} µs each`)
    assert.equal((await host.routes.list({ table: 'main', protocol: 'static' })).length, COUNT)

    // One that is missing among ten thousand that are there: each failure finds its own promise.
    await host.routes.delete({ to: destinations[5000], link: index })
    const again = await add()
    const outcomes = again.map(outcome => (outcome.status === 'fulfilled' ? 'added' : outcome.reason.code))
    assert.equal(outcomes[5000], 'added')
    assert.equal(outcomes.filter(outcome => outcome === 'EEXIST').length, COUNT - 1)
    console.log(`again, with one of them missing: 1 added, ${COUNT - 1} refused with EEXIST`)

    const flushed = await host.routes.flush({ table: 'main', protocol: 'static' })
    assert.equal(flushed, COUNT)
    console.log(`${flushed} flushed`)
  } finally {
    host.close()
  }
}

if (process.argv[1] === import.meta.filename) await main()
