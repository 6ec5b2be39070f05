import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type MasqueradeOptions, Rtnetlink } from '../../lib/index.ts'
import { lackOfProgram, runInside, type Shown } from '../support/ip.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { runNode } from '../support/run-node.ts'

const lack = lackOfProgram('masquerade', 'nft', 'nftables')

let ns: NamedNetns

beforeAll(async () => {
  ns = await createNamespace()
})
beforeEach(() => void (lack === undefined && nft('flush', 'ruleset')))
afterAll(closeNamespaces)

function nft(...words: string[]): string {
  return runInside(ns.name, 'nft', ...words)
}

/** Everything that `nft -j` has, without its own version. With a table that has an owner, version 1.0.6 breaks off in the middle of its JSON. */
const ruleset = (): Shown[] =>
  JSON.parse(nft('-j', 'list', 'ruleset')).nftables.filter((item: Shown) => item.metainfo === undefined)
const expressions = (family = 'ip') =>
  ruleset().flatMap(({ rule }) => (rule === undefined || rule.family !== family ? [] : [rule.expr]))
/** Families and names of all tables. */
const tables = () => [...nft('list', 'tables').matchAll(/^table (\w+) (\w+)$/gm)].map(([, family, name]) => `${family} ${name}`)

const from = (protocol: string, addr: string, len: number) => ({
  match: { op: '==', left: { payload: { protocol, field: 'saddr' } }, right: { prefix: { addr, len } } },
})
const by = (key: string, right: string) => ({ match: { op: '==', left: { meta: { key } }, right } })

describe('netns.masquerade', () => {
  beforeEach(context => {
    if (lack !== undefined) context.skip(lack)
  })

  it('adds a table of its own, with a chain for NAT behind routing, says nft', async () => {
    await using nat = await ns.masquerade({ source: '192.168.1.0/24', out: 'eth0', keep: true })
    expect(nat.families).toEqual(['ip'])
    expect(tables()).toEqual([`ip ${nat.table}`])
    const chain = {
      family: 'ip',
      table: nat.table,
      name: 'postrouting',
      type: 'nat',
      hook: 'postrouting',
      prio: 100,
      policy: 'accept',
    }
    expect(ruleset().flatMap(item => item.chain ?? [])).toEqual([expect.objectContaining(chain)])
  })

  it.each<[string, MasqueradeOptions, 'ip' | 'ip6', object[][]]>([
    [
      'a network and a link',
      { source: '192.168.1.0/24', out: 'eth0' },
      'ip',
      [[from('ip', '192.168.1.0', 24), by('oifname', 'eth0'), { masquerade: null }]],
    ],
    [
      'a network whose prefix ends within a byte',
      { source: '10.32.0.0/11' },
      'ip',
      [[from('ip', '10.32.0.0', 11), { masquerade: null }]],
    ],
    [
      'a host',
      { source: '10.0.0.7' },
      'ip',
      [[{ match: { op: '==', left: { payload: { protocol: 'ip', field: 'saddr' } }, right: '10.0.0.7' } }, { masquerade: null }]],
    ],
    ['a link alone', { out: 'eth0' }, 'ip', [[by('oifname', 'eth0'), { masquerade: null }]]],
    ['links by the start of their names', { out: 'eth*' }, 'ip', [[by('oifname', 'eth*'), { masquerade: null }]]],
    ['a link by its index', { out: 1 }, 'ip', [[by('oif', 'lo'), { masquerade: null }]]],
    ['a name of 15 bytes', { out: 'fifteen-bytes-1' }, 'ip', [[by('oifname', 'fifteen-bytes-1'), { masquerade: null }]]],
    [
      'IPv6',
      { source: 'fd00:1::/64', out: 'eth0' },
      'ip6',
      [[from('ip6', 'fd00:1::', 64), by('oifname', 'eth0'), { masquerade: null }]],
    ],
    [
      'two networks on two links',
      { source: ['10.0.0.0/8', '192.168.0.0/16'], out: ['a', 'b'] },
      'ip',
      [
        [from('ip', '10.0.0.0', 8), by('oifname', 'a'), { masquerade: null }],
        [from('ip', '10.0.0.0', 8), by('oifname', 'b'), { masquerade: null }],
        [from('ip', '192.168.0.0', 16), by('oifname', 'a'), { masquerade: null }],
        [from('ip', '192.168.0.0', 16), by('oifname', 'b'), { masquerade: null }],
      ],
    ],
    [
      'flags',
      { out: 'a', random: true, persistent: true },
      'ip',
      [[by('oifname', 'a'), { masquerade: { flags: ['random', 'persistent'] } }]],
    ],
    ['another flag', { out: 'a', fullyRandom: true }, 'ip', [[by('oifname', 'a'), { masquerade: { flags: 'fully-random' } }]]],
    [
      'ports, which only TCP and UDP have',
      { out: 'a', ports: [1024, 2048] },
      'ip',
      [
        [by('oifname', 'a'), by('l4proto', 'tcp'), { masquerade: { port: { range: [1024, 2048] } } }],
        [by('oifname', 'a'), by('l4proto', 'udp'), { masquerade: { port: { range: [1024, 2048] } } }],
        [by('oifname', 'a'), { masquerade: null }],
      ],
    ],
    ['a certain address', { out: 'a', to: '203.0.113.1' }, 'ip', [[by('oifname', 'a'), { snat: { addr: '203.0.113.1' } }]]],
    [
      'a range of addresses, and of ports',
      { source: 'fd00::/8', to: 'fd01::1-fd01::9', ports: [5, 6], persistent: true },
      'ip6',
      [
        ['tcp', 'udp'].map(protocol => [
          from('ip6', 'fd00::', 8),
          by('l4proto', protocol),
          { snat: { addr: { range: ['fd01::1', 'fd01::9'] }, port: { range: [5, 6] }, flags: 'persistent' } },
        ]),
        [[from('ip6', 'fd00::', 8), { snat: { addr: { range: ['fd01::1', 'fd01::9'] }, flags: 'persistent' } }]],
      ].flat(),
    ],
  ])('knows %s, says nft', async (_, options, family, expected) => {
    await using _nat = await ns.masquerade({ ...options, keep: true })
    expect(expressions(family)).toEqual(expected)
  })

  it('is text that nft can read back', async () => {
    const options = { source: ['10.0.0.0/9', 'fd00::/7'], out: ['a', 'b*'], ports: [1, 2], random: true, keep: true } as const
    await using nat = await ns.masquerade(options)
    const text = nft('list', 'ruleset')
    nft('delete', 'table', 'ip', nat.table)
    nft('delete', 'table', 'ip6', nat.table)
    runInside(ns.name, 'sh', '-c', `echo '${text}' | nft -f -`)
    expect(nft('list', 'ruleset')).toBe(text)
  })

  it('has a table in each family that it is about', async () => {
    await using nat = await ns.masquerade({ source: ['10.0.0.0/8', 'fd00::/8'] })
    expect(nat.families).toEqual(['ip', 'ip6'])
    expect(tables()).toEqual([`ip ${nat.table}`, `ip6 ${nat.table}`])
  })

  it('takes all of its own away when it is closed, and nothing else', async () => {
    nft(
      'add table ip users; add chain ip users postrouting { type nat hook postrouting priority 0; }; add rule ip users postrouting masquerade',
    )
    const before = ruleset()
    const [first, second] = [await ns.masquerade({ source: ['10.0.0.0/8', 'fd00::/8'] }), await ns.masquerade({ out: 'a' })]
    await first.close()
    expect(tables()).toEqual(['ip users', `ip ${second.table}`])
    await second.close()
    expect(ruleset()).toEqual(before)
    expect([first.closed, second.closed]).toEqual([true, true])
  })

  it('closes idempotently, also at the same time', async () => {
    const nat = await ns.masquerade({ out: 'a' })
    await Promise.all([nat.close(), nat.close()])
    await nat.close()
    await nat[Symbol.asyncDispose]()
    expect(tables()).toEqual([])
  })

  it('minds no table that somebody else has taken away', async () => {
    const nat = await ns.masquerade({ source: ['10.0.0.0/8', 'fd00::/8'], keep: true })
    nft('delete', 'table', 'ip', nat.table)
    await nat.close()
    expect(tables()).toEqual([])
    const other = await ns.masquerade({ out: 'a', keep: true })
    nft('delete', 'table', 'ip', other.table)
    await expect(other.close()).resolves.toBeUndefined()
  })

  it('belongs to this process: nft can look at it, and not change it', async () => {
    await using nat = await ns.masquerade({ out: 'a' })
    expect(nft('list', 'table', 'ip', nat.table)).toContain('flags owner')
    expect(() => nft('delete', 'table', 'ip', nat.table)).toThrow(/not permitted/i)
  })

  it('ends with the session that it was added by', async () => {
    const handle = await Rtnetlink.open({ netns: ns })
    const nat = await handle.masquerade({ out: 'a' })
    expect(tables().length).toBe(1)
    handle.close()
    await expect.poll(tables).toEqual([])
    expect(nat.closed).toBe(true)
    await expect(nat.close()).resolves.toBeUndefined()
  })

  it('ends with the process, even when that is killed', async () => {
    const program = `
      import { writeSync } from 'node:fs'
      import { Netns } from 'rtnetlink'
      const ns = await Netns.open('${ns.name}')
      const { table } = await ns.masquerade({ out: 'a' })
      writeSync(1, table)
      process.kill(process.pid, 'SIGKILL')
    `
    const { stdout } = await runNode(['--input-type=module', '-e', program])
    expect(stdout).toMatch(/^rtnetlink_masquerade_/)
    await expect.poll(tables).toEqual([])
  })

  it('stays when it is told to, until it is closed', async () => {
    const handle = await Rtnetlink.open({ netns: ns })
    const nat = await handle.masquerade({ out: 'a', keep: true })
    expect(nft('list', 'table', 'ip', nat.table)).not.toContain('flags owner')
    handle.close()
    expect(nat.closed).toBe(false)
    await expect(nat.close()).rejects.toMatchObject({ code: 'ERR_CLOSED' })
    expect(tables()).toEqual([`ip ${nat.table}`])
  })

  it('is not added when it was given up before its turn', async () => {
    const controller = new AbortController()
    const links = Array.from({ length: 20 }, (_, i) =>
      ns.links.add({ kind: 'veth', name: `g${i}`, veth: { peer: { name: `h${i}` } } }),
    )
    const call = ns.masquerade({ out: 'a' }, { signal: controller.signal })
    controller.abort(new Error('no longer'))
    await expect(call).rejects.toThrow('no longer')
    await Promise.all(links)
    await expect.poll(tables).toEqual([])
  })

  it('keeps call order with the links of the namespace', async () => {
    await Promise.all([
      ns.links.add({ kind: 'veth', name: 'm0', veth: { peer: { name: 'm1' } } }),
      ns.masquerade({ out: 'm0', keep: true }),
      ns.ethtool.getLinkState('m0'),
      ns.links.delete('m0'),
    ])
    expect(expressions()).toEqual([[by('oifname', 'm0'), { masquerade: null }]])
  })

  it('sends nothing for a mistake of the caller', async () => {
    await expect(ns.masquerade({})).rejects.toMatchObject({ code: 'ERR_MISSING_OPTION', option: 'out' })
    await expect(ns.masquerade({ source: '10.0.0.0/33' })).rejects.toMatchObject({ option: 'source' })
    expect(ruleset()).toEqual([])
  })

  it('is refused without CAP_NET_ADMIN, and says so', async () => {
    const program = `
      import { Netns } from 'rtnetlink'
      process.setuid(65534)
      await Netns.current().masquerade({ out: 'a' }).catch(error => console.log(error.code, error.message))
    `
    const { stdout } = await runNode(['--input-type=module', '-e', program])
    expect(stdout).toMatch(/^EPERM netns\.masquerade: .*it needs CAP_NET_ADMIN/)
  })
})
