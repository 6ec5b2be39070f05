import { closeSync, openSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runInside, shownLink, shownNames } from '../support/ip.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { openTap } from '../support/tap.ts'
import { eventually, ip } from '../support/test-namespaces.ts'

let ns: NamedNetns
let count = 0

beforeAll(async () => {
  ns = await createNamespace()
  await ns.links.add({ kind: 'bridge', name: 'br0' })
})
afterAll(closeNamespaces)

const shown = (name: string) => shownLink(ns.name, name)

async function veth(up = false): Promise<string> {
  const name = `v${++count}`
  await ns.links.add({ kind: 'veth', name, up, veth: { peer: { name: `${name}p`, up } } })
  return name
}

describe('links.set', () => {
  it('renames a link', async () => {
    const { index } = await ns.links.get(await veth())
    await ns.links.set(index, { name: 'renamed' })
    expect(shown('renamed').ifindex).toBe(index)
  })

  it('takes a Link, as get returns it', async () => {
    const link = await ns.links.get(await veth())
    await ns.links.set(link, { mtu: 1234 })
    expect(shown(link.name).mtu).toBe(1234)
  })

  it('takes a link out of its bridge', async () => {
    const name = await veth()
    await ns.links.set(name, { master: 'br0' })
    await ns.links.set(name, { master: null })
    expect(shown(name)).not.toHaveProperty('master')
    expect((await ns.links.get(name)).master).toBeUndefined()
  })

  it('makes a link a port and gives it port options, one call behind the other', async () => {
    const name = await veth()
    await Promise.all([ns.links.set(name, { master: 'br0' }), ns.links.set(name, { port: { kind: 'bridge', isolated: true } })])
    expect(shown(name).linkinfo.info_slave_data.isolated).toBe(true)
  })

  it('changes only what is given', async () => {
    const name = await veth(true)
    const before = shown(name)
    await ns.links.set(name, { mtu: 1400 })
    const { stats64: _, ...after } = shown(name)
    expect({ ...before, mtu: 1400 }).toMatchObject(after)
  })

  it('turns a switch off again', async () => {
    const name = await veth(true)
    await ns.links.set(name, { promiscuous: true, allMulticast: true })
    await ns.links.set(name, { promiscuous: false, allMulticast: false, up: false })
    expect(shown(name).flags).toEqual(expect.not.arrayContaining(['PROMISC', 'ALLMULTI', 'UP']))
  })

  it('counts itself once among those who need the link promiscuous', async () => {
    const name = await veth()
    await ns.links.set(name, { promiscuous: true })
    await ns.links.set(name, { promiscuous: true })
    expect((await ns.links.get(name)).promiscuity).toBe(1)
    await ns.links.set(name, { promiscuous: false })
    expect((await ns.links.get(name)).promiscuity).toBe(0)
  })

  it('leaves a link promiscuous that a bridge needs so', async () => {
    const name = await veth(true)
    await ns.links.set('br0', { up: true })
    await ns.links.set(name, { promiscuous: true, master: 'br0' })
    await ns.links.set(name, { promiscuous: false })
    expect(await ns.links.get(name)).toMatchObject({ promiscuous: false, promiscuity: 1 })
  })

  it('takes the carrier of a tap that a program has open, and gives it back', async () => {
    const close = await openTap(ns.name, 'tap0')
    try {
      for (const carrier of [false, true]) {
        await ns.links.set('tap0', { up: true, carrier })
        expect((await ns.links.get('tap0')).carrier).toBe(carrier)
        expect(runInside(ns.name, 'cat', '/sys/class/net/tap0/carrier').trim()).toBe(carrier ? '1' : '0')
      }
    } finally {
      await close()
    }
  })

  it('keeps a link down for a reason, bit by bit', async () => {
    await ns.links.add({
      kind: 'vxlan',
      name: 'vx0',
      protoDown: true,
      protoDownReason: { mask: 3, value: 3 },
      vxlan: { vni: 1, port: 4789 },
    })
    await ns.links.set('vx0', { protoDownReason: { mask: 1, value: 0 } })
    expect(shown('vx0')).toMatchObject({ proto_down: true, proto_down_reason: ['1'] })
    expect((await ns.links.get('vx0')).protoDownReason).toBe(2)
  })

  it('does not lift protodown while a reason is left, and tells the kernel’s words', async () => {
    await expect(ns.links.set('vx0', { protoDown: false })).rejects.toMatchObject({
      code: 'EBUSY',
      option: 'protoDown',
      kernelMessage: expect.stringMatching(/protodown/i),
    })
  })

  it('sets the operational state of a link that waits for a supplicant', async () => {
    const name = await veth(true)
    await ns.links.set(name, { linkMode: 'dormant' })
    expect(await eventually(() => shown(name).operstate === 'UP')).toBe(true)
    await ns.links.set(name, { operationalState: 'dormant' })
    expect(shown(name).operstate).toBe('DORMANT')
    expect((await ns.links.get(name)).operationalState).toBe('dormant')
  })

  it('sets the host part of addresses from router advertisements', async () => {
    const name = await veth(true)
    await ns.links.set(name, { families: { inet6: { token: '::5' } } })
    expect(ip('-n', ns.name, 'token', 'get', 'dev', name)).toContain('::5')
    expect((await ns.links.get(name)).families?.inet6?.token).toBe('::5')
  })

  it('changes IPv4 settings one by one', async () => {
    const name = await veth()
    await ns.links.set(name, { families: { inet: { conf: { forwarding: 1, rpFilter: 2 } } } })
    await ns.links.set(name, { families: { inet: { conf: { forwarding: 0 } } } })
    const { conf } = (await ns.links.get(name)).families?.inet ?? {}
    expect(conf).toMatchObject({ forwarding: 0, rpFilter: 2 })
  })

  it('changes what the kind allows, without naming the kind', async () => {
    await ns.links.set('br0', { bridge: { forwardDelay: 700 } })
    expect(shown('br0').linkinfo.info_data.forward_delay).toBe(700)
  })

  it('refuses to change nothing', async () => {
    await expect(ns.links.set('br0', {})).rejects.toMatchObject({
      code: 'ERR_INVALID_ARG_VALUE',
      message: expect.stringContaining('no option'),
    })
  })
})

describe('links.set netns', () => {
  let target: NamedNetns

  beforeAll(async () => {
    target = await createNamespace()
  })

  it('moves a link by handle', async () => {
    const name = await veth()
    await ns.links.set(name, { netns: target })
    expect(shownNames(target.name)).toContain(name)
    expect(shownNames(ns.name)).not.toContain(name)
  })

  it('moves a link by the name of the namespace', async () => {
    const name = await veth()
    await ns.links.set(name, { netns: target.name })
    expect(shownNames(target.name)).toContain(name)
  })

  it('moves a link by path', async () => {
    const name = await veth()
    await ns.links.set(name, { netns: `/run/netns/${target.name}` })
    expect(shownNames(target.name)).toContain(name)
  })

  it('moves a link by { path }', async () => {
    const name = await veth()
    await ns.links.set(name, { netns: { path: `/run/netns/${target.name}` } })
    expect(shownNames(target.name)).toContain(name)
  })

  it('moves a link by descriptor, and leaves that open', async () => {
    const name = await veth()
    const fd = openSync(`/run/netns/${target.name}`, 'r')
    await ns.links.set(name, { netns: { fd } })
    closeSync(fd)
    expect(shownNames(target.name)).toContain(name)
  })

  it('renames and moves in one message', async () => {
    const name = await veth()
    await ns.links.set(name, { name: 'arrived', netns: target })
    expect(shownNames(target.name)).toContain('arrived')
  })

  it('tells each end where the other one is', async () => {
    const name = await veth()
    await ns.links.set(name, { netns: target })
    const here = await ns.links.get(`${name}p`)
    const there = await target.links.get(name)
    expect(here.linkNetnsid).toBe(await ns.namespaceIds.get(target))
    expect(there.linkNetnsid).toBe(await target.namespaceIds.get(ns))
    expect([here.link, there.link]).toEqual([there.index, here.index])
    expect(shown(`${name}p`)).toMatchObject({ link_netnsid: here.linkNetnsid, link_index: there.index })
  })

  it('refuses to move the loopback link', async () => {
    await expect(ns.links.set('lo', { netns: target })).rejects.toMatchObject({
      name: 'NetlinkError',
      code: 'EINVAL',
      operation: 'links.set',
    })
  })
})
