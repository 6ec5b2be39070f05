import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BYTES, crossed, ECHOES } from '../support/inside.ts'
import { shownNames } from '../support/ip.ts'
import { lackOf } from '../support/kernel.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { frameTo } from '../support/packet-socket.ts'

const SUPERVISION = '01:15:4e:00:01:07'
const ETHERTYPE = 12

afterAll(closeNamespaces)

/** Two nodes, joined by two cables. */
async function nodes(hsr: object): Promise<[NamedNetns, NamedNetns]> {
  const [near, far] = [await createNamespace(), await createNamespace()]
  for (const name of ['a', 'b']) {
    await near.links.add({ kind: 'veth', name, up: true, veth: { peer: { name, netns: far, up: true } } })
  }
  for (const [n, node] of [near, far].entries()) {
    await node.links.add({ kind: 'hsr', name: 'hsr0', up: true, hsr: { port1: 'a', port2: 'b', supervision: 7, ...hsr } })
    await node.addresses.add({ link: 'hsr0', address: `192.0.2.${n + 1}/24` })
  }
  return [near, far]
}

describe('an hsr', () => {
  const lack = lackOf('hsr')
  if (lack !== undefined) return it('joins two nodes by two ways', context => context.skip(lack))

  describe.each([
    ['as a ring', { version: 1 }],
    ['as two networks', { protocol: 'prp' }],
  ] as const)('%s of two nodes', (_, options) => {
    let near: NamedNetns
    let far: NamedNetns

    beforeAll(async () => {
      ;[near, far] = await nodes(options)
    })

    it('carries an echo, by both ways', async () => {
      let received = 0
      const ports = ['a', 'b'].map(name => [near, name] as const)
      const grown = await crossed(ports, async () => {
        received = (await near.ping('192.0.2.2', ECHOES)).received
      })
      expect(received).toBe(ECHOES.count)
      for (const { rx, tx } of grown) expect(Math.min(rx, tx)).toBeGreaterThanOrEqual(BYTES)
    })

    it('carries it on when one way is cut', async () => {
      await far.links.set('a', { up: false })
      expect((await near.ping('192.0.2.2', ECHOES)).received).toBe(ECHOES.count)
      await far.links.set('a', { up: true })
    })
  })

  it.each([
    [0, '88fb'],
    [1, '892f'],
  ])('of version %d tells of itself by frames of type %s', async (version, type) => {
    const [, far] = await nodes({ version })
    const frame = await frameTo(far, 'a', SUPERVISION)
    expect(frame.toString('hex', ETHERTYPE, ETHERTYPE + 2)).toBe(type)
  })

  it('lets a node without HSR into the ring by its interlink', async () => {
    const [near, outside] = [await createNamespace(), await createNamespace()]
    const far = await createNamespace()
    for (const name of ['a', 'b']) {
      await near.links.add({ kind: 'veth', name, up: true, veth: { peer: { name, netns: far, up: true } } })
    }
    await near.links.add({ kind: 'veth', name: 'in', up: true, veth: { peer: { name: 'eth0', netns: outside, up: true } } })
    await near.links.add({ kind: 'hsr', name: 'hsr0', up: true, hsr: { port1: 'a', port2: 'b', version: 1, interlink: 'in' } })
    await far.links.add({ kind: 'hsr', name: 'hsr0', up: true, hsr: { port1: 'a', port2: 'b', version: 1 } })
    await outside.addresses.add({ link: 'eth0', address: '192.0.2.3/24' })
    await far.addresses.add({ link: 'hsr0', address: '192.0.2.2/24' })
    // The nodes first hear of each other by supervision frames.
    await expect.poll(async () => (await outside.ping('192.0.2.2', { timeout: 300 })).received).toBe(1)
  })

  it.each([
    ['a version of PRP', { protocol: 'prp', version: 1 }, 'hsr: PRP version unsupported'],
    ['an interlink of PRP', { protocol: 'prp', interlink: 'c' }, 'hsr: Interlink only works with HSR'],
    ['one link as both ports', { port2: 'a' }, 'hsr: Slave1 and Slave2 are same'],
    ['the loopback as a port', { port2: 'lo' }, 'hsr: Cannot use loopback or non-ethernet device as HSR slave.'],
  ] as const)("refuses %s in the kernel's words", async (_, hsr, kernelMessage) => {
    const ns = await createNamespace()
    await ns.links.add({ kind: 'veth', name: 'a', veth: { peer: { name: 'b' } } })
    await ns.links.add({ kind: 'veth', name: 'c' })
    const adding = ns.links.add({ kind: 'hsr', name: 'hsr0', hsr: { port1: 'a', port2: 'b', ...hsr } })
    await expect(adding).rejects.toMatchObject({ code: 'EINVAL', kernelMessage })
  })

  it('is gone with its ports', async () => {
    const ns = await createNamespace()
    await ns.links.add({ kind: 'veth', name: 'a', veth: { peer: { name: 'b' } } })
    await ns.links.add({ kind: 'hsr', name: 'hsr0', hsr: { port1: 'a', port2: 'b' } })
    await ns.links.delete('a')
    expect(shownNames(ns.name)).toEqual(['lo'])
  })
})
