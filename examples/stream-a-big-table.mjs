// A large table read while the kernel sends it. `list` gathers an array; `stream` hands out entry after entry, and the kernel waits for
// the reader, so a table of any size takes little memory, and a reader that has seen enough just leaves the loop.
//
//   ip route show table main | …
import assert from 'node:assert/strict'
import { Netns } from 'rtnetlink'

const COUNT = 20_000

export async function main() {
  const host = await Netns.create()
  try {
    await host.links.add({ kind: 'veth', name: 'veth0', up: true, veth: { peer: { name: 'veth1', up: true } } })
    const { index } = await host.links.get('veth0')
    const networks = Array.from({ length: COUNT }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`)
    await Promise.all(networks.map(to => host.routes.add({ to, link: index, metric: 100 })))

    const start = performance.now()
    let count = 0
    for await (const route of host.routes.stream({ table: 'main', family: 'inet' })) if (route.metric === 100) count++
    console.log(`${count} routes read in ${(performance.now() - start).toFixed(0)} ms, one after the other`)
    assert.equal(count, COUNT)

    const seen = []
    for await (const route of host.routes.stream({ table: 'main', family: 'inet' })) {
      seen.push(route.to)
      if (seen.length === 3) break // The rest is never asked for.
    }
    console.log(`the first three: ${seen.join(', ')}`)
    assert.equal(seen.length, 3)
  } finally {
    host.close()
  }
}

if (process.argv[1] === import.meta.filename) await main()
