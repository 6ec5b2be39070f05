// S13. A macvtap is a link whose frames a program reads and writes at a character device, /dev/tapN; N is the link's index. Here its parent is one end of a veth,
// and the program is a host of its own on that wire: it answers for 10.0.0.7, which no kernel has.
//
//   ip link add link veth0 name mv0 type macvtap mode bridge;  ip link set mv0 up      and a program that opens /dev/tap3
import assert from 'node:assert/strict'
import { arp, ethernet, icmp, ipv4, Netns } from 'rtnetlink'

const ADDRESS = '10.0.0.7'

export async function main(inspect = async (_namespaces, _step) => {}) {
  const host = await Netns.create()
  const neighbor = await Netns.create()
  try {
    const peer = { name: 'eth0', netns: neighbor, up: true }
    await host.links.add({ kind: 'veth', name: 'veth0', up: true, veth: { peer } })
    await neighbor.addresses.add({ link: 'eth0', address: '10.0.0.1/24' })
    const macvtap = await host.links.add({ kind: 'macvtap', name: 'mv0', link: 'veth0', up: true, macvtap: { mode: 'bridge' } })

    const tap = await host.openTap({ link: macvtap })
    console.log(`${tap.name} is link ${tap.index}: its frames are at /dev/tap${tap.index}`)
    try {
      const answered = { arp: 0, echo: 0 }
      const answering = beHost(tap, macvtap.address, answered)
      const { received } = await neighbor.ping(ADDRESS, { count: 3, interval: 10 })
      console.log(`${received} of 3 echoes to ${ADDRESS} answered, and ${answered.arp} question for its hardware address`)
      assert.equal(received, 3)
      assert.equal(answered.echo, 3)
      assert.ok(answered.arp > 0)
      await inspect({ host, neighbor, tap })
      await tap.close()
      await answering
    } finally {
      await tap.close()
    }
  } finally {
    for (const netns of [host, neighbor]) netns.close()
  }
}

/** Many frames come at once, and the answers go back at once. */
async function beHost(tap, mac, answered) {
  for await (const batch of tap.batches()) {
    const answers = []
    for (const frame of batch) {
      const { source, etherType, payload } = ethernet.parse(frame)
      const answer =
        etherType === 'arp' ? answerArp(payload, mac, answered) : etherType === 'ipv4' ? answerEcho(payload, answered) : undefined
      if (answer !== undefined) answers.push(ethernet.build({ destination: source, source: mac, etherType, payload: answer }))
    }
    await tap.writeBatch(answers)
  }
}

function answerArp(packet, mac, answered) {
  const { operation, senderMac, senderAddress, targetAddress } = arp.parse(packet)
  if (operation !== 'request' || targetAddress !== ADDRESS) return undefined
  answered.arp++
  const target = { targetMac: senderMac, targetAddress: senderAddress }
  return arp.build({ operation: 'reply', senderMac: mac, senderAddress: ADDRESS, ...target })
}

function answerEcho(packet, answered) {
  const { source, destination, protocol, payload } = ipv4.parse(packet)
  if (protocol !== 'icmp' || destination !== ADDRESS) return undefined
  answered.echo++
  const { identifier, sequence, payload: data } = icmp.parse(payload)
  const reply = icmp.build({ type: 'echoReply', identifier, sequence, payload: data })
  return ipv4.build({ source: ADDRESS, destination: source, protocol, payload: reply })
}

if (process.argv[1] === import.meta.filename) await main()
