import dgram, { type RemoteInfo } from 'node:dgram'
import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Netns } from '../../lib/index.ts'
import type { DatagramSocketOptions } from '../../lib/netns/datagram-socket.ts'
import { joinedNamespaces, plain } from '../support/joined.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { eventually, ip, lastingStrayThreads, openDescriptors } from '../support/test-namespaces.ts'

let left: NamedNetns
let right: NamedNetns
const sockets: dgram.Socket[] = []

beforeAll(async () => {
  ;({ left, right } = await joinedNamespaces())
  // A second link, so that it matters which one is meant; its index is none that `wire` has.
  for (const netns of [left, right]) await netns.links.add({ kind: 'ifb', name: 'other', up: true })
})
afterEach(() => {
  for (const socket of sockets.splice(0)) {
    try {
      socket.close()
    } catch {} // The test has closed it.
  }
})
afterAll(closeNamespaces)

function kept(socket: dgram.Socket): dgram.Socket {
  sockets.push(socket)
  return socket
}

async function bound(netns: Netns, options: dgram.SocketType | DatagramSocketOptions, where: dgram.BindOptions = {}) {
  const socket = kept(netns.createSocket(options))
  socket.bind(where)
  await once(socket, 'listening')
  return socket
}

async function received(socket: dgram.Socket): Promise<{ text: string; from: RemoteInfo }> {
  const [message, from] = await once(socket, 'message', { signal: AbortSignal.timeout(30_000) })
  return { text: String(message), from }
}

const failureOf = (socket: dgram.Socket) => once(socket, 'error').then(([error]) => error)
const nothingComes = async (socket: dgram.Socket) => {
  let heard = 0
  socket.on('message', () => heard++)
  await new Promise(resolve => setTimeout(resolve, 50))
  return heard === 0
}

describe('netns.createSocket', () => {
  it('gives a dgram.Socket that sends and receives inside', async () => {
    const server = await bound(right, 'udp4', { port: 5000 })
    expect(server).toBeInstanceOf(dgram.Socket)
    expect(server.address()).toEqual({ address: '0.0.0.0', family: 'IPv4', port: 5000 })
    expect(ip('netns', 'exec', right.name, 'ss', '-Hlun')).toContain(':5000 ')
    kept(left.createSocket('udp4')).send('hello', 5000, '192.0.2.2')
    const { text, from } = await received(server)
    expect({ text, address: from.address }).toEqual({ text: 'hello', address: '192.0.2.1' })
  })

  it('takes messages by a listener', async () => {
    const heard: string[] = []
    const server = kept(right.createSocket('udp4', message => heard.push(String(message))))
    server.bind(5001)
    await once(server, 'listening')
    kept(left.createSocket({ type: 'udp4' })).send('hello', 5001, '192.0.2.2')
    expect(await eventually(() => heard.length > 0)).toBe(true)
    expect(heard).toEqual(['hello'])
  })

  it('sends and receives over IPv6, and over IPv4 beside it', async () => {
    const server = await bound(right, 'udp6')
    const { port } = server.address()
    kept(left.createSocket('udp6')).send('six', port, '2001:db8::2')
    expect((await received(server)).from.address).toBe('2001:db8::1')
    kept(left.createSocket('udp4')).send('four', port, '192.0.2.2')
    expect((await received(server)).from.address).toBe('::ffff:192.0.2.1')
  })

  it('leaves IPv4 to others with ipv6Only', async () => {
    const server = await bound(right, { type: 'udp6', ipv6Only: true })
    const { port } = server.address()
    await bound(right, 'udp4', { port })
  })

  it('connects, and hears that nobody is there', async () => {
    const socket = kept(left.createSocket('udp4'))
    socket.connect(1, '192.0.2.2')
    await once(socket, 'connect')
    expect(socket.remoteAddress()).toMatchObject({ address: '192.0.2.2', port: 1 })
    const failed = failureOf(socket)
    socket.send('anybody?')
    expect(await failed).toMatchObject({ code: 'ECONNREFUSED' })
  })

  it.each<[string, unknown[]]>([
    ['bind()', []],
    ['bind(port)', [5100]],
    ['bind(port, address)', [5101, '192.0.2.2']],
    ['bind(options)', [{ port: 5102, address: '127.0.0.1' }]],
    ['bind(port, a name)', [5103, 'localhost']],
  ])('takes %s, and calls back', async (_, args) => {
    const socket = kept(right.createSocket('udp4'))
    await new Promise<void>(resolve => socket.bind(...(args as []), resolve))
    expect(ip('netns', 'exec', right.name, 'ss', '-Hlun')).toContain(`:${socket.address().port} `)
  })

  it('shares a port with reuseAddr only', async () => {
    const { port } = (await bound(right, { type: 'udp4', reuseAddr: true })).address()
    await bound(right, { type: 'udp4', reuseAddr: true }, { port })
    const third = kept(right.createSocket('udp4'))
    const error = await failureOf(third.bind(port))
    const own = kept(dgram.createSocket('udp4')).bind(port, '127.0.0.1')
    await once(own, 'listening')
    expect(error).toMatchObject({ code: 'EADDRINUSE', errno: -98, syscall: 'bind', address: '0.0.0.0', port })
    const nodes = await failureOf(kept(dgram.createSocket('udp4')).bind(port, '127.0.0.1'))
    expect(Object.keys(plain(error)).sort()).toEqual(Object.keys(plain(nodes)).sort())
  })

  it('tells its buffers before it is bound, since it has its descriptor', () => {
    expect(kept(right.createSocket('udp4')).getRecvBufferSize()).toBeGreaterThan(0)
  })

  it('sets buffers, time to live, broadcasting', async () => {
    const socket = await bound(left, { type: 'udp4', recvBufferSize: 20_000 })
    expect(socket.getRecvBufferSize()).toBe(40_000)
    socket.setTTL(7)
    socket.setBroadcast(true)
    const server = await bound(right, 'udp4')
    socket.send('all', server.address().port, '192.0.2.255')
    expect((await received(server)).text).toBe('all')
  })

  it('is closed by its signal', async () => {
    const controller = new AbortController()
    const socket = right.createSocket({ type: 'udp4', signal: controller.signal })
    controller.abort()
    await once(socket, 'close')
    const before = openDescriptors()
    right.createSocket({ type: 'udp4', signal: AbortSignal.abort() })
    expect(openDescriptors()).toBeLessThanOrEqual(before)
  })

  it('sends to a link-local address through the link that it was given', async () => {
    const server = await bound(right, 'udp6')
    const { port } = server.address()
    for (const address of ['fe80::2', 'fe80::2%wire']) {
      kept(left.createSocket({ type: 'udp6', interface: 'wire' })).send('near', port, address)
      expect((await received(server)).from.address).toMatch(/^fe80::1/)
    }
  })

  it('does not guess the link of a zone', async () => {
    const socket = kept(left.createSocket('udp6'))
    const sent = new Promise(resolve => socket.send('x', 1, 'fe80::2%wire', resolve))
    expect(await sent).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE', option: 'interface' })
  })

  it('receives through one link only, with interface', async () => {
    const server = await bound(right, { type: 'udp4', interface: 'lo' })
    kept(left.createSocket('udp4')).send('hello', server.address().port, '192.0.2.2')
    expect(await nothingComes(server)).toBe(true)
  })

  it('works in the process’s own namespace too', async () => {
    const own = Netns.current()
    const socket = await bound(own, 'udp4', { address: '127.0.0.1' })
    kept(dgram.createSocket('udp4')).send('own', socket.address().port, '127.0.0.1')
    expect((await received(socket)).text).toBe('own')
    own.close()
  })

  it('goes on when the handle is closed; then there are no more', async () => {
    const ns = await createNamespace()
    await ns.links.set('lo', { up: true })
    const socket = await bound(ns, 'udp4')
    ns.close()
    socket.send('self', socket.address().port, '127.0.0.1')
    expect((await received(socket)).text).toBe('self')
    expect(() => ns.createSocket('udp4')).toThrow(expect.objectContaining({ name: 'ClosedError' }))
  })

  it('says that there is no such link', () => {
    expect(() => left.createSocket({ type: 'udp4', interface: 'missing' })).toThrow(
      expect.objectContaining({ name: 'SystemError', code: 'ENODEV', operation: 'netns.createSocket' }),
    )
  })

  it('refuses what Node refuses', () => {
    expect(() => left.createSocket('udp5' as never)).toThrow(expect.objectContaining({ code: 'ERR_SOCKET_BAD_TYPE' }))
    const socket = kept(left.createSocket('udp4')).bind()
    expect(() => socket.bind()).toThrow(expect.objectContaining({ code: 'ERR_SOCKET_ALREADY_BOUND' }))
  })
})

describe('multicast', () => {
  const group4 = '239.1.2.3'
  const group6 = 'ff02::1234'

  /** The groups that a link of the namespace has joined, says ip. */
  const joined = (netns: NamedNetns, link: string) =>
    JSON.parse(ip('-n', netns.name, '-j', 'maddress', 'show', 'dev', link))[0].maddr.map(
      ({ address }: { address: string }) => address,
    )

  it('over IPv4: members hear what is sent to the group', async () => {
    const member = await bound(right, 'udp4')
    member.addMembership(group4, '192.0.2.2')
    expect(joined(right, 'wire')).toContain(group4)
    const sender = await bound(left, 'udp4')
    sender.setMulticastInterface('192.0.2.1')
    sender.send('group', member.address().port, group4)
    expect((await received(member)).from.address).toBe('192.0.2.1')
    member.dropMembership(group4, '192.0.2.2')
    expect(joined(right, 'wire')).not.toContain(group4)
  })

  it('over IPv4, from one source only', async () => {
    const member = await bound(right, 'udp4')
    member.addSourceSpecificMembership('192.0.2.1', '232.1.2.3', '192.0.2.2')
    const sender = await bound(left, 'udp4')
    sender.setMulticastInterface('192.0.2.1')
    sender.send('source', member.address().port, '232.1.2.3')
    expect((await received(member)).text).toBe('source')
    member.dropSourceSpecificMembership('192.0.2.1', '232.1.2.3', '192.0.2.2')
  })

  it('a socket that was not bound joins inside', async () => {
    const member = kept(right.createSocket('udp4'))
    member.addMembership(group4, '192.0.2.2')
    expect(joined(right, 'wire')).toContain(group4)
  })

  it('over IPv6: by the namespace’s own link', async () => {
    const member = await bound(right, 'udp6')
    member.addMembership(group6, '::%wire')
    expect(joined(right, 'wire')).toContain(group6)
    expect(joined(right, 'other')).not.toContain(group6)
    const sender = await bound(left, 'udp6')
    sender.setMulticastInterface('::%wire')
    sender.send('group', member.address().port, group6)
    expect((await received(member)).text).toBe('group')
    member.dropMembership(group6, '::%wire')
    expect(joined(right, 'wire')).not.toContain(group6)
  })

  it('over IPv6, from one source only', async () => {
    const member = await bound(right, 'udp6')
    member.addSourceSpecificMembership('2001:db8::1', 'ff35::1234', '::%wire')
    expect(joined(right, 'wire')).toContain('ff35::1234')
    const sender = await bound(left, { type: 'udp6', interface: 'wire' }, { address: '2001:db8::1' })
    sender.setMulticastInterface('::%wire')
    sender.send('source', member.address().port, 'ff35::1234')
    expect((await received(member)).text).toBe('source')
    member.dropSourceSpecificMembership('2001:db8::1', 'ff35::1234', '::%wire')
    expect(joined(right, 'wire')).not.toContain('ff35::1234')
  })

  it('says that there is no such link', async () => {
    const member = await bound(right, 'udp6')
    expect(() => member.addMembership(group6, '::%missing')).toThrow(
      expect.objectContaining({ name: 'SystemError', code: 'ENODEV' }),
    )
  })

  it('leaves it to Node to refuse what is closed, or no address', async () => {
    const member = right.createSocket('udp6')
    expect(() => member.addMembership('group')).toThrow(expect.objectContaining({ code: 'EINVAL' }))
    member.close()
    expect(() => member.addMembership(group6, '::%wire')).toThrow(
      expect.objectContaining({ code: 'ERR_SOCKET_DGRAM_NOT_RUNNING' }),
    )
  })
})

describe('datagram sockets', () => {
  it('opened and closed again and again leave no descriptor and no thread behind', async () => {
    const before = openDescriptors()
    for (let i = 0; i < 300; i++) {
      const socket = left.createSocket('udp4')
      if (i % 2) socket.bind()
      socket.close()
    }
    expect(await eventually(() => openDescriptors() <= before)).toBe(true)
    expect(await lastingStrayThreads()).toEqual([])
  })
})
