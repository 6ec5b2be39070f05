// S9. A bridge with four ports: two taps, at the other ends of which is this program, a veth, and an ifb, a link that has no other end. A frame that the program
// writes to one tap comes out of the other, and out of the veth; the answer finds its way back alone, because the bridge has learned.
//
//   ip link add br0 type bridge;  ip link set tap0 master br0;  ip link set tap1 master br0;  ip link set veth0 master br0;  ip link set ifb0 master br0
import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import { ethernet, Netns } from 'rtnetlink'

const COUNT = 10
const SIZE = 1014
const PORTS = ['tap0', 'tap1', 'veth0', 'ifb0']
const EXPERIMENTAL = 0x88b5
const EVERYBODY = 'ff:ff:ff:ff:ff:ff'
const ONE = '02:00:00:00:00:01'
const OTHER = '02:00:00:00:00:02'

export async function main(inspect = async (_namespaces, _step) => {}) {
  const host = await Netns.create()
  const guest = await Netns.create()
  const taps = []
  try {
    await host.links.add({ kind: 'bridge', name: 'br0', up: true, families: { inet6: { addressGenerationMode: 'none' } } })
    for (const name of ['tap0', 'tap1']) taps.push(await host.openTap({ name, up: true, master: 'br0' }))
    const peer = { name: 'eth0', netns: guest, up: true }
    await host.links.add({ kind: 'veth', name: 'veth0', up: true, master: 'br0', veth: { peer } })
    await host.links.add({ kind: 'ifb', name: 'ifb0', up: true, master: 'br0' })
    await untilForwarding(host)

    const bridge = await host.links.get('br0')
    for (const link of await host.links.list({ master: 'br0' })) {
      console.log(`${link.name.padEnd(5)} is a port of ${bridge.name}, ${link.port?.kind === 'bridge' ? link.port.state : ''}`)
      assert.equal(link.master, bridge.index)
    }
    await inspect({ host, guest }, 'up')

    const passed = async () => {
      for (let i = 0; i < COUNT; i++) await pass(taps[0], taps[1], frame(EVERYBODY, ONE, `hello ${i}`))
    }
    const before = await receivedBy(guest)
    await passed()
    const received = (await receivedBy(guest)) - before
    console.log(`${COUNT} frames to everybody: out of tap1, and ${received} bytes out of the veth`)
    assert.ok(received >= COUNT * SIZE)

    await pass(taps[1], taps[0], frame(ONE, OTHER, 'hello yourself'))
    console.log('back to the one who asked: out of tap0')
    await inspect({ host, guest, passed }, 'passing')
  } finally {
    for (const tap of taps) await tap.close()
    for (const netns of [host, guest]) netns.close()
  }
}

/** Writes a frame to one tap, and reads until it comes out of the other. */
async function pass(from, to, sent) {
  await from.writeBatch([sent])
  for await (const batch of to.batches()) {
    for (const got of batch) if (Buffer.compare(got, sent) === 0) return
  }
}

function frame(destination, source, text) {
  return ethernet.build({ destination, source, etherType: EXPERIMENTAL, payload: Buffer.from(text.padEnd(SIZE - 14)) })
}

async function receivedBy(netns) {
  return (await netns.links.get('eth0')).statistics.rxBytes
}

/** A port listens to its link, and forwards a moment after the link has carrier. */
async function untilForwarding(netns, signal = AbortSignal.timeout(30_000)) {
  for (;;) {
    const ports = await netns.links.list({ master: 'br0' })
    if (PORTS.every(name => ports.find(link => link.name === name)?.port?.state === 'forwarding')) return
    await setTimeout(1, undefined, { signal })
  }
}

if (process.argv[1] === import.meta.filename) await main()
