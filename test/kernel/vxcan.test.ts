import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PeerOptions } from '../../lib/links/peer-link.ts'
import { receiveCan, sendCan } from '../support/can.ts'
import { shownLink, shownNames } from '../support/ip.ts'
import { lackOf } from '../support/kernel.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { ip } from '../support/test-namespaces.ts'

afterAll(closeNamespaces)

describe('a vxcan', () => {
  const lack = lackOf('vxcan')
  if (lack !== undefined) return it('joins two namespaces', context => context.skip(lack))

  let ns: NamedNetns
  let other: NamedNetns
  let count = 0

  beforeAll(async () => {
    ns = await createNamespace()
    other = await createNamespace()
    await ns.links.add({ kind: 'vxcan', name: 'can0', up: true, vxcan: { peer: { name: 'can1', netns: other, up: true } } })
  })

  it.each([
    ['up', true, { flags: expect.arrayContaining(['UP']) }],
    ['mtu', 2060, { mtu: 2060 }],
    ['alias', 'the far end', { ifalias: 'the far end' }],
    ['group', 7, { group: '7' }],
    ['txQueueLength', 77, { txqlen: 77 }],
    ['numTxQueues', 3, { num_tx_queues: 3 }],
  ])('has a peer whose %s is what ip shows', async (key, value, shown) => {
    const name = `c${++count}`
    const peer = { name: `${name}p`, [key]: value } as PeerOptions
    await ns.links.add({ kind: 'vxcan', name, vxcan: { peer } })
    expect(shownLink(ns.name, `${name}p`)).toMatchObject(shown)
  })

  it('has its peer in another namespace, and both have carrier', () => {
    expect(shownLink(ns.name, 'can0')).toMatchObject({ link_type: 'can', flags: expect.arrayContaining(['UP', 'LOWER_UP']) })
    expect(shownLink(other.name, 'can1')).toMatchObject({ link_type: 'can', flags: expect.arrayContaining(['UP', 'LOWER_UP']) })
    expect(shownNames(ns.name)).not.toContain('can1')
  })

  it('has ends that know each other, as ip shows them', async () => {
    ip('-n', ns.name, 'link', 'add', 'name', 'a', 'type', 'vxcan', 'peer', 'name', 'b')
    const [a, b] = [await ns.links.get('a'), await ns.links.get('b')]
    expect([a.kind, a.link, b.link]).toEqual(['vxcan', b.index, a.index])
    expect([shownLink(ns.name, 'a').link, shownLink(ns.name, 'b').link]).toEqual(['b', 'a'])
  })

  it.each([
    ['there', 'classical CAN', '123#c0ffee'],
    ['there', 'CAN FD', `1ab#${'5a'.repeat(64)}`],
    ['back', 'classical CAN', '7ff#'],
  ] as const)('carries a frame %s: %s', async (way, _, frame) => {
    const ends = [
      [ns, 'can0'],
      [other, 'can1'],
    ] as const
    const [from, to] = way === 'there' ? ends : ends.toReversed()
    expect(await receiveCan(to[0], to[1], () => sendCan(from[0], from[1], frame))).toBe(frame)
  })

  it('sends no frame that is larger than the mtu of the end where it is sent, and takes it at the other', async () => {
    await ns.links.add({ kind: 'vxcan', name: 'small', mtu: 16, up: true, vxcan: { peer: { name: 'large', up: true } } })
    const frame = `123#${'00'.repeat(64)}` as const
    expect(() => sendCan(ns, 'small', frame)).toThrow('Errno')
    expect(await receiveCan(ns, 'small', () => sendCan(ns, 'large', frame))).toBe(frame)
  })

  it('takes another mtu while it is down', async () => {
    await expect(ns.links.set('can0', { mtu: 16 })).rejects.toMatchObject({ code: 'EBUSY' })
    await ns.links.add({ kind: 'vxcan', name: 'down' })
    await ns.links.set('down', { mtu: 16 })
    expect(shownLink(ns.name, 'down').mtu).toBe(16)
  })

  it('is gone with its other end', async () => {
    await ns.links.add({ kind: 'vxcan', name: 'end', vxcan: { peer: { name: 'other-end' } } })
    await ns.links.delete('other-end')
    expect(shownNames(ns.name)).not.toContain('end')
  })
})
