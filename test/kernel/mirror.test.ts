import { execFileSync } from 'node:child_process'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Mirror } from '../../lib/index.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { runBatch } from '../support/run-iproute.ts'
import { runNode } from '../support/run-node.ts'
import { differences, differencesFromLists } from '../support/same-as-list.ts'
import { asRunnable } from '../support/unprivileged.ts'

let ns: NamedNetns
let mirror: Mirror<'links' | 'addresses' | 'routes'>

beforeEach(async () => {
  ns = await createNamespace()
  await ns.links.add({ kind: 'veth', name: 'a', up: true, veth: { peer: { name: 'b', up: true } } })
  mirror = await ns.mirror()
})

afterEach(() => {
  mirror.close()
  closeNamespaces()
})

const change = (...lines: string[]) => runBatch(ns.name, lines)

/** The kernel goes on for a while by itself: link-local addresses come from a work queue, and duplicate address detection takes its time. */
const expectSame = async () => {
  await expect
    .poll(
      async () => {
        await mirror.sync()
        return await differencesFromLists(ns, mirror)
      },
      { interval: 20 },
    )
    .toEqual([])
}

describe('a mirror', () => {
  it('shows what was there when it began', async () => {
    expect(mirror.links.get('a')?.kind).toBe('veth')
    expect(mirror.links.get(1)?.name).toBe('lo')
    await expectSame()
  })

  const steps: Record<string, string[]> = {
    'links that come, change and go': [
      'link add name c type veth peer name d',
      'link set dev c mtu 1400',
      'link set dev d up',
      'link set dev d name e',
      'link add name g type ifb',
      'link delete dev g',
    ],
    'addresses of both families': [
      'address add 10.0.0.1/24 dev a',
      'address add 10.0.0.2/24 dev a',
      'address add 10.0.0.2 peer 10.9.9.9/32 dev a',
      'address add 2001:db8::1/64 dev a nodad',
      'address change 2001:db8::1/64 dev a valid_lft 1000 preferred_lft 500',
      'address delete 10.0.0.1/24 dev a',
    ],
    'routes that are replaced, and several to one network': [
      'address add 10.0.0.1/24 dev a',
      'route add 192.0.2.0/24 via 10.0.0.2',
      'route append 192.0.2.0/24 via 10.0.0.3',
      'route prepend 192.0.2.0/24 via 10.0.0.4',
      'route replace 192.0.2.0/24 via 10.0.0.5',
      'route add 192.0.2.0/24 via 10.0.0.6 metric 7',
      'route delete 192.0.2.0/24 via 10.0.0.2',
      'route add blackhole 198.51.100.0/24 table 100',
      'route add 203.0.113.0/24 nexthop via 10.0.0.2 nexthop via 10.0.0.3 weight 3',
      'route replace 203.0.113.0/24 nexthop via 10.0.0.4 nexthop via 10.0.0.3 weight 3',
    ],
    'routes that differ in one metric or their realms alone': [
      'address add 10.0.0.1/24 dev a',
      'route add 192.0.2.0/24 dev a',
      'route append 192.0.2.0/24 dev a mtu 1300',
      'route append 192.0.2.0/24 dev a mtu 1400',
      'route append 192.0.2.0/24 dev a realm 5',
      'route delete 192.0.2.0/24 dev a mtu 1300',
    ],
    'ways of IPv6 routes that come and go one by one': [
      'address add 2001:db8::1/64 dev a nodad',
      'route add 2001:db8:1::/64 via 2001:db8::2',
      'route append 2001:db8:1::/64 via 2001:db8::3',
      'route append 2001:db8:1::/64 via 2001:db8::4',
      'route delete 2001:db8:1::/64 via 2001:db8::2',
      'route add 2001:db8:2::/64 nexthop via 2001:db8::2 nexthop via 2001:db8::3',
      'route replace 2001:db8:2::/64 nexthop via 2001:db8::5',
      'route append 2001:db8:3::/64 dev a',
      'route append 2001:db8:3::/64 dev b',
      'route replace 2001:db8:3::/64 via 2001:db8::2',
      'route delete 2001:db8:1::/64',
    ],
    'routes that go with their link, of which the kernel says nothing': [
      'address add 10.0.0.1/24 dev a',
      'address add 10.1.0.1/24 dev b',
      'route add 192.0.2.0/24 via 10.0.0.2',
      'route add 203.0.113.0/24 nexthop via 10.0.0.2 nexthop via 10.1.0.2',
      'link set dev a down',
    ],
    'routes that go with the address that they name': [
      'address add 10.0.0.1/24 dev a',
      'address add 10.7.7.7/32 dev a',
      'route add 192.0.2.0/24 via 10.0.0.2 src 10.7.7.7',
      'address delete 10.7.7.7/32 dev a',
    ],
    'routes that go with their nexthop object': [
      'address add 10.0.0.1/24 dev a',
      'nexthop add id 5 via 10.0.0.2 dev a',
      'route add 192.0.2.0/24 nhid 5',
      'nexthop delete id 5',
    ],
    'flags of routes when the carrier goes': [
      'address add 10.0.0.1/24 dev a',
      'route add 192.0.2.0/24 via 10.0.0.2',
      'link set dev b down',
    ],
    'ports of a bridge': [
      'link add name br type bridge',
      'link set dev a master br',
      'link set dev br up',
      'link set dev a type bridge_slave learning off',
      'link set dev a nomaster',
    ],
  }

  it.each(Object.entries(steps))('shows %s', async (_, lines) => {
    await change(...lines)
    await expectSame()
  })

  it('shows the same after each single step', async () => {
    for (const lines of Object.values(steps)) {
      // Of links that are down, not all is told.
      await change('link set dev a up', 'link set dev b up')
      for (const line of lines) {
        await change(line)
        await expectSame()
      }
    }
  })

  it('shows neighbors, rules and nexthop objects too, if asked', async () => {
    const more = await ns.mirror({ neighbors: true, rules: true, nexthops: true })
    await change(
      'address add 10.0.0.1/24 dev a',
      'neighbor add 10.0.0.2 lladdr 02:00:00:00:00:02 dev a',
      'neighbor replace 10.0.0.2 lladdr 02:00:00:00:00:03 dev a',
      'neighbor add 10.0.0.3 lladdr 02:00:00:00:00:04 dev a',
      'neighbor delete 10.0.0.3 dev a',
      'rule add from 10.0.0.0/8 lookup 100 priority 50',
      'rule add from 10.0.0.0/8 lookup 101 priority 51',
      'rule delete priority 50',
      'nexthop add id 5 via 10.0.0.2 dev a',
      'nexthop add id 6 via 10.0.0.3 dev a',
      'nexthop add id 7 group 5/6',
      'nexthop delete id 5',
    )
    await more.sync()
    const listed = (await ns.neighbors.list()).filter(({ state }) => state !== 'noarp' && state !== 'none')
    expect(differences(more.neighbors, listed)).toEqual([])
    expect(differences(more.rules, await ns.rules.list())).toEqual([])
    expect(differences(more.nexthops, await ns.nexthops.list())).toEqual([])
    expect([more.neighbors.size > 0, more.rules.filter(({ priority }) => priority === 51).length, more.nexthops.size]).toEqual([
      true,
      1,
      2,
    ])
    more.close()
  })

  it('finds links by every name that they have at the moment', async () => {
    await change('link property add dev a altname another-name-of-a', 'link set dev b down', 'link set dev b name c')
    await mirror.sync()
    expect(mirror.links.get('another-name-of-a')?.name).toBe('a')
    expect([mirror.links.get('b'), mirror.links.get('c')?.name]).toEqual([undefined, 'c'])
    expect(mirror.links.find(link => link.name === 'c')).toBe(mirror.links.get('c'))
    expect(mirror.links.filter(link => link.kind === 'veth')).toHaveLength(2)
    expect(mirror.links.size).toBe(3)
  })

  it('tells of each difference once it shows it', async () => {
    const told: string[] = []
    mirror.on('change', event => {
      if (event.object === 'link') told.push(`${event.type} ${event.link.name} ${mirror.links.get(event.link.index)?.name}`)
    })
    await change('link delete dev a')
    await mirror.sync()
    expect(told.filter(text => text.startsWith('delete')).sort()).toEqual(['delete a undefined', 'delete b undefined'])
  })

  it('finds on request what the kernel does not tell', async () => {
    await change('link set dev a down', 'link set dev a alias something')
    await mirror.refresh()
    expect(mirror.links.get('a')?.alias).toBe('something')
    await expectSame()
  })

  it('makes good for what the kernel dropped', async () => {
    mirror.close()
    mirror = await ns.mirror({ links: true, addresses: true, routes: true, receiveBuffer: 1, backlog: 0 })
    const overruns: number[] = []
    mirror.on('overrun', dropped => overruns.push(dropped))
    const routes = Array.from({ length: 3000 }, (_, i) => `route add 10.${i >> 8}.${i & 255}.0/24 dev a`)
    const [command, ...args] = asRunnable('ip', ['-n', ns.name, '-batch', '-']).words
    execFileSync(command, args, { input: routes.join('\n') })
    await expectSame()
    expect(overruns.length).toBeGreaterThan(0)
    expect(mirror.counters.resyncs).toBeGreaterThan(0)
    expect(mirror.counters.dropped).toBeGreaterThan(0)
  })

  it('shows only what it was asked for', async () => {
    const links = await ns.mirror({ links: { kind: 'veth' } })
    expect([...links.links].map(({ name }) => name).sort()).toEqual(['a', 'b'])
    expect('routes' in links).toBe(false)
    links.close()
    await expect(ns.mirror({ lnks: true } as object)).rejects.toThrow(/did you mean "links"/)
  })

  it('stays as it was last when its handle closes', async () => {
    const closed = new Promise<void>(resolve => mirror.once('close', resolve))
    ns.close()
    await closed
    expect([mirror.closed, mirror.links.get('a')?.name]).toEqual([true, 'a'])
  })

  it('lets the process end', async () => {
    const { code, stdout } = await runNode([
      '--input-type=module',
      '-e',
      `import { Netns } from 'rtnetlink'
       const mirror = await Netns.current().mirror({ links: true })
       mirror.on('change', () => {})
       console.log(mirror.links.get('lo').index)`,
    ])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '1\n' })
  })

  it('may close other sessions from its listener, with requests under way', async () => {
    const { code, stdout } = await runProgram(`
      const sessions = []
      for (let i = 0; i < 100; i++) {
        sessions.push(await Rtnetlink.open({ netns: ns }))
        await sessions[i].links.get('lo')
      }
      let [begun, ended] = [0, 0]
      mirror.on('change', () => {
        const session = sessions.pop()
        if (session === undefined) return
        begun++
        const end = () => ended++
        session.links.get('lo').then(end, end)
        session.close()
      })
      for (let i = 0; i < 150; i++) await ns.links.set('a', { mtu: 1400 + (i % 2) })
      await mirror.sync()
      while (ended < begun) await new Promise(resolve => setTimeout(resolve, 1))
      console.log(begun, ended)`)
    expect({ code, stdout }).toEqual({ code: 0, stdout: '100 100\n' })
  })

  it('throws what a listener throws as an uncaught exception, and loses nothing by it', async () => {
    const { code, stdout } = await runProgram(`
      let thrown = 0
      process.on('uncaughtException', error => {
        if (error.message === 'of a listener') thrown++
      })
      mirror.on('change', () => {
        throw new Error('of a listener')
      })
      const changes = Array.from({ length: 500 }, (_, i) => ns.links.set('a', { mtu: 1400 + (i % 2) }))
      await Promise.all(changes)
      await mirror.sync()
      await new Promise(setImmediate)
      console.log(thrown > 0, mirror.links.get('a').mtu)`)
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'true 1401\n' })
  })
})

/** A program with a mirror of the links of a namespace that has a pair. */
const runProgram = (text: string) =>
  runNode([
    '--input-type=module',
    '-e',
    `import { Netns, Rtnetlink } from 'rtnetlink'
     const ns = await Netns.create()
     await ns.links.add({ kind: 'veth', name: 'a', veth: { peer: { name: 'b' } } })
     const mirror = await ns.mirror({ links: true })
     ${text}
     mirror.close()`,
  ])
