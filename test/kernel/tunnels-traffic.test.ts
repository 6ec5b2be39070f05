import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AddLinkOptions, FouPortOptions } from '../../lib/index.ts'
import { lackOf } from '../support/kernel.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { hearsSolicitations } from '../support/solicitations.ts'

const V4 = { left: '192.0.2.1', right: '192.0.2.2' }
const V6 = { left: '2001:db8::1', right: '2001:db8::2' }
const INNER_V4 = { left: '10.0.0.1', right: '10.0.0.2', length: 30 }
const INNER_V6 = { left: 'fd00::1', right: 'fd00::2', length: 64 }
const FOU = { encapsulation: 'fou', encapsulationPort: 5555 }
const GUE = { encapsulation: 'gue', encapsulationPort: 5556, encapsulationFlags: { checksum: true } }
/** As `ip` does by itself. */
const GUE6 = { ...GUE, encapsulationFlags: { checksum6: true } }
const KEY = { inputKey: 42, outputKey: 42 }

interface Case {
  readonly title: string
  readonly kind: string
  readonly outer: typeof V4
  readonly inner: typeof INNER_V4
  readonly data: object
  /** What unpacks UDP at both ends. */
  readonly fou?: FouPortOptions
}

const CASES: readonly Case[] = [
  { title: 'IPv4', kind: 'gre', outer: V4, inner: INNER_V4, data: {} },
  { title: 'IPv6', kind: 'gre', outer: V4, inner: INNER_V6, data: {} },
  {
    title: 'IPv4 with key, checksum and sequence',
    kind: 'gre',
    outer: V4,
    inner: INNER_V4,
    data: { ...KEY, inputFlags: { checksum: true, sequence: true }, outputFlags: { checksum: true, sequence: true } },
  },
  { title: 'IPv4 in foo over UDP', kind: 'gre', outer: V4, inner: INNER_V4, data: FOU, fou: { port: 5555, ipProtocol: 'gre' } },
  { title: 'frames', kind: 'gretap', outer: V4, inner: INNER_V4, data: KEY },
  { title: 'frames (type I)', kind: 'erspan', outer: V4, inner: INNER_V4, data: { version: 0 } },
  { title: 'frames (type II)', kind: 'erspan', outer: V4, inner: INNER_V4, data: { ...KEY, version: 1, index: 7 } },
  {
    title: 'frames (type III)',
    kind: 'erspan',
    outer: V4,
    inner: INNER_V4,
    data: { ...KEY, version: 2, direction: 'egress', hardwareId: 3 },
  },
  { title: 'IPv4', kind: 'ip6gre', outer: V6, inner: INNER_V4, data: { ...KEY, encapLimit: 4 } },
  {
    title: 'IPv6 in GUE',
    kind: 'ip6gre',
    outer: V6,
    inner: INNER_V6,
    data: GUE6,
    fou: { port: 5556, type: 'gue', family: 'inet6' },
  },
  { title: 'frames', kind: 'ip6gretap', outer: V6, inner: INNER_V4, data: { flags: { ignoreEncapLimit: true } } },
  { title: 'frames (type II)', kind: 'ip6erspan', outer: V6, inner: INNER_V4, data: { ...KEY, index: 7 } },
  { title: 'IPv4', kind: 'ipip', outer: V4, inner: INNER_V4, data: { ttl: 9 } },
  { title: 'IPv4 in GUE', kind: 'ipip', outer: V4, inner: INNER_V4, data: GUE, fou: { port: 5556, type: 'gue' } },
  { title: 'IPv6', kind: 'sit', outer: V4, inner: INNER_V6, data: {} },
  { title: 'IPv4', kind: 'sit', outer: V4, inner: INNER_V4, data: { mode: 'ipip' } },
  { title: 'IPv6', kind: 'ip6tnl', outer: V6, inner: INNER_V6, data: { hopLimit: 64, encapLimit: 4 } },
  { title: 'IPv4', kind: 'ip6tnl', outer: V6, inner: INNER_V4, data: { mode: 'ipip6' } },
]

let left: NamedNetns
let right: NamedNetns

beforeAll(async () => {
  left = await createNamespace()
  right = await createNamespace()
  await left.links.add({ kind: 'veth', name: 'wire', up: true, veth: { peer: { name: 'wire', netns: right, up: true } } })
  for (const [ns, side] of [[left, 'left'] as const, [right, 'right'] as const]) {
    await ns.addresses.add({ link: 'wire', address: `${V4[side]}/24` })
    await ns.addresses.add({ link: 'wire', address: `${V6[side]}/64`, noDad: true })
  }
  for (const { name } of [left, right]) await hearsSolicitations(name, 'wire')
})
afterAll(closeNamespaces)

const other = { left: 'right', right: 'left' } as const

async function build(ns: NamedNetns, side: 'left' | 'right', { kind, outer, inner, data }: Case): Promise<void> {
  const ends = { local: outer[side], remote: outer[other[side]] }
  await ns.links.add({ kind, name: 'tunnel', up: true, [kind]: { ...ends, ...data } } as AddLinkOptions)
  await ns.addresses.add({
    link: 'tunnel',
    address: `${inner[side]}/${inner.length}`,
    ...(inner === INNER_V6 ? { noDad: true } : {}),
  })
}

/** Packets that the tunnel itself took in at the right end. */
async function received(): Promise<number> {
  return (await right.links.get('tunnel')).statistics?.rxPackets ?? 0
}

describe('a tunnel carries an echo', () => {
  it.for(CASES)('$kind: $title', async (given, context) => {
    const lack = lackOf(given.kind)
    if (lack !== undefined) return context.skip(lack)
    const { fou, inner } = given
    await build(left, 'left', given)
    await build(right, 'right', given)
    try {
      if (fou !== undefined) {
        expect((await left.ping(inner.right, { timeout: 50 })).received, 'while nobody unpacks it').toBe(0)
        await Promise.all([left.fou.add(fou), right.fou.add(fou)])
      }
      await expect.poll(async () => (await left.ping(inner.right, { timeout: 500 })).received).toBe(1)
      const before = await received()
      expect((await left.ping(inner.right, { count: 3, interval: 1 })).received).toBe(3)
      expect(await received()).toBeGreaterThanOrEqual(before + 3)
    } finally {
      await Promise.all([left.links.delete('tunnel'), right.links.delete('tunnel')])
      if (fou !== undefined) await Promise.all([left.fou.delete(fou), right.fou.delete(fou)])
    }
  })

  it('only with the key of the other end', async context => {
    const lack = lackOf('gre')
    if (lack !== undefined) return context.skip(lack)
    const given: Case = { title: '', kind: 'gre', outer: V4, inner: INNER_V4, data: KEY }
    await build(left, 'left', given)
    await build(right, 'right', given)
    expect((await left.ping(INNER_V4.right)).received).toBe(1)
    await right.links.set('tunnel', { gre: { inputKey: 43 } })
    expect((await left.ping(INNER_V4.right, { timeout: 50 })).received).toBe(0)
    await left.links.set('tunnel', { gre: { outputKey: '0.0.0.43' } })
    expect((await left.ping(INNER_V4.right)).received).toBe(1)
    await Promise.all([left.links.delete('tunnel'), right.links.delete('tunnel')])
  })

  it('to where the address of 6rd says', async context => {
    const lack = lackOf('sit')
    if (lack !== undefined) return context.skip(lack)
    // 2001:db8::/32, and behind it 192.0.2.1 and 192.0.2.2.
    const inner = { left: '2001:db8:c000:201::1', right: '2001:db8:c000:202::1' }
    for (const [ns, side] of [[left, 'left'] as const, [right, 'right'] as const]) {
      await ns.links.add({ kind: 'sit', name: 'tunnel', up: true, sit: { local: V4[side], sixRdPrefix: '2001:db8::/32' } })
      await ns.addresses.add({ link: 'tunnel', address: `${inner[side]}/128`, noDad: true })
      await ns.routes.add({ to: '2001:db8::/32', link: 'tunnel' })
    }
    expect((await left.ping(inner.right)).received).toBe(1)
    expect(await received()).toBeGreaterThanOrEqual(1)
    await Promise.all([left.links.delete('tunnel'), right.links.delete('tunnel')])
  })
})
