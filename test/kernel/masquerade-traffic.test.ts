import { once } from 'node:events'
import type { AddressInfo, Server, Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { MasqueradeOptions } from '../../lib/index.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { hearsSolicitations } from '../support/solicitations.ts'
import { ip } from '../support/test-namespaces.ts'

const PORT = 8000

let home: NamedNetns
let router: NamedNetns
let outside: NamedNetns
let server: Server

/** home — router — outside, in both families; outside knows the way back to home, so that everything is answered, translated or not. */
beforeAll(async () => {
  ;[home, router, outside] = [await createNamespace(), await createNamespace(), await createNamespace()]
  await router.links.add({ kind: 'veth', name: 'inner', up: true, veth: { peer: { name: 'eth0', netns: home, up: true } } })
  await router.links.add({ kind: 'veth', name: 'uplink', up: true, veth: { peer: { name: 'eth0', netns: outside, up: true } } })
  const add = (netns: NamedNetns, link: string, ...addresses: string[]) => {
    for (const address of addresses)
      ip('-n', netns.name, 'address', 'add', address, 'dev', link, ...(address.includes(':') ? ['nodad'] : []))
  }
  add(home, 'eth0', '192.168.1.11/24', 'fd00:1::11/64')
  add(router, 'inner', '192.168.1.10/24', 'fd00:1::10/64')
  add(router, 'uplink', '203.0.113.1/24', '203.0.113.50/24', '203.0.113.51/24', '2001:db8::1/64')
  add(outside, 'eth0', '203.0.113.2/24', '2001:db8::2/64')
  await hearsSolicitations(home.name, 'eth0')
  for (const link of ['inner', 'uplink']) await hearsSolicitations(router.name, link)
  await hearsSolicitations(outside.name, 'eth0')
  await Promise.all([
    home.routes.add({ to: 'default', via: '192.168.1.10' }),
    home.routes.add({ to: '::/0', via: 'fd00:1::10' }),
    outside.routes.add({ to: '192.168.1.0/24', via: '203.0.113.1' }),
    outside.routes.add({ to: 'fd00:1::/64', via: '2001:db8::1' }),
    router.sysctl.set('net.ipv4.ip_forward', true),
    router.sysctl.set('net.ipv6.conf.all.forwarding', true),
  ])
  server = await outside.listen(outside.createServer(), { port: PORT, host: '::' })
})
afterAll(async () => {
  server?.close()
  await closeNamespaces()
})

/** How the server sees a connection from home: the address and the port that it seems to come from. */
async function seenBy(host: string, localPort?: number): Promise<{ address: string; port: number; own: AddressInfo }> {
  const client = home.connect({ host, port: PORT, ...(localPort === undefined ? {} : { localPort }) })
  const [[accepted]] = (await Promise.all([once(server, 'connection'), once(client, 'connect')])) as [[Socket], unknown]
  const { remoteAddress, remotePort } = accepted
  const own = client.address() as AddressInfo
  accepted.destroy()
  client.destroy()
  return { address: remoteAddress!.replace('::ffff:', ''), port: remotePort!, own }
}

describe('a connection through a router with masquerade', () => {
  it.each<[string, MasqueradeOptions, string, string]>([
    ['has the router’s address', { source: '192.168.1.0/24', out: 'uplink' }, '203.0.113.2', '203.0.113.1'],
    ['has the router’s address in IPv6', { source: 'fd00:1::/64', out: 'uplink' }, '2001:db8::2', '2001:db8::1'],
    ['has it for all of IPv6', { source: '::/0', out: 'upl*' }, '2001:db8::2', '2001:db8::1'],
    ['has the address that was given', { source: '192.168.1.11', to: '203.0.113.50' }, '203.0.113.2', '203.0.113.50'],
    ['keeps its own by another link', { source: '192.168.1.0/24', out: 'inner' }, '203.0.113.2', '192.168.1.11'],
    ['keeps its own from another network', { source: '192.168.0.0/24', out: 'uplink' }, '203.0.113.2', '192.168.1.11'],
    ['keeps its own in the other family', { source: 'fd00:1::/64', out: 'uplink' }, '203.0.113.2', '192.168.1.11'],
    [
      'keeps its own where the prefix ends before it',
      { source: '192.168.1.12/30', out: 'uplink' },
      '203.0.113.2',
      '192.168.1.11',
    ],
  ])('%s', async (_, options, host, expected) => {
    const nat = await router.masquerade(options)
    try {
      expect((await seenBy(host)).address).toBe(expected)
    } finally {
      await nat.close()
    }
    expect((await seenBy(host)).address).toBe(host.includes(':') ? 'fd00:1::11' : '192.168.1.11')
  })

  it('has a link by its index and as a Link', async () => {
    const link = await router.links.get('uplink')
    for (const out of [link, link.index]) {
      const nat = await router.masquerade({ out })
      expect((await seenBy('203.0.113.2')).address).toBe('203.0.113.1')
      await nat.close()
    }
  })

  it('has an address of the range', async () => {
    const nat = await router.masquerade({ out: 'uplink', to: '203.0.113.50-203.0.113.51', persistent: true })
    const first = (await seenBy('203.0.113.2')).address
    expect(['203.0.113.50', '203.0.113.51']).toContain(first)
    expect((await seenBy('203.0.113.2')).address).toBe(first)
    await nat.close()
  })

  it('has a port of the range, and keeps its own without one', async () => {
    const plain = await router.masquerade({ out: 'uplink' })
    expect(await seenBy('203.0.113.2', 12_345)).toMatchObject({ port: 12_345, own: { port: 12_345 } })
    await plain.close()
    const nat = await router.masquerade({ out: 'uplink', ports: [40_000, 40_010] })
    const { port, own } = await seenBy('203.0.113.2', 12_346)
    expect(own.port).toBe(12_346)
    expect(port).toBeGreaterThanOrEqual(40_000)
    expect(port).toBeLessThanOrEqual(40_010)
    // What has no ports goes along.
    expect((await home.ping('203.0.113.2')).received).toBe(1)
    await nat.close()
  })
})
