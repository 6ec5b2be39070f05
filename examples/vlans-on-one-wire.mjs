// S10. VLANs 2 and 3 on one wire, with links at both ends: four hosts that are all in one network by their addresses. Those of one VLAN reach each other, and
// nothing of the other VLAN, although every frame crosses the same wire.
//
//   ip link add eth0 type veth peer name eth0 netns east
//   ip link add link eth0 name lan0 netns west2 type vlan id 2;  ip link add link eth0 name lan0 netns west3 type vlan id 3;  …
import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import { NetlinkError, Netns } from 'rtnetlink'

const COUNT = 3
const HOSTS = [
  { end: 'west', id: 2, address: '10.0.10.1' },
  { end: 'west', id: 3, address: '10.0.10.2' },
  { end: 'east', id: 2, address: '10.0.10.3' },
  { end: 'east', id: 3, address: '10.0.10.4' },
]

export async function main(inspect = async (_wire, _hosts) => {}) {
  const wire = { west: await Netns.create(), east: await Netns.create() }
  const hosts = await Promise.all(HOSTS.map(async host => ({ ...host, netns: await Netns.create() })))
  try {
    const peer = { name: 'eth0', netns: wire.east, up: true }
    await wire.west.links.add({ kind: 'veth', name: 'eth0', up: true, veth: { peer } })
    for (const { end, id, address, netns } of hosts) {
      await wire[end].links.add({ kind: 'vlan', name: 'lan0', link: 'eth0', netns, vlan: { id } })
      await netns.links.set('lan0', { up: true })
      await netns.addresses.add({ link: 'lan0', address: `${address}/24` })
      await untilUp(netns, 'lan0')
    }

    const [west2, west3] = hosts
    assert.equal(await attempt('VLAN 2', west2.netns, '10.0.10.3'), COUNT)
    assert.equal(await attempt('VLAN 3', west3.netns, '10.0.10.4'), COUNT)
    assert.equal(await attempt('from 2 to 3 across the wire', west2.netns, '10.0.10.4'), 0)
    assert.equal(await attempt('from 2 to 3 at the same end', west2.netns, '10.0.10.2'), 0)
    await inspect(wire, hosts)
  } catch (error) {
    if (!(error instanceof NetlinkError) || error.code !== 'EOPNOTSUPP') throw error
    console.log(error.message)
  } finally {
    for (const netns of [wire.west, wire.east, ...hosts.map(({ netns }) => netns)]) netns.close()
  }
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
