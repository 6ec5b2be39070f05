// S21. A small VPN: two namespaces, each with a tun as its only link, and this program in between, which passes packets from one to the other. A real one would
// encrypt them and send them over the network; here the other end is in the same process.
//
//   ip tuntap add tun0 mode tun;  ip address add 10.0.0.1/24 dev tun0;  ip link set tun0 up      in both, and a program that opens them
import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import { buffer } from 'node:stream/consumers'
import { ClosedError, Netns } from 'rtnetlink'

const COUNT = 3
const TEXT = Buffer.alloc(1_000_000, 'A letter that is longer than a packet. ')

export async function main(inspect = async (_namespaces, _step) => {}) {
  const red = await Netns.create()
  const blue = await Netns.create()
  const tuns = []
  try {
    tuns.push(await red.openTun({ name: 'tun0', address: '10.0.0.1/24', mtu: 1400, up: true }))
    tuns.push(await blue.openTun({ name: 'tun0', address: '10.0.0.2/24', mtu: 1400, up: true }))
    const passing = Promise.all([pass(tuns[0], tuns[1]), pass(tuns[1], tuns[0])])

    for (const { netns, to, title } of [
      { netns: red, to: '10.0.0.2', title: 'red → blue' },
      { netns: blue, to: '10.0.0.1', title: 'blue → red' },
    ]) {
      const { received } = await netns.ping(to, { count: COUNT, interval: 1 })
      console.log(`${title}: ${received} of ${COUNT} answered`)
      assert.equal(received, COUNT)
    }
    await send(red, blue)
    await inspect({ red, blue })

    for (const tun of tuns) {
      const { received, sent } = await tun.statistics()
      console.log(`${tun.name}: ${received.packets} packets read, ${sent.packets} written`)
    }
    for (const tun of tuns) await tun.close()
    await passing
  } finally {
    for (const tun of tuns) await tun.close()
    for (const netns of [red, blue]) netns.close()
  }
}

/** All that a batch holds is written where it lies: no packet is copied on the way. */
async function pass(from, to) {
  for await (const batch of from.batches()) {
    try {
      await to.writeBatch(batch)
    } catch (error) {
      // One end is closed before the other.
      if (!(error instanceof ClosedError)) throw error
    }
  }
}

/** A TCP transfer from one namespace to the other. */
async function send(from, to) {
  const server = await to.listen(net.createServer(), { port: 5000 })
  try {
    from.connect({ host: '10.0.0.2', port: 5000 }).end(TEXT)
    const [connection] = await once(server, 'connection')
    const received = await buffer(connection)
    console.log(`red → blue: ${received.length} bytes over TCP`)
    assert.ok(received.equals(TEXT))
  } finally {
    server.close()
  }
}

if (process.argv[1] === import.meta.filename) await main()
