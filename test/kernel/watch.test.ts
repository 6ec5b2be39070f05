import { execFile, execFileSync } from 'node:child_process'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Rtnetlink, type WatchEvent, type Watcher } from '../../lib/index.ts'
import { completions } from '../../lib/protocol/completions.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { runIproute } from '../support/run-iproute.ts'
import { runNode } from '../support/run-node.ts'
import { differences } from '../support/same-as-list.ts'
import { eventually, ip } from '../support/test-namespaces.ts'
import { asRunnable } from '../support/unprivileged.ts'

let ns: NamedNetns
let watcher: Watcher<any> | undefined

beforeEach(async () => {
  ns = await createNamespace()
  await ns.links.add({ kind: 'veth', name: 'a', veth: { peer: { name: 'b' } } })
})

afterEach(() => {
  watcher?.close()
  closeNamespaces()
})

const change = (...words: string[]) => runIproute('ip', ns.name, ...words)

/** Runs lines of `ip` while the event loop stands still. */
function changeAtOnce(...lines: string[]): void {
  const [command, ...args] = asRunnable('ip', ['-n', ns.name, '-batch', '-']).words
  execFileSync(command, args, { input: lines.join('\n') })
}

/** Everything that can be read now. */
async function readAll<E>(from: Watcher<any>): Promise<E[]> {
  await from.sync()
  const events: E[] = []
  while (from.counters.pending > 0) events.push((await from.next()).value as E)
  return events
}

/** Sends a message of its own to every netlink socket of its namespace. */
const STRANGER = `
import socket, struct
ports = {int(line.split()[2]) for line in open('/proc/net/netlink').readlines()[1:] if line.split()[1] == '0'} - {0}
stranger = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
stranger.bind((0, 0))
for port in ports - {stranger.getsockname()[0]}:
    stranger.sendto(struct.pack('=IHHII', 16, 1, 0, 0, 0), (port, 0))
`

const summary = (event: WatchEvent): string => {
  if (event.type === 'overrun' || event.type === 'synced') return event.type
  if (event.object === 'link') return `${event.type} link ${event.link.name}`
  if (event.object === 'address') return `${event.type} address ${event.address.address}`
  if (event.object === 'neighbor') return `${event.type} neighbor ${event.neighbor.address}`
  if (event.object === 'rule') return `${event.type} rule ${event.rule.priority}`
  if (event.object === 'nexthop') return `${event.type} nexthop ${event.nexthop.id}`
  if (event.object === 'route') return `${event.type} route ${event.route.to}`
  return `${event.type} ${event.object}`
}

describe('ns.watch', () => {
  it('tells of what is new, changes and goes, with what it was before', async () => {
    const links = ns.watch({ links: true })
    watcher = links
    await links.ready
    await change('link', 'set', 'dev', 'a', 'mtu', '1400')
    await change('link', 'delete', 'dev', 'a')
    const events = await readAll<WatchEvent<'links'>>(links)
    expect(events.map(event => summary(event as WatchEvent))).toEqual(['change link a', 'delete link a', 'delete link b'])
    const [first] = events
    if (first?.type !== 'change') throw new Error('not a change')
    expect([first.previous.mtu, first.link.mtu]).toEqual([1500, 1400])
  })

  it('begins with a snapshot, and then tells exactly the differences', async () => {
    // Addresses come and go all the time, before, during and after the snapshot.
    let stop = false
    const churn = (async () => {
      for (let i = 0; !stop; i = (i + 1) % 50) {
        await ns.addresses.replace({ link: 'a', address: `10.0.${i}.1/24` })
        if (i % 3 === 0) await ns.addresses.delete({ link: 'a', address: `10.0.${i}.1/24` })
      }
    })()
    const addresses = ns.watch({ addresses: true, snapshot: true })
    watcher = addresses
    const known = new Map<string, object>()
    let isSynced = false
    const reading = (async () => {
      for await (const event of addresses) {
        if (event.type === 'synced') isSynced = true
        if (event.type === 'synced' || event.type === 'overrun') continue
        const key = `${event.address.link} ${event.address.address}`
        expect(event.snapshot).toBe(!isSynced)
        expect(known.has(key)).toBe(event.type !== 'new')
        if (event.type === 'delete') known.delete(key)
        else known.set(key, event.address)
      }
    })()
    await addresses.ready
    await new Promise(resolve => setTimeout(resolve, 300))
    stop = true
    await churn
    await addresses.sync()
    addresses.close()
    await reading
    expect(differences(known.values(), await ns.addresses.list())).toEqual([])
    expect(isSynced).toBe(true)
  })

  it('hears no more than its filters let through', async () => {
    ip('-n', ns.name, 'link', 'set', 'dev', 'a', 'up')
    const filtered = ns.watch({ addresses: { link: 'b' }, routes: { table: 100 }, links: { link: 'b' } })
    watcher = filtered
    await filtered.ready
    await change('address', 'add', '10.0.0.1/24', 'dev', 'a')
    await change('address', 'add', '10.0.0.2/24', 'dev', 'b')
    await change('route', 'add', '192.0.2.0/24', 'dev', 'a')
    await change('route', 'add', '192.0.2.0/24', 'dev', 'a', 'table', '100')
    await change('link', 'set', 'dev', 'a', 'mtu', '1400')
    await change('link', 'set', 'dev', 'b', 'mtu', '1400')
    const events = await readAll<WatchEvent>(filtered)
    expect(events.map(summary)).toEqual(['new address 10.0.0.2/24', 'new route 192.0.2.0/24', 'change link b'])
  })

  it('tells of neighbors, rules and nexthop objects', async () => {
    for (const name of ['a', 'b']) ip('-n', ns.name, 'link', 'set', 'dev', name, 'up')
    await ns.links.waitFor('a', { operationalState: 'up' })
    ip('-n', ns.name, 'address', 'add', '10.0.0.1/24', 'dev', 'a')
    const watch = ns.watch({ neighbors: { family: 'inet', link: 'a' }, rules: { family: 'inet' }, nexthops: true })
    watcher = watch
    await watch.ready
    await change('neighbor', 'add', '10.0.0.2', 'lladdr', '02:00:00:00:00:02', 'dev', 'a')
    await change('neighbor', 'replace', '10.0.0.2', 'lladdr', '02:00:00:00:00:03', 'dev', 'a')
    await change('rule', 'add', 'priority', '50', 'from', '10.0.0.0/8', 'lookup', '100')
    await change('nexthop', 'add', 'id', '5', 'via', '10.0.0.2', 'dev', 'a')
    await change('nexthop', 'delete', 'id', '5')
    await change('rule', 'delete', 'priority', '50')
    await change('neighbor', 'delete', '10.0.0.2', 'dev', 'a')
    const events = await readAll<WatchEvent>(watch)
    const expected = [
      'new neighbor 10.0.0.2',
      'change neighbor 10.0.0.2',
      'new rule 50',
      'new nexthop 5',
      'delete nexthop 5',
      'delete rule 50',
    ]
    expect(events.map(summary).filter((text, i, all) => all.indexOf(text) === i)).toEqual([
      ...expected,
      'delete neighbor 10.0.0.2',
    ])
  })

  it('calls new what begins to match, and deleted what matches no more', async () => {
    const up = ns.watch({ links: { up: true } })
    watcher = up
    await up.ready
    await change('link', 'set', 'dev', 'a', 'up')
    await change('link', 'set', 'dev', 'a', 'mtu', '1400')
    await change('link', 'set', 'dev', 'a', 'down')
    const events = (await readAll<WatchEvent>(up)).map(summary)
    expect([events[0], events.at(-1)]).toEqual(['new link a', 'delete link a'])
    expect(events).toContain('change link a')
  })

  it('marks what it found by itself', async () => {
    ip('-n', ns.name, 'link', 'set', 'dev', 'a', 'up')
    ip('-n', ns.name, 'link', 'set', 'dev', 'b', 'up')
    ip('-n', ns.name, 'address', 'add', '10.0.0.1/24', 'dev', 'a')
    ip('-n', ns.name, 'route', 'add', 'default', 'via', '10.0.0.2')
    const routes = ns.watch({ routes: { family: 'inet', table: 'main' } })
    watcher = routes
    await routes.ready
    await change('link', 'set', 'dev', 'a', 'down')
    const events = await readAll<WatchEvent<'routes'>>(routes)
    expect(events.map(event => [summary(event as WatchEvent), 'resync' in event && event.resync])).toEqual([
      ['delete route default', true],
      ['delete route 10.0.0.0/24', true],
    ])
  })

  it('survives that the kernel drops messages: an overrun, the real differences, synced', async () => {
    ip('-n', ns.name, 'link', 'set', 'dev', 'a', 'up')
    const routes = ns.watch({ routes: { table: 'main', family: 'inet' }, receiveBuffer: 1, backlog: 0 })
    watcher = routes
    await routes.ready
    const networks = Array.from({ length: 2000 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`)
    changeAtOnce(...networks.map(network => `route add ${network} dev a`))
    const events = await readAll<WatchEvent<'routes'>>(routes)
    const found = events.filter(event => event.object === 'route')
    expect(found.map(({ route }) => route.to).sort()).toEqual(networks.toSorted())
    expect(new Set(found.map(({ type }) => type))).toEqual(new Set(['new']))
    const overrun = events.findIndex(({ type }) => type === 'overrun')
    expect(overrun).toBeGreaterThan(0)
    expect(found.at(-1)?.resync).toBe(true)
    expect(events.at(-1)?.type).toBe('synced')
    const { received, dropped, overruns, resyncs } = routes.counters
    expect(received + dropped).toBeGreaterThanOrEqual(2000)
    expect(Math.min(dropped, overruns, resyncs)).toBeGreaterThan(0)
  })

  it('tells of the last of many, whatever somebody else has sent between them', async () => {
    ip('-n', ns.name, 'link', 'set', 'dev', 'a', 'up')
    const routes = ns.watch({ routes: { table: 'main', family: 'inet' }, backlog: 0 })
    watcher = routes
    await routes.ready
    const networks = Array.from({ length: 540 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`)
    const [first, ...others] = networks.map(network => `route add ${network} dev a`)
    // The first waits for this process, and what comes then stays in the socket until this has its turn.
    changeAtOnce(first as string)
    ip('netns', 'exec', ns.name, 'python3', '-c', STRANGER)
    changeAtOnce(...others)
    const found: string[] = []
    for await (const event of routes) {
      if (event.type === 'new') found.push(event.route.to)
      if (found.length === networks.length) break
    }
    expect(found).toEqual(networks)
  })

  it('keeps one event for each object once a slow reader has left too many', async () => {
    const addresses = ns.watch({ addresses: true, queueLimit: 10 })
    watcher = addresses
    await addresses.ready
    for (let i = 0; i < 100; i++) {
      await ns.addresses.add({ link: 'a', address: '10.0.0.1/24', metric: i })
      if (i < 99) await ns.addresses.delete({ link: 'a', address: '10.0.0.1/24' })
    }
    await ns.addresses.add({ link: 'b', address: '10.0.1.1/24' })
    const events = await readAll<WatchEvent<'addresses'>>(addresses)
    expect(addresses.counters.coalesced).toBeGreaterThan(80)
    expect(events.length).toBeLessThan(15)
    expect(summary(events.at(-1) as WatchEvent)).toBe('new address 10.0.1.1/24')
    const last = events.at(-2)
    expect(last?.object === 'address' && last.address.metric).toBe(99)
  })

  it('says what ip monitor says', async () => {
    const [command, ...args] = asRunnable('ip', ['-n', ns.name, '-o', 'monitor', 'route', 'address']).words
    const monitor = execFile(command, args)
    let printed = ''
    monitor.stdout?.on('data', text => {
      printed += text
    })
    const watch = ns.watch({ addresses: { family: 'inet' }, routes: { family: 'inet', table: 'main' } })
    watcher = watch
    await watch.ready
    // It listens once it has heard of something.
    await eventually(() => {
      ip('-n', ns.name, 'address', 'replace', '192.0.2.9/32', 'dev', 'b')
      return printed !== ''
    })
    await readAll(watch)
    printed = ''
    await change('link', 'set', 'dev', 'a', 'up')
    await change('address', 'add', '10.0.0.1/24', 'dev', 'a')
    await change('route', 'add', '198.51.100.0/24', 'via', '10.0.0.2')
    await change('route', 'delete', '198.51.100.0/24')
    await change('address', 'delete', '10.0.0.1/24', 'dev', 'a')
    await eventually(() => (printed.match(/Deleted/g)?.length ?? 0) >= 4)
    monitor.kill()
    const lines = printed
      .split('\n')
      .filter(
        line =>
          !line.includes('table local') &&
          !line.includes('fe80') &&
          !line.includes('ff00') &&
          !line.includes('192.0.2.9') &&
          line !== '',
      )
      .map(line => `${line.startsWith('Deleted') ? 'delete' : 'new'} ${/(\d+\.){3}\d+\/\d+/.exec(line)?.[0]}`)
    const events = (await readAll<WatchEvent>(watch)).map(event => summary(event).replace(/ (address|route)/, ''))
    expect(events.filter(text => !text.startsWith('change'))).toEqual(lines)
  })

  it('ends with its signal, by leaving the loop, and when the handle closes', async () => {
    const stop = new AbortController()
    const aborted = ns.watch({ links: true, signal: stop.signal })
    const next = aborted.next()
    const reason = new Error('enough')
    stop.abort(reason)
    await expect(next).rejects.toBe(reason)
    expect(await aborted.next()).toEqual({ value: undefined, done: true })

    const left = ns.watch({ links: true, snapshot: true })
    for await (const event of left) {
      expect(event.type).toBe('new')
      break
    }
    expect(await left.next()).toEqual({ value: undefined, done: true })

    const closing = ns.watch({ links: true })
    const last = closing.next()
    ns.close()
    expect(await last).toEqual({ value: undefined, done: true })
    await expect(closing.ready).rejects.toMatchObject({ code: 'ERR_CLOSED' })
  })

  it('refuses what cannot be meant, before anything is opened', async () => {
    expect(() => ns.watch({})).toThrow('say what to watch: "links"')
    expect(() => ns.watch({ link: true } as object)).toThrow(/did you mean "links"/)
    expect(() => ns.watch({ routes: { tabel: 'main' } as object })).toThrow(/did you mean "table"/)
    expect(() => ns.watch({ links: 'all' as never })).toThrow(TypeError)
    expect(() => ns.watch({ links: true, queueLimit: 0 })).toThrow(RangeError)
    const nowhere = ns.watch({ addresses: { link: 'none' } })
    await expect(nowhere.ready).rejects.toMatchObject({ code: 'ENODEV' })
    await expect(nowhere.next()).rejects.toMatchObject({ code: 'ENODEV' })
  })

  it('leaves nothing behind', async () => {
    await ns.links.list()
    const before = completions().addon.counters().sockets
    for (let i = 0; i < 50; i++) {
      await using watch = ns.watch({ links: true, routes: true })
      if (i % 2 === 0) await watch.ready
    }
    expect(await eventually(() => completions().addon.counters().sockets <= before)).toBe(true)
  })

  it('is of a session of one’s own, too', async () => {
    await using session = await Rtnetlink.open({ netns: ns })
    await using watch = session.watch({ links: true })
    await watch.ready
    await change('link', 'set', 'dev', 'a', 'mtu', '1300')
    expect(((await watch.next()).value as { type: string }).type).toBe('change')
  })

  it('keeps the process alive while somebody waits for an event, and no longer', async () => {
    const script = (body: string) => [
      '--input-type=module',
      '-e',
      `import { Netns } from 'rtnetlink'
       const ns = await Netns.create()
       const watch = ns.watch({ links: true })
       await watch.ready
       ${body}`,
    ]
    expect(await runNode(script(`console.log('idle')`))).toMatchObject({ code: 0, stdout: 'idle\n' })
    const waiting = await runNode(
      script(`setTimeout(() => ns.links.set('lo', { up: true }), 50).unref()
              const { value } = await watch.next()
              console.log(value.type, value.link.name)`),
    )
    expect(waiting).toMatchObject({ code: 0, stdout: 'change lo\n' })
  })

  it('works in a worker, which may end in the middle', async () => {
    const { code, stdout } = await runNode([
      '--input-type=module',
      '-e',
      `import { Worker } from 'node:worker_threads'
       const worker = new Worker(\`import('rtnetlink').then(async ({ Netns }) => {
         const { parentPort } = await import('node:worker_threads')
         const ns = await Netns.create()
         const mirror = await ns.mirror()
         const watch = ns.watch({ links: true, snapshot: true })
         for await (const event of watch) parentPort.postMessage(event.type)
       })\`, { eval: true })
       worker.on('message', async type => { if (type === 'synced') { await worker.terminate(); console.log('terminated') } })`,
    ])
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'terminated\n' })
  })
})
