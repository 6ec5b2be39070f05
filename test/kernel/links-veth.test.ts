import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { linkRows } from '../../lib/links/attributes.ts'
import type { PeerOptions } from '../../lib/links/peer-link.ts'
import type { Field } from '../../lib/schema/field.ts'
import { shownLink, shownNames } from '../support/ip.ts'
import { hasFeature, lackOfFeature } from '../support/kernel.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'

const STEERING = 'receive packet steering'

let ns: NamedNetns
let other: NamedNetns
let count = 0

beforeAll(async () => {
  ns = await createNamespace()
  other = await createNamespace()
  await ns.links.add({ kind: 'bridge', name: 'br0' })
})
afterAll(closeNamespaces)

/** Each option of the other end: its value, and what `ip` shows of that end. */
const peerOptions: Record<string, [value: unknown, shown: object]> = {
  up: [true, { flags: expect.arrayContaining(['UP']) }],
  arp: [false, { flags: expect.arrayContaining(['NOARP']) }],
  promiscuous: [true, { flags: expect.arrayContaining(['PROMISC']) }],
  allMulticast: [true, { flags: expect.arrayContaining(['ALLMULTI']) }],
  multicast: [false, { flags: expect.not.arrayContaining(['MULTICAST']) }],
  dynamic: [true, { flags: expect.arrayContaining(['DYNAMIC']) }],
  noTrailers: [true, { flags: expect.arrayContaining(['NOTRAILERS']) }],
  address: ['02:00:00:00:00:77', { address: '02:00:00:00:00:77' }],
  broadcast: ['ff:ff:ff:ff:ff:fe', { broadcast: 'ff:ff:ff:ff:ff:fe' }],
  mtu: [1400, { mtu: 1400 }],
  master: ['br0', { master: 'br0' }],
  alias: ['the far end', { ifalias: 'the far end' }],
  group: [7, { group: '7' }],
  txQueueLength: [77, { txqlen: 77 }],
  numTxQueues: [3, { num_tx_queues: 3 }],
  numRxQueues: [3, { num_rx_queues: 3 }],
  linkMode: ['dormant', { linkmode: 'DORMANT' }],
  gsoMaxSize: [30_000, { gso_max_size: 30_000 }],
  gsoMaxSegments: [100, { gso_max_segs: 100 }],
  groMaxSize: [30_000, { gro_max_size: 30_000 }],
  families: [{ inet6: { addressGenerationMode: 'none' } }, { inet6_addr_gen_mode: 'none' }],
}

const unwitnessed = {
  name: 'every test',
  index: 'below: the kernel wants one for both ends',
  netns: 'the tests of two namespaces below',
  link: 'the other end',
  linkNetnsid: 'the other end',
  operationalState: 'set by a supplicant while the link is up',
  carrier: 'the driver of a veth has no such command',
  protoDown: 'the driver of a veth has no such command',
  protoDownReason: 'the driver of a veth has no such command',
  gsoIpv4MaxSize: 'iproute2 6.1 does not know it; kinds-witness.test.ts',
  groIpv4MaxSize: 'iproute2 6.1 does not know it; kinds-witness.test.ts',
  parentDeviceName: 'a veth has none',
}

describe('veth.peer', () => {
  it('has a witness, or a reason for none, for every option', () => {
    const writable = Object.entries(linkRows).filter(([, row]) => (row as Field).access !== 'readOnly')
    const known = { ...peerOptions, ...unwitnessed }
    expect(writable.map(([key]) => key).filter(key => !(key in known))).toEqual([])
  })

  it.for(Object.entries(peerOptions))('.%s is what ip shows of the other end', async ([key, [value, shown]], context) => {
    if (key === 'numRxQueues' && !hasFeature(STEERING)) context.skip(lackOfFeature('veth', STEERING))
    const name = `v${++count}`
    const peer = { name: `${name}p`, [key]: value } as PeerOptions
    await ns.links.add({ kind: 'veth', name, veth: { peer } })
    expect(shownLink(ns.name, `${name}p`)).toMatchObject(shown)
  })

  it('.index is what ip shows when both ends have one', async () => {
    await ns.links.add({ kind: 'veth', name: 'numbered', index: 5150, veth: { peer: { name: 'numbered-peer', index: 5151 } } })
    expect(shownLink(ns.name, 'numbered-peer').ifindex).toBe(5151)
  })

  it('gets a name from the kernel when none is given', async () => {
    const link = await ns.links.add({ kind: 'veth', name: 'lonely' })
    expect((await ns.links.get(link.link as number)).name).toMatch(/^veth\d+$/)
  })

  it('can be up though the kernel chose its name', async () => {
    const link = await ns.links.add({ kind: 'veth', name: 'lonely-up', up: true, veth: { peer: { up: true } } })
    expect((await ns.links.get(link.link as number)).up).toBe(true)
  })

  it('is created in another namespace, up at both ends', async () => {
    await ns.links.add({ kind: 'veth', name: 'near', up: true, veth: { peer: { name: 'far', netns: other, up: true } } })
    expect(shownLink(ns.name, 'near').flags).toEqual(expect.arrayContaining(['UP', 'LOWER_UP']))
    expect(shownLink(other.name, 'far').flags).toEqual(expect.arrayContaining(['UP', 'LOWER_UP']))
  })

  it('is up in another namespace though the kernel chose its name', async () => {
    const link = await ns.links.add({ kind: 'veth', name: 'near2', up: true, veth: { peer: { netns: other, up: true } } })
    expect((await other.links.get(link.link as number)).up).toBe(true)
  })

  it('stays out of this namespace when it is created in another', async () => {
    await ns.links.add({ kind: 'veth', name: 'near3', veth: { peer: { name: 'far3', netns: other } } })
    expect(shownNames(ns.name)).not.toContain('far3')
  })

  it('takes both ends away again when the other one cannot be set up', async () => {
    await ns.links.add({ kind: 'ifb', name: 'no-master' })
    const adding = ns.links.add({ kind: 'veth', name: 'gone', veth: { peer: { name: 'gone-peer', master: 'no-master' } } })
    await expect(adding).rejects.toMatchObject({
      code: 'EOPNOTSUPP',
      message: expect.stringContaining('the link was removed again'),
    })
    expect(shownNames(ns.name)).not.toContain('gone')
  })

  it('is named as veth.peer when one of its options fails later', async () => {
    const adding = ns.links.add({ kind: 'veth', name: 'gone', veth: { peer: { name: 'gone-peer', master: 'missing' } } })
    await expect(adding).rejects.toMatchObject({ code: 'ENODEV', option: 'veth.peer.master' })
  })

  it('takes a master in its own namespace', async () => {
    await other.links.add({ kind: 'bridge', name: 'br-far' })
    await ns.links.add({ kind: 'veth', name: 'near4', veth: { peer: { name: 'far4', netns: other, master: 'br-far' } } })
    expect(shownLink(other.name, 'far4').master).toBe('br-far')
  })
})

describe('a pair made from a third namespace in one request', () => {
  it('has each end only where it belongs, up and with carrier', async () => {
    const third = await createNamespace()
    const [left, right] = [await createNamespace(), await createNamespace()]
    const options = {
      kind: 'veth',
      name: 'veth1',
      netns: left,
      up: true,
      veth: { peer: { name: 'veth2', netns: right, up: true } },
    } as const
    // What it has carried since is not compared, nor whether it has come up.
    const { index, name, kind, address, up, link, linkNetnsid } = await third.links.add(options)
    expect(await left.links.get('veth1')).toMatchObject({ index, name, kind, address, up, link, linkNetnsid })
    expect([shownNames(third.name), shownNames(left.name), shownNames(right.name)]).toEqual([
      ['lo'],
      ['lo', 'veth1'],
      ['lo', 'veth2'],
    ])
    expect(shownLink(right.name, 'veth2').flags).toContain('LOWER_UP')
  })
})
