import dgram from 'node:dgram'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import http from 'node:http'
import https from 'node:https'
import net, { type AddressInfo } from 'node:net'
import tls from 'node:tls'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { cert, key } from '../support/certificate.ts'
import { runProgram } from '../support/dist.ts'
import { NameServer } from '../support/name-server.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { lastingStrayThreads } from '../support/test-namespaces.ts'

/**
 * The same ports are listened on in the namespace, where whoever comes is told 'inside', and in the process's own, on its loopback
 * address, where whoever comes has escaped.
 */
let inside: NamedNetns
const escaped: string[] = []
let tcp: { inside: net.Server; outside: net.Server[] }
let web: { inside: http.Server; outside: http.Server }
let secure: { inside: tls.Server; outside: tls.Server }
let datagrams: { inside: dgram.Socket; outside: dgram.Socket[] }

const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port

/** Listens on a port of the process's own loopback that is free inside as well: what is new there is all free. */
async function decoy<Server extends net.Server>(server: Server, port = 0, host = '127.0.0.1'): Promise<Server> {
  server.listen(port, host)
  await once(server, 'listening')
  server.on('connection', () => escaped.push(`a connection to ${host}:${portOf(server)}`))
  return server
}

beforeAll(async () => {
  inside = await createNamespace()
  await inside.links.set('lo', { up: true })
  mkdirSync(`/etc/netns/${inside.name}`, { recursive: true })
  // Nobody listens on 127.0.0.2 inside.
  writeFileSync(`/etc/netns/${inside.name}/hosts`, '127.0.0.2 two-addresses\n127.0.0.1 two-addresses inside.test\n')
  writeFileSync(`/etc/netns/${inside.name}/resolv.conf`, 'nameserver 127.0.0.1\noptions timeout:30 attempts:1\n')

  const outside = await decoy(net.createServer(socket => socket.end('outside')))
  tcp = {
    inside: await inside.listen(
      net.createServer(socket => socket.end('inside')),
      { host: '127.0.0.1', port: portOf(outside) },
    ),
    outside: [outside, await decoy(net.createServer(), portOf(outside), '127.0.0.2')],
  }
  const outsideWeb = await decoy(http.createServer((_, response) => response.end('outside')))
  web = {
    inside: await inside.listen(
      http.createServer((_, response) => response.end('inside')),
      { port: portOf(outsideWeb) },
    ),
    outside: outsideWeb,
  }
  const outsideSecure = await decoy(tls.createServer({ cert, key }, socket => socket.end('outside')))
  secure = {
    inside: await inside.listen(
      https.createServer({ cert, key }, (_, response) => response.end('inside')),
      { port: portOf(outsideSecure) },
    ),
    outside: outsideSecure,
  }
  const ear = dgram.createSocket('udp4', message => escaped.push(`a datagram: ${message}`)).bind(0, '127.0.0.1')
  await once(ear, 'listening')
  datagrams = { inside: inside.createSocket('udp4'), outside: [ear] }
  datagrams.inside.bind(portOf(ear), '127.0.0.1')
  await once(datagrams.inside, 'listening')
})
afterEach(async () => {
  await new Promise(resolve => setTimeout(resolve, 10))
  expect(escaped.splice(0)).toEqual([])
  expect(await lastingStrayThreads()).toEqual([])
})
afterAll(() => {
  for (const server of [tcp.inside, ...tcp.outside, web.inside, web.outside, secure.inside, secure.outside]) server.close()
  for (const socket of [datagrams.inside, ...datagrams.outside]) socket.close()
  rmSync(`/etc/netns/${inside.name}`, { recursive: true, force: true })
  closeNamespaces()
})

async function heard(stream: NodeJS.ReadableStream): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += chunk
  return text
}

describe('nothing leaves the namespace', () => {
  it('with netns.connect to an address', async () => {
    expect(await heard(inside.connect({ host: '127.0.0.1', port: portOf(tcp.inside) }))).toBe('inside')
  })

  it('with netns.connect to a name', async () => {
    expect(await heard(inside.connect({ host: 'inside.test', port: portOf(tcp.inside) }))).toBe('inside')
  })

  it('with a name of two addresses, whose first does not answer: Node would make the second attempt outside', async () => {
    expect(net.getDefaultAutoSelectFamily()).toBe(true)
    const socket = inside.connect({ host: 'two-addresses', port: portOf(tcp.inside) })
    await expect(once(socket, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED', address: '127.0.0.2' })
  })

  it('with a socket that connects again', async () => {
    const socket = inside.connect({ host: '127.0.0.1', port: portOf(tcp.inside) })
    socket.resume()
    await once(socket, 'close')
    expect(await heard(socket.connect(portOf(tcp.inside), '127.0.0.1'))).toBe('inside')
    const named = inside.connect({ host: 'inside.test', port: portOf(tcp.inside) })
    named.resume()
    await once(named, 'close')
    expect(await heard(named.connect({ host: 'inside.test', port: portOf(tcp.inside) }))).toBe('inside')
  })

  it('with a socket that is destroyed at once', async () => {
    inside.connect({ host: '127.0.0.1', port: portOf(tcp.inside) }).destroy()
    inside.connect({ host: 'inside.test', port: portOf(tcp.inside) }).destroy()
  })

  it('when the namespace cannot be entered any more', async () => {
    const handle = await createNamespace()
    const socket = handle.connect({ host: 'localhost', port: portOf(tcp.inside) })
    handle.close()
    await expect(once(socket, 'connect')).rejects.toMatchObject({ name: 'ClosedError' })
  })

  it('with netns.tlsConnect', async () => {
    const socket = inside.tlsConnect({ host: '127.0.0.1', port: portOf(secure.inside), ca: cert })
    await once(socket, 'secureConnect')
    socket.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
    expect(await heard(socket)).toContain('inside')
  })

  it('with netns.agent and netns.httpsAgent', async () => {
    const request = http.get({ host: '127.0.0.1', port: portOf(web.inside), agent: inside.agent() })
    expect(await heard((await once(request, 'response'))[0])).toBe('inside')
    const options = { host: '127.0.0.1', port: portOf(secure.inside), agent: inside.httpsAgent({ ca: cert }) }
    expect(await heard((await once(https.get(options), 'response'))[0])).toBe('inside')
  })

  it('with netns.fetch, also when it is redirected', async () => {
    const response = await inside.fetch(`http://127.0.0.1:${portOf(web.inside)}/`)
    expect(await response.text()).toBe('inside')
    const redirecting = await inside.listen(
      http.createServer((_, response) =>
        response.writeHead(302, { location: `http://inside.test:${portOf(web.inside)}/` }).end(),
      ),
    )
    expect(await (await inside.fetch(`http://localhost.localhost:${portOf(redirecting)}/`)).text()).toBe('inside')
    redirecting.close()
    redirecting.closeAllConnections()
  })

  it('with netns.createSocket: bound, not bound, connected, to an address and to a name', async () => {
    const port = portOf(datagrams.inside)
    for (const send of [
      (socket: dgram.Socket) => socket.send('x', port, '127.0.0.1'),
      (socket: dgram.Socket) => socket.send('x', port, 'inside.test'),
      (socket: dgram.Socket) => socket.bind(() => socket.send('x', port, '127.0.0.1')),
      (socket: dgram.Socket) => socket.connect(port, '127.0.0.1', () => socket.send('x')),
    ]) {
      const arrived = once(datagrams.inside, 'message', { signal: AbortSignal.timeout(30_000) })
      const socket = inside.createSocket('udp4')
      send(socket)
      await arrived
      socket.close()
    }
  })

  it('with a datagram socket of a newer Node, which binds and connects at once', async context => {
    const socket = inside.createSocket('udp4') as dgram.Socket & { bindSync?(options: object): void }
    if (socket.bindSync === undefined) {
      socket.close()
      context.skip('dgram: this Node has no bindSync()')
    }
    socket.bindSync?.({ address: '127.0.0.2' })
    const arrived = once(datagrams.inside, 'message', { signal: AbortSignal.timeout(30_000) })
    socket.send('x', portOf(datagrams.inside), '127.0.0.1')
    await arrived
    socket.close()
  })

  it('with netns.lookup, whose server is on a loopback address outside, too', async () => {
    // Port 53 of the process's own loopback address may be somebody's; ours is 127.0.0.53, where questions would go if they escaped.
    const server = await new NameServer({ 'name.test': { a: ['192.0.2.1'] } }).start(inside, '127.0.0.53')
    const ear = dgram.createSocket('udp4', message => escaped.push(`a question: ${message}`))
    await new Promise<void>(resolve => ear.bind(53, '127.0.0.53', resolve).on('error', () => resolve()))
    expect(await inside.lookup('name.test', { servers: ['127.0.0.53'] })).toEqual({ address: '192.0.2.1', family: 4 })
    server.close()
    ear.close()
  })

  it('with netns.listen and netns.createServer: nobody outside gets in', async () => {
    const free = await decoy(net.createServer())
    const port = portOf(free)
    await new Promise(resolve => free.close(resolve))
    const server = await inside.listen(net.createServer(), { port })
    const other = inside.createServer()
    other.listen(0)
    for (const listening of [port, portOf(other)]) {
      await expect(once(net.connect(listening, '127.0.0.1'), 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    }
    expect(listenersOf('/proc/self/net/tcp6')).not.toContain(port)
    server.close()
    other.close()
  })

  it('with abstract Unix sockets', async () => {
    const path = `\0rtnl-test-escape-${process.pid}`
    const outside = net.createServer(() => escaped.push('a connection to a Unix socket')).listen(path)
    await once(outside, 'listening')
    const server = await inside.listen(
      net.createServer(socket => socket.end('inside')),
      { path },
    )
    expect(await heard(inside.connect({ path }))).toBe('inside')
    server.close()
    outside.close()
  })

  it('with netns.openSocket', async () => {
    const port = portOf(tcp.inside)
    const taken = inside.openSocket({ family: 'inet', type: 'stream', bind: { address: '127.0.0.1', port } })
    await expect(taken).rejects.toMatchObject({ code: 'EADDRINUSE' })
    await (await inside.openSocket({ family: 'inet', type: 'stream', bind: { address: '127.0.0.2', port } })).close()
  })

  it('in workers of node:cluster, which share the sockets of their primary: there listen() refuses, and the rest works', async () => {
    const file = fileURLToPath(new URL('../support/cluster-worker.mjs', import.meta.url))
    const { stdout, stderr } = await runProgram(`
      import cluster from 'node:cluster'
      import { once } from 'node:events'
      cluster.setupPrimary({ exec: ${JSON.stringify(file)}, execArgv: [] })
      const worker = cluster.fork()
      worker.on('message', message => console.log(message))
      await once(worker, 'exit')`)
    expect({ stdout, stderr }).toEqual({ stdout: 'ERR_CLUSTER_WORKER self\n', stderr: '' })
  })
})

/** Ports that are listened on, in a file of /proc/net. */
function listenersOf(file: string): number[] {
  const rows = readFileSync(file, 'utf8').trim().split('\n').slice(1)
  const sockets = rows.map(row => row.trim().split(/\s+/))
  return sockets.filter(([, , , state]) => state === '0A').map(([, local]) => Number.parseInt(local!.split(':')[1]!, 16))
}

describe('no thread of the process stays in the namespace', () => {
  it('though files are read and workers are started while sockets are opened', async () => {
    const workers = Array.from({ length: 4 }, () => new Worker('setTimeout(() => {}, 200)', { eval: true }))
    const reading = Array.from({ length: 50 }, () => readFile('/proc/self/status'))
    for (let i = 0; i < 50; i++) {
      inside.connect({ host: '127.0.0.1', port: portOf(tcp.inside) }).resume()
      inside.createSocket('udp4').close()
    }
    const opening = Array.from({ length: 20 }, () => inside.openSocket({ family: 'packet', type: 'raw' }))
    await Promise.all(reading)
    expect(await lastingStrayThreads()).toEqual([])
    await Promise.all((await Promise.all(opening)).map(socket => socket.close()))
    await Promise.all(workers.map(worker => worker.terminate()))
  })
})
