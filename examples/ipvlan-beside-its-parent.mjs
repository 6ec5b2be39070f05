// S12. An ipvlan in mode l2, in a namespace of its own: it has its parent's hardware address, and a neighbor reaches both, each by its IP address. The parent and
// the ipvlan do not reach each other.
//
//   ip link add link eth0 name ip0 netns box type ipvlan mode l2
import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import { NetlinkError, Netns } from 'rtnetlink'

const COUNT = 3

export async function main(inspect = async _namespaces => {}) {
  const [host, box, neighbor] = await Promise.all([Netns.create(), Netns.create(), Netns.create()])
  try {
    const peer = { name: 'eth0', netns: neighbor, up: true }
    await host.links.add({ kind: 'veth', name: 'eth0', up: true, veth: { peer } })
    await host.links.add({ kind: 'ipvlan', name: 'ip0', link: 'eth0', netns: box, ipvlan: { mode: 'l2' } })
    await box.links.set('ip0', { up: true })
    await Promise.all([
      host.addresses.add({ link: 'eth0', address: '10.0.12.1/24' }),
      box.addresses.add({ link: 'ip0', address: '10.0.12.2/24' }),
      neighbor.addresses.add({ link: 'eth0', address: '10.0.12.3/24' }),
    ])
    await untilUp(host, 'eth0')

    const [parent, ipvlan] = await Promise.all([host.links.get('eth0'), box.links.get('ip0')])
    console.log(`parent ${parent.address}\nipvlan ${ipvlan.address}`)
    assert.equal(ipvlan.address, parent.address)

    assert.equal(await attempt('neighbor → parent', neighbor, '10.0.12.1'), COUNT)
    assert.equal(await attempt('neighbor → ipvlan', neighbor, '10.0.12.2'), COUNT)
    assert.equal(await attempt('ipvlan → neighbor', box, '10.0.12.3'), COUNT)
    assert.equal(await attempt('ipvlan → parent', box, '10.0.12.1'), 0)
    await inspect({ host, box, neighbor })
  } catch (error) {
    if (!(error instanceof NetlinkError) || error.code !== 'EOPNOTSUPP') throw error
    console.log(error.message)
  } finally {
    for (const netns of [host, box, neighbor]) netns.close()
  }
}

async function attempt(title, from, to) {
  const { received } = await from.ping(to, { count: COUNT, interval: 1, timeout: 300 })
  console.log(`${title}: ${received} of ${COUNT} answered`)
  return received
}

async function untilUp(netns, name, signal = AbortSignal.timeout(30_000)) {
  while ((await netns.links.get(name, { signal })).operationalState !== 'up') await setTimeout(1)
}

if (process.argv[1] === import.meta.filename) await main()
