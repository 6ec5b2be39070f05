import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { shownLink, shownNames } from '../support/ip.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'

let ns: NamedNetns

beforeAll(async () => {
  ns = await createNamespace()
})
afterAll(closeNamespaces)

describe('links.add', () => {
  it('resolves with the link that the kernel made', async () => {
    const link = await ns.links.add({ kind: 'ifb', name: 'made', mtu: 1400 })
    expect(link).toEqual(await ns.links.get('made'))
  })

  it('gives the index that the caller chose', async () => {
    await ns.links.add({ kind: 'ifb', name: 'chosen', index: 4242 })
    expect(shownLink(ns.name, 'chosen').ifindex).toBe(4242)
  })

  it('lets the kernel choose a name after a pattern', async () => {
    const first = await ns.links.add({ kind: 'ifb', name: 'port%d' })
    const second = await ns.links.add({ kind: 'ifb', name: 'port%d' })
    expect([first.name, second.name]).toEqual(['port0', 'port1'])
  })

  it('lets the kernel choose a name when none is given', async () => {
    const link = await ns.links.add({ kind: 'ifb' })
    expect(shownNames(ns.name)).toContain(link.name)
    expect(link.name).toMatch(/^ifb\d+$/)
  })

  it('resolves each of several unnamed links with its own', async () => {
    const links = await Promise.all([
      ns.links.add({ kind: 'ifb' }),
      ns.links.add({ kind: 'bridge' }),
      ns.links.add({ kind: 'ifb' }),
    ])
    expect(links.map(link => link.kind)).toEqual(['ifb', 'bridge', 'ifb'])
    expect(new Set(links.map(link => link.index)).size).toBe(3)
  })

  it('gives an unnamed link what the kernel does not take on creation', async () => {
    const link = await ns.links.add({ kind: 'ifb', alias: 'nameless', altNames: 'nameless-too' })
    expect(shownLink(ns.name, link.name)).toMatchObject({ ifalias: 'nameless', altnames: ['nameless-too'] })
  })

  it('gives everything at once', async () => {
    await ns.links.add({ kind: 'bridge', name: 'all-br' })
    await ns.links.add({
      kind: 'veth',
      name: 'whole',
      up: true,
      master: 'all-br',
      alias: 'everything at once',
      altNames: ['all-of-it', 'the-whole-lot'],
      address: '02:00:00:00:0a:11',
      mtu: 1300,
      group: 9,
      txQueueLength: 5,
      numTxQueues: 2,
      families: { inet6: { addressGenerationMode: 'none' }, inet: { conf: { forwarding: 1 } } },
      port: { kind: 'bridge', hairpin: true, cost: 9 },
      veth: { peer: { name: 'whole-peer', up: true } },
    })
    expect(shownLink(ns.name, 'whole')).toMatchObject({
      flags: expect.arrayContaining(['UP', 'LOWER_UP']),
      master: 'all-br',
      ifalias: 'everything at once',
      altnames: ['all-of-it', 'the-whole-lot'],
      address: '02:00:00:00:0a:11',
      mtu: 1300,
      group: '9',
      txqlen: 5,
      num_tx_queues: 2,
      inet6_addr_gen_mode: 'none',
      linkinfo: { info_slave_data: { hairpin: true, cost: 9 } },
    })
  })

  it('refuses a name that is taken, and says so', async () => {
    await ns.links.add({ kind: 'ifb', name: 'taken' })
    await expect(ns.links.add({ kind: 'ifb', name: 'taken' })).rejects.toMatchObject({
      name: 'NetlinkError',
      code: 'EEXIST',
      operation: 'links.add',
      message: expect.stringContaining('a link named "taken" is there already'),
    })
  })

  it('leaves the link that has the name as it is', async () => {
    const before = await ns.links.add({ kind: 'ifb', name: 'kept', mtu: 1400, alias: 'first' })
    await ns.links.add({ kind: 'ifb', name: 'kept', mtu: 1300, alias: 'second' }).catch(() => {})
    expect(await ns.links.get('kept')).toEqual(before)
  })

  it('takes the link away again when what follows creation fails', async () => {
    await ns.links.add({ kind: 'ifb', name: 'holder', altNames: 'held' })
    const adding = ns.links.add({ kind: 'ifb', name: 'undone', altNames: 'held' })
    await expect(adding).rejects.toMatchObject({ code: 'EEXIST', message: expect.stringContaining('the link was removed again') })
    expect(shownNames(ns.name)).not.toContain('undone')
  })

  it.each([
    ['altNames', { altNames: 'a b' }],
    ['alias', { alias: 5 }],
    ['carrier', { carrier: 'on' }],
    ['families.inet.conf.forwarding', { families: { inet: { conf: { forwarding: 'on' } } } }],
    ['port.cost', { port: { kind: 'bridge', cost: 0 } }],
    ['veth.peer.alias', { veth: { peer: { alias: 5 } } }],
  ])('creates nothing when %s is wrong, though it follows in a message of its own', async (option, options) => {
    await expect(ns.links.add({ kind: 'veth', name: 'never', ...options } as never)).rejects.toMatchObject({ option })
    expect(shownNames(ns.name)).not.toContain('never')
  })

  it.each(['all', 'default'])('says why the kernel takes no link named "%s"', async name => {
    await expect(ns.links.add({ kind: 'ifb', name })).rejects.toMatchObject({
      code: 'EINVAL',
      message: expect.stringContaining(`the kernel takes no link named "${name}"`),
    })
  })

  it('puts the named link above another, by name, index and Link', async () => {
    const parent = await ns.links.add({ kind: 'veth', name: 'below', veth: { peer: { name: 'below-peer' } } })
    for (const [i, link] of ['below', parent.index, parent].entries()) {
      await ns.links.add({ kind: 'macvlan', name: `above${i}`, link })
      expect(shownLink(ns.name, `above${i}`).link).toBe('below')
    }
  })
})
