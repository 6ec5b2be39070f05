import type net from 'node:net'
import { invalidType, invalidValue, outOfRange } from '../errors.ts'
import type { NativeDescriptor, SocketOption } from '../native/binding.ts'
import { Failure } from '../protocol/failure.ts'
import { checkKeys, checkObject } from '../schema/check-options.ts'
import { AF_INET, AF_INET6 } from '../values/family.ts'
import { internetSocketAddress, SCOPE_OFFSET, unixSocketAddress } from '../values/socket-address.ts'
import { builtin } from './builtin.ts'
import { checkHost, checkLinkName, type Literal, linkOf, literalOf } from './host.ts'
import { lookupAll } from './names/lookup.ts'
import { alreadyListening, listenError } from './node-errors.ts'
import {
  closeDescriptor,
  IPPROTO_IPV6,
  IPV6_V6ONLY,
  intOption,
  kernelStruct,
  linkOption,
  openSocketNow,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SOCK_STREAM,
  SOL_SOCKET,
  type SocketPlan,
} from './open-socket-now.ts'
import type { Place } from './place.ts'

/** Options of `netns.listen`, as `server.listen` has them. */
export interface ListenOptions {
  /** Port. Default 0: any free one, which `server.address()` tells. */
  port?: number | undefined
  /** Address to listen on, or a name, which is looked up inside the namespace. Default: all, IPv6 and IPv4, as `server.listen` does. */
  host?: string | undefined
  /** In place of host and port: an abstract Unix socket, `'\0name'`. */
  path?: string | undefined
  /** Link to receive through (SO_BINDTODEVICE). The zone of an address (`fe80::1%eth0`) means the same. */
  interface?: string | undefined
  /** How many connections may wait to be accepted. Default 511; the kernel's limit is net.core.somaxconn. */
  backlog?: number | undefined
  /** On an IPv6 address: does not take IPv4 connections as well. Default false. */
  ipv6Only?: boolean | undefined
  /** Several sockets may listen on the same port, and share the connections (SO_REUSEPORT). Default false. */
  reusePort?: boolean | undefined
  /** Taken as Node takes it, and always so: a socket of a namespace is not shared with other processes. */
  exclusive?: boolean | undefined
  /** Closes the server. */
  signal?: AbortSignal | undefined
}

const OPERATION = 'netns.listen'
const KEYS: readonly (keyof ListenOptions)[] = [
  'port',
  'host',
  'path',
  'interface',
  'backlog',
  'ipv6Only',
  'reusePort',
  'exclusive',
  'signal',
]
const BACKLOG = 511
const AF_UNIX = 1
const EADDRINUSE = 98
const ANY_IPV6 = literalOf('::') as Literal
const ANY_IPV4 = literalOf('0.0.0.0') as Literal

/** Makes any server of Node's listen in a namespace, and resolves with it once it does. */
export async function listen<Server extends net.Server>(place: Place, server: Server, options: ListenOptions): Promise<Server> {
  checkListenOptions(OPERATION, options)
  if (typeof server?.listen !== 'function') throw invalidType(OPERATION, 'server', 'a server with a listen() of its own', server)
  options.signal?.throwIfAborted()
  const host = await resolveHost(place, OPERATION, options)
  options.signal?.throwIfAborted()
  const descriptor = openListener(place, OPERATION, host, options)
  return await new Promise<Server>((resolve, reject) => {
    const settled = () => {
      server.off('listening', listening)
      server.off('error', failed)
    }
    const listening = () => {
      settled()
      resolve(server)
    }
    const failed = (error: Error) => {
      settled()
      reject(error)
    }
    server.once('listening', listening)
    server.once('error', failed)
    try {
      listenOn(server, descriptor, options)
    } catch (error) {
      failed(error as Error)
    }
  })
}

export function checkListenOptions(operation: string, options: ListenOptions): void {
  checkKeys(operation, checkObject(operation, options), KEYS)
  checkHost(operation, 'host', options.host)
  checkLinkName(operation, 'interface', options.interface)
  checkNumber(operation, 'port', options.port, 0xffff)
  checkNumber(operation, 'backlog', options.backlog, 0x7fff_ffff)
  if (options.path === undefined) return
  if (typeof options.path !== 'string') throw invalidType(operation, 'path', 'text', options.path)
  if (options.host !== undefined || options.port !== undefined)
    throw invalidValue(operation, 'path', 'it stands in place of host and port')
  if (!options.path.startsWith('\0'))
    throw invalidValue(
      operation,
      'path',
      "a file belongs to the file system, which is the same in every namespace: use server.listen(), or an abstract name, '\\0name'",
    )
}

function checkNumber(operation: string, option: 'port' | 'backlog', value: unknown, max: number): void {
  if (value === undefined) return
  if (typeof value !== 'number') throw invalidType(operation, option, 'a whole number', value)
  if (!Number.isInteger(value) || value < 0 || value > max)
    throw outOfRange(operation, option, `a whole number from 0 to ${max}`, value)
}

/** The address to listen on; undefined: all of them. */
export function literalHost({ host }: ListenOptions): Literal | undefined | 'name' {
  return host ? (literalOf(host) ?? 'name') : undefined
}

export async function resolveHost(place: Place, operation: string, options: ListenOptions): Promise<Literal | undefined> {
  const host = literalHost(options)
  if (host !== 'name') return host
  const [{ address }] = await lookupAll(place, operation, options.host as string, { signal: options.signal })
  return literalOf(address)
}

/** A socket that listens. @throws what a `net.Server` would emit, with the same properties. */
export function openListener(
  place: Place,
  operation: string,
  host: Literal | undefined,
  options: ListenOptions,
): NativeDescriptor {
  refuseInClusterWorkers(operation)
  if (options.path !== undefined) return openUnix(place, operation, options)
  if (host !== undefined) return openInternet(place, operation, host, options)
  const opened = tryInternet(place, operation, ANY_IPV6, options)
  if (!(opened instanceof Failure)) return opened
  if (opened.errno === EADDRINUSE) throw listenError(opened, { address: '::', port: options.port ?? 0 })
  return openInternet(place, operation, ANY_IPV4, options)
}

/** There, a server that listens asks the primary process for its socket, which knows nothing of the namespace. */
function refuseInClusterWorkers(operation: string): void {
  if (!builtin('node:cluster').isWorker) return
  throw Object.assign(
    new Error(`${operation}: workers of node:cluster listen on sockets of their primary; listen there, or use another process`),
    {
      code: 'ERR_CLUSTER_WORKER',
      operation,
    },
  )
}

function openInternet(place: Place, operation: string, host: Literal, options: ListenOptions): NativeDescriptor {
  const opened = tryInternet(place, operation, host, options)
  if (opened instanceof Failure) throw listenError(opened, { address: host.address, port: options.port ?? 0 })
  return opened
}

function tryInternet(place: Place, operation: string, host: Literal, options: ListenOptions): NativeDescriptor | Failure {
  const link = linkOf(operation, 'host', options.interface, host.zone)
  const bytes = internetSocketAddress(host.bytes, options.port ?? 0)
  return openSocketNow(place, operation, {
    domain: host.family === 4 ? AF_INET : AF_INET6,
    type: SOCK_STREAM,
    options: listenerOptions(host, link, options),
    address: host.zone === undefined ? kernelStruct(bytes) : kernelStruct(bytes, host.zone, SCOPE_OFFSET),
    backlog: options.backlog ?? BACKLOG,
  })
}

/** What libuv sets on a socket that it binds, and what was asked for. */
function listenerOptions(host: Literal, link: string | undefined, { ipv6Only, reusePort }: ListenOptions): SocketOption[] {
  const options = [intOption(SOL_SOCKET, SO_REUSEADDR, 1)]
  if (host.family === 6) options.push(intOption(IPPROTO_IPV6, IPV6_V6ONLY, ipv6Only ? 1 : 0))
  if (reusePort) options.push(intOption(SOL_SOCKET, SO_REUSEPORT, 1))
  if (link !== undefined) options.push(linkOption(link))
  return options
}

/** Node 20 pads the abstract names that it connects to. */
const PADS_NAMES = Number.parseInt(process.versions.node, 10) < 22

function openUnix(place: Place, operation: string, options: ListenOptions): NativeDescriptor {
  const path = options.path as string
  const bytes = unixSocketAddress(path, PADS_NAMES)
  if (bytes === undefined) throw invalidValue(operation, 'path', 'is longer than 108 bytes')
  const plan: SocketPlan = {
    domain: AF_UNIX,
    type: SOCK_STREAM,
    address: kernelStruct(bytes),
    backlog: options.backlog ?? BACKLOG,
  }
  const opened = openSocketNow(place, operation, plan)
  if (opened instanceof Failure) throw listenError(opened, { address: path, port: -1 })
  return opened
}

/** Hands a socket that listens to a server. */
export function listenOn(server: net.Server, descriptor: NativeDescriptor, { backlog, path, signal }: ListenOptions): void {
  try {
    if (server.listening) throw alreadyListening()
    server.listen({ fd: descriptor.fd, exclusive: true, ...(signal === undefined ? {} : { signal }) }, backlog ?? BACKLOG)
    descriptor.release()
  } catch (error) {
    void closeDescriptor(descriptor)
    throw error
  }
  // What server.address() tells of a Unix socket; of others it asks the system.
  if (path !== undefined) (server as { _pipeName?: string })._pipeName = path
}
