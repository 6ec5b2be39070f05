import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runInside } from '../support/ip.ts'
import { hasFeature, lackOf, lackOfFeature } from '../support/kernel.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'

afterAll(closeNamespaces)

const GTP0 = 3386
const GTP1U = 2152

describe('gtp', () => {
  const lack = lackOf('gtp')
  if (lack !== undefined) return it('takes sockets, or makes them', context => context.skip(lack))

  let ns: NamedNetns
  const sockets: Socket[] = []

  beforeAll(async () => {
    ns = await createNamespace()
    await ns.links.set('lo', { up: true })
  })
  afterAll(() => {
    for (const socket of sockets) socket.close()
  })

  /** Addresses and ports of the UDP sockets there, as the kernel has them in /proc/net/udp and udp6: hexadecimal. */
  const bound = (file: 'udp' | 'udp6') =>
    Array.from(runInside(ns.name, 'cat', `/proc/net/${file}`).matchAll(/^ *\d+: (\w+):(\w+)/gm), ([, address, port]) => ({
      address,
      port: Number.parseInt(port, 16),
    }))

  async function openSocket(): Promise<number> {
    const socket = createSocket('udp4').bind(0, '127.0.0.1')
    sockets.push(socket)
    await once(socket, 'listening')
    return (socket as unknown as { _handle: { fd: number } })._handle.fd
  }

  it('has the kernel open the sockets of both versions, at any address', async () => {
    await ns.links.add({ kind: 'gtp', name: 'gtp0', gtp: { createSockets: true } })
    expect(bound('udp').sort((a, b) => a.port - b.port)).toEqual([
      { address: '00000000', port: GTP1U },
      { address: '00000000', port: GTP0 },
    ])
  })

  it('says who has the ports when a second one asks for them', async () => {
    const message = expect.stringContaining('port 3386 or 2152 of "local" is taken')
    await expect(ns.links.add({ kind: 'gtp', name: 'gtp1', gtp: { createSockets: true } })).rejects.toMatchObject({
      code: 'EADDRINUSE',
      message,
    })
    await ns.links.delete('gtp0')
    expect(bound('udp')).toEqual([])
  })

  it('opens them at the local address', async context => {
    if (!hasFeature('Linux 6.10')) context.skip(lackOfFeature('gtp', 'Linux 6.10'))
    await ns.links.add({ kind: 'gtp', name: 'gtp4', gtp: { createSockets: true, local: '127.0.0.9' } })
    await ns.links.add({ kind: 'gtp', name: 'gtp6', gtp: { createSockets: true, local: '::1' } })
    expect(new Set(bound('udp').map(({ address }) => address))).toEqual(new Set(['0900007F']))
    expect(new Set(bound('udp6').map(({ address }) => address))).toEqual(new Set(['00000000000000000000000001000000']))
    for (const name of ['gtp4', 'gtp6']) await ns.links.delete(name)
  })

  it('says that the local address must be here', async context => {
    if (!hasFeature('Linux 6.10')) context.skip(lackOfFeature('gtp', 'Linux 6.10'))
    const gtp = { createSockets: true, local: '192.0.2.1' }
    const message = expect.stringContaining('"local" must be an address of this namespace')
    await expect(ns.links.add({ kind: 'gtp', name: 'gtp1', gtp })).rejects.toMatchObject({ code: 'EADDRNOTAVAIL', message })
  })

  it('takes sockets of the program, each for one link', async () => {
    const fd1 = await openSocket()
    await ns.links.add({ kind: 'gtp', name: 'gtp2', gtp: { fd1 } })
    expect(bound('udp')).toEqual([])
    const message = expect.stringContaining('serves another tunnel')
    await expect(ns.links.add({ kind: 'gtp', name: 'gtp3', gtp: { fd0: fd1 } })).rejects.toMatchObject({ code: 'EBUSY', message })
    await ns.links.delete('gtp2')
    await ns.links.add({ kind: 'gtp', name: 'gtp3', gtp: { fd0: fd1 } })
  })

  it('says that a descriptor is not open, or no socket', async () => {
    const add = (fd1: number) => ns.links.add({ kind: 'gtp', name: 'gtp9', gtp: { fd1 } })
    await expect(add(99_999)).rejects.toMatchObject({ code: 'EBADF', message: expect.stringContaining('is not open') })
    await expect(add(0)).rejects.toMatchObject({ code: expect.stringMatching(/^E(NOTSOCK|INVAL|BADF)$/) })
  })
})
