import { afterEach, describe, expect, it } from 'vitest'
import { ClosedError } from '../../lib/errors.ts'
import { diagram } from '../../lib/lab/diagram/diagram.ts'
import { survey } from '../../lib/lab/diagram/survey.ts'
import { Lab } from '../../lib/lab/lab.ts'
import { Netns } from '../../lib/netns/netns.ts'
import { ipInside } from '../support/inside.ts'

const open: Lab[] = []

afterEach(() => {
  for (const lab of open.splice(0)) lab.close()
})

async function made() {
  const lab = await Lab.create({
    namespaces: {
      laptop: { addresses: { lo: '192.0.2.1/32' } },
      router: { links: [{ kind: 'bridge', name: 'spare', up: false }] },
      server: { links: [{ kind: 'macvlan', name: 'mv0', link: 'eth0', netns: 'laptop', addresses: '10.2.0.9/24' }] },
    },
    bridges: { lan: { addresses: ['10.0.0.1/24', 'fd00::1/64'], ports: { laptop: '10.0.0.2/24', router: { up: false } } } },
    cables: [{ router: '10.2.0.1/30', server: null }],
  })
  open.push(lab)
  return lab
}

/** Links as `name state` and the names of the two ends of each wire. */
async function drawn(namespaces: Record<string, Netns>) {
  const { namespaces: found, wires } = await survey(namespaces)
  const name = (end: { namespace: number; index: number }) => {
    const { name, links } = found[end.namespace]!
    return `${name}:${links.find(({ index }) => index === end.index)?.name}`
  }
  return {
    links: Object.fromEntries(found.map(({ name, links }) => [name, links.map(({ name, state }) => `${name} ${state}`)])),
    wires: wires.map(({ kind, ends }) => `${kind} ${ends.map(name).join(' ')}`),
    found,
  }
}

describe('lab.diagram', () => {
  it('shows what is there: links with their states, ports below their bridge, wires', async () => {
    const lab = await made()
    const { links, wires, found } = await drawn({ hub: lab.hub as Netns, ...lab.namespaces })
    expect(links).toEqual({
      hub: ['lan up', 'laptop-eth0 up', 'router-eth0 no carrier'],
      laptop: ['lo up', 'mv0 up', 'eth0 up'],
      router: ['spare down', 'eth0 down', 'eth1 up'],
      server: ['eth0 up'],
    })
    expect(wires).toEqual([
      'pair hub:laptop-eth0 laptop:eth0',
      'pair hub:router-eth0 router:eth0',
      'on laptop:mv0 server:eth0',
      'pair router:eth1 server:eth0',
    ])
    expect(found[0]!.links[0]).toMatchObject({ kind: 'bridge', addresses: ['10.0.0.1/24', 'fd00::1/64'], depth: 0 })
    expect(found[0]!.links[1]).toMatchObject({ kind: 'veth', addresses: [], depth: 1, master: found[0]!.links[0]!.index })
    expect(found[1]!.links[0]!.addresses).toContain('192.0.2.1/32')
  })

  it('shows what somebody else has changed since', async () => {
    const lab = await made()
    ipInside(lab.namespaces.laptop, 'link', 'set', 'eth0', 'down')
    ipInside(lab.namespaces.laptop, 'address', 'add', '198.51.100.7/24', 'dev', 'eth0')
    ipInside(lab.namespaces.router, 'link', 'delete', 'spare')
    const text = await lab.diagram()
    expect(text).toContain('"eth0 · veth · down<br>10.0.0.2/24<br>198.51.100.7/24"')
    expect(text).toContain('"laptop-eth0 · veth · no carrier"')
    expect(text).not.toContain('spare')
  })

  it('gives SVG of the same', async () => {
    const svg = await (await made()).diagram({ format: 'svg' })
    for (const text of ['hub', 'lan', 'laptop-eth0', '10.0.0.2/24', 'no carrier', 'mv0']) expect(svg).toContain(`>${text}<`)
    expect(svg.match(/class="wire/g)).toHaveLength(4)
  })

  it('is the same text for the same network', async () => {
    const [one, other] = [await made(), await made()]
    expect(await one.diagram()).toBe(await other.diagram())
    expect(await one.diagram({ format: 'svg' })).toBe(await one.diagram({ format: 'svg' }))
  })

  it('has another name for the hub where a namespace has it', async () => {
    const lab = await Lab.create({ namespaces: { hub: {} }, bridges: { lan: { ports: { hub: null } } } })
    open.push(lab)
    expect((await lab.diagram()).match(/subgraph .*/g)).toEqual(['subgraph n0["#40;hub#41;"]', 'subgraph n1["hub"]'])
  })

  it('is refused when the lab is closed', async () => {
    const lab = await made()
    lab.close()
    await expect(lab.diagram()).rejects.toThrow(ClosedError)
  })
})

describe('diagram', () => {
  it('draws any namespaces, and says where a wire leads out of them', async () => {
    const lab = await made()
    const { links, wires } = await drawn({ router: lab.namespaces.router })
    expect([links.router?.[1], wires]).toEqual([expect.stringMatching(/^eth0@if\d+ down$/), []])
  })

  it('shows pairs and parents inside one namespace as ip does', async () => {
    const ns = await Netns.create()
    await ns.links.add({ kind: 'veth', name: 'v0', up: true, veth: { peer: { name: 'v1', up: true } } })
    await ns.links.add({ kind: 'macvlan', name: 'mv0', link: 'v0', up: true })
    const text = await diagram({ ns })
    ns.close()
    expect(text.match(/"[^"]* · up/g)).toEqual(['"v1@v0 · veth · up', '"v0@v1 · veth · up', '"mv0@v0 · macvlan · up'])
  })

  it('asks little where many namespaces are on one bridge', async () => {
    const names = Array.from({ length: 60 }, (_, i) => `n${i}`)
    const namespaces = Object.fromEntries(names.map(name => [name, {}]))
    const lab = await Lab.create({ namespaces, bridges: { lan: { ports: namespaces } } })
    open.push(lab)
    const text = await lab.diagram()
    expect(text.match(/===/g)).toHaveLength(60)
  })
})
