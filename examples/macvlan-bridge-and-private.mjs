// S11. Two macvlans on one parent, each in a namespace of its own: in mode `bridge` they reach each other, in mode `private` they do not. The parent itself
// reaches neither, whatever the mode: what it sends goes out by the wire, and the macvlans are not there.
//
//   ip link add link eth0 name mac0 netns net1 type macvlan mode bridge;  ip link add link eth0 name mac0 netns net2 type macvlan mode bridge
//   ip -n net1 link set mac0 type macvlan mode private;  ip -n net2 link set mac0 type macvlan mode private
import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import { Netns } from 'rtnetlink'

const COUNT = 3

export async function main(inspect = async (_namespaces, _mode) => {}) {
  const [host, net1, net2] = await Promise.all([Netns.create(), Netns.create(), Netns.create()])
  try {
    // Something has to be at the other end of the wire, or the parent has no carrier, and its macvlans neither.
    await host.links.add({ kind: 'veth', name: 'eth0', up: true, veth: { peer: { name: 'switch', up: true } } })
    await host.addresses.add({ link: 'eth0', address: '10.0.11.10/24' })
    for (const { netns, address } of [
      { netns: net1, address: '10.0.11.1/24' },
      { netns: net2, address: '10.0.11.2/24' },
    ]) {
      // Made in its namespace at once: `link` is looked up here, where the parent is.
      await host.links.add({ kind: 'macvlan', name: 'mac0', link: 'eth0', netns, macvlan: { mode: 'bridge' } })
      await netns.links.set('mac0', { up: true })
      await netns.addresses.add({ link: 'mac0', address })
      await untilUp(netns, 'mac0')
    }
    await showAddresses({ host, net1, net2 })

    assert.equal(await attempt('bridge ', net1, '10.0.11.2'), COUNT)
    assert.equal(await attempt('parent ', host, '10.0.11.1'), 0)
    await inspect({ host, net1, net2 }, 'bridge')

    for (const netns of [net1, net2]) {
      await netns.links.set('mac0', { macvlan: { mode: 'private' } })
      // What they know of each other would only hide that nobody answers any more.
      await netns.links.set('mac0', { up: false })
      await netns.links.set('mac0', { up: true })
      await untilUp(netns, 'mac0')
    }
    assert.equal(await attempt('private', net1, '10.0.11.2'), 0)
    await inspect({ host, net1, net2 }, 'private')
  } finally {
    for (const netns of [host, net1, net2]) netns.close()
  }
}

async function showAddresses({ host, net1, net2 }) {
  const links = await Promise.all([host.links.get('eth0'), net1.links.get('mac0'), net2.links.get('mac0')])
  for (const [i, link] of links.entries()) console.log(`${['parent', 'net1  ', 'net2  '][i]} ${link.name}: ${link.address}`)
  assert.equal(new Set(links.map(({ address }) => address)).size, 3)
}

async function attempt(title, from, to) {
  const { received } = await from.ping(to, { count: COUNT, interval: 1, timeout: 300 })
  console.log(`${title} → ${to}: ${received} of ${COUNT} answered`)
  return received
}

async function untilUp(netns, name, signal = AbortSignal.timeout(30_000)) {
  while ((await netns.links.get(name, { signal })).operationalState !== 'up') await setTimeout(1)
}

if (process.argv[1] === import.meta.filename) await main()
