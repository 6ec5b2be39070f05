import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { ipShows, shownLink, shownNames } from '../support/ip.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'

let ns: NamedNetns

beforeEach(async () => {
  ns = await createNamespace()
})
afterAll(closeNamespaces)

const addressesOf = (name: string): string[] =>
  ipShows(ns.name, '-4', 'address', 'show', 'dev', name)[0].addr_info.map((address: { local: string }) => address.local)

describe('requests of one tick', () => {
  it('reach the kernel in call order: a name means what the calls before have made of it', async () => {
    const first = await ns.links.add({ kind: 'ifb', name: 'a' })
    await Promise.all([
      ns.links.delete('a'),
      ns.links.add({ kind: 'ifb', name: 'a', mtu: 1400 }),
      ns.addresses.add({ link: 'a', address: '192.0.2.1/24' }),
    ])
    expect(shownLink(ns.name, 'a')).toMatchObject({ mtu: 1400 })
    expect(shownLink(ns.name, 'a').ifindex).not.toBe(first.index)
    expect(addressesOf('a')).toEqual(['192.0.2.1'])
  })

  it('list what was there when they were called, however much it is', async () => {
    await ns.links.add({ kind: 'ifb', name: 'a' })
    const address = (i: number) => `10.1.${i >> 8}.${i & 255}/32`
    await Promise.all(Array.from({ length: 1000 }, (_, i) => ns.addresses.add({ link: 'a', address: address(i) })))
    const [listed] = await Promise.all([ns.addresses.list({ link: 'a' }), ns.links.delete('a')])
    expect(listed).toHaveLength(1000)
  })

  it('may name a link that an earlier one creates', async () => {
    await Promise.all([
      ns.links.add({ kind: 'bridge', name: 'br0', up: true }),
      ns.links.add({ kind: 'veth', name: 'v0', master: 'br0', veth: { peer: { name: 'v1' } } }),
      ns.links.set('v1', { master: 'br0' }),
      ns.links.add({ kind: 'vxlan', name: 'vx0', vxlan: { vni: 5, link: 'br0', port: 4789 } }),
      ns.addresses.add({ link: 'br0', address: '192.0.2.1/24' }),
    ])
    expect([shownLink(ns.name, 'v0').master, shownLink(ns.name, 'v1').master]).toEqual(['br0', 'br0'])
    expect(shownLink(ns.name, 'vx0').linkinfo.info_data.link).toBe('br0')
    expect(addressesOf('br0')).toEqual(['192.0.2.1'])
  })

  it('follow a link through a change of its name', async () => {
    await ns.links.add({ kind: 'ifb', name: 'old' })
    await Promise.all([
      ns.links.set('old', { name: 'new' }),
      ns.links.set('new', { mtu: 1400 }),
      ns.links.add({ kind: 'ifb', name: 'old' }),
      ns.links.set('old', { mtu: 1300 }),
    ])
    expect([shownLink(ns.name, 'new').mtu, shownLink(ns.name, 'old').mtu]).toEqual([1400, 1300])
  })

  it('give two links each other’s name', async () => {
    await Promise.all([ns.links.add({ kind: 'ifb', name: 'a', mtu: 1001 }), ns.links.add({ kind: 'ifb', name: 'b', mtu: 1002 })])
    await Promise.all([
      ns.links.set('a', { name: 'c' }),
      ns.links.set('b', { name: 'a' }),
      ns.links.set('c', { name: 'b' }),
      ns.links.set('a', { alias: 'was b' }),
    ])
    expect([shownLink(ns.name, 'a').mtu, shownLink(ns.name, 'b').mtu]).toEqual([1002, 1001])
    expect(shownLink(ns.name, 'a').ifalias).toBe('was b')
  })

  it('settle each by itself when some fail', async () => {
    const results = await Promise.allSettled([
      ns.links.add({ kind: 'ifb', name: 'a' }),
      ns.links.add({ kind: 'ifb', name: 'a' }),
      ns.links.set('missing', { mtu: 1400 }),
      ns.links.set('a', { mtu: 1400 }),
      ns.links.delete('missing'),
      ns.links.get('a'),
      ns.links.add({ kind: 'ifb', name: 'b', master: 'missing' }),
      ns.links.add({ kind: 'ifb', name: 'c/c' }),
      ns.links.add({ kind: 'ifb', name: 'd', mtu: 1300 }),
    ])
    const seen = results.map(result => (result.status === 'fulfilled' ? 'done' : result.reason.code))
    expect(seen).toEqual(['done', 'EEXIST', 'ENODEV', 'done', 'ENODEV', 'done', 'ENODEV', 'ERR_INVALID_ARG_VALUE', 'done'])
    expect(shownNames(ns.name)).toEqual(['lo', 'a', 'd'])
    expect(shownLink(ns.name, 'a').mtu).toBe(1400)
  })

  it('are seen by a list that is called behind them', async () => {
    const [, links] = await Promise.all([ns.links.add({ kind: 'ifb', name: 'a' }), ns.links.list()])
    expect(links.map(link => link.name)).toEqual(['lo', 'a'])
  })

  it('may be hundreds', async () => {
    const names = Array.from({ length: 300 }, (_, i) => `i${i}`)
    await Promise.all(names.map(name => ns.links.add({ kind: 'ifb', name, numTxQueues: 1, numRxQueues: 1 })))
    expect(shownNames(ns.name)).toEqual(['lo', ...names])
  })
})
