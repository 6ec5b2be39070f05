// S5. A program at the other end of a link. A tun carries IP packets: an echo request that is written to it arrives at the kernel, and the kernel's answer is
// read back. A tap carries Ethernet frames: here the kernel sends the echo requests, and the program is the neighbor that answers, first the question for its
// hardware address (ARP), then the echoes.
//
//   ip tuntap add tun0 mode tun;  ip address add 10.0.0.1/24 dev tun0;  ip link set tun0 up      and a program that opens it
import assert from 'node:assert/strict'
import { arp, ethernet, icmp, ipv4, Netns } from 'rtnetlink'

const MAC = '02:00:00:00:00:02'

export async function main(inspect = async (_namespaces, _step) => {}) {
  const host = await Netns.create()
  try {
    await writeToTun(host, inspect)
    await answerOnTap(host, inspect)
  } finally {
    host.close()
  }
}

async function writeToTun(host, inspect) {
  const tun = await host.openTun({ name: 'tun0', address: '10.0.0.1/24', up: true })
  try {
    const request = icmp.build({ type: 'echoRequest', identifier: 1, sequence: 1, payload: Buffer.from('hello') })
    tun.write(ipv4.build({ source: '10.0.0.2', destination: '10.0.0.1', protocol: 'icmp', payload: request }))
    const { source, destination, payload } = await firstIpv4(tun)
    const { type, payload: text } = icmp.parse(payload)
    console.log(`${tun.name}: written an echo request, read an ${type}: "${Buffer.from(text)}" from ${source} to ${destination}`)
    assert.deepEqual([type, String(Buffer.from(text)), source, destination], ['echoReply', 'hello', '10.0.0.1', '10.0.0.2'])
    await inspect({ host }, 'tun')
  } finally {
    await tun.close()
  }
}

/** The kernel also looks for IPv6 routers. */
async function firstIpv4(tun) {
  for await (const batch of tun.batches()) {
    const packet = [...batch].find(([first]) => first >> 4 === 4)
    if (packet !== undefined) return ipv4.parse(packet.slice())
  }
  throw new Error('the tun was closed')
}

async function answerOnTap(host, inspect) {
  const tap = await host.openTap({ name: 'tap0', address: '10.0.1.1/24', up: true })
  const seen = new Set()
  try {
    const answering = answerFrames(tap, seen)
    const { received } = await host.ping('10.0.1.2', { count: 3, interval: 10 })
    console.log(`${tap.name}: ${received} of 3 answered, after ${[...seen].join(' and ')}`)
    assert.equal(received, 3)
    assert.deepEqual(seen, new Set(['arp', 'ipv4']))
    await inspect({ host }, 'tap')
    await tap.close()
    await answering
  } finally {
    await tap.close()
  }
}

async function answerFrames(tap, seen) {
  for await (const frame of tap) {
    const { source, etherType, payload } = ethernet.parse(frame)
    const answer = etherType === 'arp' ? answerArp(payload) : etherType === 'ipv4' ? answerEcho(payload) : undefined
    if (answer === undefined) continue
    seen.add(etherType)
    tap.write(ethernet.build({ destination: source, source: MAC, etherType, payload: answer }))
  }
}

/** Whoever is asked for, it is this program. */
function answerArp(packet) {
  const { operation, senderMac, senderAddress, targetAddress } = arp.parse(packet)
  if (operation !== 'request') return undefined
  const target = { targetMac: senderMac, targetAddress: senderAddress }
  return arp.build({ operation: 'reply', senderMac: MAC, senderAddress: targetAddress, ...target })
}

function answerEcho(packet) {
  const { source, destination, protocol, payload } = ipv4.parse(packet)
  if (protocol !== 'icmp') return undefined
  const { identifier, sequence, payload: data } = icmp.parse(payload)
  const reply = icmp.build({ type: 'echoReply', identifier, sequence, payload: data })
  return ipv4.build({ source: destination, destination: source, protocol, payload: reply })
}

if (process.argv[1] === import.meta.filename) await main()
