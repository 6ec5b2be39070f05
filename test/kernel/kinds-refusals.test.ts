import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AddLinkOptions } from '../../lib/index.ts'
import { shownLink } from '../support/ip.ts'
import { lackOf } from '../support/kernel.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'

afterAll(closeNamespaces)

/** What stands on a parent, and which other kind does not stand beside it. */
const kinds = [
  ['macvlan', 'ipvlan'],
  ['macvtap', 'ipvlan'],
  ['ipvlan', 'macvlan'],
  ['ipvtap', 'macvlan'],
] as const

describe.each(kinds)('a parent of %s links', (kind, rival) => {
  const lack = lackOf(kind)
  if (lack !== undefined) return it('says what it refuses', context => context.skip(lack))

  let ns: NamedNetns
  let made = 0

  beforeAll(async () => {
    ns = await createNamespace()
    await ns.links.add({ kind: 'veth', name: 'parent', mtu: 1400, veth: { peer: { name: 'peer' } } })
    await ns.links.add({ kind: 'bridge', name: 'br0' })
    await ns.links.add({ kind: 'veth', name: 'port', master: 'br0', veth: { peer: { name: 'port-peer' } } })
  })

  const add = (link: string, more: object = {}, of: string = kind) =>
    ns.links.add({ kind: of, name: `t${++made}`, link, ...more } as AddLinkOptions)

  it('must not be the loopback', async () => {
    const message = expect.stringContaining('"link" must be an Ethernet link')
    await expect(add('lo')).rejects.toMatchObject({ code: 'EINVAL', message })
  })

  it('must not be a port of a bridge', async () => {
    const message = expect.stringContaining('"link" is in use already: as a port of a bridge or bond')
    await expect(add('port')).rejects.toMatchObject({ code: 'EBUSY', message })
  })

  it(`does not carry ${rival} links too`, async context => {
    const lackOfRival = lackOf(rival)
    if (lackOfRival !== undefined) context.skip(lackOfRival)
    await add('parent', {}, rival)
    const message = expect.stringContaining(`or by ${rival} links, which do not share a parent`)
    await expect(add('parent')).rejects.toMatchObject({ code: 'EBUSY', message })
  })

  it('carries a link that is given another one of its kind as parent', async () => {
    await ns.links.add({ kind: 'veth', name: 'v0', veth: { peer: { name: 'v1' } } })
    const first = await add('v0')
    const second = await add(first.name)
    expect(shownLink(ns.name, second.name).link).toBe('v0')
  })
})

describe.each([
  ['virt_wifi', {}],
  ['rmnet', { rmnet: { muxId: 1 } }],
] as const)('a parent of a %s', (kind, more) => {
  const lack = lackOf(kind)
  if (lack !== undefined) return it('says what it refuses', context => context.skip(lack))

  it('is not the port of a bridge', async () => {
    const ns = await createNamespace()
    await ns.links.add({ kind: 'bridge', name: 'br0' })
    await ns.links.add({ kind: 'veth', name: 'port', master: 'br0', veth: { peer: { name: 'peer' } } })
    const message = expect.stringContaining('"link" is in use already: as a port of a bridge or bond')
    await expect(ns.links.add({ kind, name: 't0', link: 'port', ...more } as AddLinkOptions)).rejects.toMatchObject({
      code: 'EBUSY',
      message,
    })
  })
})

describe('the mtu of a vcan', () => {
  const lack = lackOf('vcan')
  if (lack !== undefined) return it('is one of a few', context => context.skip(lack))

  it('could be one on creation that no later change may give it, if we let it pass', async () => {
    const ns = await createNamespace()
    await ns.links.add({ kind: 'other', kernelKind: 'vcan', name: 'odd', mtu: 20 })
    expect(shownLink(ns.name, 'odd').mtu).toBe(20)
    await expect(ns.links.set('odd', { mtu: 21 })).rejects.toMatchObject({ code: 'EINVAL' })
    await expect(ns.links.set('odd', { kind: 'vcan', mtu: 21 })).rejects.toMatchObject({ name: 'RangeError', option: 'mtu' })
  })

  it('changes while the link is down, and says so when it is up', async () => {
    const ns = await createNamespace()
    await ns.links.add({ kind: 'vcan', name: 'vcan0', mtu: 16, up: true })
    const message = expect.stringContaining('while the link is down')
    await expect(ns.links.set('vcan0', { mtu: 72 })).rejects.toMatchObject({ code: 'EBUSY', message })
    await ns.links.set('vcan0', { up: false })
    await ns.links.set('vcan0', { mtu: 72 })
    expect(shownLink(ns.name, 'vcan0').mtu).toBe(72)
  })
})

describe('the mode of ipvlan links', () => {
  const lack = lackOf('ipvlan')
  if (lack !== undefined) return it('is one for a parent', context => context.skip(lack))

  it('is one for all of a parent, and goes to l3 with a new link that is given none', async () => {
    const ns = await createNamespace()
    await ns.links.add({ kind: 'veth', name: 'parent', veth: { peer: { name: 'peer' } } })
    const mode = (name: string) => shownLink(ns.name, name).linkinfo.info_data.mode
    await ns.links.add({ kind: 'ipvlan', name: 'a', link: 'parent', ipvlan: { mode: 'l2' } })
    await ns.links.add({ kind: 'ipvlan', name: 'b', link: 'parent', ipvlan: { mode: 'l3s' } })
    expect([mode('a'), mode('b')]).toEqual(['l3s', 'l3s'])
    await ns.links.add({ kind: 'ipvlan', name: 'c', link: 'parent' })
    expect([mode('a'), mode('b'), mode('c')]).toEqual(['l3', 'l3', 'l3'])
  })
})

describe('a hardware address', () => {
  it('of a group is refused, with the reason', async () => {
    const ns = await createNamespace()
    await expect(ns.links.add({ kind: 'ifb', name: 'ifb0', address: '01:00:00:00:00:01' })).rejects.toMatchObject({
      code: 'EADDRNOTAVAIL',
      message: expect.stringContaining('neither a multicast address nor all zeros'),
    })
  })
})

describe('an amt', () => {
  const lack = lackOf('amt')
  if (lack !== undefined) return it('is made where its link is', context => context.skip(lack))

  it('is made where its link is, and says so', async () => {
    const [ns, other] = [await createNamespace(), await createNamespace()]
    await ns.links.add({ kind: 'veth', name: 'v0', veth: { peer: { name: 'v1' } } })
    const amt = { mode: 'relay', link: 'v0', local: '192.0.2.1' } as const
    await expect(ns.links.add({ kind: 'amt', name: 'amt0', netns: other, amt })).rejects.toMatchObject({
      code: 'EINVAL',
      message: expect.stringContaining('give no "netns"'),
    })
  })
})
