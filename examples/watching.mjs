// What changes in a namespace, told as it happens; a live view of it; and waits instead of sleeps.
//
//   ip monitor all all-nsid
import assert from 'node:assert/strict'
import { Netns } from 'rtnetlink'

export async function main() {
  const host = await Netns.create()
  const container = await Netns.create()
  try {
    // A watch begins at once. With a snapshot it first tells what is there.
    const watch = host.watch({ links: true, addresses: { family: 'inet' }, snapshot: true })
    const told = (async () => {
      const lines = []
      for await (const event of watch) {
        if (event.object === 'link') lines.push(`${event.type} link ${event.link.name} ${event.link.operationalState}`)
        else if (event.object === 'address') lines.push(`${event.type} address ${event.address.address}`)
        else lines.push(event.type)
        console.log(lines.at(-1))
      }
      return lines
    })()

    // A mirror is what `list` would answer, at hand.
    const mirror = await host.mirror()

    const up = host.links.waitFor('eth0', { operationalState: 'up' }) // It is not even there yet.
    await host.links.add({ kind: 'veth', name: 'eth0', up: true, veth: { peer: { name: 'peer', up: true } } })
    await up
    await host.addresses.add({ link: 'eth0', address: '192.0.2.1/24' })
    await host.addresses.waitUsable('eth0') // IPv6 has made sure that nobody else has its address.

    await mirror.sync()
    console.log(`eth0 has index ${mirror.links.get('eth0')?.index}, and ${mirror.routes.size} routes lead somewhere`)
    assert.equal(mirror.links.get('eth0')?.operationalState, 'up')

    const gone = host.links.waitFor('eth0', 'gone')
    await host.links.delete('peer')
    await gone

    // All that the host's veths lead to, in one watch.
    const everywhere = host.watch({ links: true, allNamespaces: [container] })
    await everywhere.ready
    await host.links.add({ kind: 'veth', name: 'eth1', veth: { peer: { name: 'eth0', netns: container } } })
    for await (const event of everywhere) {
      if (event.object !== 'link') continue
      const isInside = event.namespace?.netns === container
      console.log(`${event.type} link ${event.link.name} in ${isInside ? 'the container' : 'the host'}`)
      if (isInside && event.link.name === 'eth0') break
    }

    await watch.sync()
    watch.close()
    mirror.close()
    const lines = await told
    assert.ok(lines.indexOf('synced') > lines.indexOf('new link lo down'))
    for (const line of ['new address 192.0.2.1/24', 'change link eth0 up', 'delete address 192.0.2.1/24'])
      assert.ok(lines.includes(line))
  } finally {
    container.close()
    host.close()
  }
}

if (process.argv[1] === import.meta.filename) await main()
