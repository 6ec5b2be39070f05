// S19. `ping -I veth0` from one end of a veth pair to the other, both in one namespace: why nobody answers, and what makes the packets cross the wire, and the replies come back by it.
//
//   1. As it is built. The ping leaves by veth0, because its socket is bound to it, and first asks who has 10.0.0.2. The question arrives at veth1, and its source is 10.0.0.1: an address of this
//      very host. The kernel takes packets that claim to come from itself for forged ("martian") and drops them. Nobody answers the question, so not even an echo request is sent.
//   2. accept_local lets such packets in, where rp_filter does not look at them once more. Now the question is answered, and the echo requests cross the wire. The replies do not: they go to
//      10.0.0.1, the table `local` knows that as an address of this host, and it comes before all others. So they take the short cut over `lo`. ping is content with that, and only half of it was on the wire; with
//      `lo` down, as it is in a new namespace, they are lost.
//   3. Rules put a table of ours before `local`, for what this host itself sends (`iif lo`): to 10.0.0.2 by veth0, to 10.0.0.1 by veth1. What arrives by a wire is still looked up in `local`, and
//      delivered. Now both directions cross, and even `ping 10.0.0.2` without -I does.
//
//   sysctl net.ipv4.conf.veth{0,1}.accept_local=1;  ip rule add pref 100 lookup local;  ip rule del pref 0
//   ip rule add pref 10 iif lo lookup 1000;  ip route add 10.0.0.2 dev veth0 table 1000;  ip route add 10.0.0.1 dev veth1 table 1000
//
// A namespace for one of the ends, or a vrf for each, does without any of it: each has local addresses of its own.
import assert from 'node:assert/strict'
import { Netns } from 'rtnetlink'

const ECHOES = 3
const TABLE = 1000

/** `inspect` gets each namespace while it stands. */
export async function main(inspect = async (_netns, _step) => {}) {
  await step(inspect, 'as it is built', [], {
    received: 0,
    wire: ['veth0 → veth1 ARP request'],
    lo: 0,
  })
  await step(inspect, 'with accept_local', [acceptLocal], {
    received: ECHOES,
    wire: ['veth0 → veth1 ARP request', 'veth1 → veth0 ARP reply', 'veth0 → veth1 echo request'],
    lo: ECHOES,
  })
  await step(inspect, 'with rules as well', [acceptLocal, localBehind], {
    received: ECHOES,
    wire: ['veth0 → veth1 ARP request', 'veth1 → veth0 ARP reply', 'veth0 → veth1 echo request', 'veth1 → veth0 echo reply'],
    lo: 0,
  })
}

/** Each step begins with a namespace of its own: what a neighbor did not answer is remembered for a while. */
async function step(inspect, title, settings, expected) {
  const netns = await Netns.create()
  try {
    await build(netns)
    for (const set of settings) await set(netns)
    const before = await replies(netns, 'lo')
    const { wire, received } = await watch(netns, () =>
      netns.ping('10.0.0.2', { interface: 'veth0', count: ECHOES, interval: 10, timeout: 500 }),
    )
    const lo = (await replies(netns, 'lo')) - before
    console.log(`${title}: ${received} of ${ECHOES} echoes were answered`)
    for (const line of wire) console.log(`  ${line}`)
    if (lo > 0) console.log(`  lo             ${lo} packets: the replies, on a short cut`)
    assert.deepEqual({ received, wire, lo }, expected)
    await inspect(netns, title)
  } finally {
    netns.close()
  }
}

async function build(netns) {
  // Nothing but what is looked at here shall cross the wire.
  await netns.sysctl.setLink('default', { ipv6: { disabled: true } })
  await netns.links.set('lo', { up: true })
  await netns.links.add({ kind: 'veth', name: 'veth0', up: true, veth: { peer: { name: 'veth1', up: true } } })
  await Promise.all([
    netns.addresses.add({ link: 'veth0', address: '10.0.0.1/24' }),
    netns.addresses.add({ link: 'veth1', address: '10.0.0.2/24' }),
  ])
}

/** The stricter rp_filter of `all` and of the link counts, and what a namespace begins with is its maker's: so it is turned off at all three. */
async function acceptLocal(netns) {
  await netns.sysctl.setLink('all', { ipv4: { rpFilter: 'off' } })
  for (const link of ['veth0', 'veth1']) await netns.sysctl.setLink(link, { ipv4: { acceptLocal: true, rpFilter: 'off' } })
}

/** First the new rule for `local`, then the old one away: without either, nothing would be delivered in between. */
async function localBehind(netns) {
  await Promise.all([
    netns.rules.add({ priority: 100, table: 'local' }),
    netns.rules.delete({ priority: 0, table: 'local' }),
    netns.routes.add({ to: '10.0.0.2', link: 'veth0', table: TABLE }),
    netns.routes.add({ to: '10.0.0.1', link: 'veth1', table: TABLE }),
    netns.rules.add({ priority: 10, iif: 'lo', table: TABLE }),
  ])
}

/** What arrives at the ends of the wire while `work` runs, each kind of packet once, in the order of its first. */
async function watch(netns, work) {
  const capture = await netns.capture(undefined, { direction: 'in' })
  const seen = new Set()
  const reading = (async () => {
    for await (const { linkName, bytes } of capture) {
      const other = { veth0: 'veth1', veth1: 'veth0' }[linkName]
      if (other !== undefined) seen.add(`${other} → ${linkName} ${kindOf(bytes)}`)
    }
  })()
  const { received } = await work()
  await capture.close()
  await reading
  return { wire: [...seen], received }
}

/** An Ethernet header has 14 bytes, an IPv4 header without options 20. */
function kindOf(frame) {
  const type = (frame[12] << 8) | frame[13]
  if (type === 0x0806) return frame[21] === 1 ? 'ARP request' : 'ARP reply'
  return frame[34] === 8 ? 'echo request' : frame[34] === 0 ? 'echo reply' : `something else (${type.toString(16)})`
}

async function replies(netns, name) {
  return (await netns.links.get(name)).statistics.rxPackets
}

if (process.argv[1] === import.meta.filename) await main()
