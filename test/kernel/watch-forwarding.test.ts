import { execFile, execFileSync } from 'node:child_process'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Watcher } from '../../lib/index.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { runBatch, runIproute } from '../support/run-iproute.ts'
import { differences } from '../support/same-as-list.ts'
import { asRunnable } from '../support/unprivileged.ts'

let ns: NamedNetns
let watcher: Watcher<any> | undefined

beforeEach(async () => {
  ns = await createNamespace()
  // Else links listen to groups by themselves, and bridges learn from what they send.
  await ns.sysctl.set('net.ipv6.conf.default.disable_ipv6', true)
  await ns.links.add({ kind: 'bridge', name: 'br', up: true })
  for (const [name, peer] of Object.entries({ a: 'b', c: 'd' }))
    await ns.links.add({ kind: 'veth', name, master: 'br', up: true, veth: { peer: { name: peer, up: true } } })
})

afterEach(() => {
  watcher?.close()
  closeNamespaces()
})

const bridge = (line: string) => runIproute('bridge', ns.name, ...line.split(' '))

/** Of `ip`, or else of `bridge`. */
const change = async (line: string) => (line.startsWith('link ') ? await runBatch(ns.name, [line]) : await bridge(line))

/** Runs lines of `bridge` while the event loop stands still. */
function changeAtOnce(lines: readonly string[]): void {
  const [command, ...args] = asRunnable('bridge', ['-n', ns.name, '-batch', '-']).words
  execFileSync(command, args, { input: lines.join('\n') })
}

const hex = (byte: number) => byte.toString(16).padStart(2, '0')

const MAC = '02:00:00:00:00:07'

/** What `bridge monitor` prints about something while that is done, but for entries in VLANs, which a bridge that knows VLANs makes as well. It says nothing of when it listens, so first it is made to speak. */
async function monitored(
  object: 'fdb' | 'mdb',
  about: string,
  count: number,
  prompt: () => Promise<void>,
  work: () => Promise<void>,
): Promise<string[]> {
  const [command, ...args] = asRunnable('bridge', ['-n', ns.name, 'monitor', object]).words
  // It does not flush what it prints about groups.
  const monitor = execFile('stdbuf', ['-oL', command, ...args])
  let printed = ''
  monitor.stdout?.on('data', text => {
    printed += text
  })
  await expect.poll(async () => await prompt().then(() => printed)).not.toBe('')
  await work()
  const lines = () => printed.split('\n').filter(line => line.includes(about) && !line.includes(' vlan '))
  await expect.poll(() => lines().length).toBeGreaterThanOrEqual(count)
  monitor.kill()
  return lines()
}

/** Everything that can be read now, with the names of links, likewise. */
async function readAll(from: Watcher<'fdb' | 'mdb'>): Promise<string[]> {
  await from.sync()
  const links = new Map((await ns.links.list()).map(({ index, name }) => [index, name]))
  const found: string[] = []
  while (from.counters.pending > 0) {
    const event = (await from.next()).value
    if (event?.object === 'fdbEntry' && event.fdbEntry.vlan !== undefined) continue
    if (event?.object === 'fdbEntry') found.push(`${event.type} ${links.get(event.fdbEntry.link)}`)
    else if (event?.object === 'mdbEntry') found.push(`${event.type} ${links.get(event.mdbEntry.link)} ${event.mdbEntry.group}`)
    else if (event !== undefined) found.push(event.type)
  }
  return found
}

describe('a mirror of forwarding tables', () => {
  const steps: Record<string, string[]> = {
    'entries of a bridge': [
      `fdb add ${MAC} dev a master static`,
      `fdb replace ${MAC} dev c master static`,
      `fdb append ${MAC} dev br self`,
      `fdb del ${MAC} dev br self`,
    ],
    'addresses of ports, and ports that come and go': [
      'link set dev a address 02:00:00:00:00:aa',
      'link set dev c address 02:00:00:00:00:aa',
      'link set dev br address 02:00:00:00:00:aa',
      'link set dev a nomaster',
      'link set dev c nomaster',
      'link set dev a master br',
      'link delete dev br',
    ],
    'other ends of a vxlan': [
      'link add name vx type vxlan id 7 dstport 4789 local 192.0.2.1',
      `fdb add ${MAC} dev vx dst 192.0.2.2`,
      `fdb replace ${MAC} dev vx dst 192.0.2.3`,
      'fdb append 00:00:00:00:00:00 dev vx dst 192.0.2.2',
      'fdb append 00:00:00:00:00:00 dev vx dst 192.0.2.3',
      'fdb append 00:00:00:00:00:00 dev vx dst 192.0.2.3 vni 9',
      'fdb del 00:00:00:00:00:00 dev vx dst 192.0.2.3',
      'link set dev vx master br',
      `fdb add 02:00:00:00:00:08 dev vx master static`,
      'link delete dev vx',
    ],
  }

  it.each(Object.entries(steps))('shows %s after each step', async (_, lines) => {
    const mirror = await ns.mirror({ fdb: true })
    for (const line of lines) {
      await change(line)
      await mirror.sync()
      // Those without times are addresses that a card accepts by itself.
      const listed = (await ns.fdb.list()).filter(({ cacheInfo }) => cacheInfo !== undefined)
      expect(differences(mirror.fdb, listed), line).toEqual([])
    }
    mirror.close()
  })
})

describe('a watch of forwarding tables', () => {
  it('tells what bridge monitor tells', async () => {
    watcher = ns.watch({ fdb: { macAddress: MAC } })
    await watcher.ready
    const prompt = () => bridge('fdb replace 02:00:00:00:00:01 dev a master static')
    const lines = await monitored('fdb', MAC, 3, prompt, async () => {
      await bridge(`fdb add ${MAC} dev a master static`)
      await bridge(`fdb replace ${MAC} dev c master static`)
      await bridge(`fdb del ${MAC} dev c master`)
    })
    expect(await readAll(watcher)).toEqual(['new a', 'change c', 'delete c'])
    expect(lines).toHaveLength(3)
    expect(lines.filter(line => line.startsWith('Deleted'))).toHaveLength(1)
  })

  it('hears of one bridge, by its name, and not of another', async () => {
    await ns.links.add({ kind: 'bridge', name: 'br2', up: true })
    await ns.links.add({ kind: 'veth', name: 'e', master: 'br2', up: true, veth: { peer: { name: 'f', up: true } } })
    watcher = ns.watch({ fdb: { master: 'br2', state: 'static' }, snapshot: true })
    await watcher.ready
    for (const link of ['a', 'e']) await ns.fdb.add({ link, macAddress: MAC, state: 'static' })
    expect(await readAll(watcher)).toEqual(['synced', 'new e'])
  })

  it('finds what the kernel dropped', async () => {
    const watch = ns.watch({ fdb: { link: 'a', state: 'static' }, receiveBuffer: 1, backlog: 0 })
    watcher = watch
    await watch.ready
    const addresses = Array.from({ length: 1000 }, (_, i) => `02:00:00:00:${hex(i >> 8)}:${hex(i & 255)}`)
    changeAtOnce(addresses.map(address => `fdb add ${address} dev a master static`))
    await watch.sync()
    const found = new Set<string>()
    while (watch.counters.pending > 0) {
      const event = (await watch.next()).value
      if (event?.object === 'fdbEntry') found.add(event.fdbEntry.macAddress)
    }
    expect([...found].sort()).toEqual(addresses)
    expect(watch.counters.overruns).toBeGreaterThan(0)
  })
})

const canSnoop = async () =>
  await ns.mdb.add({ master: 'br', link: 'a', group: '239.9.9.9' }).then(
    () => true,
    (error: { code: string }) => error.code !== 'EOPNOTSUPP',
  )

describe('multicast databases', () => {
  beforeEach(async context => {
    if (!(await canSnoop())) context.skip('bridge: this kernel has no multicast snooping')
  })

  it('are mirrored', async () => {
    const mirror = await ns.mirror({ mdb: true })
    for (const line of [
      'mdb add dev br port a grp 239.1.1.1',
      'mdb add dev br port c grp 239.1.1.1 permanent',
      'mdb add dev br port a grp 239.1.1.2 permanent src 10.0.0.1',
      'mdb add dev br port br grp 239.1.1.3 temp',
      'mdb del dev br port a grp 239.1.1.1',
      'link set dev br type bridge mcast_snooping 0',
      'link set dev br type bridge mcast_snooping 1',
      'link set dev a nomaster',
      'link delete dev br',
    ]) {
      await change(line)
      await mirror.sync()
      expect(differences(mirror.mdb, await ns.mdb.list()), line).toEqual([])
    }
    expect(mirror.mdb.size).toBe(0)
    mirror.close()
  })

  it('are watched, as bridge monitor does', async () => {
    const watch = ns.watch({ mdb: { master: 'br', group: '239.1.1.1' } })
    watcher = watch
    await watch.ready
    const prompt = async () => {
      for (const word of ['add', 'del']) await bridge(`mdb ${word} dev br port a grp 239.1.1.9`)
    }
    const lines = await monitored('mdb', '239.1.1.1 ', 4, prompt, async () => {
      await bridge('mdb add dev br port a grp 239.1.1.1')
      await bridge('mdb add dev br port c grp 239.1.1.1 permanent')
      await bridge('mdb del dev br port a grp 239.1.1.1')
      await bridge('mdb del dev br port c grp 239.1.1.1 permanent')
    })
    expect(await readAll(watch)).toEqual(['new a 239.1.1.1', 'new c 239.1.1.1', 'delete a 239.1.1.1', 'delete c 239.1.1.1'])
    expect(lines.map(line => /^deleted/i.test(line))).toEqual([false, false, true, true])
  })
})
