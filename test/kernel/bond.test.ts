import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { AddLinkOptions, Link } from '../../lib/index.ts'
import { BYTES, crossed, ECHOES } from '../support/inside.ts'
import { runInside, shownLink } from '../support/ip.ts'
import { hasFeature, lackOf, lackOfFeature } from '../support/kernel.ts'
import { readLinkData } from '../support/link-data.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { ip } from '../support/test-namespaces.ts'

type Bond = Extract<Link, { kind: 'bond' }>['bond']
type BondOptions = NonNullable<Extract<AddLinkOptions, { kind: 'bond' }>['bond']>

const PORTS = ['a', 'b'] as const
const SOON = { timeout: 30_000 }

afterAll(closeNamespaces)

const lack = lackOf('bond')

async function bondOf(ns: NamedNetns, name = 'bond0'): Promise<Bond> {
  return ((await ns.links.get(name)) as Extract<Link, { kind: 'bond' }>).bond
}

async function portOf(ns: NamedNetns, name: string) {
  const { port } = await ns.links.get(name)
  return port?.kind === 'bond' ? port : expect.unreachable('no port of a bond')
}

const shownData = (ns: NamedNetns, name = 'bond0') => shownLink(ns.name, name).linkinfo.info_data
const shownPort = (ns: NamedNetns, name: string) => shownLink(ns.name, name).linkinfo.info_slave_data

/** Two namespaces with two cables between them. */
async function cabled(): Promise<[near: NamedNetns, far: NamedNetns]> {
  const [near, far] = [await createNamespace(), await createNamespace()]
  for (const name of PORTS) await near.links.add({ kind: 'veth', name, veth: { peer: { name, netns: far } } })
  return [near, far]
}

/** Makes a bond of both cables, with an address. */
async function bonded(ns: NamedNetns, n: number, bond: BondOptions): Promise<void> {
  await Promise.all([
    ns.links.add({ kind: 'bond', name: 'bond0', up: true, bond }),
    ...PORTS.map(name => ns.links.set(name, { master: 'bond0', up: true })),
    ns.addresses.add({ link: 'bond0', address: `192.0.2.${n}/24` }),
  ])
}

/** Makes a bridge of both cables, with an address. */
async function bridged(ns: NamedNetns, n: number): Promise<void> {
  await Promise.all([
    ns.links.add({ kind: 'bridge', name: 'br0', up: true }),
    ...PORTS.map(name => ns.links.set(name, { master: 'br0', up: true })),
    ns.addresses.add({ link: 'br0', address: `192.0.2.${n}/24` }),
  ])
}

const answers = (ns: NamedNetns, to: string) => async () => (await ns.ping(to, { timeout: 300 })).received

describe('the options of a bond', () => {
  if (lack !== undefined) return it('are checked by the kernel', context => context.skip(lack))

  let ns: NamedNetns

  beforeAll(async () => {
    ns = await createNamespace()
    await ns.links.add({ kind: 'bond', name: 'used', bond: { mode: 'active-backup', miiInterval: 50 } })
    await ns.links.add({ kind: 'veth', name: 'one', master: 'used', veth: { peer: { name: 'onep', up: true } } })
    await ns.links.add({ kind: 'veth', name: 'two', master: 'used', veth: { peer: { name: 'twop', up: true } } })
    await ns.links.set('used', { up: true })
    for (const name of ['one', 'two']) await vi.waitUntil(async () => (await portOf(ns, name)).miiStatus === 'up', SOON)
  })

  it('take effect in whatever order they stand', async () => {
    const inOrder = { mode: '802.3ad', miiInterval: 200, upDelay: 400, lacpRate: 'fast', adUserPortKey: 5 } as const
    const reversed = Object.fromEntries(Object.entries(inOrder).toReversed())
    await ns.links.add({ kind: 'bond', name: 'reversed', bond: reversed })
    await ns.links.add({ kind: 'bond', name: 'changed' })
    await ns.links.set('changed', { bond: reversed })
    for (const name of ['reversed', 'changed']) {
      const shown = { mode: '802.3ad', miimon: 200, updelay: 400, ad_lacp_rate: 'fast', ad_user_port_key: 5 }
      expect(shownData(ns, name)).toMatchObject(shown)
      expect(await bondOf(ns, name)).toMatchObject(inOrder)
    }
  })

  it.each([
    [
      'both monitors',
      { miiInterval: 100, arpInterval: 100 },
      'EINVAL',
      'arpInterval',
      'ARP monitoring cannot be used with MII monitoring',
    ],
    ['LACP in another mode', { lacpRate: 'fast' }, 'EACCES', 'lacpRate', 'option not supported in mode'],
    ['a primary in another mode', { mode: 'broadcast', primary: 'one' }, 'EACCES', 'primary', 'option not supported in mode'],
    ['a target that is none', { arpIpTargets: ['0.0.0.0'] }, 'EINVAL', 'arpIpTargets', 'invalid option value'],
    [
      'a multicast address',
      { mode: '802.3ad', adActorSystem: '01:00:00:00:00:01' },
      'EINVAL',
      'adActorSystem',
      'invalid option value',
    ],
    [
      'an active port that is none',
      { mode: 'active-backup', activePort: 'onep' },
      'EINVAL',
      'activePort',
      'invalid option value',
    ],
  ] as const)("refuse %s on creation in the kernel's words", async (_, bond, code, option, kernelMessage) => {
    const adding = ns.links.add({ kind: 'bond', name: 'refused', bond: bond as BondOptions })
    await expect(adding).rejects.toMatchObject({ code, option: `bond.${option}`, kernelMessage })
  })

  it.each([
    [
      'another mode while there are ports',
      { mode: 'broadcast' },
      'ENOTEMPTY',
      'mode',
      'unable to set option because the bond device has slaves',
    ],
    [
      'other addresses while there are ports',
      { failOverMac: 'active' },
      'ENOTEMPTY',
      'failOverMac',
      'unable to set option because the bond device has slaves',
    ],
    [
      'what only a bond that is down takes',
      { adSelect: 'count' },
      'EBUSY',
      'adSelect',
      'unable to set option because the bond is up',
    ],
  ] as const)("refuse %s in the kernel's words", async (_, bond, code, option, kernelMessage) => {
    await expect(ns.links.set('used', { bond })).rejects.toMatchObject({ code, option: `bond.${option}`, kernelMessage })
  })

  it('say what a delay needs, where the kernel says no more than EPERM', async () => {
    await ns.links.add({ kind: 'bond', name: 'unmonitored' })
    await expect(ns.links.set('unmonitored', { bond: { upDelay: 100 } })).rejects.toMatchObject({
      code: 'EPERM',
      kernelMessage: undefined,
      message: expect.stringContaining('"bond.upDelay" needs "bond.miiInterval"'),
    })
  })

  it('round a delay down to a multiple of miiInterval', async () => {
    await ns.links.add({ kind: 'bond', name: 'rounded', bond: { miiInterval: 100, downDelay: 250 } })
    expect((await bondOf(ns, 'rounded')).downDelay).toBe(200)
  })

  it('have a queue for one port only, and say so where the kernel says no more than EPERM', async () => {
    await ns.links.set('one', { port: { kind: 'bond', queueId: 4 } })
    const said = { code: 'EPERM', kernelMessage: undefined, message: expect.stringContaining('"port.queueId" must be one that') }
    await expect(ns.links.set('two', { port: { kind: 'bond', queueId: 4 } })).rejects.toMatchObject(said)
    await expect(ns.links.set('two', { port: { kind: 'bond', queueId: 17 } })).rejects.toMatchObject(said)
    const adding = ns.links.add({ kind: 'veth', name: 'three', master: 'used', port: { kind: 'bond', queueId: 4 } })
    await expect(adding).rejects.toMatchObject(said)
  })

  it('choose the port that works', async () => {
    for (const name of ['two', 'one'] as const) {
      await ns.links.set('used', { bond: { activePort: name } })
      expect(shownData(ns, 'used').active_slave).toBe(name)
      expect((await bondOf(ns, 'used')).activePort).toBe((await ns.links.get(name)).index)
      expect((await portOf(ns, name)).state).toBe('active')
    }
  })

  it('read the port that ip chose', async () => {
    ip('-n', ns.name, 'link', 'set', 'dev', 'used', 'type', 'bond', 'active_slave', 'two')
    expect((await bondOf(ns, 'used')).activePort).toBe((await ns.links.get('two')).index)
  })

  it('prefer a primary, and none again', async () => {
    await ns.links.set('used', { bond: { primary: 'one' } })
    expect(shownData(ns, 'used')).toMatchObject({ primary: 'one', active_slave: 'one' })
    expect((await bondOf(ns, 'used')).primary).toBe((await ns.links.get('one')).index)
    await ns.links.set('used', { bond: { primary: null } })
    expect((await bondOf(ns, 'used')).primary).toBeUndefined()
  })

  it('remember a primary that is to become a port', async () => {
    await ns.links.add({ kind: 'veth', name: 'later', veth: { peer: { name: 'laterp' } } })
    await ns.links.add({ kind: 'bond', name: 'early', bond: { mode: 'active-backup', primary: 'later' } })
    expect((await bondOf(ns, 'early')).primary).toBeUndefined()
    await ns.links.set('later', { master: 'early' })
    expect(shownData(ns, 'early').primary).toBe('later')
  })

  it('give a port the address of the bond, and its own back', async () => {
    const before = (await ns.links.get('onep')).address
    await ns.links.add({ kind: 'bond', name: 'fixed', address: '02:00:00:00:00:99', bond: { mode: 'active-backup' } })
    await ns.links.set('onep', { master: 'fixed', up: false })
    expect(await ns.links.get('onep')).toMatchObject({ address: '02:00:00:00:00:99', port: { permanentAddress: before } })
    await ns.links.set('onep', { master: null })
    expect(shownLink(ns.name, 'onep').address).toBe(before)
  })
})

describe('a bond of two ports', () => {
  if (lack !== undefined) return it('carries an echo', context => context.skip(lack))

  it.each(['balance-rr', 'balance-xor', 'broadcast'] as const)('carries an echo in mode %s', async mode => {
    const [near, far] = await cabled()
    await bonded(near, 1, { mode, miiInterval: 50 })
    await bonded(far, 2, { mode, miiInterval: 50 })
    await expect.poll(answers(near, '192.0.2.2'), SOON).toBe(1)
    const ends = PORTS.map(name => [near, name] as const)
    let received = 0
    const grown = await crossed(ends, async () => {
      received = (await near.ping('192.0.2.2', ECHOES)).received
    })
    expect(received).toBe(ECHOES.count)
    // By turns, by a hash that is the same for all, or on both.
    const full = grown.filter(({ tx }) => tx >= BYTES).length
    expect(full).toBe({ 'balance-rr': 0, 'balance-xor': 1, broadcast: 2 }[mode])
    expect(grown.reduce((bytes, { tx }) => bytes + tx, 0)).toBeGreaterThanOrEqual(BYTES)
  })

  it.each(['active-backup', 'balance-tlb', 'balance-alb'] as const)(
    'goes on in mode %s when the port that works loses its cable',
    async mode => {
      const [near, far] = await cabled()
      await bonded(near, 1, { mode, miiInterval: 50, primary: 'a' })
      await bridged(far, 2)
      await expect.poll(answers(near, '192.0.2.2'), SOON).toBe(1)
      const [a, b] = [await near.links.get('a'), await near.links.get('b')]
      await expect.poll(async () => (await bondOf(near)).activePort, SOON).toBe(a.index)

      await far.links.set('a', { up: false })
      await expect.poll(async () => (await bondOf(near)).activePort, SOON).toBe(b.index)
      expect(await portOf(near, 'a')).toMatchObject({ miiStatus: 'down', linkFailures: 1 })
      expect(shownPort(near, 'a')).toMatchObject({ mii_status: 'DOWN', link_failure_count: 1 })
      let received = 0
      const [left, right] = await crossed(
        PORTS.map(name => [near, name] as const),
        async () => {
          received = (await near.ping('192.0.2.2', ECHOES)).received
        },
      )
      expect(received).toBe(ECHOES.count)
      expect(left.tx).toBe(0)
      expect(Math.min(right.tx, right.rx)).toBeGreaterThanOrEqual(BYTES)

      await far.links.set('a', { up: true })
      await expect.poll(async () => (await bondOf(near)).activePort, SOON).toBe(a.index)
      await expect.poll(answers(near, '192.0.2.2'), SOON).toBe(1)
    },
  )

  it('prefers the port of higher priority when the one that works loses its cable', async () => {
    const [near, far] = await cabled()
    await near.links.add({ kind: 'veth', name: 'c', veth: { peer: { name: 'c', netns: far, up: true } } })
    await bonded(near, 1, { mode: 'active-backup', miiInterval: 50 })
    await near.links.set('c', { master: 'bond0', port: { kind: 'bond', priority: 10 } })
    for (const name of PORTS) await far.links.set(name, { up: true })
    for (const name of [...PORTS, 'c']) await expect.poll(async () => (await portOf(near, name)).miiStatus, SOON).toBe('up')
    await near.links.set('bond0', { bond: { activePort: 'a' } })
    await far.links.set('a', { up: false })
    await expect.poll(() => shownData(near).active_slave, SOON).toBe('c')
  })

  it('notices by the ARP monitor what has carrier and leads nowhere', async () => {
    const [near, far] = await cabled()
    await bonded(near, 1, {
      mode: 'active-backup',
      arpInterval: 100,
      arpIpTargets: ['192.0.2.2'],
      arpValidate: 'all',
      primary: 'a',
    })
    await bridged(far, 2)
    // Else a port would answer for the bridge that it has left.
    runInside(far.name, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/conf/all/arp_ignore')
    await expect.poll(() => shownData(near).active_slave, SOON).toBe('a')
    await far.links.set('a', { master: null })
    await expect.poll(() => shownData(near).active_slave, SOON).toBe('b')
    expect((await near.links.get('a')).carrier).toBe(true)
    expect((await near.ping('192.0.2.2', ECHOES)).received).toBe(ECHOES.count)
  })
})

describe('two bonds that speak LACP', () => {
  if (lack !== undefined) return it('agree on an aggregate', context => context.skip(lack))

  const FULL = ['active', 'shortTimeout', 'aggregating', 'inSync', 'collecting', 'distributing']
  let near: NamedNetns
  let far: NamedNetns

  beforeAll(async () => {
    ;[near, far] = await cabled()
    const bond = { mode: '802.3ad', miiInterval: 50, lacpRate: 'fast' } as const
    await bonded(near, 1, { ...bond, adUserPortKey: 3, adActorSystemPriority: 7 })
    await bonded(far, 2, { ...bond, adUserPortKey: 5, adActorSystem: '02:00:00:00:00:42' })
    const isFull = async (ns: NamedNetns, name: string) => String((await portOf(ns, name)).actorPortState) === String(FULL)
    for (const ns of [near, far]) {
      for (const name of PORTS) await vi.waitUntil(() => isFull(ns, name), SOON)
    }
  })

  it('have both ports in one aggregate, as ip shows them', async () => {
    const { adInfo, ...bond } = await bondOf(near)
    expect(adInfo).toMatchObject({ ports: 2, partnerAddress: '02:00:00:00:00:42' })
    expect(bond).toMatchObject({ adActorSystemPriority: 7, adUserPortKey: 3 })
    expect(shownData(near).ad_info).toEqual({
      aggregator: adInfo?.aggregatorId,
      num_ports: adInfo?.ports,
      actor_key: adInfo?.actorKey,
      partner_key: adInfo?.partnerKey,
      partner_mac: adInfo?.partnerAddress,
    })
  })

  it('have the same of it in sysfs', async () => {
    const { adInfo } = await bondOf(near)
    const read = (name: string) => runInside(near.name, 'cat', `/sys/class/net/bond0/bonding/${name}`).trim()
    expect([read('ad_aggregator'), read('ad_num_ports'), read('ad_actor_key'), read('ad_partner_key')].map(Number)).toEqual([
      adInfo?.aggregatorId,
      adInfo?.ports,
      adInfo?.actorKey,
      adInfo?.partnerKey,
    ])
    expect(read('ad_partner_mac')).toBe(adInfo?.partnerAddress)
  })

  it('have keys that hold their own, and know those of each other', async () => {
    const [here, there] = [(await bondOf(near)).adInfo, (await bondOf(far)).adInfo]
    // 5 bits of speed and 1 of duplex stand below.
    expect([(here?.actorKey as number) >> 6, (there?.actorKey as number) >> 6]).toEqual([3, 5])
    expect([here?.partnerKey, there?.partnerKey]).toEqual([there?.actorKey, here?.actorKey])
  })

  it('have ports in the states that ip shows', async () => {
    for (const name of PORTS) {
      const { aggregatorId, actorPortState, partnerPortState } = await portOf(near, name)
      const states = ['active', 'short_timeout', 'aggregating', 'in_sync', 'collecting', 'distributing']
      expect([actorPortState, partnerPortState]).toEqual([FULL, FULL])
      expect(shownPort(near, name)).toMatchObject({
        ad_aggregator_id: aggregatorId,
        ad_actor_oper_port_state_str: states,
        ad_partner_oper_port_state_str: states,
      })
    }
  })

  it('watch for churn, as the attributes have it', async context => {
    if (!hasFeature('bond actor port priority')) context.skip(lackOfFeature('bond', 'bond actor port priority'))
    const numbers = { monitoring: '00', churned: '01', none: '02' }
    const { actorChurn, partnerChurn } = await portOf(near, 'a')
    const { port } = readLinkData(near.name, 'a')
    expect([port[11], port[12]]).toEqual([numbers[actorChurn as 'none'], numbers[partnerChurn as 'none']])
  })

  it('carry an echo, and go on with one port', async () => {
    expect((await near.ping('192.0.2.2', ECHOES)).received).toBe(ECHOES.count)
    await far.links.set('a', { master: null, up: false })
    await expect.poll(async () => (await bondOf(near)).adInfo?.ports, SOON).toBe(1)
    await expect.poll(answers(near, '192.0.2.2'), SOON).toBe(1)
    expect((await near.ping('192.0.2.2', ECHOES)).received).toBe(ECHOES.count)
  })
})
