import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AddLinkOptions } from '../../lib/index.ts'
import { crossed, ECHOES } from '../support/inside.ts'
import { shownLink } from '../support/ip.ts'
import { lackOf } from '../support/kernel.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { hearsSolicitations } from '../support/solicitations.ts'
import { ip } from '../support/test-namespaces.ts'

interface Case {
  readonly kind: 'vti' | 'vti6' | 'xfrm'
  readonly wire: readonly [left: string, right: string]
  readonly inner: readonly [left: string, right: string]
  readonly any: string
  /** How `ip xfrm` knows the link's packets. */
  readonly mark: readonly string[]
  readonly link: (local: string, remote: string) => object
  /** The same, but for another mark. */
  readonly wrong: object
}

const overIpv4 = ['192.0.2.1', '192.0.2.2'] as const
const overIpv6 = ['2001:db8::1', '2001:db8::2'] as const

const cases: readonly Case[] = [
  {
    kind: 'vti',
    wire: overIpv4,
    inner: ['10.9.0.1', '10.9.0.2'],
    any: '0.0.0.0/0',
    mark: ['mark', '5'],
    link: (local, remote) => ({ vti: { local, remote, inputKey: 5, outputKey: 5 } }),
    wrong: { vti: { outputKey: 6 } },
  },
  {
    kind: 'vti6',
    wire: overIpv6,
    inner: ['fd00::1', 'fd00::2'],
    any: '::/0',
    mark: ['mark', '5'],
    link: (local, remote) => ({ vti6: { local, remote, inputKey: 5, outputKey: 5 } }),
    wrong: { vti6: { outputKey: 6 } },
  },
  {
    kind: 'xfrm',
    wire: overIpv4,
    inner: ['10.9.0.1', '10.9.0.2'],
    any: '0.0.0.0/0',
    mark: ['if_id', '42'],
    link: () => ({ xfrm: { link: 'wire', interfaceId: 42 } }),
    wrong: { xfrm: { interfaceId: 43 } },
  },
]

const AUTH = `0x${'5a'.repeat(32)}`
const KEY = `0x${'a5'.repeat(16)}`

let sides: readonly [left: NamedNetns, right: NamedNetns]

beforeAll(async () => {
  const [left, right] = [await createNamespace(), await createNamespace()]
  sides = [left, right]
  await left.links.add({ kind: 'veth', name: 'wire', up: true, veth: { peer: { name: 'wire', netns: right, up: true } } })
  for (const i of [0, 1] as const) {
    await sides[i].addresses.add({ link: 'wire', address: `${overIpv4[i]}/24` })
    await sides[i].addresses.add({ link: 'wire', address: `${overIpv6[i]}/64`, noDad: true })
  }
  for (const { name } of [left, right]) await hearsSolicitations(name, 'wire')
})
afterAll(closeNamespaces)

/** States for both directions, and policies that ask for them. */
function protect(ns: NamedNetns, own: string, other: string, { any, mark }: Case): void {
  const xfrm = (...words: string[]) => ip('-n', ns.name, 'xfrm', ...words)
  xfrm('state', 'flush')
  xfrm('policy', 'flush')
  for (const [from, to, direction] of [
    [own, other, 'out'],
    [other, own, 'in'],
  ] as const) {
    const ends = ['src', from, 'dst', to, 'proto', 'esp']
    const spi = from < to ? '0x11' : '0x12'
    xfrm('state', 'add', ...ends, 'spi', spi, 'mode', 'tunnel', 'auth', 'hmac(sha256)', AUTH, 'enc', 'cbc(aes)', KEY, ...mark)
    xfrm('policy', 'add', 'src', any, 'dst', any, 'dir', direction, ...mark, 'tmpl', ...ends, 'mode', 'tunnel')
  }
}

/** Packets that the states of a side have worked on. */
function worked(ns: NamedNetns): number {
  const states = ip('-n', ns.name, '-s', 'xfrm', 'state')
  return Array.from(states.matchAll(/lifetime current:\s+\d+\(bytes\), (\d+)\(packets\)/g), ([, packets]) => Number(packets))
    .sort((a, b) => a - b)
    .at(0) as number
}

describe.each(cases)('a $kind', given => {
  const { kind, wire, inner, link, wrong } = given
  const lack = lackOf(kind)
  beforeEach(context => {
    if (lack !== undefined) context.skip(lack)
  })

  beforeAll(async () => {
    if (lack !== undefined) return
    for (const i of [0, 1] as const) {
      protect(sides[i], wire[i], wire[1 - i] as string, given)
      await sides[i].links.add({ kind, name: 'secret', up: true, ...link(wire[i], wire[1 - i] as string) } as AddLinkOptions)
      const length = inner[i].includes(':') ? 64 : 30
      await sides[i].addresses.add({
        link: 'secret',
        address: `${inner[i]}/${length}`,
        ...(length === 64 ? { noDad: true } : {}),
      })
    }
  })
  afterAll(async () => {
    if (lack === undefined) for (const side of sides) await side.links.delete('secret')
  })

  it('carries echoes through the states of IPsec', async () => {
    let received = 0
    const [tunnel] = await crossed([[sides[1], 'secret']], async () => {
      received = (await sides[0].ping(inner[1], ECHOES)).received
    })
    const packets = ECHOES.count * ((kind === 'vti6' ? 40 : 20) + 8 + ECHOES.size)
    expect(received).toBe(ECHOES.count)
    expect(tunnel?.rx).toBeGreaterThanOrEqual(packets)
    expect(tunnel?.tx).toBeGreaterThanOrEqual(packets)
    for (const side of sides) expect(worked(side)).toBeGreaterThanOrEqual(ECHOES.count)
  })

  it('carries nothing with another mark, which a change gives it and takes away again', async () => {
    const before = shownLink(sides[0].name, 'secret').linkinfo.info_data
    const now = await sides[0].links.get('secret')
    await sides[0].links.set('secret', wrong)
    expect(shownLink(sides[0].name, 'secret').linkinfo.info_data).not.toEqual(before)
    expect((await sides[0].ping(inner[1], { timeout: 100 })).received).toBe(0)
    await sides[0].links.set('secret', kind === 'xfrm' ? { xfrm: { interfaceId: 42 } } : { [kind]: { outputKey: 5 } })
    expect(shownLink(sides[0].name, 'secret').linkinfo.info_data).toEqual(before)
    expect((await sides[0].links.get('secret')).mtu).toBe(now.mtu)
    expect((await sides[0].ping(inner[1])).received).toBe(1)
  })
})

describe('two xfrm links', () => {
  it('do not share an id, in a namespace', async context => {
    const lack = lackOf('xfrm')
    if (lack !== undefined) context.skip(lack)
    const [ns] = sides
    await ns.links.add({ kind: 'xfrm', name: 'x0', xfrm: { interfaceId: 7 } })
    const message = expect.stringContaining('another xfrm of this namespace has the same "interfaceId"')
    await expect(ns.links.add({ kind: 'xfrm', name: 'x1', xfrm: { interfaceId: 7 } })).rejects.toMatchObject({
      code: 'EEXIST',
      message,
    })
    await ns.links.add({ kind: 'xfrm', name: 'x1', xfrm: { interfaceId: 8 } })
    await expect(ns.links.set('x1', { xfrm: { interfaceId: 7 } })).rejects.toMatchObject({ code: 'EEXIST', message })
  })
})
