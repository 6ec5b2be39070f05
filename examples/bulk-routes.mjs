// Ten thousand routes by one call, from a generator. The next entries are made while the kernel works through the last, only the last of a batch is
// acknowledged, and the event loop has its turns. What the kernel refuses keeps none of the others from being tried; the error at the end names it.
//
//   ip -batch FILE, with a line `route add 10.1.2.3/32 dev veth0` for each          (stops at the first error, or with -force says which lines)
import assert from 'node:assert/strict'
import { BulkError, Netns } from 'rtnetlink'

const COUNT = 10_000

/** @returns {Iterable<import('rtnetlink').RouteOptions>} */
function* routes() {
  for (let i = 0; i < COUNT; i++) yield { to: `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}/32`, link: 'veth0', protocol: 'static' }
}

export async function main() {
  const host = await Netns.create()
  try {
    await host.links.add({ kind: 'veth', name: 'veth0', up: true, veth: { peer: { name: 'veth1', up: true } } })

    const start = performance.now()
    const added = await host.routes.addAll(routes())
    const time = performance.now() - start
    assert.equal(added, COUNT)
    console.log(`${added} routes added in ${time.toFixed(0)} ms: ${((time * 1000) / COUNT).toFixed(1)} µs each`)
    assert.equal((await host.routes.list({ table: 'main', protocol: 'static' })).length, COUNT)

    // One that is missing among ten thousand that are there.
    await host.routes.delete({ to: '10.0.19.136/32', link: 'veth0' })
    const error = await host.routes.addAll(routes()).catch(thrown => thrown)
    assert(error instanceof BulkError)
    assert.deepEqual([error.done, error.failed, error.unknown], [1, COUNT - 1, 0])
    console.log(error.message)

    const deleted = await host.routes.deleteAll(host.routes.stream({ table: 'main', protocol: 'static' }))
    assert.equal(deleted, COUNT)
    console.log(`${deleted} deleted while they were read`)
  } finally {
    host.close()
  }
}

if (process.argv[1] === import.meta.filename) await main()
