// Two namespaces joined through a bridge, an echo in every direction, and nothing left behind. This is `npm run demo`.
//
//   ip link add br1 type bridge;  ip address add 192.168.1.10/24 brd + dev br1;  ip link set br1 up
//   ip link add veth1 master br1 up type veth peer name eth0 netns ns1;  ip -n ns1 link set eth0 up;  …
import assert from 'node:assert/strict'
import { readdirSync, readlinkSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { Netns } from 'rtnetlink'

const ECHOES = 3
const width = 104

/** `inspect` gets the namespaces while everything stands: there the test of this scenario looks at them with ip(8). */
export async function main(inspect = async _namespaces => {}) {
  console.log(PICTURE)
  const before = await ownLinks()
  const started = performance.now()

  heading('Building it')
  const [host, ns1, ns2] = await timed('three namespaces', () => Promise.all([Netns.create(), Netns.create(), Netns.create()]))
  const inodes = [host, ns1, ns2].map(netns => netns.inode.split(':')[1])
  try {
    await timed('a bridge with its address, two veth pairs into the namespaces', () => build(host, ns1, ns2))
    await timed('an address and a default route in each namespace', () => Promise.all([configure(ns1, 11), configure(ns2, 12)]))
    await timed('carrier on all three links', () => Promise.all(['br1', 'veth1', 'veth2'].map(name => untilUp(host, name))))
    console.log(`\n  ${(performance.now() - started).toFixed(1)} ms in all, and no command was run.`)

    await show({ host, ns1, ns2 })
    await echo({ host, ns1, ns2 })
    await inspect({ host, ns1, ns2 })

    heading('Taking it down')
    ns1.close()
    ns2.close()
    await timed('ns1 and ns2 closed: the veths in host went with their other ends', () => untilOnlyLeft(host, ['lo', 'br1']))
    await timed('the bridge deleted', () => host.links.delete('br1'))
    assert.deepEqual(await namesOfLinks(host), ['lo'])
    assert.deepEqual(await host.routes.list({ table: 'main' }), [])
  } finally {
    for (const netns of [host, ns1, ns2]) netns.close()
  }
  await timed('no descriptor of this process is in one of the three', () => untilNoDescriptorIn(inodes))
  assert.deepEqual(await ownLinks(), before)
  console.log(
    `\n  All of it is gone, and the ${before.length} links of the namespace that this program runs in are as they were.\n`,
  )
}

function build(host, ns1, ns2) {
  // One tick, one order: the address and the veths name a bridge that is still on its way.
  return Promise.all([
    host.links.add({ kind: 'bridge', name: 'br1', up: true }),
    host.addresses.add({ link: 'br1', address: '192.168.1.10/24', broadcast: '+' }),
    host.links.add({
      kind: 'veth',
      name: 'veth1',
      master: 'br1',
      up: true,
      veth: { peer: { name: 'eth0', netns: ns1, up: true } },
    }),
    host.links.add({
      kind: 'veth',
      name: 'veth2',
      master: 'br1',
      up: true,
      veth: { peer: { name: 'eth0', netns: ns2, up: true } },
    }),
  ])
}

function configure(netns, number) {
  return Promise.all([
    netns.addresses.add({ link: 'eth0', address: `192.168.1.${number}/24` }),
    netns.routes.add({ to: 'default', via: '192.168.1.10' }),
  ])
}

/** A link has carrier a moment after it comes up: the kernel sees to that in the background. */
async function untilUp(netns, name, signal = AbortSignal.timeout(30_000)) {
  while ((await netns.links.get(name, { signal })).operationalState !== 'up') await setTimeout(1)
}

async function untilOnlyLeft(netns, names, signal = AbortSignal.timeout(30_000)) {
  while ((await namesOfLinks(netns, { signal })).join() !== names.join()) await setTimeout(1)
}

async function namesOfLinks(netns, options) {
  return (await netns.links.list({}, options)).map(link => link.name)
}

async function show(namespaces) {
  const links = []
  const routes = []
  for (const [place, netns] of Object.entries(namespaces)) {
    const names = new Map()
    const addresses = await netns.addresses.list({ family: 'inet' })
    for (const link of await netns.links.list()) {
      names.set(link.index, link.name)
      if (link.name === 'lo') continue
      const own = addresses.filter(address => address.link === link.index)
      const texts = own.map(address => `${address.address}${address.broadcast ? ` brd ${address.broadcast}` : ''}`)
      const master = link.master === undefined ? '' : names.get(link.master)
      links.push([place, link.name, link.kind ?? '', link.operationalState, link.address, master, texts.join(', ')])
    }
    for (const route of await netns.routes.list({ table: 'main', family: 'inet' })) {
      const source = route.preferredSource ?? ''
      routes.push([place, route.to, route.via ?? '', names.get(route.link), route.protocol, route.scope, source])
    }
  }
  heading('Links and addresses')
  table(['namespace', 'link', 'kind', 'state', 'hardware address', 'master', 'address'], links)
  heading('Routes of table main')
  table(['namespace', 'to', 'via', 'link', 'protocol', 'scope', 'source'], routes)

  const [bridge] = await namespaces.host.addresses.list({ link: 'br1', family: 'inet' })
  assert.equal(bridge.broadcast, '192.168.1.255')
  const kernels = (await namespaces.host.routes.list({ table: 'main' })).find(route => route.to === '192.168.1.0/24')
  assert.equal(kernels?.protocol, 'kernel')
  assert.equal(kernels.scope, 'link')
  assert.equal(kernels.preferredSource, '192.168.1.10')
}

async function echo({ host, ns1, ns2 }) {
  const ways = [
    { from: 'host', netns: host, to: 'ns1', address: '192.168.1.11', crosses: ['br1', 'veth1'] },
    { from: 'host', netns: host, to: 'ns2', address: '192.168.1.12', crosses: ['br1', 'veth2'] },
    { from: 'ns1', netns: ns1, to: 'ns2', address: '192.168.1.12', crosses: ['veth1', 'veth2'] },
    { from: 'ns2', netns: ns2, to: 'ns1', address: '192.168.1.11', crosses: ['veth2', 'veth1'] },
  ]
  const rows = []
  for (const { from, netns, to, address, crosses } of ways) {
    const before = await Promise.all(crosses.map(name => host.links.get(name)))
    const { sent, received, replies } = await netns.ping(address, { count: ECHOES, interval: 1 })
    const after = await Promise.all(crosses.map(name => host.links.get(name)))
    assert.equal(received, sent, `${from} → ${to}`)
    const grown = crosses.map((name, i) => {
      const [tx, rx] = [grew(before[i], after[i], 'txPackets'), grew(before[i], after[i], 'rxPackets')]
      assert.ok(tx >= sent && rx >= sent, `${name} carried the echoes`)
      return `${name} +${rx}/+${tx}`
    })
    const times = replies.map(reply => reply.time.toFixed(3))
    rows.push([`${from} → ${to}`, address, `${received} of ${sent}`, times.join('  '), grown.join('   ')])
  }
  heading('Echo replies that crossed the bridge')
  table(['way', 'address', 'replies', 'round trips in ms', 'packets in/out at'], rows)
}

function grew(before, after, counter) {
  return after.statistics[counter] - before.statistics[counter]
}

async function ownLinks() {
  const own = Netns.current()
  try {
    return (await own.links.list()).map(link => `${link.index} ${link.name}`)
  } finally {
    own.close()
  }
}

async function untilNoDescriptorIn(inodes, signal = AbortSignal.timeout(30_000)) {
  while (namespacesOfDescriptors().some(inode => inodes.includes(inode))) {
    signal.throwIfAborted()
    await setTimeout(1)
  }
}

function namespacesOfDescriptors() {
  return readdirSync('/proc/self/fd').flatMap(fd => {
    try {
      return /^net:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1] ?? []
    } catch {
      return [] // Closed meanwhile: the one that read the directory, for instance.
    }
  })
}

async function timed(title, work) {
  const start = performance.now()
  const result = await work()
  const time = `${(performance.now() - start).toFixed(1)} ms`
  console.log(`  ${title} ${'·'.repeat(Math.max(3, 78 - title.length - time.length))} ${time}`)
  return result
}

function heading(text) {
  console.log(`\n── ${text} ${'─'.repeat(width - text.length - 4)}\n`)
}

function table(titles, rows) {
  const widths = titles.map((title, i) => Math.max(title.length, ...rows.map(row => row[i].length)))
  const line = cells => `  ${cells.map((cell, i) => cell.padEnd(widths[i])).join('  ')}`.trimEnd()
  for (const cells of [titles, widths.map(length => '─'.repeat(length)), ...rows]) console.log(line(cells))
}

const PICTURE = `
     ns1                        host                        ns2
  ┌──────────────────┐    ┌────────────────────────┐    ┌──────────────────┐
  │ 192.168.1.11/24  │    │  br1  192.168.1.10/24  │    │ 192.168.1.12/24  │
  │             eth0 ├────┤ veth1            veth2 ├────┤ eth0             │
  └──────────────────┘    └────────────────────────┘    └──────────────────┘`

if (process.argv[1] === import.meta.filename) {
  await main().catch(error => {
    if (error.code !== 'EPERM') throw error
    console.error(`  ${error.message}\n\n  Without root, where the machine allows it: unshare -r npm run demo\n`)
    process.exitCode = 1
  })
}
