import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AddLinkOptions, Link } from '../../lib/index.ts'
import { shownLink, shownPort } from '../support/ip.ts'
import { lackOf } from '../support/kernel.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { iproute } from '../support/test-namespaces.ts'

afterAll(closeNamespaces)

function bridgeCommand(ns: NamedNetns, ...words: string[]): string {
  return iproute('bridge', '-n', ns.name, ...words)
}

/** What the commands among the options do, and what only traffic changes: a bridge whose port leads to another namespace. */
describe('a bridge', () => {
  let ns: NamedNetns
  let other: NamedNetns

  beforeAll(async () => {
    ns = await createNamespace()
    other = await createNamespace()
    await ns.links.add({ kind: 'bridge', name: 'br0', up: true })
    const peer = { name: 'eth0', netns: other, up: true, families: { inet6: { addressGenerationMode: 'none' as const } } }
    await ns.links.add({ kind: 'veth', name: 'port0', master: 'br0', up: true, veth: { peer } })
    await ns.links.add({ kind: 'veth', name: 'port1', master: 'br0', up: true, veth: { peer: { name: 'port1p', up: true } } })
    await other.addresses.add({ link: 'eth0', address: '192.0.2.2/24' })
  })

  const br0 = async () => {
    const link = await ns.links.get('br0')
    return (link as Extract<Link, { kind: 'bridge' }>).bridge
  }
  const portOf = async (name: string) => {
    const { port } = await ns.links.get(name)
    return port?.kind === 'bridge' ? port : expect.unreachable('no port of a bridge')
  }
  /** Entries of the forwarding table that were added as if learned. */
  const entries = () => [...new Set(bridgeCommand(ns, 'fdb', 'show', 'br', 'br0').match(/02:00:00:00:00:0\d/g))]
  const addEntry = (n: number, port: string) =>
    bridgeCommand(ns, 'fdb', 'add', `02:00:00:00:00:0${n}`, 'dev', port, 'master', 'dynamic')

  it('takes the state of a port that is up', async () => {
    await expect.poll(async () => (await ns.links.get('port1')).operationalState).toBe('up')
    await ns.links.set('port1', { port: { kind: 'bridge', state: 'learning' } })
    expect(shownLink(ns.name, 'port1').linkinfo.info_slave_data.state).toBe('learning')
    bridgeCommand(ns, 'link', 'set', 'dev', 'port1', 'state', 'listening')
    expect((await portOf('port1')).state).toBe('listening')
    await ns.links.set('port1', { port: { kind: 'bridge', state: 'forwarding' } })
    expect(shownLink(ns.name, 'port1').linkinfo.info_slave_data.state).toBe('forwarding')
  })

  it('has ports as bridge(8) shows them', async () => {
    await ns.links.set('port1', { port: { kind: 'bridge', isolated: true, hairpin: true, priority: 9, cost: 5 } })
    const port = await portOf('port1')
    expect(shownPort(ns.name, 'port1')).toMatchObject({
      state: port.state,
      priority: port.priority,
      cost: port.cost,
      hairpin: port.hairpin,
      guard: port.guard,
      root_block: port.rootBlock,
      fastleave: port.fastLeave,
      learning: port.learning,
      flood: port.flood,
      mcast_flood: port.multicastFlood,
      bcast_flood: port.broadcastFlood,
      mcast_to_unicast: port.multicastToUnicast,
      neigh_suppress: port.neighborSuppress,
      vlan_tunnel: port.vlanTunnel,
      isolated: port.isolated,
      locked: port.locked,
    })
    expect(port).toMatchObject({ isolated: true, hairpin: true, priority: 9, cost: 5 })
  })

  it('forgets what it learned on fdbFlush', async () => {
    addEntry(1, 'port0')
    addEntry(2, 'port1')
    expect(entries()).toHaveLength(2)
    await ns.links.set('br0', { bridge: { fdbFlush: true } })
    expect(entries()).toEqual([])
  })

  it('forgets what one port learned on fdbFlush of the port', async () => {
    addEntry(3, 'port0')
    addEntry(4, 'port1')
    await ns.links.set('port0', { port: { kind: 'bridge', fdbFlush: true } })
    expect(entries()).toEqual(['02:00:00:00:00:04'])
  })

  it('sends nothing for a command that is false', async () => {
    addEntry(5, 'port0')
    await ns.links.set('br0', { bridge: { fdbFlush: false, priority: 4096 } })
    expect(entries()).toContain('02:00:00:00:00:05')
  })

  it('counts the entries that it learned', async context => {
    if ((await br0()).fdbLearned === undefined)
      context.skip('bridge: this kernel is older than IFLA_BR_FDB_N_LEARNED (Linux 6.7)')
    await ns.links.set('br0', { bridge: { fdbFlush: true } })
    await other.ping('192.0.2.99', { timeout: 1 })
    const learned = bridgeCommand(ns, 'fdb', 'show', 'br', 'br0').includes((await other.links.get('eth0')).address as string)
    expect(learned).toBe(true)
    expect((await br0()).fdbLearned).toBeGreaterThanOrEqual(1)
  })

  it('counts the multicast groups of a port', async context => {
    const before = (await portOf('port1')).multicastGroups
    if (before === undefined) context.skip('bridge: this kernel is older than IFLA_BRPORT_MCAST_N_GROUPS (Linux 6.3)')
    bridgeCommand(ns, 'mdb', 'add', 'dev', 'br0', 'port', 'port1', 'grp', '239.1.1.1', 'permanent')
    expect((await portOf('port1')).multicastGroups).toBe((before as number) + 1)
  })

  it('becomes the querier when it is told to be one', async () => {
    await ns.addresses.add({ link: 'br0', address: '192.0.2.1/24' })
    await ns.links.set('br0', { bridge: { multicastQueryUseInterfaceAddress: true, multicastQuerier: true } })
    await expect.poll(async () => (await br0()).multicastQuerierState?.ipv4Address).toBe('192.0.2.1')
  })
})

describe.each(['macvlan', 'macvtap'] as const)('the list of a %s in mode source', kind => {
  const lack = lackOf(kind)
  if (lack !== undefined) return it('is changed by commands', context => context.skip(lack))

  let ns: NamedNetns

  beforeAll(async () => {
    ns = await createNamespace()
    await ns.links.add({ kind: 'veth', name: 'parent', veth: { peer: { name: 'peer' } } })
    await ns.links.add({ kind, name: 'mv0', link: 'parent', [kind]: { mode: 'source' } } as AddLinkOptions)
  })

  const listed = () => (shownLink(ns.name, 'mv0').linkinfo.info_data.macaddr_data ?? []).sort()
  const change = (options: object) => ns.links.set('mv0', { [kind]: options })
  const ours = async () => {
    const link = (await ns.links.get('mv0')) as unknown as Record<string, { macAddresses?: string[]; macAddressCount?: number }>
    return [link[kind].macAddresses?.toSorted(), link[kind].macAddressCount]
  }

  it('is set as a whole', async () => {
    await change({ macAddresses: ['02:00:00:00:00:09'] })
    await change({ macAddresses: ['02:00:00:00:00:01', '02:00:00:00:00:02'] })
    expect(listed()).toEqual(['02:00:00:00:00:01', '02:00:00:00:00:02'])
  })

  it('grows by an address', async () => {
    await change({ macAddressMode: 'add', macAddress: '02:00:00:00:00:03' })
    expect(listed()).toEqual(['02:00:00:00:00:01', '02:00:00:00:00:02', '02:00:00:00:00:03'])
  })

  it('loses an address', async () => {
    await change({ macAddressMode: 'delete', macAddress: '02:00:00:00:00:02' })
    expect(listed()).toEqual(['02:00:00:00:00:01', '02:00:00:00:00:03'])
  })

  it('stays as it is when an address is added again, or one deleted that is not there', async () => {
    await change({ macAddressMode: 'add', macAddress: '02:00:00:00:00:03' })
    await change({ macAddressMode: 'delete', macAddress: '02:00:00:00:00:07' })
    expect(listed()).toEqual(['02:00:00:00:00:01', '02:00:00:00:00:03'])
  })

  it('is what we read', async () => {
    expect(await ours()).toEqual([listed(), 2])
  })

  it('is flushed', async () => {
    await change({ macAddressMode: 'flush' })
    expect(listed()).toEqual([])
    expect(await ours()).toEqual([undefined, 0])
  })

  it('is emptied by an empty list', async () => {
    await change({ macAddresses: ['02:00:00:00:00:01'] })
    await change({ macAddresses: [] })
    expect(listed()).toEqual([])
  })

  it('holds more addresses than fit into one page', async () => {
    const many = Array.from(
      { length: 1000 },
      (_, i) => `02:00:00:00:${(i >> 8).toString(16).padStart(2, '0')}:${(i & 255).toString(16).padStart(2, '0')}`,
    )
    await change({ macAddresses: many })
    expect(await ours()).toEqual([many, 1000])
    expect(listed()).toEqual(many)
  })

  it('is lost when the mode is left', async () => {
    await change({ mode: 'private' })
    await change({ mode: 'source' })
    expect(await ours()).toEqual([undefined, 0])
  })

  it('is there from the beginning when it is given on creation', async () => {
    const options = { mode: 'source', macAddresses: ['02:00:00:00:00:05', '02:00:00:00:00:06'] }
    await ns.links.add({ kind, name: 'mv1', link: 'parent', [kind]: options } as AddLinkOptions)
    expect(shownLink(ns.name, 'mv1').linkinfo.info_data.macaddr_data.sort()).toEqual(options.macAddresses)
  })

  it('is refused, with the reason, for a link in another mode', async () => {
    await ns.links.add({ kind, name: 'mv2', link: 'parent', [kind]: { mode: 'bridge' } } as AddLinkOptions)
    await expect(ns.links.set('mv2', { [kind]: { macAddresses: ['02:00:00:00:00:05'] } })).rejects.toMatchObject({
      code: 'EINVAL',
      message: expect.stringContaining('only mode "source" has a list of addresses'),
    })
  })

  it('takes no multicast address, and says so', async () => {
    await expect(change({ macAddresses: ['01:00:00:00:00:05'] })).rejects.toMatchObject({
      code: 'EADDRNOTAVAIL',
      message: expect.stringContaining('neither a multicast address nor all zeros'),
    })
  })
})

describe('the other end of a veth', () => {
  it('is the link that ip shows behind @', async () => {
    const ns = await createNamespace()
    await ns.links.add({ kind: 'veth', name: 'a', veth: { peer: { name: 'b' } } })
    const [a, b] = [await ns.links.get('a'), await ns.links.get('b')]
    expect([a.link, b.link]).toEqual([b.index, a.index])
    expect([shownLink(ns.name, 'a').link, shownLink(ns.name, 'b').link]).toEqual(['b', 'a'])
  })
})
