import { afterAll, beforeEach, describe, expect, it, type TestContext } from 'vitest'
import type { NetlinkError, TeamChanges } from '../../lib/index.ts'
import { lackOfProgram, runInside } from '../support/ip.ts'
import { lackOf } from '../support/kernel.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { given } from '../support/wire.ts'

const lack = lackOf('team') ?? lackOfProgram('team', 'teamnl', 'libteam-utils')

let ns: NamedNetns
let ports: number[]

/** A team with two ports, `p0` and `p1`; their other ends are up. */
beforeEach(async context => {
  if (lack !== undefined) return
  ns = await createNamespace()
  if (context.task.suite?.name === 'a kernel without teams') return
  await ns.links.add({ kind: 'team', name: 'team0' })
})
afterAll(closeNamespaces)

function skipWithout(context: TestContext): void {
  if (lack !== undefined) context.skip(lack)
}

async function addPorts(): Promise<void> {
  const names = ['p0', 'p1']
  const links = await Promise.all(
    names.map(name => ns.links.add({ kind: 'veth', name, master: 'team0', veth: { peer: { name: `${name}far`, up: true } } })),
  )
  ports = links.map(({ index }) => index)
}

const teamnl = (...words: string[]) => runInside(ns.name, 'teamnl', ...words).trim()
/** What teamnl says of an option; of a port's, by `-p NAME`. */
const shown = (name: string, ...flags: string[]) => teamnl(...flags, 'team0', 'getoption', name)

async function refusalOf(promise: Promise<unknown>): Promise<NetlinkError> {
  return await promise.then(
    () => expect.unreachable(),
    error => error as NetlinkError,
  )
}

describe('options of a team', () => {
  beforeEach(skipWithout)

  it('are those of a new team', async () => {
    expect(given(await ns.team.options('team0'))).toEqual({
      notifyPeersCount: 0,
      notifyPeersInterval: 0,
      multicastRejoinCount: 0,
      multicastRejoinInterval: 0,
      ports: [],
    })
  })

  it.each<[TeamChanges, string, string, string]>([
    [{ notifyPeersCount: 3 }, 'notify_peers_count', '3', '4'],
    [{ notifyPeersInterval: 20 }, 'notify_peers_interval', '20', '30'],
    [{ multicastRejoinCount: 5 }, 'mcast_rejoin_count', '5', '6'],
    [{ multicastRejoinInterval: 4_294_967_295 }, 'mcast_rejoin_interval', '4294967295', '7'],
    [{ mode: 'broadcast' }, 'mode', 'broadcast', 'random'],
    [{ mode: 'random' }, 'mode', 'random', 'broadcast'],
    [{ mode: 'roundrobin' }, 'mode', 'roundrobin', 'loadbalance'],
  ])('are for teamnl what was set here, and the other way round: %j', async (change, name, ours, theirs) => {
    await ns.team.setOptions('team0', change)
    expect(shown(name)).toBe(ours)
    teamnl('team0', 'setoption', name, theirs)
    const [key] = Object.keys(change) as (keyof TeamChanges)[]
    expect(String((await ns.team.options('team0'))[key as 'mode'])).toBe(theirs)
  })

  it('have the active port of mode activebackup', async () => {
    await ns.team.setOptions('team0', { mode: 'activebackup' })
    await addPorts()
    expect((await ns.team.options('team0')).activePort).toBeUndefined()
    await ns.team.setOptions('team0', { activePort: 'p1' })
    expect(shown('activeport')).toBe(String(ports[1]))
    teamnl('team0', 'setoption', 'activeport', String(ports[0]))
    expect((await ns.team.options('team0')).activePort).toBe(ports[0])
  })

  it.each<[object, string, string, string, unknown]>([
    [{ enabled: false }, 'enabled', 'false', 'true', true],
    [{ userLinkUp: true }, 'user_linkup', 'true', 'false', false],
    [{ userLinkUpEnabled: true }, 'user_linkup_enabled', 'true', 'false', false],
    [{ priority: -2_147_483_648 }, 'priority', '-2147483648', '7', 7],
    [{ queueId: 15 }, 'queue_id', '15', '3', 3],
  ])('of one port are for teamnl what was set here, and the other way round: %j', async (change, name, ours, theirs, read) => {
    await addPorts()
    await ns.team.setOptions('team0', { ports: [{ link: 'p0', ...change }] })
    expect(shown(name, '-p', 'p0')).toBe(ours)
    expect(shown(name, '-p', 'p1')).not.toBe(ours)
    teamnl('-p', 'p0', 'team0', 'setoption', name, theirs)
    const port = (await ns.team.options('team0')).ports!.find(({ link }) => link === ports[0])!
    expect(port[Object.keys(change)[0] as 'enabled']).toBe(read)
  })

  it('have the tables of mode loadbalance', async () => {
    await ns.team.setOptions('team0', { mode: 'loadbalance' })
    await addPorts()
    const accept = Buffer.from('0600000000000500', 'hex') // BPF_RET | BPF_K, 0x50000
    await ns.team.setOptions('team0', {
      loadBalance: {
        hashFunction: accept,
        txMethod: 'hash_to_port_mapping',
        hashToPort: ['p0', undefined, 'p1'],
        refreshInterval: 50,
      },
    })
    expect(shown('lb_tx_method')).toBe('hash_to_port_mapping')
    expect(shown('lb_stats_refresh_interval')).toBe('50')
    expect(['0', '1', '2'].map(i => shown('lb_tx_hash_to_port_mapping', '-a', i))).toEqual([`${ports[0]}`, '0', `${ports[1]}`])
    const { loadBalance, ports: read } = await ns.team.options('team0')
    expect(Buffer.from(loadBalance!.hashFunction!)).toEqual(accept)
    expect(loadBalance).toMatchObject({ txMethod: 'hash_to_port_mapping', refreshInterval: 50 })
    expect(loadBalance!.hashToPort).toHaveLength(256)
    expect(loadBalance!.hashToPort!.slice(0, 4)).toEqual([ports[0], undefined, ports[1], undefined])
    expect(loadBalance!.hashTxBytes).toEqual(new Array(256).fill(0))
    expect(read!.map(({ txBytes }) => txBytes)).toEqual([0, 0])
  })

  it('can be set whole, all 256 entries at once', async () => {
    await ns.team.setOptions('team0', { mode: 'loadbalance' })
    await addPorts()
    const hashToPort = Array.from({ length: 256 }, (_, i) => ports[i % 2]!)
    await ns.team.setOptions('team0', { loadBalance: { hashToPort } })
    expect((await ns.team.options('team0')).loadBalance!.hashToPort).toEqual(hashToPort)
  })

  it('that have no row here can be set by the driver’s name', async () => {
    await ns.team.setOptions('team0', { other: [{ name: 'notify_peers_count', type: 'u32', value: 9 }] })
    expect(shown('notify_peers_count')).toBe('9')
  })

  it('are set in the same tick as the team is made, gets its ports, and goes', async () => {
    await Promise.all([
      ns.links.add({ kind: 'team', name: 'team1' }),
      ns.team.setOptions('team1', { mode: 'activebackup' }),
      ns.links.add({ kind: 'veth', name: 'q0', master: 'team1', veth: { peer: { name: 'q0far' } } }),
      ns.team.setOptions('team1', { activePort: 'q0', ports: [{ link: 'q0', priority: 3 }] }),
    ])
    const [options] = await Promise.all([ns.team.options('team1'), ns.links.delete('team1')])
    expect(options).toMatchObject({ mode: 'activebackup', ports: [{ priority: 3 }] })
    expect(options.activePort).toBe((await ns.links.get('q0')).index)
  })
})

describe('ports of a team', () => {
  beforeEach(skipWithout)

  it('are as teamnl has them', async () => {
    await addPorts()
    await ns.links.set('p1far', { up: false })
    await expect
      .poll(async () => (await ns.team.ports('team0')).map(({ link, linkUp, speed, duplex }) => [link, linkUp, speed, duplex]))
      .toEqual([
        [ports[0], true, 10_000, 'full'],
        [ports[1], undefined, 0, 'half'],
      ])
    expect(
      teamnl('team0', 'ports')
        .split('\n')
        .map(line => line.trim()),
    ).toEqual([`${ports[1]}: p1: down 0Mbit HD`, `${ports[0]}: p0: up 10000Mbit FD`])
  })

  it('have the link that the user says they have', async () => {
    await addPorts()
    await ns.team.setOptions('team0', { ports: [{ link: 'p0', userLinkUpEnabled: true, userLinkUp: false }] })
    await ns.team.setOptions('team0', { ports: [{ link: 'p1', userLinkUpEnabled: true, userLinkUp: false }] })
    expect((await ns.links.get('team0')).carrier).toBe(false)
    await ns.team.setOptions('team0', { ports: [{ link: 'p1', userLinkUp: true }] })
    expect((await ns.links.get('team0')).carrier).toBe(true)
  })
})

describe('what the driver refuses', () => {
  beforeEach(skipWithout)

  it('is told by the option, though the driver does not say which', async () => {
    await addPorts()
    const error = await refusalOf(ns.team.setOptions('team0', { mode: 'random' }))
    expect(error).toMatchObject({ name: 'NetlinkError', code: 'EBUSY', option: 'mode', operation: 'team.setOptions' })
    expect(error.message).toContain('the mode can only change while the team has no ports')
  })

  it('does not keep the rest from being set, and the error says so', async () => {
    await addPorts()
    const error = await refusalOf(
      ns.team.setOptions('team0', { mode: 'random', notifyPeersCount: 2, ports: [{ link: 'p0', priority: 3 }] }),
    )
    expect(error).toMatchObject({ code: 'EBUSY', option: 'mode', message: expect.stringMatching(/; the other options are set$/) })
    expect(shown('notify_peers_count')).toBe('2')
    expect(shown('priority', '-p', 'p0')).toBe('3')
  })

  it('is told of all options', async () => {
    await ns.team.setOptions('team0', { mode: 'activebackup' })
    const change = {
      activePort: 'lo',
      notifyPeersCount: 2,
      loadBalance: { refreshInterval: 1 },
      ports: [{ link: 'lo', priority: 1 }],
    }
    const error = await refusalOf(ns.team.setOptions('team0', change))
    expect(error).toMatchObject({ code: 'ENOENT', option: 'activePort' })
    expect(error.message).toContain('the mode must be "activebackup", and the link must be a port of the team')
    expect(error.message).toMatch(/; "loadBalance.refreshInterval", "ports.0.priority" could not be set either, the rest is set$/)
    expect(shown('notify_peers_count')).toBe('2')
    const alone = await refusalOf(ns.team.setOptions('team0', { mode: 'activebackup', activePort: 'lo' }))
    expect(alone.message).toMatch(/; "activePort" could not be set either, nothing was set$/)
  })

  it.each<[string, TeamChanges, string, string]>([
    ['a link that is not there', { activePort: 'none' }, 'ENODEV', 'activePort'],
    [
      'a port that is not there',
      {
        ports: [
          { link: 'lo', priority: 1 },
          { link: 'none', priority: 1 },
        ],
      },
      'ENOENT',
      'ports.0.priority',
    ],
    ['a port whose name is not there', { ports: [{ link: 'none', priority: 1 }] }, 'ENODEV', 'ports.0.link'],
    ['a queue that the team does not have', { ports: [{ link: 'p0', queueId: 16 }] }, 'EINVAL', 'ports.0.queueId'],
    ['a mode that the kernel does not have', { mode: 'lottery' }, 'EBUSY', 'mode'],
    ['an option that nobody has', { other: [{ name: 'luck', type: 'u32', value: 1 }] }, 'ENOENT', 'other.0'],
  ])('names %s', async (_, change, code, option) => {
    await addPorts()
    expect(await refusalOf(ns.team.setOptions('team0', change))).toMatchObject({ code, option })
  })

  it('names an entry of an array whose link is not there', async () => {
    await ns.team.setOptions('team0', { mode: 'loadbalance' })
    await addPorts()
    const change = { loadBalance: { hashToPort: ['p0', undefined, 'none'] } }
    expect(await refusalOf(ns.team.setOptions('team0', change))).toMatchObject({
      code: 'ENODEV',
      option: 'loadBalance.hashToPort.2',
      message: expect.stringContaining('there is no link "none"'),
    })
  })

  it.each(['options', 'ports'] as const)('is a link that is no team: %s', async verb => {
    const error = await refusalOf(ns.team[verb]('lo'))
    expect(error).toMatchObject({ code: 'EINVAL', operation: `team.${verb}` })
    expect(error.message).toContain('the link must be a team')
    expect(await refusalOf(ns.team[verb]('none'))).toMatchObject({ code: 'ENODEV', option: 'link' })
  })
})

describe('a kernel without teams', () => {
  it('is told from one with them, and what it needs is said', async context => {
    if (lackOf('team') === undefined) context.skip('team: this kernel has it')
    await using plain = await createNamespace()
    await expect(plain.team.options('lo')).rejects.toMatchObject({
      code: 'ENOENT',
      message:
        'team.options: this kernel lacks the generic netlink family "team" (ENOENT): it needs CONFIG_NET_TEAM (try: modprobe team)',
    })
  })
})
