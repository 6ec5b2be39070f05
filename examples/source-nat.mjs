// S18. Two namespaces behind a router, and the world outside that knows nothing of their addresses: the router gives their packets its own address, and finds out
// by itself whom the answers are for.
//
//   ns1 192.168.1.11 ─┐
//                      ├─ br1 192.168.1.10 (host, the router) uplink 203.0.113.1 ── 203.0.113.2 (outside)
//   ns2 192.168.1.12 ─┘
//
//   sysctl net.ipv4.ip_forward=1;  nft add rule … ip saddr 192.168.1.0/24 oifname "uplink" masquerade
import assert from 'node:assert/strict'
import { Netns } from 'rtnetlink'

const HOME = '192.168.1.0/24'
const ROUTER = '203.0.113.1'
const OUTSIDE = '203.0.113.2'

export async function main(inspect = async (_namespaces, _nat) => {}) {
  const [host, ns1, ns2, outside] = await Promise.all([Netns.create(), Netns.create(), Netns.create(), Netns.create()])
  try {
    await build(host, ns1, ns2, outside)

    // The outside has no route to 192.168.1.0/24: it hears the echo, and cannot answer.
    await host.sysctl.set('net.ipv4.ip_forward', true)
    const before = await seen(outside, () => ns1.ping(OUTSIDE, { count: 2, timeout: 300, interval: 10 }))
    console.log(`without NAT     the outside saw ${before.sources}, and ${before.received} of 2 echoes were answered`)
    assert.deepEqual(before, { sources: '192.168.1.11', received: 0 })

    const nat = await host.masquerade({ source: HOME, out: 'uplink' })
    for (const [name, netns] of Object.entries({ ns1, ns2 })) {
      const after = await seen(outside, () => netns.ping(OUTSIDE, { count: 3, interval: 10 }))
      console.log(`with it         ${name}: the outside saw ${after.sources}, and ${after.received} of 3 echoes were answered`)
      assert.deepEqual(after, { sources: ROUTER, received: 3 })
    }

    // Among themselves nothing has changed.
    const { received } = await ns1.ping('192.168.1.12', { count: 2, interval: 10 })
    console.log(`ns1 to ns2      ${received} of 2 echoes were answered, and crossed the bridge as they were`)
    assert.equal(received, 2)
    await inspect({ host, ns1, ns2, outside }, nat)

    await nat.close()
    const after = await seen(outside, () => ns2.ping(OUTSIDE, { count: 2, timeout: 300, interval: 10 }))
    console.log(`closed          the outside saw ${after.sources} again, and ${after.received} of 2 echoes were answered`)
    assert.deepEqual(after, { sources: '192.168.1.12', received: 0 })
  } finally {
    for (const netns of [host, ns1, ns2, outside]) netns.close()
  }
}

async function build(host, ns1, ns2, outside) {
  const port = (name, netns) => ({
    kind: 'veth',
    name,
    master: 'br1',
    up: true,
    veth: { peer: { name: 'eth0', netns, up: true } },
  })
  const uplink = { kind: 'veth', name: 'uplink', up: true, veth: { peer: { name: 'eth0', netns: outside, up: true } } }
  await Promise.all([
    host.links.add({ kind: 'bridge', name: 'br1', up: true }),
    host.addresses.add({ link: 'br1', address: '192.168.1.10/24', broadcast: '+' }),
    host.links.add(port('veth1', ns1)),
    host.links.add(port('veth2', ns2)),
    host.links.add(uplink),
    host.addresses.add({ link: 'uplink', address: `${ROUTER}/24` }),
  ])
  await Promise.all([
    inside(ns1, '192.168.1.11/24', '192.168.1.10'),
    inside(ns2, '192.168.1.12/24', '192.168.1.10'),
    inside(outside, `${OUTSIDE}/24`),
  ])
}

function inside(netns, address, router) {
  return Promise.all([
    netns.addresses.add({ link: 'eth0', address }),
    router === undefined ? undefined : netns.routes.add({ to: 'default', via: router }),
  ])
}

/** Source addresses of the echo requests that a packet socket in `netns` sees while `work` pings it. */
async function seen(netns, work) {
  const capture = await netns.capture('eth0')
  const sources = new Set()
  const reading = (async () => {
    for await (const { bytes } of capture) {
      // An Ethernet header of 14 bytes with the EtherType of IPv4, 20 bytes of IPv4, and then ICMP, whose first byte is 8.
      if (bytes[12] === 0x08 && bytes[13] === 0x00 && bytes[23] === 1 && bytes[34] === 8)
        sources.add([...bytes.subarray(26, 30)].join('.'))
    }
  })()
  const { received } = await work()
  await capture.close()
  await reading
  return { sources: [...sources].sort().join(', '), received }
}

if (process.argv[1] === import.meta.filename) await main()
