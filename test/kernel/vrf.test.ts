import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BYTES, crossed, ECHOES } from '../support/inside.ts'
import { ipShows } from '../support/ip.ts'
import { lackOf } from '../support/kernel.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'

afterAll(closeNamespaces)

const VRFS = [
  { name: 'red', table: 1001, port: 'to-red' },
  { name: 'blue', table: 1002, port: 'to-blue' },
] as const

describe('two VRFs of one namespace, with the same addresses in both', () => {
  const lack = lackOf('vrf')
  if (lack !== undefined) return it('keep their routes apart', context => context.skip(lack))

  let router: NamedNetns
  const hosts: NamedNetns[] = []

  beforeAll(async () => {
    router = await createNamespace()
    for (const { name, table, port } of VRFS) {
      const host = await createNamespace()
      hosts.push(host)
      const peer = { name: 'eth0', netns: host, up: true }
      await Promise.all([
        router.links.add({ kind: 'vrf', name, up: true, vrf: { table } }),
        router.links.add({ kind: 'veth', name: port, master: name, up: true, veth: { peer } }),
        router.addresses.add({ link: port, address: '192.0.2.1/24' }),
        router.routes.add({ to: '198.51.100.0/24', via: '192.0.2.2', table }),
      ])
      await host.addresses.add({ link: 'eth0', address: '192.0.2.2/24' })
    }
  })

  it.each(VRFS)("$name has its port's routes, and what was added, in its own table", async ({ name, table, port }) => {
    const routes = await router.routes.list({ table, family: 'inet' })
    const { index } = await router.links.get(port)
    expect(routes.map(({ to, link }) => [to, link])).toEqual(
      expect.arrayContaining([
        ['192.0.2.0/24', index],
        ['198.51.100.0/24', index],
      ]),
    )
    const shown = ipShows(router.name, '-4', 'route', 'show', 'vrf', name)
    expect(shown.map(({ dst, dev }) => [dst, dev])).toEqual([
      ['192.0.2.0/24', port],
      ['198.51.100.0/24', port],
    ])
  })

  it.each(VRFS)('a lookup through $name ends at its port', async ({ name, table, port }) => {
    const { link, table: found } = await router.routes.get({ to: '198.51.100.7', oif: name, fibMatch: true })
    expect([link, found]).toEqual([(await router.links.get(port)).index, table])
  })

  it('has no route to either in the main table', async () => {
    await expect(router.routes.get({ to: '192.0.2.2' })).rejects.toMatchObject({ code: 'ENETUNREACH' })
    expect(await router.routes.list({ table: 'main' })).toEqual([])
  })

  it.each([
    ['red', 0, 1],
    ['blue', 1, 0],
  ])('%s answers its own neighbor, and only its own', async (_, own, other) => {
    const ports = [own, other].map(i => [router, VRFS[i].port] as const)
    let received = 0
    const [through, past] = await crossed(ports, async () => {
      received = (await hosts[own].ping('192.0.2.1', ECHOES)).received
    })
    expect(received).toBe(ECHOES.count)
    expect(Math.min(through.rx, through.tx)).toBeGreaterThanOrEqual(BYTES)
    expect(Math.max(past.rx, past.tx)).toBeLessThan(BYTES)
  })

  it.each(VRFS)('a ping bound to $name leaves by its port', async ({ name, port }) => {
    let received = 0
    const [through] = await crossed([[router, port]], async () => {
      received = (await router.ping('192.0.2.2', { ...ECHOES, interface: name })).received
    })
    expect(received).toBe(ECHOES.count)
    expect(Math.min(through.rx, through.tx)).toBeGreaterThanOrEqual(BYTES)
  })
})
