import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Rule, RuleOptions } from '../../lib/rules/rule.ts'
import { ipShows, type Shown } from '../support/ip.ts'
import { hasFeature, lackOf } from '../support/kernel.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { ip } from '../support/test-namespaces.ts'
import { given } from '../support/wire.ts'

let ns: NamedNetns

const KERNELS = new Set([0, 32_766, 32_767])
/** Rules but for the kernel's own. */
const added = async () => (await ns.rules.list()).filter(({ priority }) => !KERNELS.has(priority))
const shown = (family: '-4' | '-6'): Shown[] =>
  ipShows(ns.name, family, 'rule', 'list').filter(({ priority }) => !KERNELS.has(priority))

beforeAll(async () => {
  ns = await createNamespace()
  await ns.links.set('lo', { up: true })
  await ns.links.add({ kind: 'veth', name: 'v', up: true, veth: { peer: { name: 'w', up: true } } })
  await ns.addresses.add({ link: 'v', address: '10.0.0.1/24' })
})
beforeEach(async () => {
  for (const rule of await added()) await ns.rules.delete(rule)
})
afterAll(closeNamespaces)

/** Options, the words of `ip` for the same, and what `ip -j -d` shows then. */
const same: readonly [RuleOptions, string, Shown][] = [
  [{ from: '10.0.0.0/8', table: 100 }, 'from 10.0.0.0/8 lookup 100', { src: '10.0.0.0', srclen: 8, table: '100' }],
  [
    { to: '10.1.0.0/16', priority: 50 },
    'to 10.1.0.0/16 priority 50',
    { priority: 50, dst: '10.1.0.0', dstlen: 16, table: 'main' },
  ],
  [{ from: '10.0.0.1', table: 'local' }, 'from 10.0.0.1 table local', { src: '10.0.0.1', table: 'local' }],
  [{ not: true, from: '10.0.0.0/8', table: 7 }, 'not from 10.0.0.0/8 table 7', { not: null, src: '10.0.0.0', table: '7' }],
  [{ iif: 'v', oif: 'w', table: 100_000 }, 'iif v oif w table 100000', { iif: 'v', oif: 'w', table: '100000' }],
  [{ iif: 'nobody' }, 'iif nobody', { iif: 'nobody', iif_detached: null }],
  [{ oif: 'nobody' }, 'oif nobody', { oif: 'nobody', oif_detached: null }],
  [{ fwmark: 1, fwmarkMask: 0xff }, 'fwmark 1/0xff', { fwmark: '0x1', fwmask: '0xff' }],
  [{ fwmark: 0xffff_ffff }, 'fwmark 0xffffffff', { fwmark: '0xffffffff' }],
  [{ fwmark: 0, fwmarkMask: 0xff }, 'fwmark 0/0xff', { fwmark: '0', fwmask: '0xff' }],
  [{ tos: 16 }, 'tos 0x10', { tos: '0x10' }],
  [{ uidRange: { start: 1000, end: 2000 } }, 'uidrange 1000-2000', { uid_start: 1000, uid_end: 2000 }],
  [{ ipProtocol: 'tcp' }, 'ipproto tcp', { ipproto: 'tcp' }],
  [{ ipProtocol: 47 }, 'ipproto gre', { ipproto: 'gre' }],
  [{ ipProtocol: 'udp', sourcePort: 53 }, 'ipproto udp sport 53', { ipproto: 'udp', sport: 53 }],
  [{ destinationPort: { start: 80, end: 90 } }, 'dport 80-90', { dport_start: 80, dport_end: 90 }],
  [{ tunnelId: 42 }, 'tun_id 42', { tun_id: 42 }],
  [{ action: 'blackhole' }, 'blackhole', { action: 'blackhole' }],
  [{ action: 'unreachable', to: '10.9.0.0/16' }, 'unreachable to 10.9.0.0/16', { action: 'unreachable' }],
  [{ action: 'prohibit' }, 'prohibit', { action: 'prohibit' }],
  [{ action: 'nop' }, 'nop', { nop: null }],
  [{ goto: 32_766, priority: 50 }, 'goto 32766 priority 50', { goto: 32_766 }],
  [{ goto: 40_000 }, 'goto 40000', { goto: 40_000, unresolved: null }],
  [{ suppressPrefixLength: 0 }, 'lookup main suppress_prefixlength 0', { suppress_prefixlen: 0 }],
  [{ suppressGroup: 5 }, 'lookup main suppress_ifgroup 5', { suppress_ifgroup: '5' }],
  [{ protocol: 'static' }, 'protocol static', { protocol: 'static' }],
  [{ protocol: 77 }, 'protocol 77', { protocol: '77' }],
  [{ realms: { from: 1, to: 2 } }, 'realms 1/2', { flow_from: '1', flow_to: '2' }],
  [{ family: 'inet6', table: 7 }, 'table 7', { table: '7' }],
  [{ from: 'fd00::/8', to: 'fd01::1', iif: 'v' }, 'from fd00::/8 to fd01::1 iif v', { src: 'fd00::', srclen: 8, dst: 'fd01::1' }],
  [
    { to: 'fd00::/8', action: 'prohibit', tos: 4 },
    'prohibit to fd00::/8 tos 4',
    { action: 'prohibit', dst: 'fd00::', tos: '0x04' },
  ],
]

const familyOf = ({ family, from, to }: RuleOptions) =>
  family === 'inet6' || from?.includes(':') || to?.includes(':') ? '-6' : '-4'

describe('a rule', () => {
  it.each(same)('%j is what "ip rule add %s" shows', async (options, words, expected) => {
    const family = familyOf(options)
    await ns.rules.add(options)
    const ours = shown(family)
    expect(ours).toEqual([expect.objectContaining(expected)])
    await ns.rules.delete(options)
    expect(shown(family)).toEqual([])
    ip('-n', ns.name, family, 'rule', 'add', ...words.split(' '))
    expect(shown(family)).toEqual(ours)
  })

  it.each(same)('%j reads the same whoever added it', async (options, words) => {
    await ns.rules.add(options)
    const ours = await added()
    await ns.rules.delete(options)
    ip('-n', ns.name, familyOf(options), 'rule', 'add', ...words.split(' '))
    expect((await added()).map(given)).toEqual(ours.map(given))
    const { from, to, sourcePort, fwmark, tunnelId, ...rest } = options
    expect(ours).toEqual([expect.objectContaining(rest)])
    expect(ours[0].from?.replace(/\/(32|128)$/, '')).toBe(from)
    expect(ours[0].to?.replace(/\/(32|128)$/, '')).toBe(to)
    expect(ours[0].fwmark).toBe(fwmark || undefined)
    expect(ours[0].tunnelId).toBe(tunnelId === undefined ? undefined : BigInt(tunnelId))
    expect(ours[0].sourcePort).toEqual(sourcePort === undefined ? undefined : { start: sourcePort, end: sourcePort })
  })

  it.each(same)('%j is deleted, and added again, as it is listed', async options => {
    const family = familyOf(options)
    await ns.rules.add(options)
    const before = shown(family)
    const [rule, ...more] = await added()
    expect(more).toEqual([])
    await ns.rules.delete(rule)
    expect(shown(family)).toEqual([])
    await ns.rules.add(rule)
    expect(shown(family)).toEqual(before)
  })

  it.each([
    ['Linux 6.12', { dscp: 10 }],
    ['Linux 6.12', { family: 'inet6', dscp: 0 }],
    ['Linux 6.14', { family: 'inet6', flowLabel: 0x1_2345, flowLabelMask: 0xf_ffff }],
    ['Linux 6.15', { dscp: 8, dscpMask: 0x38 }],
    ['Linux 6.15', { sourcePort: { start: 0x1230, end: 0x1230 }, sourcePortMask: 0xfff0 }],
    ['Linux 6.15', { destinationPort: { start: 80, end: 80 }, destinationPortMask: 0xffff }],
  ] as const)('since %s may have %j', async (since, options) => {
    await ns.rules.add(options)
    const [rule] = await added()
    // What an older kernel does not know is not there.
    if (!hasFeature(since)) return expect(rule).not.toMatchObject(options)
    expect(rule).toMatchObject(options)
    await ns.rules.delete(rule)
    await ns.rules.add(rule)
    expect((await added()).map(given)).toEqual([given(rule)])
  })

  it('of a vrf is looked up in the table of the vrf', async context => {
    const lack = lackOf('vrf')
    if (lack !== undefined) return context.skip(lack)
    await ns.rules.add({ l3mdev: true, priority: 1000 })
    expect(shown('-4')).toEqual([expect.objectContaining({ l3mdev: null, priority: 1000 })])
    const [rule] = await added()
    expect(rule).toMatchObject({ l3mdev: true, table: 'unspec' })
    await ns.rules.delete(rule)
    ip('-n', ns.name, 'rule', 'add', 'l3mdev', 'priority', '1000')
    expect((await added()).map(given)).toEqual([given(rule)])
  })
})

describe("the kernel's own rules", () => {
  it('are deleted, and added again, as they are listed', async () => {
    const other = await createNamespace()
    const before = await other.rules.list()
    expect(before.map(({ family, priority, table }) => [family, priority, table])).toEqual([
      ['inet', 0, 'local'],
      ['inet', 32_766, 'main'],
      ['inet', 32_767, 'default'],
      ['inet6', 0, 'local'],
      ['inet6', 32_766, 'main'],
    ])
    for (const rule of before) await other.rules.delete(rule)
    expect(await other.rules.list()).toEqual([])
    for (const rule of before) await other.rules.add(rule)
    expect(await other.rules.list()).toEqual(before)
  })
})

describe('rules', () => {
  it('decide where a packet goes', async () => {
    await ns.routes.add({ to: '192.0.2.0/24', via: '10.0.0.7', table: 100 })
    await ns.rules.add({ to: '192.0.2.0/24', fwmark: 5, table: 100 })
    await expect(ns.routes.get({ to: '192.0.2.1' })).rejects.toMatchObject({ code: 'ENETUNREACH' })
    expect(await ns.routes.get({ to: '192.0.2.1', mark: 5 })).toMatchObject({ via: '10.0.0.7', table: 100 })
    await ns.rules.add({ to: '192.0.2.0/24', action: 'prohibit', priority: 1 })
    await expect(ns.routes.get({ to: '192.0.2.1', mark: 5 })).rejects.toMatchObject({ code: 'EACCES' })
    await ns.routes.flush({ table: 100 })
  })

  it.each([
    [{ family: 'inet6' }, [7]],
    [{ table: 100 }, [1, 7]],
    [{ protocol: 'bgp' }, [2, 3]],
    [{ protocol: 'bgp', action: 'blackhole' }, [3]],
    [{ priority: 2 }, [2]],
    [{ iif: 'v' }, [4]],
    [{ oif: 'w' }, [5]],
    [{ fwmark: 9 }, [6]],
  ] as const)('are listed by %j', async (filter, priorities) => {
    await addSeven()
    const found = (await ns.rules.list(filter)).map(({ priority }) => priority)
    expect(found.filter(priority => !KERNELS.has(priority))).toEqual(priorities)
    const streamed = []
    for await (const { priority } of ns.rules.stream(filter)) streamed.push(priority)
    expect(streamed).toEqual(found)
  })

  it('are flushed by a condition, which says how many there were', async () => {
    await addSeven()
    expect(await ns.rules.flush({ protocol: 'bgp' })).toBe(2)
    expect((await added()).map(({ priority }) => priority)).toEqual([1, 4, 5, 6, 7])
    expect(await ns.rules.flush({ protocol: 'bgp' })).toBe(0)
    await expect(ns.rules.flush({})).rejects.toThrow('give at least one condition, such as "protocol"')
  })

  async function addSeven(): Promise<void> {
    await Promise.all([
      ns.rules.add({ priority: 1, table: 100 }),
      ns.rules.add({ priority: 2, protocol: 'bgp' }),
      ns.rules.add({ priority: 3, protocol: 'bgp', action: 'blackhole', to: '10.9.0.0/16' }),
      ns.rules.add({ priority: 4, iif: 'v' }),
      ns.rules.add({ priority: 5, oif: 'w' }),
      ns.rules.add({ priority: 6, fwmark: 9 }),
      ns.rules.add({ priority: 7, table: 100, family: 'inet6' }),
    ])
  }

  it('that are many go in one tick, in the order of the calls', async () => {
    await Promise.all(Array.from({ length: 300 }, (_, i) => ns.rules.add({ priority: 100 + i, table: 1 + (i % 200) })))
    const rules = await added()
    expect(rules.map(({ priority }) => priority)).toEqual(Array.from({ length: 300 }, (_, i) => 100 + i))
    await Promise.all(rules.map((rule: Rule) => ns.rules.delete(rule)))
    expect(await added()).toEqual([])
  })

  it.each([
    ['EEXIST', { priority: 5, table: 100 }, undefined, 'such a rule already'],
    ['EINVAL', { priority: 50, goto: 40 }, 'goto', 'Backward goto not supported'],
    ['EINVAL', { tos: 64 }, 'tos', 'tos'],
    ['EINVAL', { tos: 3 }, 'tos', 'ECN bits must be 0'],
  ] as const)('say %s to %j', async (code, options, option, text) => {
    await ns.rules.add({ priority: 5, table: 100 })
    const message = expect.stringContaining(text)
    const refusal = { code, operation: 'rules.add', message, ...(option === undefined ? {} : { option }) }
    await expect(ns.rules.add(options)).rejects.toMatchObject(refusal)
  })

  it('are the same to the kernel with "not" and without', async () => {
    await ns.rules.add({ priority: 5, from: '10.0.0.0/8', table: 100 })
    const opposite = { priority: 5, not: true, from: '10.0.0.0/8', table: 100 }
    await expect(ns.rules.add(opposite)).rejects.toMatchObject({ code: 'EEXIST' })
    await ns.rules.delete(opposite)
    expect(await added()).toEqual([])
  })

  it('say that there is no such rule', async () => {
    const message = expect.stringContaining('there is no such rule')
    await expect(ns.rules.delete({ priority: 5 })).rejects.toMatchObject({ code: 'ENOENT', message })
  })

  it('of multicast routing are listed by family, where the kernel has them', async context => {
    try {
      const rules = await ns.rules.list({ family: 'ipmr' })
      expect(rules.every(({ family }) => family === 'ipmr')).toBe(true)
      await ns.rules.add({ family: 'ipmr', iif: 'v', table: 7, priority: 9 })
      expect(ip('-n', ns.name, '-4', 'mrule', 'list')).toContain('iif v')
      expect(await ns.rules.flush({ family: 'ipmr', priority: 9 })).toBe(1)
    } catch (error) {
      expect(error).toMatchObject({ code: 'EAFNOSUPPORT' })
      context.skip('rules: this kernel has no CONFIG_IP_MROUTE_MULTIPLE_TABLES')
    }
  })
})
