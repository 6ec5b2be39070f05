import { execFile, execFileSync } from 'node:child_process'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Netns as Namespaces, type Netns, type WatchEvent, type Watcher } from '../../lib/index.ts'
import { NamespaceIds } from '../../lib/namespace-ids/namespace-ids.ts'
import { OtherNamespaces } from '../../lib/watch/other-namespaces.ts'
import { closeNamespaces, createNamespace, held, type NamedNetns } from '../support/namespace.ts'
import { runNode } from '../support/run-node.ts'
import { asRunnable } from '../support/unprivileged.ts'

let ns: NamedNetns
let named: NamedNetns
let unnamed: Netns
let watcher: Watcher<any> | undefined

beforeEach(async () => {
  ns = await createNamespace()
  named = await createNamespace()
  unnamed = held(await Namespaces.create())
  await ns.namespaceIds.set(named, 5)
})

afterEach(() => {
  watcher?.close()
  closeNamespaces()
})

const pair = { kind: 'veth', name: 'a', veth: { peer: { name: 'b' } } } as const

/** The next event; a watch that has ended would answer at once, again and again. */
async function next(from: Watcher<any>): Promise<WatchEvent> {
  const { value, done } = await from.next()
  if (done) throw new Error('the watch has ended')
  return value as WatchEvent
}

/** Reads until so many different links were told of by events of that type. */
async function linksTold(from: Watcher<any>, type: WatchEvent['type'], count: number): Promise<string[]> {
  const told = new Set<string>()
  while (told.size < count) {
    const event = await next(from)
    if (event.type === type && event.object === 'link') told.add(summary(event))
  }
  return [...told].sort()
}

const summary = (event: WatchEvent): string =>
  event.object === 'link' ? `${event.link.name} in ${event.namespace?.id ?? 'own'}` : event.type

async function readAll(from: Watcher<any>): Promise<string[]> {
  await from.sync()
  const found: string[] = []
  while (from.counters.pending > 0) {
    const event = await next(from)
    found.push(event.object === 'link' ? `${event.type} ${summary(event)}` : event.type)
  }
  return found
}

describe('ns.watch with allNamespaces', () => {
  it('begins with what is in all namespaces that can be read', async () => {
    await ns.namespaceIds.set(unnamed, 6)
    watcher = ns.watch({ links: true, snapshot: true, allNamespaces: [unnamed, named] })
    await watcher.ready
    expect((await readAll(watcher)).sort()).toEqual(['new lo in 5', 'new lo in 6', 'new lo in own', 'synced'])
  })

  it('tells in which namespace something happened, by id and handle', async () => {
    watcher = ns.watch({ links: { link: 'a' }, allNamespaces: [named] })
    await watcher.ready
    await named.links.add(pair)
    expect(await next(watcher)).toMatchObject({ type: 'new', link: { name: 'a' }, namespace: { id: 5, netns: named } })
    await readAll(watcher)
    await ns.links.add(pair)
    expect(await next(watcher)).toMatchObject({ type: 'new', link: { name: 'a' }, namespace: undefined })
  })

  it('tells in which namespace something happened, by name', async () => {
    watcher = ns.watch({ links: { link: 'a' }, allNamespaces: true })
    await watcher.ready
    await named.links.add(pair)
    expect(await next(watcher)).toMatchObject({ namespace: { id: 5, name: named.name, netns: undefined } })
  })

  it('does not take the watched namespace for another, though it has an id in itself', async () => {
    await ns.namespaceIds.set(ns, 3)
    watcher = ns.watch({ links: true, snapshot: true, allNamespaces: [ns, named] })
    await watcher.ready
    expect((await readAll(watcher)).sort()).toEqual(['new lo in 5', 'new lo in own', 'synced'])
  })

  it('tells of a namespace that gets its id later, and takes everything in it away when it ends', async () => {
    watcher = ns.watch({ links: true, allNamespaces: [unnamed] })
    await watcher.ready
    await unnamed.links.add(pair)
    expect(await readAll(watcher)).toEqual([])
    await ns.namespaceIds.set(unnamed, 9)
    expect(await linksTold(watcher, 'new', 3)).toEqual(['a in 9', 'b in 9', 'lo in 9'])
    unnamed.close()
    expect(await linksTold(watcher, 'delete', 3)).toEqual(['a in 9', 'b in 9', 'lo in 9'])
  })

  it('keeps no namespace from ending', async () => {
    await unnamed.links.add(pair)
    await ns.namespaceIds.set(unnamed, 9)
    watcher = ns.watch({ links: true, addresses: true, routes: true, allNamespaces: [unnamed] })
    await watcher.ready
    // What is told of these links is too little, so each of them is asked for.
    for (const name of ['a', 'b']) await unnamed.links.set(name, { up: true })
    unnamed.close()
    expect(await linksTold(watcher, 'delete', 3)).toEqual(['a in 9', 'b in 9', 'lo in 9'])
    expect(await ns.namespaceIds.list()).toEqual([5])
  })

  it('tells of the next namespace that gets the same id', async () => {
    const another = held(await Namespaces.create())
    await another.links.add({ ...pair, name: 'c' })
    await ns.namespaceIds.set(unnamed, 9)
    watcher = ns.watch({ links: true, allNamespaces: [unnamed, another] })
    await watcher.ready
    unnamed.close()
    await linksTold(watcher, 'delete', 1)
    await ns.namespaceIds.set(another, 9)
    expect(await linksTold(watcher, 'new', 3)).toEqual(['b in 9', 'c in 9', 'lo in 9'])
  })

  it('knows of a namespace without a name only what it is told', async () => {
    await ns.namespaceIds.set(unnamed, 7)
    await unnamed.links.add(pair)
    watcher = ns.watch({ links: true, snapshot: true, allNamespaces: true })
    await watcher.ready
    expect(await readAll(watcher)).not.toContain('new a in 7')
    await unnamed.links.set('a', { mtu: 1400 })
    const told = { type: 'new', link: { name: 'a', mtu: 1400 }, namespace: { id: 7, name: undefined } }
    expect(await next(watcher)).toMatchObject(told)
  })

  it('finds what the kernel dropped in any of them', async () => {
    watcher = ns.watch({ addresses: { family: 'inet' }, allNamespaces: [named], receiveBuffer: 1, backlog: 0 })
    await named.links.add(pair)
    await watcher.ready
    const lines = Array.from({ length: 1000 }, (_, i) => `address add 10.${i >> 8}.${i & 255}.1/24 dev a`)
    const [command, ...args] = asRunnable('ip', ['-n', named.name, '-batch', '-']).words
    execFileSync(command, args, { input: lines.join('\n') })
    await watcher.sync()
    const addresses = new Set<string>()
    for (let event = await next(watcher); event.type !== 'synced'; event = await next(watcher)) {
      if (event.object === 'address' && event.namespace?.id === 5) addresses.add(event.address.address)
    }
    expect(addresses.size).toBe(1000)
    expect(watcher.counters.dropped).toBeGreaterThan(0)
  })

  it('brings together what is about one object of one namespace, and not of another', async () => {
    for (const place of [ns, named]) await place.links.add(pair)
    watcher = ns.watch({ links: { link: 'a' }, allNamespaces: [named], queueLimit: 1 })
    await watcher.ready
    for (const mtu of [1400, 1300, 1200]) for (const place of [ns, named]) await place.links.set('a', { mtu })
    expect((await readAll(watcher)).sort()).toEqual(['change a in 5', 'change a in own'])
  })

  it('says what ip monitor all-nsid says', async () => {
    await named.links.add(pair)
    const [command, ...args] = asRunnable('ip', ['-n', ns.name, '-o', 'monitor', 'link', 'all-nsid']).words
    const monitor = execFile(command, args)
    let printed = ''
    monitor.stdout?.on('data', text => {
      printed += text
    })
    // It listens once it has heard of something.
    let mtu = 60_000
    await expect.poll(async () => await ns.links.set('lo', { mtu: mtu++ }).then(() => printed)).not.toBe('')
    watcher = ns.watch({ links: { link: 'a' }, allNamespaces: [named] })
    await watcher.ready
    for (const mtu of [1400, 1300]) await named.links.set('a', { mtu })
    await expect.poll(() => printed).toMatch(/ a@.* mtu 1300 /)
    monitor.kill()
    const lines = [...printed.matchAll(/^\[nsid (\w+)\]\d+: a@.* mtu (\d+) /gm)].map(([, id, mtu]) => `${id} ${mtu}`)
    await watcher.sync()
    const told: string[] = []
    while (watcher.counters.pending > 0) {
      const event = await next(watcher)
      if (event.object === 'link') told.push(`${event.namespace?.id} ${event.link.mtu}`)
    }
    expect(told).toEqual(['5 1400', '5 1300'])
    expect([...new Set(lines)]).toEqual(told)
  })

  it('says which capability is missing', async () => {
    const { stdout } = await runNode([
      '--input-type=module',
      '-e',
      `import { execFileSync } from 'node:child_process'
       const program = \`import('rtnetlink').then(async ({ Netns }) => {
         const ns = await Netns.create()
         await ns.watch({ links: true, allNamespaces: true }).ready.catch(error => console.log(error.code, error.message))
       })\`
       const without = ['--bounding-set', '-net_broadcast', '--inh-caps', '-net_broadcast']
       process.stdout.write(execFileSync('setpriv', [...without, process.execPath, '-e', program]))`,
    ])
    expect(stdout).toMatch(/^EPERM .*CAP_NET_BROADCAST/)
  })

  it('reports no end of a namespace that gets its id while the ids are being listed', async () => {
    watcher = ns.watch({ links: { link: 'p' }, allNamespaces: true })
    await watcher.ready
    const told = async () => {
      await ns.links.add({ kind: 'veth', name: 'v', veth: { peer: { name: 'p', netns: unnamed } } })
      await unnamed.links.set('p', { mtu: 1400 })
      const id = await ns.namespaceIds.get(unnamed)
      await expect.poll(() => hearing.mock.calls.some(([of]) => of === id)).toBe(true)
    }
    const hearing = vi.spyOn(OtherNamespaces.prototype, 'heard')
    const { list } = NamespaceIds.prototype
    const listing = vi.spyOn(NamespaceIds.prototype, 'list').mockImplementationOnce(async function (
      this: NamespaceIds,
      ...given
    ) {
      const before = await list.apply(this, given)
      await told()
      return before
    })
    try {
      // What is heard of a new id lets it list them.
      await ns.namespaceIds.set(held(await Namespaces.create()), 9)
      expect(await next(watcher)).toMatchObject({ type: 'new', link: { name: 'p' } })
      expect((await readAll(watcher)).filter(text => text.startsWith('delete'))).toEqual([])
      expect(listing.mock.calls.length).toBeGreaterThan(1)
    } finally {
      listing.mockRestore()
      hearing.mockRestore()
    }
  })

  it('refuses what is no handle', () => {
    expect(() => ns.watch({ links: true, allNamespaces: ['blue'] as never })).toThrow(TypeError)
  })
})
