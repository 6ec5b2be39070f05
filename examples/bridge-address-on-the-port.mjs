// S4. An address on a bridge port is out of reach; on the bridge it works.
//
// Why: once a link is a port, every frame that enters it is the bridge's. The bridge learns from it, forwards it, and what is meant for
// this host goes up the stack as a frame of the *bridge*, never of the port. So the far end's "who has 10.0.4.1?" is heard (Linux answers
// for all its addresses on every link), and its echo request arrives too. But the route back, 10.0.4.0/24, hangs on the port. So the host
// asks "who has 10.0.4.2?" through the port, and the answer comes in as the bridge's: the question on the port stays open, and no reply
// is ever sent. With the address on the bridge, the route hangs on the link that the answers arrive at.
//
//   ip link add br0 up type bridge;  ip link add port up master br0 type veth peer name eth0 netns far
//   ip address add 10.0.4.1/24 dev port      # wrong
//   ip address delete 10.0.4.1/24 dev port;  ip address add 10.0.4.1/24 dev br0
import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import { Netns } from 'rtnetlink'

const COUNT = 3

export async function main(inspect = async (_namespaces, _link) => {}) {
  const host = await Netns.create()
  const far = await Netns.create()
  try {
    await Promise.all([
      host.links.add({ kind: 'bridge', name: 'br0', up: true }),
      host.links.add({
        kind: 'veth',
        name: 'port',
        up: true,
        master: 'br0',
        veth: { peer: { name: 'eth0', netns: far, up: true } },
      }),
    ])
    await far.addresses.add({ link: 'eth0', address: '10.0.4.2/24' })
    await Promise.all(['br0', 'port'].map(name => untilUp(host, name)))

    await host.addresses.add({ link: 'port', address: '10.0.4.1/24' })
    const wrong = await attempt('on the port', host, far)
    await inspect({ host, far }, 'port')
    assert.equal(wrong.received, 0)
    assert.ok(wrong.portIn >= COUNT, 'the requests did enter the port')
    assert.ok(wrong.bridgeIn >= COUNT, 'and were handed to the bridge')
    console.log(WHY)

    await host.addresses.delete({ link: 'port', address: '10.0.4.1/24' })
    await host.addresses.add({ link: 'br0', address: '10.0.4.1/24' })
    const right = await attempt('on the bridge', host, far)
    await inspect({ host, far }, 'br0')
    assert.equal(right.received, COUNT)
    assert.ok(right.bridgeIn >= COUNT, 'the echoes cross the bridge')
    assert.ok(right.portIn >= COUNT, 'the echoes cross the port')
  } finally {
    host.close()
    far.close()
  }
}

async function attempt(where, host, far) {
  const before = await Promise.all([host.links.get('port'), host.links.get('br0')])
  const { received } = await far.ping('10.0.4.1', { count: COUNT, interval: 1, timeout: 300 })
  const after = await Promise.all([host.links.get('port'), host.links.get('br0')])
  const [portIn, bridgeIn] = after.map((link, i) => link.statistics.rxPackets - before[i].statistics.rxPackets)
  console.log(`10.0.4.1 ${where}: ${received} of ${COUNT} answered`)
  console.log(`  +${portIn} frames into the port, +${bridgeIn} of them up through the bridge`)
  return { received, portIn, bridgeIn }
}

/** A port forwards a moment after its far end is up. */
async function untilUp(netns, name, signal = AbortSignal.timeout(30_000)) {
  while ((await netns.links.get(name, { signal })).operationalState !== 'up') await setTimeout(1)
}

const WHY = `
  Why: what enters a port is the bridge's, and goes up as a frame of the bridge. The far end was told that 10.0.4.1 is
  at the bridge's hardware address, and its requests did arrive. But the way back to 10.0.4.0/24 hangs on the port: there
  the host asks for 10.0.4.2, and the answer comes in as the bridge's, where nobody waits for it.
`

if (process.argv[1] === import.meta.filename) await main()
