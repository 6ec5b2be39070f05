import { once } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import net, { type AddressInfo } from 'node:net'
import tls from 'node:tls'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Netns } from '../../lib/index.ts'
import { cert, key } from '../support/certificate.ts'
import { joinedNamespaces, plain } from '../support/joined.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { eventually, ip, lastingStrayThreads, openDescriptors } from '../support/test-namespaces.ts'

let left: NamedNetns
let right: NamedNetns
let port: number
let accepted: net.Socket[]
const closing: { close(): unknown }[] = []

beforeAll(async () => {
  ;({ left, right } = await joinedNamespaces())
  await left.addresses.add({ link: 'wire', address: '192.0.2.11/24' })
})
beforeEach(async () => {
  accepted = []
  port = await portOf(
    net.createServer({ allowHalfOpen: true }, socket => {
      accepted.push(socket)
      socket.pipe(socket)
    }),
  )
})
afterEach(() => {
  for (const socket of accepted) socket.destroy()
  for (const one of closing.splice(0)) one.close()
})
afterAll(closeNamespaces)

/** Makes a server listen on the right. */
async function portOf(server: net.Server): Promise<number> {
  closing.push(server)
  await right.listen(server)
  return (server.address() as AddressInfo).port
}

async function heard(stream: NodeJS.ReadableStream): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += chunk
  return text
}

const failureOf = (socket: net.Socket) => once(socket, 'error').then(([error]) => error)

describe('netns.connect', () => {
  it('gives a net.Socket that connects from inside', async () => {
    const socket = left.connect({ host: '192.0.2.2', port })
    expect(socket).toBeInstanceOf(net.Socket)
    expect({ connecting: socket.connecting, pending: socket.pending, readyState: socket.readyState }).toEqual({
      connecting: true,
      pending: true,
      readyState: 'opening',
    })
    const events: string[] = []
    for (const name of ['connect', 'ready', 'end', 'close']) socket.on(name, () => events.push(name))
    await once(socket, 'ready')
    expect(socket).toMatchObject({
      localAddress: '192.0.2.1',
      localFamily: 'IPv4',
      remoteAddress: '192.0.2.2',
      remotePort: port,
      connecting: false,
    })
    expect(await eventually(() => accepted.length === 1)).toBe(true)
    expect(accepted[0]?.remoteAddress).toBe('::ffff:192.0.2.1')
    socket.end()
    socket.resume()
    await once(socket, 'close')
    expect(events).toEqual(['connect', 'ready', 'end', 'close'])
  })

  it('connects over IPv6', async () => {
    const socket = left.connect({ host: '2001:db8::2', port })
    await once(socket, 'connect')
    expect(socket.localAddress).toBe('2001:db8::1')
    socket.destroy()
  })

  it('calls back, and sends what was written before', async () => {
    let called = 0
    const socket = left.connect({ host: '192.0.2.2', port }, () => called++)
    socket.write('early ')
    socket.end('and late')
    expect(await heard(socket)).toBe('early and late')
    expect(called).toBe(1)
  })

  it('connects from the address and port that were asked for', async () => {
    const socket = left.connect({ host: '192.0.2.2', port, localAddress: '192.0.2.11', localPort: 4321 })
    await once(socket, 'connect')
    expect(socket).toMatchObject({ localAddress: '192.0.2.11', localPort: 4321 })
    socket.destroy()
  })

  it('stays half open with allowHalfOpen', async () => {
    accepted = []
    const server = net.createServer({ allowHalfOpen: true }, socket => {
      socket.end('bye')
      socket.on('data', data => heardAfterwards.push(String(data)))
    })
    const heardAfterwards: string[] = []
    const socket = left.connect({ host: '192.0.2.2', port: await portOf(server), allowHalfOpen: true })
    socket.resume()
    await once(socket, 'end')
    expect(socket.readyState).toBe('writeOnly')
    socket.end('still here')
    expect(await eventually(() => heardAfterwards.join('') === 'still here')).toBe(true)
  })

  it('tells that nothing comes for as long as timeout says', async () => {
    const socket = left.connect({ host: '192.0.2.2', port, timeout: 20 })
    await once(socket, 'timeout')
    socket.destroy()
  })

  it('is ended by its signal', async () => {
    const controller = new AbortController()
    const socket = left.connect({ host: '192.0.2.2', port, signal: controller.signal })
    controller.abort()
    expect(await failureOf(socket)).toMatchObject({ name: 'AbortError' })
  })

  it('is ended by destroy() before it has connected', async () => {
    const before = openDescriptors()
    const socket = left.connect({ host: '192.0.2.2', port })
    socket.destroy()
    await once(socket, 'close')
    expect(accepted).toEqual([])
    expect(await eventually(() => openDescriptors() <= before)).toBe(true)
  })

  it('hands bytes to a buffer of the caller’s, with onread', async () => {
    const heardBytes: string[] = []
    const socket = left.connect({
      host: '192.0.2.2',
      port,
      onread: {
        buffer: Buffer.alloc(64),
        callback: (length, buffer) => {
          heardBytes.push(Buffer.from(buffer.subarray(0, length)).toString())
          return true
        },
      },
    })
    socket.end('bytes')
    await once(socket, 'close')
    expect(heardBytes.join('')).toBe('bytes')
  })

  it('sends through one link only, with interface', async () => {
    const socket = left.connect({ host: '192.0.2.2', port, interface: 'lo', timeout: 100 })
    const outcome = await Promise.race([once(socket, 'connect').catch(() => 'refused'), once(socket, 'timeout')])
    socket.destroy()
    expect(outcome).not.toEqual(['connected'])
    expect(accepted).toEqual([])
  })

  it('connects again after it was closed, inside again', async () => {
    const socket = left.connect({ host: '192.0.2.2', port })
    socket.resume().end()
    await once(socket, 'close')
    socket.connect(port, '192.0.2.2')
    await once(socket, 'connect')
    expect(socket.localAddress).toBe('192.0.2.1')
    socket.destroy()
  })

  it('looks a name up inside, and says what it found', async () => {
    const server = net.createServer(socket => socket.end('local'))
    closing.push(server)
    await left.listen(server, { host: '127.0.0.1' })
    const socket = left.connect({ host: 'localhost', port: (server.address() as AddressInfo).port })
    const lookedUp = once(socket, 'lookup')
    expect(await heard(socket)).toBe('local')
    expect(await lookedUp).toEqual([null, '127.0.0.1', 4, 'localhost'])
  })

  it('lets the caller look names up', async () => {
    const asked: string[] = []
    const socket = left.connect({
      host: 'the-other-end',
      port,
      lookup: (hostname, _, callback) => {
        asked.push(hostname)
        callback(null, '192.0.2.2', 4)
      },
    })
    await once(socket, 'connect')
    expect(asked).toEqual(['the-other-end'])
    socket.destroy()
  })

  it('has no error of its own when it is destroyed while a name is looked up', async () => {
    const socket = left.connect({ host: 'localhost', port })
    socket.destroy()
    await once(socket, 'close')
    await left.lookup('localhost')
    expect(socket.errored).toBeNull()
  })

  it('works in the process’s own namespace too', async () => {
    const own = Netns.current()
    const server = net.createServer(socket => socket.end('own')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    closing.push(server)
    expect(await heard(own.connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' }))).toBe('own')
    own.close()
  })

  it('goes on when the handle is closed', async () => {
    const handle = await Netns.open(left.name)
    const socket = handle.connect({ host: '192.0.2.2', port })
    handle.close()
    socket.end('on')
    expect(await heard(socket)).toBe('on')
  })

  it.each<[string, object, string, string]>([
    ['missing port', { host: '192.0.2.2' }, 'ERR_MISSING_OPTION', 'port'],
    ['option', { host: '192.0.2.2', port: 1, hots: '' }, 'ERR_UNKNOWN_OPTION', 'hots'],
    ['host that is none', { host: 5, port: 1 }, 'ERR_INVALID_ARG_TYPE', 'host'],
    ['interface', { port: 1, interface: 'a/b' }, 'ERR_INVALID_ARG_VALUE', 'interface'],
    ['zone beside another interface', { host: 'fe80::2%wire', port: 1, interface: 'lo' }, 'ERR_INVALID_ARG_VALUE', 'host'],
    ['second attempt', { host: 'localhost', port: 1, autoSelectFamily: true }, 'ERR_INVALID_ARG_VALUE', 'autoSelectFamily'],
  ])('refuses a wrong %s', (_, options, code, option) => {
    expect(() => left.connect(options as never)).toThrow(expect.objectContaining({ code, operation: 'netns.connect', option }))
  })

  it('leaves it to Node to refuse a port or a local address that are none', () => {
    expect(() => left.connect({ host: '192.0.2.2', port: 70_000 })).toThrow(RangeError)
    expect(() => left.connect({ host: '192.0.2.2', port, localAddress: 'here' })).toThrow(TypeError)
  })
})

describe('a link-local address', () => {
  it('is of the namespace’s own link, by its zone or by interface', async () => {
    for (const options of [{ host: 'fe80::2%wire' }, { host: 'fe80::2', interface: 'wire' }]) {
      let called = 0
      const socket = left.connect({ ...options, port }, () => called++)
      expect(socket.readyState).toBe('opening')
      socket.end('near')
      expect(await heard(socket)).toBe('near')
      expect(called).toBe(1)
    }
  })

  it('is connected to from the address and port that were asked for', async () => {
    const socket = left.connect({ host: 'fe80::2%wire', port, localAddress: 'fe80::1', localPort: 4322 })
    await once(socket, 'connect')
    expect(socket.localPort).toBe(4322)
    expect(socket.localAddress).toMatch(/^fe80::1/)
    socket.destroy()
    const other = left.connect({ host: 'fe80::2%wire', port, localPort: 4323 })
    await once(other, 'connect')
    expect(other.localPort).toBe(4323)
    other.destroy()
  })

  it('may be what a name means', async () => {
    const lookup: net.LookupFunction = (_, __, callback) => callback(null, 'fe80::2%wire', 6)
    expect(await heard(left.connect({ host: 'near', port, lookup }).end('by name'))).toBe('by name')
    const socket = left.connect({ host: 'near', port, lookup, localPort: 4324 })
    expect(await failureOf(socket)).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE', option: 'host' })
  })

  it('is secured by TLS, and asked by HTTP', async () => {
    const secure = await portOf(tls.createServer({ cert, key }, socket => socket.end('secret')))
    const options = { host: 'fe80::2%wire', port: secure, ca: cert, checkServerIdentity: () => undefined }
    expect(await heard(left.tlsConnect(options))).toBe('secret')
    const web = await portOf(http.createServer((_, response) => response.end('web')))
    const agent = left.agent()
    const [response] = await once(http.get({ host: 'fe80::2%wire', port: web, agent, headers: { host: 'near' } }), 'response')
    expect(await heard(response)).toBe('web')
  })

  it('has the errors that other addresses have', async () => {
    expect(await failureOf(left.connect({ host: 'fe80::2%wire', port: 1 }))).toMatchObject({
      code: 'ECONNREFUSED',
      syscall: 'connect',
      message: 'connect ECONNREFUSED fe80::2:1',
    })
    expect(await failureOf(left.connect({ host: 'fe80::2', port }))).toMatchObject({
      code: 'EINVAL',
      errno: -22,
      syscall: 'connect',
      address: 'fe80::2',
      port,
    })
    const socket = left.connect({ host: 'fe80::2%wire', port, localAddress: '2001:db8::77' })
    expect(await failureOf(socket)).toMatchObject({ code: 'EADDRNOTAVAIL', syscall: 'bind', address: '2001:db8::77' })
    for (const wrong of [{ port: 70_000 }, { port, localAddress: '192.0.2.1' }, { port, localPort: -1 }]) {
      expect(() => left.connect({ host: 'fe80::2%wire', ...wrong })).toThrow(
        expect.objectContaining({ operation: 'netns.connect' }),
      )
    }
  })

  it('is given up by destroy(), by a timeout, by a signal, while nobody answers', async () => {
    // Nobody has it, and neighbor discovery takes minutes to find that out.
    await left.sysctl.set('net.ipv6.neigh.wire.retrans_time_ms', 60_000)
    const nobody = { host: 'fe80::77%wire', port }
    const before = openDescriptors()
    const destroyed = left.connect(nobody)
    setTimeout(() => destroyed.destroy(), 20)
    await once(destroyed, 'close')
    const timed = left.connect({ ...nobody, timeout: 20 })
    await once(timed, 'timeout')
    timed.destroy()
    const controller = new AbortController()
    const aborted = left.connect({ ...nobody, signal: controller.signal })
    setTimeout(() => controller.abort(), 20)
    expect(await failureOf(aborted)).toMatchObject({ name: 'AbortError' })
    await left.sysctl.set('net.ipv6.neigh.wire.retrans_time_ms', 1000)
    expect(await eventually(() => openDescriptors() <= before)).toBe(true)
  })

  it('is connected to again', async () => {
    const socket = left.connect({ host: 'fe80::2%wire', port })
    socket.resume().end()
    await once(socket, 'close')
    socket.connect(port, 'fe80::2%wire')
    await once(socket, 'connect')
    socket.destroy()
  })
})

describe('an error of netns.connect', () => {
  it('is Node’s ECONNREFUSED', async () => {
    const where = { host: '127.0.0.1', port: 1 }
    const ours = await failureOf(left.connect(where))
    expect(plain(ours)).toEqual(plain(await failureOf(net.connect(where))))
    expect(ours).toMatchObject({ code: 'ECONNREFUSED', syscall: 'connect', address: '127.0.0.1', port: 1 })
  })

  it('is Node’s EADDRNOTAVAIL of a local address', async () => {
    const where = { host: '127.0.0.1', port: 1, localAddress: '198.51.100.7' }
    expect(plain(await failureOf(left.connect(where)))).toEqual(plain(await failureOf(net.connect(where))))
  })

  it('is ENETUNREACH where no route leads', async () => {
    expect(await failureOf(left.connect({ host: '198.51.100.7', port: 1 }))).toMatchObject({
      code: 'ENETUNREACH',
      syscall: 'connect',
      message: expect.stringMatching(/^connect ENETUNREACH 198\.51\.100\.7:1/),
    })
  })

  it('is Node’s ECONNREFUSED of a Unix socket', async () => {
    const where = { path: `\0rtnl-test-nobody-${process.pid}` }
    expect(plain(await failureOf(left.connect(where)))).toEqual(plain(await failureOf(net.connect(where))))
  })

  it('says that there is no such link', async () => {
    expect(await failureOf(left.connect({ host: 'fe80::2%missing', port }))).toMatchObject({
      name: 'SystemError',
      code: 'ENODEV',
    })
  })

  it('says that a name is not known', async () => {
    expect(await failureOf(left.connect({ host: 'no name', port }))).toMatchObject({
      name: 'LookupError',
      code: 'ENOTFOUND',
      hostname: 'no name',
      operation: 'netns.connect',
    })
  })

  it('is ClosedError where the handle is closed', async () => {
    const ns = await createNamespace()
    const socket = ns.connect({ host: '127.0.0.1', port: 1 })
    await failureOf(socket)
    ns.close()
    expect(() => ns.connect({ host: '127.0.0.1', port: 1 })).toThrow(expect.objectContaining({ name: 'ClosedError' }))
    expect(await failureOf(socket.connect(1, '127.0.0.1'))).toMatchObject({ name: 'ClosedError' })
  })
})

describe('a Unix socket', () => {
  it('in the file system is the same from every namespace', async () => {
    const path = `/tmp/rtnl-test-${process.pid}.sock`
    const server = net.createServer(socket => socket.end('file')).listen(path)
    await once(server, 'listening')
    closing.push(server)
    expect(await heard(left.connect({ path }))).toBe('file')
  })

  it('connects once', async () => {
    const path = `\0rtnl-test-once-${process.pid}`
    const server = net.createServer(socket => socket.end())
    closing.push(server)
    await left.listen(server, { path })
    const socket = left.connect({ path })
    await heard(socket)
    if (!socket.closed) await once(socket, 'close')
    expect(() => socket.connect({ path })).toThrow('connects once')
  })
})

describe('netns.tlsConnect', () => {
  let securePort: number

  beforeEach(async () => {
    securePort = await portOf(
      tls.createServer({ cert, key }, socket => {
        socket.on('error', () => {})
        socket.end(`for ${socket.servername || 'nobody'}`)
      }),
    )
  })

  it('gives a TLSSocket whose other end is who it says', async () => {
    const socket = left.tlsConnect({ host: '192.0.2.2', port: securePort, ca: cert })
    expect(socket).toBeInstanceOf(tls.TLSSocket)
    await once(socket, 'secureConnect')
    expect(socket).toMatchObject({ authorized: true, localAddress: '192.0.2.1', remoteAddress: '192.0.2.2' })
    expect(await heard(socket)).toBe('for nobody')
  })

  it('calls back, and asks for the name that is wanted', async () => {
    const options = { host: '192.0.2.2', port: securePort, ca: cert, servername: 'inside.test' }
    const socket = await new Promise<tls.TLSSocket>(resolve => {
      const socket: tls.TLSSocket = left.tlsConnect(options, () => resolve(socket))
    })
    expect(await heard(socket)).toBe('for inside.test')
  })

  it('does not trust whom it does not know', async () => {
    const socket = left.tlsConnect({ host: '192.0.2.2', port: securePort })
    expect(await failureOf(socket)).toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
  })

  it('does not take one host for another', async () => {
    const socket = left.tlsConnect({ host: '2001:db8::2', port: securePort, ca: cert })
    expect(await failureOf(socket)).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
  })

  it('passes on that nobody is there', async () => {
    const socket = left.tlsConnect({ host: '127.0.0.1', port: 1 })
    expect(await failureOf(socket)).toMatchObject({ code: 'ECONNREFUSED', address: '127.0.0.1', port: 1 })
  })

  it('stays half open with allowHalfOpen', async () => {
    const heardAfterwards: string[] = []
    const server = tls.createServer({ cert, key, allowHalfOpen: true }, socket => {
      socket.end('bye')
      socket.on('data', data => heardAfterwards.push(String(data)))
    })
    const socket = left.tlsConnect({ host: '192.0.2.2', port: await portOf(server), ca: cert, allowHalfOpen: true })
    socket.resume()
    await once(socket, 'end')
    socket.end('still here')
    expect(await eventually(() => heardAfterwards.join('') === 'still here')).toBe(true)
  })

  it('has a timeout, and a signal', async () => {
    const silent = await portOf(net.createServer(socket => void accepted.push(socket)))
    const socket = left.tlsConnect({ host: '192.0.2.2', port: silent, timeout: 20 })
    await once(socket, 'timeout')
    socket.destroy()
    const controller = new AbortController()
    const aborted = left.tlsConnect({ host: '192.0.2.2', port: silent, signal: controller.signal })
    setImmediate(() => controller.abort())
    expect(await failureOf(aborted)).toMatchObject({ name: 'AbortError' })
  })
})

describe('netns.agent', () => {
  let webPort: number

  beforeEach(async () => {
    webPort = await portOf(
      http.createServer((request, response) => response.end(`${request.socket.remoteAddress} ${request.url}`)),
    )
  })

  async function get(agent: http.Agent, options: http.RequestOptions = {}): Promise<string> {
    const [response] = await once(http.get({ host: '192.0.2.2', port: webPort, path: '/page', agent, ...options }), 'response')
    return heard(response)
  }

  it('makes requests of node:http from inside', async () => {
    expect(await get(left.agent())).toBe('::ffff:192.0.2.1 /page')
    expect(await get(left.agent(), { localAddress: '192.0.2.11' })).toBe('::ffff:192.0.2.11 /page')
  })

  it('keeps connections, when told to', async () => {
    const agent = left.agent({ keepAlive: true })
    expect(agent).toBeInstanceOf(http.Agent)
    for (let i = 0; i < 3; i++) await get(agent)
    expect(Object.values(agent.freeSockets).flat()).toHaveLength(1)
    agent.destroy()
  })

  it('reaches abstract Unix sockets', async () => {
    const server = http.createServer((_, response) => response.end('unix'))
    closing.push(server)
    const path = `\0rtnl-test-http-${process.pid}`
    await left.listen(server, { path })
    const [response] = await once(http.get({ socketPath: path, agent: left.agent() }), 'response')
    expect(await heard(response)).toBe('unix')
  })

  it('passes errors on to the request', async () => {
    const request = http.get({ host: '127.0.0.1', port: 1, agent: left.agent() })
    await expect(once(request, 'response')).rejects.toMatchObject({ code: 'ECONNREFUSED', address: '127.0.0.1', port: 1 })
  })

  it('fails once the handle is closed', async () => {
    const handle = await Netns.open(left.name)
    const agent = handle.agent()
    handle.close()
    const request = http.get({ host: '192.0.2.2', port: webPort, agent })
    await expect(once(request, 'response')).rejects.toMatchObject({ name: 'ClosedError' })
    const unix = http.get({ socketPath: '\0x', agent })
    await expect(once(unix, 'response')).rejects.toMatchObject({ name: 'ClosedError' })
  })
})

describe('netns.httpsAgent', () => {
  it('makes requests of node:https from inside, and takes TLS sessions up again', async () => {
    const reused: boolean[] = []
    const server = https.createServer({ cert, key }, (request, response) => {
      reused.push((request.socket as tls.TLSSocket).isSessionReused())
      response.end('https')
    })
    const options = { host: '192.0.2.2', port: await portOf(server), agent: left.httpsAgent({ ca: cert, maxVersion: 'TLSv1.2' }) }
    for (let i = 0; i < 2; i++) {
      const [response] = await once(https.get(options), 'response')
      expect(await heard(response)).toBe('https')
    }
    expect(reused).toEqual([false, true])
  })

  it('does not leave through a proxy', async () => {
    const server = https.createServer({ cert, key }, (_, response) => response.end('direct'))
    const agent = left.httpsAgent({ ca: cert, proxyEnv: { HTTPS_PROXY: 'http://127.0.0.1:1' } } as https.AgentOptions)
    const [response] = await once(https.get({ host: '192.0.2.2', port: await portOf(server), agent }), 'response')
    expect(await heard(response)).toBe('direct')
  })
})

describe('connections', () => {
  it('made and closed again and again leave no descriptor and no thread behind', async () => {
    const cycle = async () => {
      const socket = left.connect({ host: '192.0.2.2', port })
      socket.resume().end()
      await once(socket, 'close')
    }
    await cycle()
    const before = openDescriptors()
    for (let i = 0; i < 300; i++) await cycle()
    expect(await eventually(() => openDescriptors() <= before)).toBe(true)
    expect(await lastingStrayThreads()).toEqual([])
  })

  it('that fail leave no descriptor behind', async () => {
    const before = openDescriptors()
    for (let i = 0; i < 100; i++) {
      await failureOf(left.connect({ host: '127.0.0.1', port: 1 }))
      await failureOf(left.connect({ path: '\0rtnl-test-nobody' }))
      await failureOf(left.connect({ host: 'fe80::2%missing', port }))
    }
    expect(await eventually(() => openDescriptors() <= before)).toBe(true)
  })

  it('cross the wire', async () => {
    const bytes = () => JSON.parse(ip('-n', left.name, '-j', '-s', 'link', 'show', 'dev', 'wire'))[0].stats64.tx.bytes
    const before = bytes()
    const socket = left.connect({ host: '192.0.2.2', port })
    socket.end(Buffer.alloc(100_000))
    await heard(socket)
    expect(bytes() - before).toBeGreaterThan(100_000)
  })
})
