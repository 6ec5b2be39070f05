// S3. One end of a veth pair moved into another namespace; both ends addressed and up; echo both ways. Now that the addresses are in
// different namespaces, the packets do cross the wire.
//
//   ip link add veth0 type veth peer name veth1;  ip link set veth1 netns test
//   ip address add 10.0.3.1/24 dev veth0;  ip -n test address add 10.0.3.2/24 dev veth1;  ip link set veth0 up;  …
import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import { Netns } from 'rtnetlink'

const COUNT = 3

export async function main(inspect = async _namespaces => {}) {
  const host = await Netns.create()
  const test = await Netns.create()
  try {
    await host.links.add({ kind: 'veth', name: 'veth0', veth: { peer: { name: 'veth1' } } })
    // What exists already can be moved, which takes the kernel some 20 ms; `veth.peer.netns` would have made it there at once.
    await host.links.set('veth1', { netns: test })
    await assert.rejects(host.links.get('veth1'), { code: 'ENODEV' })

    await Promise.all([
      host.addresses.add({ link: 'veth0', address: '10.0.3.1/24' }),
      host.links.set('veth0', { up: true }),
      test.addresses.add({ link: 'veth1', address: '10.0.3.2/24' }),
      test.links.set('veth1', { up: true }),
    ])
    await Promise.all([untilUp(host, 'veth0'), untilUp(test, 'veth1')])

    for (const { from, netns, to } of [
      { from: 'host', netns: host, to: '10.0.3.2' },
      { from: 'test', netns: test, to: '10.0.3.1' },
    ]) {
      const before = [await packets(host, 'veth0'), await packets(test, 'veth1')]
      const { received } = await netns.ping(to, { count: COUNT, interval: 1 })
      const after = [await packets(host, 'veth0'), await packets(test, 'veth1')]
      console.log(`${from} → ${to}: ${received} of ${COUNT} answered`)
      assert.equal(received, COUNT)
      for (const [i, { name, rx, tx }] of after.entries()) {
        console.log(`  ${name}: +${rx - before[i].rx} packets in, +${tx - before[i].tx} out`)
        assert.ok(rx - before[i].rx >= COUNT && tx - before[i].tx >= COUNT, `the echoes cross ${name}`)
      }
    }
    await inspect({ host, test })
  } finally {
    host.close()
    test.close()
  }
}

async function packets(netns, name) {
  const { statistics } = await netns.links.get(name)
  return { name, rx: statistics.rxPackets, tx: statistics.txPackets }
}

/** A link has carrier a moment after both ends are up. */
async function untilUp(netns, name, signal = AbortSignal.timeout(30_000)) {
  while ((await netns.links.get(name, { signal })).operationalState !== 'up') await setTimeout(1)
}

if (process.argv[1] === import.meta.filename) await main()
