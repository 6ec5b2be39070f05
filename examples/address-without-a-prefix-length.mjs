// S22. An address without a prefix length is one address, not a network: /32, or /128 for IPv6. As `ip` has it, and unlike ifconfig.
//
//   ip address add 10.0.0.10 dev ep1
import assert from 'node:assert/strict'
import { Netns } from 'rtnetlink'

export async function main(inspect = async _namespaces => {}) {
  const host = await Netns.create()
  try {
    await Promise.all([
      host.links.add({ kind: 'veth', name: 'ep1', up: true, veth: { peer: { name: 'ep2', up: true } } }),
      host.addresses.add({ link: 'ep1', address: '10.0.0.10' }),
      host.addresses.add({ link: 'ep1', address: 'fd00::10', noDad: true }),
    ])
    const addresses = await host.addresses.list({ link: 'ep1' })
    for (const { address, scope } of addresses) console.log(`${address} scope ${scope}`)
    const texts = addresses.map(({ address }) => address)
    assert.ok(texts.includes('10.0.0.10/32'))
    assert.ok(texts.includes('fd00::10/128'))
    // A single address comes without a route to a network.
    assert.deepEqual(await host.routes.list({ table: 'main', family: 'inet' }), [])
    console.log('and no route for IPv4 in table main')
    await inspect({ host })
  } finally {
    host.close()
  }
}

if (process.argv[1] === import.meta.filename) await main()
