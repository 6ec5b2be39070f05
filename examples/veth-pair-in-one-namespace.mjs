// S1. Both ends of a veth pair in one namespace, an address on each, both links down: an echo from one address to the other is
// answered all the same. It never comes near the veths: to the kernel both addresses are its own, and what it sends to itself goes
// through `lo`.
//
//   ip link add veth0 type veth peer name veth1
//   ip address add 10.0.1.1/24 dev veth0;  ip address add 10.0.1.2/24 dev veth1;  ping -I 10.0.1.1 10.0.1.2
import assert from 'node:assert/strict'
import { Netns } from 'rtnetlink'

const COUNT = 3

export async function main(inspect = async _namespaces => {}) {
  const host = await Netns.create()
  try {
    await Promise.all([
      host.links.set('lo', { up: true }), // A new namespace has it down.
      host.links.add({ kind: 'veth', name: 'veth0', veth: { peer: { name: 'veth1' } } }),
      host.addresses.add({ link: 'veth0', address: '10.0.1.1/24' }),
      host.addresses.add({ link: 'veth1', address: '10.0.1.2/24' }),
    ])

    const { received } = await host.ping('10.0.1.2', { from: '10.0.1.1', count: COUNT, interval: 1 })
    console.log(`10.0.1.1 → 10.0.1.2: ${received} of ${COUNT} answered`)
    assert.equal(received, COUNT)

    for (const { name, up, statistics } of await host.links.list()) {
      assert.ok(statistics)
      console.log(`${name.padEnd(5)} ${up ? 'up  ' : 'down'}  ${statistics.rxPackets} packets in, ${statistics.txPackets} out`)
      const crossed = name === 'lo' ? 2 * COUNT : 0 // A request and a reply each.
      assert.equal(up, name === 'lo')
      assert.equal(statistics.rxPackets, crossed)
      assert.equal(statistics.txPackets, crossed)
    }

    console.log('table local:')
    const local = await host.routes.list({ table: 'local', family: 'inet' })
    for (const { type, to, scope, protocol } of local) console.log(`  ${type} ${to} scope ${scope} protocol ${protocol}`)
    for (const address of ['10.0.1.1', '10.0.1.2']) {
      const entry = local.find(route => route.to === `${address}/32`)
      assert.equal(entry?.type, 'local')
      assert.equal(entry.scope, 'host')
      assert.equal(entry.protocol, 'kernel')
    }
    await inspect({ host })
  } finally {
    host.close()
  }
}

if (process.argv[1] === import.meta.filename) await main()
