import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AddLinkOptions } from '../../lib/index.ts'
import { BYTES, crossed, ECHOES } from '../support/inside.ts'
import { lackOf } from '../support/kernel.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { hearsSolicitations } from '../support/solicitations.ts'
import { ip } from '../support/test-namespaces.ts'

interface Overlay {
  readonly title: string
  readonly kind: 'vxlan' | 'geneve'
  /** How the link is made on one side; `remote` is the address of the other side's wire. */
  readonly link: (remote: string) => object
  readonly wire: readonly [left: string, right: string]
  /** Bytes by which a frame grows on the wire, its own Ethernet header included. */
  readonly growth: number
}

/** Bytes of a header. */
const ETHERNET = 14

const overIpv4 = ['192.0.2.1', '192.0.2.2'] as const
const overIpv6 = ['2001:db8::1', '2001:db8::2'] as const

const overlays: readonly Overlay[] = [
  {
    title: 'vxlan over IPv4',
    kind: 'vxlan',
    link: remote => ({ vxlan: { vni: 42, remote, port: 4789 } }),
    wire: overIpv4,
    growth: 50,
  },
  {
    title: 'vxlan over IPv6',
    kind: 'vxlan',
    link: remote => ({ vxlan: { vni: 43, remote, port: 4790 } }),
    wire: overIpv6,
    growth: 70,
  },
  {
    title: 'geneve over IPv4',
    kind: 'geneve',
    link: remote => ({ geneve: { vni: 42, remote } }),
    wire: overIpv4,
    growth: 50,
  },
  {
    title: 'geneve over IPv6',
    kind: 'geneve',
    link: remote => ({ geneve: { vni: 43, remote } }),
    wire: overIpv6,
    growth: 70,
  },
]

let left: NamedNetns
let right: NamedNetns

beforeAll(async () => {
  left = await createNamespace()
  right = await createNamespace()
  await left.links.add({ kind: 'veth', name: 'wire', up: true, veth: { peer: { name: 'wire', netns: right, up: true } } })
  for (const [side, i] of [left, right].map((side, i) => [side, i] as const)) {
    await side.addresses.add({ link: 'wire', address: `${overIpv4[i]}/24` })
    await side.addresses.add({ link: 'wire', address: `${overIpv6[i]}/64`, noDad: true })
  }
  for (const { name } of [left, right]) await hearsSolicitations(name, 'wire')
})
afterAll(closeNamespaces)

describe.each(overlays)('$title', ({ kind, link, wire, growth }) => {
  const lack = lackOf(kind)
  if (lack !== undefined) return it('carries echoes between two namespaces', context => context.skip(lack))

  const inner = (i: number) => `10.${wire === overIpv4 ? 4 : 6}.0.${i + 1}`
  const name = wire === overIpv4 ? `${kind}4` : `${kind}6`

  beforeAll(async () => {
    for (const [side, i] of [left, right].map((side, i) => [side, i] as const)) {
      await side.links.add({ kind, name, up: true, ...link(wire[1 - i]) } as AddLinkOptions)
      await side.addresses.add({ link: name, address: `${inner(i)}/24` })
    }
  })

  afterAll(async () => {
    for (const side of [left, right]) await side.links.delete(name)
  })

  it('carries echoes between two namespaces, inside packets of the wire', async () => {
    let received = 0
    const [overlay, below] = await crossed(
      [
        [right, name],
        [right, 'wire'],
      ],
      async () => {
        received = (await left.ping(inner(1), ECHOES)).received
      },
    )
    expect(received).toBe(ECHOES.count)
    // What a tunnel delivers counts without its Ethernet header.
    for (const bytes of [overlay?.rx, overlay?.tx]) expect(bytes).toBeGreaterThanOrEqual(BYTES - ECHOES.count * ETHERNET)
    for (const bytes of [below?.rx, below?.tx]) expect(bytes).toBeGreaterThanOrEqual(BYTES + ECHOES.count * growth)
  })
})

describe('bareudp', () => {
  const lack = lackOf('bareudp')
  if (lack !== undefined) return it('carries echoes between two namespaces', context => context.skip(lack))

  const inner = ['10.8.0.1', '10.8.0.2'] as const

  beforeAll(async () => {
    for (const [side, i] of [left, right].map((side, i) => [side, i] as const)) {
      await side.links.add({ kind: 'bareudp', name: 'bu0', up: true, bareudp: { port: 6635, etherType: 'ipv4' } })
      await side.addresses.add({ link: 'bu0', address: `${inner[i]}/32` })
      ip('-n', side.name, 'route', 'add', inner[1 - i], 'encap', 'ip', 'id', '0', 'dst', overIpv4[1 - i], 'dev', 'bu0')
    }
  })

  it('carries echoes to where their route says, with nothing between UDP and IP', async () => {
    let received = 0
    const [overlay, below] = await crossed(
      [
        [right, 'bu0'],
        [right, 'wire'],
      ],
      async () => {
        received = (await left.ping(inner[1], ECHOES)).received
      },
    )
    const packets = BYTES - ECHOES.count * ETHERNET
    expect([received, overlay?.rx, overlay?.tx]).toEqual([ECHOES.count, packets, packets])
    expect(below?.rx).toBeGreaterThanOrEqual(packets + ECHOES.count * (ETHERNET + 20 + 8))
  })
})
