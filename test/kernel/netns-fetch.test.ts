import { once } from 'node:events'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import https from 'node:https'
import net, { type AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Netns } from '../../lib/index.ts'
import { cert, key } from '../support/certificate.ts'
import { runProgram } from '../support/dist.ts'
import { joinedNamespaces } from '../support/joined.ts'
import { closeNamespaces, type NamedNetns } from '../support/namespace.ts'
import { eventually, openDescriptors } from '../support/test-namespaces.ts'

let left: NamedNetns
let right: NamedNetns
let web: http.Server
let base: string
let answer: (request: IncomingMessage, response: ServerResponse) => void

beforeAll(async () => {
  ;({ left, right } = await joinedNamespaces())
})
beforeEach(async () => {
  answer = (_, response) => response.end('page')
  web = await right.listen(http.createServer((request, response) => answer(request, response)))
  base = `http://192.0.2.2:${(web.address() as AddressInfo).port}`
})
afterEach(() => {
  web.close()
  web.closeAllConnections()
})
afterAll(closeNamespaces)

const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    error => error,
  )

describe('netns.fetch', () => {
  it('gives a Response of Node’s own', async () => {
    answer = (_, response) =>
      response.writeHead(203, 'Not quite', { 'x-test': ['a', 'b'], 'set-cookie': ['c=1', 'd=2'] }).end('page')
    const response = await left.fetch(`${base}/path?query`)
    expect(response).toBeInstanceOf(Response)
    expect({ status: response.status, text: response.statusText, ok: response.ok, url: response.url }).toEqual({
      status: 203,
      text: 'Not quite',
      ok: true,
      url: `${base}/path?query`,
    })
    expect(response.headers.get('x-test')).toBe('a, b')
    expect(response.headers.getSetCookie()).toEqual(['c=1', 'd=2'])
    expect(await response.text()).toBe('page')
  })

  it('asks from inside, as Node’s fetch does', async () => {
    const asked: [string | undefined, string | undefined, object][] = []
    answer = (request, response) => {
      asked.push([request.url, request.socket.remoteAddress, request.headers])
      response.end()
    }
    await left.fetch(new URL(`${base}/path?query#fragment`), { headers: { 'X-Test': 'value' } })
    expect(asked).toEqual([
      [
        '/path?query',
        '::ffff:192.0.2.1',
        expect.objectContaining({ host: base.slice(7), 'x-test': 'value', accept: '*/*', 'user-agent': 'node' }),
      ],
    ])
  })

  it.each<[string, RequestInit, string, object]>([
    ['text', { body: 'täxt' }, 'täxt', { 'content-length': '5' }],
    ['bytes', { body: new Uint8Array([65, 66]) }, 'AB', { 'content-length': '2' }],
    ['a form', { body: new URLSearchParams({ a: '1' }) }, 'a=1', { 'content-length': '3' }],
    ['nothing', {}, '', { 'content-length': '0' }],
    ['a stream', { body: streamOf('one ', 'two'), duplex: 'half' } as RequestInit, 'one two', { 'transfer-encoding': 'chunked' }],
  ])('sends %s', async (_, init, text, headers) => {
    let seen: object = {}
    answer = (request, response) => {
      seen = request.headers
      request.pipe(response)
    }
    const response = await left.fetch(base, { method: 'POST', ...init })
    expect(await response.text()).toBe(text)
    expect(seen).toMatchObject(headers)
  })

  it('takes a Request', async () => {
    answer = (request, response) => response.end(`${request.method} ${request.headers['x-test']}`)
    const response = await left.fetch(new Request(base, { method: 'PUT', headers: { 'x-test': 'request' } }))
    expect(await response.text()).toBe('PUT request')
  })

  it.each(['HEAD', 'DELETE', 'OPTIONS', 'PATCH'])('takes the method %s', async method => {
    let seen: string | undefined
    answer = (request, response) => {
      seen = request.method
      response.setHeader('x-length', '4').end(method === 'HEAD' ? undefined : 'done')
    }
    const response = await left.fetch(base, { method })
    expect(seen).toBe(method)
    expect(await response.text()).toBe(method === 'HEAD' ? '' : 'done')
  })

  it.each([204, 304])('takes a response without a body: %i', async status => {
    answer = (_, response) => response.writeHead(status).end()
    expect((await left.fetch(base)).status).toBe(status)
  })

  it('decompresses', async () => {
    answer = (_, response) => response.setHeader('content-encoding', 'gzip').end(gzipSync('unpacked'))
    expect(await (await left.fetch(base)).text()).toBe('unpacked')
  })

  it('follows redirections, or does not', async () => {
    answer = (request, response) => {
      if (request.url === '/there') response.end('there')
      else response.writeHead(302, { location: '/there' }).end()
    }
    expect(await (await left.fetch(base)).text()).toBe('there')
    expect((await left.fetch(base, { redirect: 'manual' })).status).toBe(302)
  })

  it('streams: the sender waits for the reader', async () => {
    const chunk = Buffer.alloc(64 * 1024)
    let sent = 0
    answer = (_, response) => {
      const write = () => {
        while (!response.destroyed && sent < 100 * 1024 * 1024) {
          sent += chunk.length
          if (!response.write(chunk)) return void response.once('drain', write)
        }
      }
      write()
    }
    const response = await left.fetch(base)
    const reader = response.body!.getReader()
    await reader.read()
    let before = -1
    while (before !== sent) {
      before = sent
      await new Promise(resolve => setTimeout(resolve, 100))
    }
    expect(sent).toBeLessThan(50 * 1024 * 1024)
    await reader.cancel()
  })

  it('reads large bodies whole', async () => {
    const body = Buffer.alloc(3_000_000, 'abc')
    answer = (_, response) => response.end(body)
    expect(Buffer.from(await (await left.fetch(base)).arrayBuffer()).equals(body)).toBe(true)
  })

  it('keeps the connection for the next request', async () => {
    const ports = new Set<number | undefined>()
    answer = (request, response) => {
      ports.add(request.socket.remotePort)
      response.end('page')
    }
    for (let i = 0; i < 5; i++) await (await left.fetch(base)).text()
    expect(ports.size).toBe(1)
  })

  it('does HTTPS, and trusts whom Node trusts', async () => {
    const secure = await right.listen(https.createServer({ cert, key }, (_, response) => response.end('https')))
    const url = `https://192.0.2.2:${(secure.address() as AddressInfo).port}/`
    const error = await failureOf(left.fetch(url))
    expect(error).toMatchObject({ message: 'fetch failed', cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' } })
    secure.close()
  })

  it('does HTTPS with a certificate that is trusted', async () => {
    const { stdout, stderr } = await runProgram(`
      import https from 'node:https'
      const red = await rtnetlink.Netns.create()
      await red.links.set('lo', { up: true })
      const options = { cert: ${JSON.stringify(cert)}, key: ${JSON.stringify(key)} }
      const server = await red.listen(https.createServer(options, (_, response) => response.end('https')))
      process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
      process.removeAllListeners('warning')
      console.log(await (await red.fetch('https://127.0.0.1:' + server.address().port)).text())
      server.close()`)
    expect(stdout).toBe('https\n')
    expect(stderr).not.toContain('Error')
  })

  it('asks IPv6 addresses', async () => {
    const response = await left.fetch(base.replace('192.0.2.2', '[2001:db8::2]'))
    expect(await response.text()).toBe('page')
  })

  it('asks hosts by name, looked up inside', async () => {
    const local = await left.listen(
      http.createServer((_, response) => response.end('local')),
      { host: '127.0.0.1' },
    )
    expect(await (await left.fetch(`http://localhost:${(local.address() as AddressInfo).port}/`)).text()).toBe('local')
    local.close()
    local.closeAllConnections()
  })

  it('reads data URLs without asking anybody', async () => {
    expect(await (await left.fetch('data:,text')).text()).toBe('text')
  })

  it('works in the process’s own namespace too', async () => {
    const own = Netns.current()
    const server = http.createServer((_, response) => response.end('own')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    expect(await (await own.fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)).text()).toBe('own')
    own.close()
    server.close()
  })

  it('is aborted before and while the response comes', async () => {
    expect(await failureOf(left.fetch(base, { signal: AbortSignal.abort() }))).toMatchObject({ name: 'AbortError' })
    const controller = new AbortController()
    let closed = false
    answer = (_, response) => {
      response.on('close', () => {
        closed = true
      })
      setImmediate(() => controller.abort())
    }
    expect(await failureOf(left.fetch(base, { signal: controller.signal }))).toMatchObject({ name: 'AbortError' })
    expect(await eventually(() => closed)).toBe(true)
  })

  it('is aborted in the middle of a response, as Node’s fetch is', async () => {
    const own = http.createServer((_, response) => void response.write('start')).listen(0, '127.0.0.1')
    await once(own, 'listening')
    answer = (_, response) => void response.write('start')
    const abortMidway = async (ask: typeof fetch, url: string) => {
      const controller = new AbortController()
      const response = await ask(url, { signal: controller.signal })
      controller.abort(new Error('enough'))
      return await failureOf(response.text())
    }
    const nodes = await abortMidway(fetch, `http://127.0.0.1:${(own.address() as AddressInfo).port}`)
    expect(await abortMidway((url, init) => left.fetch(url, init), base)).toMatchObject({
      name: nodes.name,
      message: nodes.message,
    })
    own.close()
    own.closeAllConnections()
  })

  it('has the caller’s own error when the caller’s stream fails', async () => {
    const body = new ReadableStream({ pull: controller => controller.error(new Error('no more')) })
    const error = await failureOf(left.fetch(base, { method: 'POST', body, duplex: 'half' } as RequestInit))
    expect(error).toBeInstanceOf(Error)
    expect(String((error.cause as Error | undefined)?.message ?? error.message)).toContain('no more')
  })

  it.each<[string, (request: IncomingMessage, response: ServerResponse) => void, object]>([
    ['hangs up', request => request.socket.destroy(), { message: 'fetch failed', cause: { code: 'ECONNRESET' } }],
  ])('fails when the server %s', async (_, wrong, error) => {
    answer = wrong
    expect(await failureOf(left.fetch(base))).toMatchObject(error)
  })

  it('fails when the body breaks off', async () => {
    answer = (request, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('only this', () => request.socket.destroy())
    }
    const response = await left.fetch(base)
    expect(await failureOf(response.text())).toMatchObject({ name: 'TypeError', message: 'terminated' })
  })

  it('fails when the answer is no HTTP', async () => {
    const server = await right.listen(net.createServer(socket => socket.end('what?\r\n\r\n')))
    const error = await failureOf(left.fetch(`http://192.0.2.2:${(server.address() as AddressInfo).port}/`))
    expect(error).toMatchObject({ message: 'fetch failed', cause: { code: expect.stringMatching(/^HPE_/) } })
    server.close()
  })

  it('fails when nobody is there, with the reason as its cause', async () => {
    const error = await failureOf(left.fetch('http://192.0.2.2:5999/'))
    expect(error).toBeInstanceOf(TypeError)
    expect(error).toMatchObject({ message: 'fetch failed', cause: { code: 'ECONNREFUSED', address: '192.0.2.2', port: 5999 } })
  })

  it('fails when the name is not known', async () => {
    const error = await failureOf(left.fetch('http://nobody.localdomain.invalid/'))
    expect(error).toMatchObject({ message: 'fetch failed', cause: { name: 'LookupError' } })
  })

  it('refuses another dispatcher, and a handle that is closed', async () => {
    const dispatcher = { dispatch: () => false }
    expect(await failureOf(left.fetch(base, { dispatcher } as unknown as RequestInit))).toMatchObject({
      code: 'ERR_INVALID_ARG_VALUE',
      option: 'dispatcher',
      operation: 'netns.fetch',
    })
    const handle = await Netns.open(left.name)
    handle.close()
    expect(await failureOf(handle.fetch(base))).toMatchObject({ name: 'ClosedError', operation: 'netns.fetch' })
  })

  it('lets go of its idle connections when the handle is closed, and of those in use afterwards', async () => {
    const before = openDescriptors()
    const handle = await Netns.open(left.name)
    await (await handle.fetch(base)).text()
    const asked: ServerResponse[] = []
    answer = (_, response) => void asked.push(response)
    const pending = [handle.fetch(base), handle.fetch(base)]
    expect(await eventually(() => asked.length === 2)).toBe(true)
    handle.close()
    for (const response of asked) response.end('late')
    for (const response of await Promise.all(pending)) expect(await response.text()).toBe('late')
    web.closeIdleConnections()
    expect(await eventually(() => openDescriptors() <= before)).toBe(true)
  })

  it('does not keep the process alive once the response is read', async () => {
    const ended = await runProgram(`
      import http from 'node:http'
      const red = await rtnetlink.Netns.create()
      await red.links.set('lo', { up: true })
      const server = await red.listen(http.createServer((_, response) => response.end('page')))
      server.unref().on('connection', socket => socket.unref())
      console.log(await (await red.fetch('http://127.0.0.1:' + server.address().port)).text())`)
    expect(ended).toMatchObject({ code: 0, stdout: 'page\n', stderr: '' })
  })
})

function streamOf(...texts: string[]): ReadableStream {
  return new ReadableStream({
    start: controller => {
      for (const text of texts) controller.enqueue(Buffer.from(text))
      controller.close()
    },
  })
}
