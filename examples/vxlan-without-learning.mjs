// Three hosts, one network on top of them, and nothing learned: who is where is told, as a control plane does it. No flooding, no ARP across.
//
//   ip link add vx0 type vxlan id 42 local 192.0.2.1 dstport 4789 nolearning
//   bridge fdb add 02:00:00:00:00:02 dev vx0 dst 192.0.2.2; ip neighbor add 10.42.0.2 lladdr 02:00:00:00:00:02 dev vx0
import assert from 'node:assert/strict'
import { Netns } from 'rtnetlink'

const hosts = [1, 2, 3].map(number => ({
  under: `192.0.2.${number}`,
  over: `10.42.0.${number}`,
  mac: `02:00:00:00:00:0${number}`,
}))

export async function main() {
  const middle = await Netns.create()
  const spaces = await Promise.all(hosts.map(() => Netns.create()))
  try {
    await middle.links.add({ kind: 'bridge', name: 'br0', up: true })
    for (const [i, { under, over, mac }] of hosts.entries()) {
      const peer = { name: 'eth0', netns: spaces[i], up: true }
      await middle.links.add({ kind: 'veth', name: `port${i}`, master: 'br0', up: true, veth: { peer } })
      await spaces[i].addresses.add({ link: 'eth0', address: `${under}/24` })
      await spaces[i].links.add({
        kind: 'vxlan',
        name: 'vx0',
        address: mac,
        up: true,
        vxlan: { vni: 42, local: under, port: 4789, learning: false },
      })
      await spaces[i].addresses.add({ link: 'vx0', address: `${over}/24` })
    }

    const [first] = spaces
    assert.equal((await first.ping(hosts[1].over, { timeout: 100 })).received, 0)
    console.log('nobody knows anybody: no echo')

    // Each is told of the others: their hardware address by IP address, and the host that it is behind.
    for (const [i, space] of spaces.entries()) {
      const others = hosts.filter((_, j) => j !== i)
      await Promise.all(
        others.flatMap(({ under, over, mac }) => [
          space.neighbors.replace({ link: 'vx0', address: over, linkLayerAddress: mac }),
          space.fdb.add({ link: 'vx0', macAddress: mac, remote: under }),
        ]),
      )
    }
    for (const { over } of hosts.slice(1)) {
      const { received } = await first.ping(over, { count: 3, interval: 10 })
      assert.equal(received, 3)
      console.log(`${received} echoes from ${over}`)
    }
    for (const { macAddress, remote } of await first.fdb.list({ link: 'vx0' })) console.log(`${macAddress} is behind ${remote}`)

    // The third moves behind the second: one message for each that has to know.
    await first.fdb.replace({ link: 'vx0', macAddress: hosts[2].mac, remote: hosts[1].under })
    assert.equal((await first.fdb.get({ link: 'vx0', self: true, macAddress: hosts[2].mac })).remote, hosts[1].under)
  } finally {
    for (const space of [middle, ...spaces]) space.close()
  }
}

if (process.argv[1] === import.meta.filename) await main()
