// S10. A bridge that keeps VLANs apart, as a switch does. Two access ports in VLAN 2 and one in VLAN 3: what enters them has no tag, and belongs to the VLAN of the
// port. One trunk carries both with tags, to another machine that has a host in each.
//
//   ip link add br0 up type bridge vlan_filtering 1 vlan_default_pvid 0
//   bridge vlan add dev a1 vid 2 pvid untagged;  bridge vlan add dev b1 vid 3 pvid untagged;  bridge vlan add dev trunk vid 2-3
//   ip -n far link add link eth0 name lan0 netns c1 type vlan id 2;  ip -n far link add link eth0 name lan0 netns d1 type vlan id 3
import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import { NetlinkError, Netns } from 'rtnetlink'

const COUNT = 3
const HOSTS = [
  { name: 'a1', vlan: 2, address: '10.0.10.1', link: 'eth0' },
  { name: 'a2', vlan: 2, address: '10.0.10.2', link: 'eth0' },
  { name: 'b1', vlan: 3, address: '10.0.10.3', link: 'eth0' },
]
const FAR_HOSTS = [
  { name: 'c1', vlan: 2, address: '10.0.10.4', link: 'lan0' },
  { name: 'd1', vlan: 3, address: '10.0.10.5', link: 'lan0' },
]

export async function main(inspect = async _namespaces => {}) {
  const bridge = await Netns.create()
  const far = await Netns.create()
  const [a1, a2, b1, c1, d1] = await Promise.all(
    [...HOSTS, ...FAR_HOSTS].map(async host => ({ ...host, netns: await Netns.create() })),
  )
  try {
    // Without a default, a new port is in no VLAN at all.
    const options = { vlanFiltering: true, vlanDefaultPvid: 0 }
    await bridge.links.add({ kind: 'bridge', name: 'br0', up: true, bridge: options })
    for (const { name, vlan, netns } of [a1, a2, b1]) {
      await addPort(bridge, name, netns)
      await bridge.bridgeVlans.add({ link: name, vlan, pvid: true, untagged: true })
    }
    await addPort(bridge, 'trunk', far)
    await bridge.bridgeVlans.add({ link: 'trunk', vlan: 2, lastVlan: 3 })
    for (const { vlan, netns } of [c1, d1]) {
      await far.links.add({ kind: 'vlan', name: 'lan0', link: 'eth0', netns, vlan: { id: vlan } })
      await netns.links.set('lan0', { up: true })
    }
    for (const { link, address, netns } of [a1, a2, b1, c1, d1]) {
      await netns.addresses.add({ link, address: `${address}/24` })
      await untilUp(netns, link)
    }
    for (const port of ['a1', 'a2', 'b1', 'trunk']) await untilUp(bridge, port)
    await show(bridge)

    assert.equal(await attempt(a1, a2), COUNT)
    assert.equal(await attempt(a1, b1), 0)
    assert.equal(await attempt(a1, c1), COUNT)
    assert.equal(await attempt(b1, d1), COUNT)
    assert.equal(await attempt(b1, c1), 0)
    await inspect({ bridge, far, a1, a2, b1, c1, d1 })
  } catch (error) {
    if (!(error instanceof NetlinkError) || error.code !== 'EOPNOTSUPP') throw error
    console.log(error.message)
  } finally {
    for (const netns of [bridge, far, ...[a1, a2, b1, c1, d1].map(host => host.netns)]) netns.close()
  }
}

async function addPort(bridge, name, netns) {
  await bridge.links.add({ kind: 'veth', name, master: 'br0', up: true, veth: { peer: { name: 'eth0', netns, up: true } } })
}

async function show(bridge) {
  const names = new Map((await bridge.links.list()).map(({ index, name }) => [index, name]))
  for (const { link, vlan, lastVlan = vlan, pvid, untagged } of await bridge.bridgeVlans.list()) {
    const words = [pvid ? 'pvid' : '', untagged ? 'untagged' : 'tagged'].join(' ').trim()
    console.log(`${names.get(link).padEnd(5)} ${vlan === lastVlan ? vlan : `${vlan}-${lastVlan}`} ${words}`)
  }
}

async function attempt(from, to) {
  const { received } = await from.netns.ping(to.address, { count: COUNT, interval: 1, timeout: 300 })
  console.log(`${from.name}, VLAN ${from.vlan} → ${to.name}, VLAN ${to.vlan}: ${received} of ${COUNT} answered`)
  return received
}

async function untilUp(netns, name, signal = AbortSignal.timeout(30_000)) {
  while ((await netns.links.get(name, { signal })).operationalState !== 'up') await setTimeout(1)
}

if (process.argv[1] === import.meta.filename) await main()
