import { once } from 'node:events'
import http from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import net, { type AddressInfo } from 'node:net'
import tls from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Netns } from '../../lib/index.ts'
import { cert, key } from '../support/certificate.ts'
import { runProgram } from '../support/dist.ts'
import { joinedNamespaces, plain } from '../support/joined.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { eventually, ip, lastingStrayThreads, openDescriptors } from '../support/test-namespaces.ts'

let left: NamedNetns
let right: NamedNetns
const servers: net.Server[] = []

beforeAll(async () => {
  ;({ left, right } = await joinedNamespaces())
})
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})
afterAll(closeNamespaces)

function kept<Server extends net.Server>(server: Server): Server {
  servers.push(server)
  return server
}

/** A server that tells everybody whose it is. */
function says(text: string): net.Server {
  return kept(net.createServer(socket => socket.end(text)))
}

async function heard(socket: net.Socket): Promise<string> {
  let text = ''
  for await (const chunk of socket) text += chunk
  return text
}

const portOf = (server: net.Server) => (server.address() as AddressInfo).port
const failureOf = (server: net.Server) => once(server, 'error').then(([error]) => error)

/** What ss(8) shows as listening there. */
function listening(netns: NamedNetns): string {
  return ip('netns', 'exec', netns.name, 'ss', '-Hltn')
}

describe('netns.listen', () => {
  it('listens in the namespace, on IPv6 and IPv4, and resolves with the server', async () => {
    const server = says('right')
    expect(await right.listen(server, { port: 8000 })).toBe(server)
    expect(server.listening).toBe(true)
    expect(server.address()).toEqual({ address: '::', family: 'IPv6', port: 8000 })
    expect(listening(right)).toMatch(/\*:8000/)
    expect(await heard(left.connect({ host: '192.0.2.2', port: 8000 }))).toBe('right')
    expect(await heard(left.connect({ host: '2001:db8::2', port: 8000 }))).toBe('right')
  })

  it('takes any free port when none is given', async () => {
    const server = await right.listen(says(''))
    expect(portOf(server)).toBeGreaterThan(0)
    expect(listening(right)).toContain(`*:${portOf(server)}`)
  })

  it('listens on one address only', async () => {
    const server = await right.listen(says('right'), { host: '127.0.0.1' })
    expect(server.address()).toMatchObject({ address: '127.0.0.1', family: 'IPv4' })
    const refused = left.connect({ host: '192.0.2.2', port: portOf(server) })
    await expect(once(refused, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('listens on a link-local address of the namespace’s own link', async () => {
    await right.listen(says('right'), { host: 'fe80::2%wire', port: 8010 })
    expect(listening(right)).toContain('[fe80::2]%wire:8010')
  })

  it('leaves IPv4 to others with ipv6Only', async () => {
    const v6 = await right.listen(says('v6'), { host: '::', ipv6Only: true })
    await right.listen(says('v4'), { host: '0.0.0.0', port: portOf(v6) })
    expect(await heard(left.connect({ host: '192.0.2.2', port: portOf(v6) }))).toBe('v4')
    expect(await heard(left.connect({ host: '2001:db8::2', port: portOf(v6) }))).toBe('v6')
  })

  it('receives through one link only, with interface', async () => {
    const server = await right.listen(says('right'), { interface: 'wire' })
    expect(await heard(left.connect({ host: '192.0.2.2', port: portOf(server) }))).toBe('right')
    const own = right.connect({ host: '127.0.0.1', port: portOf(server) })
    await expect(once(own, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('shares a port, with reusePort', async () => {
    const first = await right.listen(says(''), { reusePort: true })
    await right.listen(says(''), { port: portOf(first), reusePort: true })
  })

  it('lets as many wait as backlog says', async () => {
    const server = await right.listen(says(''), { backlog: 7 })
    expect(listening(right)).toMatch(new RegExp(`LISTEN +0 +7 +\\*:${portOf(server)} `))
  })

  it('listens on abstract Unix sockets, which each namespace has for itself', async () => {
    const path = `\0rtnl-test-${process.pid}`
    const server = await right.listen(says('right'), { path })
    await left.listen(says('left'), { path })
    expect(server.address()).toBe(path)
    expect(await heard(right.connect({ path }))).toBe('right')
    expect(await heard(left.connect({ path }))).toBe('left')
  })

  it('listens in the process’s own namespace too', async () => {
    const own = Netns.current()
    const server = await own.listen(says('own'), { host: '127.0.0.1' })
    expect(await heard(net.connect(portOf(server), '127.0.0.1'))).toBe('own')
    own.close()
  })

  it('serves HTTP, HTTPS, HTTP/2, upgrades', async () => {
    const plainServer = http.createServer((_, response) => response.end('http'))
    plainServer.on('upgrade', (_, socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\nupgraded'))
    const secure = https.createServer({ cert, key }, (_, response) => response.end('https'))
    const second = http2.createServer((_, response) => response.end('http2'))
    for (const server of [plainServer, secure, second]) await right.listen(kept(server as net.Server))

    expect(await (await left.fetch(`http://192.0.2.2:${portOf(plainServer)}/`)).text()).toBe('http')
    const agent = left.httpsAgent({ ca: cert })
    const request = https.get({ host: '192.0.2.2', port: portOf(secure), agent })
    const [response] = await once(request, 'response')
    expect(await heard(response)).toBe('https')
    const session = http2.connect('http://inside', {
      createConnection: () => left.connect({ host: '192.0.2.2', port: portOf(second as net.Server) }),
    })
    expect(await heard(session.request() as never)).toBe('http2')
    session.close()
    const upgrade = left.connect({ host: '192.0.2.2', port: portOf(plainServer) })
    upgrade.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n')
    expect(await heard(upgrade)).toContain('upgraded')
    plainServer.closeAllConnections()
  })

  it('listens where a name points to, in the namespace', async () => {
    const server = await right.listen(says('right'), { host: 'localhost' })
    expect(server.address()).toMatchObject({ address: '127.0.0.1' })
  })

  it('is undone by its signal', async () => {
    const controller = new AbortController()
    const server = await right.listen(says(''), { signal: controller.signal })
    controller.abort()
    await once(server, 'close')
    await expect(right.listen(says(''), { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
  })

  it('leaves the server to itself when the handle is closed', async () => {
    const { left: near, right: far } = await joinedNamespaces()
    const server = await far.listen(says('far'))
    far.close()
    expect(await heard(near.connect({ host: '192.0.2.2', port: portOf(server) }))).toBe('far')
  })

  it('says that the handle is closed', async () => {
    const ns = await createNamespace()
    ns.close()
    await expect(ns.listen(says(''))).rejects.toMatchObject({ name: 'ClosedError', operation: 'netns.listen' })
  })

  it('says that there is no such link', async () => {
    for (const options of [{ interface: 'missing' }, { host: 'fe80::2%missing' }]) {
      await expect(right.listen(says(''), options)).rejects.toMatchObject({ name: 'SystemError', code: 'ENODEV' })
    }
  })

  it('refuses a server that listens already, and leaves it alone', async () => {
    const server = await right.listen(says('right'))
    await expect(left.listen(server)).rejects.toMatchObject({ code: 'ERR_SERVER_ALREADY_LISTEN' })
    expect(await heard(left.connect({ host: '192.0.2.2', port: portOf(server) }))).toBe('right')
  })

  it.each<[string, unknown, string]>([
    ['port beyond 65535', { port: 65536 }, 'ERR_OUT_OF_RANGE'],
    ['port as text', { port: '80' }, 'ERR_INVALID_ARG_TYPE'],
    ['host that is none', { host: 5 }, 'ERR_INVALID_ARG_TYPE'],
    ['backlog below 0', { backlog: -1 }, 'ERR_OUT_OF_RANGE'],
    ['path in the file system', { path: '/tmp/rtnl-test' }, 'ERR_INVALID_ARG_VALUE'],
    ['path beside a port', { path: '\0x', port: 1 }, 'ERR_INVALID_ARG_VALUE'],
    ['path of 200 bytes', { path: `\0${'x'.repeat(200)}` }, 'ERR_INVALID_ARG_VALUE'],
    ['interface with a slash', { interface: 'a/b' }, 'ERR_INVALID_ARG_VALUE'],
    ['option', { prot: 80 }, 'ERR_UNKNOWN_OPTION'],
    ['zone beside another interface', { host: 'fe80::2%wire', interface: 'lo' }, 'ERR_INVALID_ARG_VALUE'],
  ])('refuses a wrong %s', async (_, options, code) => {
    await expect(right.listen(says(''), options as object)).rejects.toMatchObject({ code, operation: 'netns.listen' })
  })
})

describe('an error of netns.listen', () => {
  /** What Node itself says, in the process's own namespace. */
  const nodes = (options: net.ListenOptions) => failureOf(says('').listen(options))
  const ours = (options: { host: string; port: number }) => right.listen(says(''), options).catch((error: Error) => error)

  it('is Node’s EADDRINUSE', async () => {
    const taken = says('').listen({ host: '127.0.0.1', port: 0 })
    await once(taken, 'listening')
    const where = { host: '127.0.0.1', port: portOf(taken) }
    await right.listen(says(''), where)
    const error = await ours(where)
    expect(plain(error)).toEqual(plain(await nodes(where)))
    expect(error).toMatchObject({ code: 'EADDRINUSE', syscall: 'listen', address: '127.0.0.1', port: where.port })
  })

  it('is Node’s EADDRINUSE of all addresses', async () => {
    const server = await right.listen(says(''))
    const error = await right.listen(says(''), { port: portOf(server) }).catch((error: Error) => error)
    expect(plain(error)).toMatchObject({ message: `listen EADDRINUSE: address already in use :::${portOf(server)}`, errno: -98 })
  })

  it('is Node’s EADDRNOTAVAIL', async () => {
    const where = { host: '198.51.100.7', port: 8000 }
    expect(plain(await ours(where))).toEqual(plain(await nodes(where)))
  })

  it('is Node’s EADDRINUSE of a Unix socket', async () => {
    const path = `\0rtnl-test-taken-${process.pid}`
    await right.listen(says(''), { path })
    await once(says('').listen({ path }), 'listening')
    const error = await right.listen(says(''), { path }).catch((error: Error) => error)
    expect(plain(error)).toEqual(plain(await nodes({ path })))
  })

  it('is Node’s EACCES', async () => {
    const { stdout, stderr } = await runProgram(
      `import net from 'node:net'
      import { once } from 'node:events'
      const shown = ({ name, message, stack, ...rest }) => ({ name, message, ...rest })
      const red = await rtnetlink.Netns.create()
      const both = async where => [
        await red.listen(net.createServer(), where).catch(shown),
        await once(net.createServer().listen(where), 'error').then(([error]) => shown(error)),
      ]
      console.log(JSON.stringify([await both({ host: '127.0.0.1', port: 80 }), await both({ port: 80 })]))`,
      ['setpriv', '--inh-caps=-net_bind_service', '--bounding-set=-net_bind_service'],
    )
    expect(stderr).toBe('')
    const [[ours, nodes], [everywhere, nodesEverywhere]] = JSON.parse(stdout)
    expect(ours).toEqual(nodes)
    expect(ours).toMatchObject({ code: 'EACCES', errno: -13, syscall: 'listen', address: '127.0.0.1', port: 80 })
    // Without a host, IPv6 is tried first, then IPv4.
    expect(everywhere).toEqual(nodesEverywhere)
    expect(everywhere.address).toBe('0.0.0.0')
  })

  it('has the caller’s line on top of its stack', async () => {
    const server = await right.listen(says(''))
    const error = await right.listen(says(''), { port: portOf(server) }).catch((error: Error) => error)
    expect((error as Error).stack?.split('\n')[1]).toContain('netns-listen.test')
  })
})

describe('netns.createServer', () => {
  it('is a net.Server that listens in the namespace', async () => {
    const server = kept(right.createServer(socket => socket.end('right')))
    expect(server).toBeInstanceOf(net.Server)
    server.listen(8001)
    await once(server, 'listening')
    expect(await heard(left.connect({ host: '192.0.2.2', port: 8001 }))).toBe('right')
  })

  it('has its address at once, where no name is looked up', () => {
    const server = kept(right.createServer()).listen(0)
    expect(portOf(server)).toBeGreaterThan(0)
    expect(listening(right)).toContain(`*:${portOf(server)}`)
  })

  it('takes options, and a listener', async () => {
    const server = kept(
      right.createServer({ allowHalfOpen: true }, socket => void socket.resume().on('end', () => socket.end('late'))),
    )
    server.listen()
    const socket = left.connect({ host: '192.0.2.2', port: portOf(server) })
    socket.end('early')
    expect(await heard(socket)).toBe('late')
  })

  it.each<[string, unknown[], object]>([
    ['listen()', [], { address: '::' }],
    ['listen(port)', [8100], { address: '::', port: 8100 }],
    ['listen(port as text)', ['8101'], { port: 8101 }],
    ['listen(port, backlog)', [8102, 7], { port: 8102 }],
    ['listen(port, host)', [8103, '127.0.0.1'], { address: '127.0.0.1', port: 8103 }],
    ['listen(port, host, backlog)', [8104, '127.0.0.1', 7], { address: '127.0.0.1', port: 8104 }],
    ['listen(port, a name)', [8105, 'localhost'], { address: '127.0.0.1', port: 8105 }],
    ['listen(options)', [{ port: 8106, host: '::1' }], { address: '::1', port: 8106 }],
    ['listen(null)', [null], { address: '::' }],
  ])('takes %s, and calls back', async (_, args, address) => {
    const server = kept(right.createServer())
    await new Promise<void>(resolve => server.listen(...(args as []), resolve))
    expect(server.address()).toMatchObject(address)
    expect(listening(right)).toContain(`:${portOf(server)} `)
  })

  it('takes listen(path)', async () => {
    const path = `\0rtnl-test-path-${process.pid}`
    const server = kept(right.createServer(socket => socket.end('right'))).listen(path)
    await once(server, 'listening')
    expect(server.address()).toBe(path)
    expect(await heard(right.connect({ path }))).toBe('right')
  })

  it('can be closed and listen again', async () => {
    const server = kept(right.createServer(socket => socket.end('again')))
    server.listen(8002)
    await new Promise(resolve => server.close(resolve))
    server.listen(8002)
    expect(await heard(left.connect({ host: '192.0.2.2', port: 8002 }))).toBe('again')
  })

  it('does not listen any more once it was closed while a name was looked up', async () => {
    const server = right.createServer().listen(8003, 'localhost')
    server.close(() => {})
    await left.lookup('localhost')
    await new Promise(resolve => setImmediate(resolve))
    expect(server.listening).toBe(false)
    expect(listening(right)).not.toContain(':8003')
  })

  it('emits Node’s own errors', async () => {
    const taken = says('').listen({ host: '127.0.0.1', port: 0 })
    await once(taken, 'listening')
    const where = [portOf(taken), '127.0.0.1'] as const
    kept(right.createServer()).listen(...where)
    const error = await failureOf(right.createServer().listen(...where))
    expect(plain(error)).toEqual(plain(await failureOf(net.createServer().listen(...where))))
  })

  it('emits that a name is not known', async () => {
    const server = right.createServer().listen(80, 'no name')
    expect(await failureOf(server)).toMatchObject({ name: 'LookupError', code: 'ENOTFOUND' })
  })

  it('emits that the handle is closed', async () => {
    const ns = await createNamespace()
    const server = ns.createServer()
    ns.close()
    expect(await failureOf(server.listen(0))).toMatchObject({ name: 'ClosedError' })
    expect(() => ns.createServer()).toThrow(expect.objectContaining({ name: 'ClosedError', operation: 'netns.createServer' }))
  })

  it('refuses to listen twice, as Node does', async () => {
    const server = kept(right.createServer()).listen(0)
    expect(() => server.listen(0)).toThrow(expect.objectContaining({ code: 'ERR_SERVER_ALREADY_LISTEN' }))
    const looking = kept(right.createServer()).listen(0, 'localhost')
    expect(() => looking.listen(0)).toThrow(expect.objectContaining({ code: 'ERR_SERVER_ALREADY_LISTEN' }))
  })

  it('refuses a port that is none', () => {
    expect(() => right.createServer().listen(70_000)).toThrow(RangeError)
    expect(() => right.createServer().listen({ port: '80x' as never })).toThrow(RangeError)
  })

  it('may be made to listen by another namespace', async () => {
    const server = await left.listen(kept(right.createServer(socket => socket.end('moved'))))
    expect(listening(left)).toContain(`*:${portOf(server)}`)
  })
})

describe('a TLS server', () => {
  it('is reached by netns.tlsConnect', async () => {
    const server = await right.listen(kept(tls.createServer({ cert, key }, socket => socket.end('secret'))))
    const socket = left.tlsConnect({ host: '192.0.2.2', port: portOf(server), ca: cert })
    expect(await heard(socket)).toBe('secret')
    expect(socket.authorized).toBe(true)
  })
})

describe('servers', () => {
  it('opened and closed again and again leave no descriptor and no thread behind', async () => {
    const cycle = async () => {
      const server = right.createServer().listen(0)
      await new Promise(resolve => server.close(resolve))
    }
    await cycle()
    const before = openDescriptors()
    for (let i = 0; i < 200; i++) await cycle()
    expect(await eventually(() => openDescriptors() <= before)).toBe(true)
    expect(await lastingStrayThreads()).toEqual([])
  })

  it('that cannot listen leave no descriptor behind', async () => {
    const taken = await right.listen(says(''))
    const before = openDescriptors()
    for (let i = 0; i < 20; i++) await right.listen(net.createServer(), { port: portOf(taken) }).catch(() => {})
    for (let i = 0; i < 20; i++) await right.listen(taken).catch(() => {})
    expect(await eventually(() => openDescriptors() <= before)).toBe(true)
  })

  it('do not keep the process alive when they are unreferenced', async () => {
    const ended = await runProgram(`
      const red = await rtnetlink.Netns.create()
      red.createServer().listen(0).unref()`)
    expect(ended).toEqual({ code: 0, signal: null, stdout: '', stderr: '' })
  })
})
