// An echo between two namespaces, captured twice: into a file for Wireshark, and frame by frame to print it.
//
//   ip netns exec net1 tcpdump -i veth1 -w trace.pcapng icmp &  ip netns exec net1 ping -c 3 192.168.1.12
import assert from 'node:assert/strict'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ethernet, icmp, ipv4, Netns } from 'rtnetlink'

/** ICMP in IPv4 in Ethernet: what `tcpdump -dd icmp` prints. */
const ICMP = [
  { code: 0x28, jt: 0, jf: 0, k: 12 }, // load the EtherType
  { code: 0x15, jt: 0, jf: 3, k: 0x0800 }, // IPv4?
  { code: 0x30, jt: 0, jf: 0, k: 23 }, // load the protocol
  { code: 0x15, jt: 0, jf: 1, k: 1 }, // ICMP?
  { code: 0x06, jt: 0, jf: 0, k: 262_144 }, // all of it
  { code: 0x06, jt: 0, jf: 0, k: 0 }, // nothing
]

const [net1, net2] = await Promise.all([Netns.create(), Netns.create()])
const folder = await mkdtemp(join(tmpdir(), 'rtnetlink-example-'))
try {
  await net1.links.add({ kind: 'veth', name: 'veth1', up: true, veth: { peer: { name: 'veth2', netns: net2, up: true } } })
  await Promise.all([
    net1.addresses.add({ link: 'veth1', address: '192.168.1.11/24' }),
    net2.addresses.add({ link: 'veth2', address: '192.168.1.12/24' }),
  ])

  const [recorder, capture] = await Promise.all([net1.capture('veth1'), net1.capture('veth1', { filter: ICMP })])
  const file = join(folder, 'trace.pcapng')
  const saved = recorder.toFile(file, { comment: 'three echoes' })
  await net1.ping('192.168.1.12', { count: 3, interval: 10 })
  await Promise.all([recorder.close(), capture.close()]) // What came before can still be read.

  let echoes = 0
  for await (const { direction, timestamp, bytes } of capture) {
    const packet = ipv4.parse(ethernet.parse(bytes).payload)
    const { type, sequence } = icmp.parse(packet.payload)
    const time = new Date(Number(timestamp / 1_000_000n)).toISOString()
    console.log(`${time} ${direction.padEnd(3)} ${packet.source} > ${packet.destination} ${type} ${sequence}`)
    echoes++
  }
  assert.equal(echoes, 6)

  const { received, dropped } = await saved
  console.log(`${received} frames in the file, which has ${(await stat(file)).size} bytes; ${dropped} dropped`)
  assert.ok(received >= echoes)
} finally {
  await rm(folder, { recursive: true })
  net1.close()
  net2.close()
}
