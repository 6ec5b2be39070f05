import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Link } from '../../lib/index.ts'
import type { PeerOptions } from '../../lib/links/peer-link.ts'
import { BYTES, crossed, ECHOES, linkInside } from '../support/inside.ts'
import { shownLink, shownNames } from '../support/ip.ts'
import { lackOf } from '../support/kernel.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'

afterAll(closeNamespaces)

const FEW = { count: 3, interval: 1, timeout: 300 }

describe('a netkit', () => {
  const lack = lackOf('netkit')
  if (lack !== undefined) return it('joins two namespaces', context => context.skip(lack))

  let ns: NamedNetns
  let other: NamedNetns
  let count = 0

  beforeAll(async () => {
    ns = await createNamespace()
    other = await createNamespace()
    for (const [n, mode] of (['l2', 'l3'] as const).entries()) {
      const peer = { name: mode, netns: other, up: true }
      await ns.links.add({ kind: 'netkit', name: mode, up: true, netkit: { mode, peer } })
      await ns.addresses.add({ link: mode, address: `192.0.${n}.1/24` })
      await other.addresses.add({ link: mode, address: `192.0.${n}.2/24` })
    }
  })

  const netkitOf = async (name: string) => ((await ns.links.get(name)) as Extract<Link, { kind: 'netkit' }>).netkit
  const dropped = (netns: NamedNetns, name: string) => linkInside(netns, name).stats64.tx.dropped

  it.each([
    ['up', true, { flags: expect.arrayContaining(['UP']) }],
    ['mtu', 1400, { mtu: 1400 }],
    ['alias', 'the far end', { ifalias: 'the far end' }],
    ['group', 7, { group: '7' }],
    ['address', '02:00:00:00:00:77', { address: '02:00:00:00:00:77' }],
  ])('has a peer whose %s is what ip shows', async (key, value, shown) => {
    const name = `t${++count}`
    const peer = { name: `${name}p`, [key]: value } as PeerOptions
    await ns.links.add({ kind: 'netkit', name, netkit: { mode: 'l2', peer } })
    expect(shownLink(ns.name, `${name}p`)).toMatchObject(shown)
  })

  it('has its peer in another namespace, and both have carrier', () => {
    const up = { flags: expect.arrayContaining(['UP', 'LOWER_UP']), linkinfo: { info_kind: 'netkit' } }
    expect(shownLink(ns.name, 'l3')).toMatchObject(up)
    expect(shownLink(other.name, 'l3')).toMatchObject(up)
  })

  it('tells its ends apart', async () => {
    await ns.links.add({ kind: 'netkit', name: 'first', netkit: { policy: 'blackhole', peer: { name: 'second' } } })
    expect(await netkitOf('first')).toMatchObject({ primary: true, policy: 'blackhole', peerPolicy: 'forward' })
    expect(await netkitOf('second')).toMatchObject({ primary: false, policy: 'forward', peerPolicy: 'blackhole' })
  })

  it('is changed through the first of them only', async () => {
    await ns.links.add({ kind: 'netkit', name: 'one', netkit: { peer: { name: 'two' } } })
    await expect(ns.links.set('two', { netkit: { policy: 'blackhole' } })).rejects.toMatchObject({
      code: 'EACCES',
      kernelMessage: 'netkit link settings can be changed only through the primary device',
    })
  })

  it.each([
    ['l2', 0, 14],
    ['l3', 1, 14],
  ])('carries an echo in mode %s', async (mode, n) => {
    let received = 0
    const ends = [
      [ns, mode],
      [other, mode],
    ] as const
    const [near, far] = await crossed(ends, async () => {
      received = (await ns.ping(`192.0.${n}.2`, ECHOES)).received
    })
    expect(received).toBe(ECHOES.count)
    expect(Math.min(near.rx, near.tx, far.rx, far.tx)).toBeGreaterThanOrEqual(BYTES - ECHOES.count * 14)
  })

  it('drops what its first end sends while policy is blackhole', async () => {
    await ns.links.set('l3', { netkit: { policy: 'blackhole' } })
    const before = dropped(ns, 'l3')
    expect((await ns.ping('192.0.1.2', FEW)).received).toBe(0)
    expect(dropped(ns, 'l3') - before).toBeGreaterThanOrEqual(FEW.count)
    await ns.links.set('l3', { netkit: { policy: 'forward' } })
    expect((await ns.ping('192.0.1.2', FEW)).received).toBe(FEW.count)
  })

  it('drops what its other end sends while peerPolicy is blackhole', async () => {
    await ns.links.set('l3', { netkit: { peerPolicy: 'blackhole' } })
    const before = dropped(other, 'l3')
    expect((await ns.ping('192.0.1.2', FEW)).received).toBe(0)
    expect(dropped(other, 'l3') - before).toBeGreaterThanOrEqual(FEW.count)
    await ns.links.set('l3', { netkit: { peerPolicy: 'forward' } })
    expect((await ns.ping('192.0.1.2', FEW)).received).toBe(FEW.count)
  })

  it('says why the name is taken when the other end got it', async () => {
    await expect(ns.links.add({ kind: 'netkit', name: 'nk0' })).rejects.toMatchObject({
      code: 'EEXIST',
      message: expect.stringContaining('the kernel gave that name to the other end'),
    })
  })

  it('is gone with its other end', async () => {
    await ns.links.add({ kind: 'netkit', name: 'end', netkit: { peer: { name: 'other-end' } } })
    await ns.links.delete('other-end')
    expect(shownNames(ns.name)).not.toContain('end')
  })
})
