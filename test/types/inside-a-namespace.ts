// Misuse that must not compile, and use that must.

import type { ChildProcessByStdio, ChildProcessWithoutNullStreams } from 'node:child_process'
import http from 'node:http'
import type net from 'node:net'
import type { Readable } from 'node:stream'
import type tls from 'node:tls'
import { type LookupAddress, Netns, type RawSocket } from 'rtnetlink'

const ns = Netns.current()

export const socket: net.Socket = ns.connect({ host: '192.0.2.1', port: 80, noDelay: true }, () => {})
export const unix: net.Socket = ns.connect({ path: '\0name' })
export const secured: tls.TLSSocket = ns.tlsConnect({ host: '192.0.2.1', port: 443, servername: 'web.test', interface: 'eth0' })
export const server: Promise<http.Server> = ns.listen(http.createServer(), { port: 8000, ipv6Only: true })
export const tcp: net.Server = ns.createServer({ allowHalfOpen: true }, one => one.end()).listen(80)
export const agent: http.Agent = ns.agent({ keepAlive: true })
export const page: Promise<Response> = ns.fetch('http://192.0.2.1/', { method: 'POST', body: 'text' })
export const one: Promise<LookupAddress> = ns.lookup('web.test', { family: 6 })
export const all: Promise<LookupAddress[]> = ns.lookup('web.test', { all: true })
export const raw: Promise<RawSocket> = ns.openSocket({ family: 'packet', type: 'raw', protocol: 3, bind: { link: 'eth0' } })
export const piped: ChildProcessWithoutNullStreams = ns.spawn('ss', ['-tln'], { mounts: false, cwd: '/' })
export const some: ChildProcessByStdio<null, Readable, null> = ns.spawn('ss', [], { stdio: ['ignore', 'pipe', 'inherit'] })
export const text: Promise<{ stdout: string }> = ns.execFile('ss', ['-tln'], { mounts: false })
export const bytes: Promise<{ stdout: Buffer }> = ns.execFile('ss', ['-tln'], { encoding: 'buffer' })
export const line: Promise<{ stdout: string }> = ns.exec('ss -tln | wc -l', { cwd: '/' })
ns.createSocket('udp4', (message, from) => message.length + from.port)
ns.createSocket({ type: 'udp6', interface: 'eth0' }).bind(5353)

// @ts-expect-error: the second attempt would be made outside
ns.connect({ host: 'web.test', port: 80, autoSelectFamily: true })
// @ts-expect-error: a descriptor of the caller's is not of the namespace
ns.connect({ port: 80, fd: 3 })
// @ts-expect-error: unknown option
ns.connect({ hots: '192.0.2.1', port: 80 })
// @ts-expect-error: the namespace brings the socket
ns.tlsConnect({ port: 443, socket })
// @ts-expect-error: a port is a number
ns.listen(http.createServer(), { port: '80' })
// @ts-expect-error: no server
ns.listen({}, { port: 80 })
// @ts-expect-error: arguments are text
ns.spawn('ss', [5])
// @ts-expect-error: unknown option
ns.spawn('ss', [], { mount: false })
// @ts-expect-error: it was not piped
ns.spawn('ss', [], { stdio: ['ignore', 'pipe', 'inherit'] }).stderr.resume()
// @ts-expect-error: a file or text
ns.worker(5)
// @ts-expect-error: no such type
ns.createSocket('udp5')
// @ts-expect-error: the type is required
ns.openSocket({ family: 'inet' })
// @ts-expect-error: no such family
ns.openSocket({ family: 'ipx', type: 'raw' })
