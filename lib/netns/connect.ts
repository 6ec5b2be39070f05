import { closeSync } from 'node:fs'
import type net from 'node:net'
import { withCallersStack } from '../callers-stack.ts'
import { ClosedError, invalidType, invalidValue, missingOption, SystemError } from '../errors.ts'
import { Failure } from '../protocol/failure.ts'
import { checkKeys, checkObject } from '../schema/check-options.ts'
import { AF_INET, AF_INET6 } from '../values/family.ts'
import { builtin } from './builtin.ts'
import { checkHost, checkLinkName, type Literal, linkOf, literalOf } from './host.ts'
import { lookupFunction } from './names/lookup-function.ts'
import { linkOption, openSocketNow, SOCK_STREAM } from './open-socket-now.ts'
import type { Place } from './place.ts'

const AF_UNIX = 1
const OPERATION = 'netns.connect'

/** Options of `netns.connect`: those of `net.connect`, less those that lead out of the namespace. */
export interface ConnectOptions
  extends Omit<net.TcpNetConnectOpts, 'port' | 'fd' | 'hints' | 'autoSelectFamily' | 'autoSelectFamilyAttemptTimeout'> {
  /** Address, or a name, which is looked up inside the namespace. Default `'localhost'`. */
  host?: string | undefined
  /** Port, 1–65535. */
  port?: number | undefined
  /** In place of host and port: a Unix socket. Abstract names (`'\0name'`) belong to the namespace, files to the file system. */
  path?: string | undefined
  /** Link to send and receive through (SO_BINDTODEVICE). The zone of an address (`fe80::1%eth0`) means the same. */
  interface?: string | undefined
  /** Looks names up in place of `netns.lookup`. What it does for that is its own affair. */
  lookup?: net.LookupFunction | undefined
  /** Bytes that are buffered before reading stops, or writing says so. */
  highWaterMark?: number | undefined
  /** Addresses that are refused. */
  blockList?: net.BlockList | undefined
  /** Only the first address of a name is tried: Node would make the second attempt outside. */
  autoSelectFamily?: false | undefined
}

const KEYS: readonly (keyof ConnectOptions)[] = [
  'host',
  'port',
  'path',
  'interface',
  'localAddress',
  'localPort',
  'family',
  'lookup',
  'timeout',
  'noDelay',
  'keepAlive',
  'keepAliveInitialDelay',
  'allowHalfOpen',
  'readable',
  'writable',
  'onread',
  'signal',
  'highWaterMark',
  'blockList',
  'autoSelectFamily',
]

/** What a caller says, checked; Node checks the rest. */
export function checkConnectOptions(options: ConnectOptions): void {
  checkKeys(OPERATION, checkObject(OPERATION, options), KEYS)
  if (options.port === undefined && options.path === undefined) throw missingOption(OPERATION, 'port', ', or "path"')
  if (options.autoSelectFamily)
    throw invalidValue(
      OPERATION,
      'autoSelectFamily',
      'Node makes the second attempt outside the namespace; the first address is tried',
    )
}

/** A `net.Socket` that connects in a namespace, as often as it is told to. */
export function connect(place: Place, options: ConnectOptions, listener?: () => void): net.Socket {
  const socket = new (namespaceSocket())(place, options)
  if (options.timeout) socket.setTimeout(options.timeout)
  return socket.connect({ ...options } as net.TcpSocketConnectOpts, listener)
}

/** The part of Node's handle of a socket that is used: it has no descriptor until one is opened, or a connection begins. */
interface Handle {
  /** Answers 0, or a negative errno. */
  open(fd: number): number
}

type SocketClass = new (place: Place, options: ConnectOptions) => net.Socket

let defined: SocketClass | undefined

function namespaceSocket(): SocketClass {
  defined ??= defineSocket()
  return defined
}

function defineSocket(): SocketClass {
  const { isIP, Socket } = builtin('node:net')

  return class NamespaceSocket extends Socket {
    readonly #place: Place
    readonly #link: string | undefined
    readonly #lookup: net.LookupFunction
    /** Why there is no descriptor for a Unix socket. */
    readonly #failure: Error | undefined

    constructor(place: Place, options: ConnectOptions) {
      const link = checkLinkName(OPERATION, 'interface', options.interface)
      // Node connects a Unix socket at once, so it must have its descriptor from the beginning.
      const unix = options.path ? openStream(place, AF_UNIX, undefined) : undefined
      super({ ...options, ...(typeof unix === 'number' ? { fd: unix, manualStart: true } : {}) } as net.SocketConstructorOpts)
      this.#place = place
      this.#link = link
      this.#lookup = options.lookup ?? lookupFunction(place, OPERATION)
      this.#failure = unix instanceof Error ? unix : undefined
    }

    override connect(...args: any[]): this {
      const { options, listener } = connectArguments(args)
      return options.path ? this.#connectUnix(options, listener) : this.#connectTcp(options, listener)
    }

    #connectUnix(options: net.IpcSocketConnectOpts, listener: (() => void) | undefined): this {
      if (this.#failure !== undefined) return this.#fail(this.#failure)
      if (this.#handle && !this.destroyed) return super.connect(options, listener)
      throw withCallersStack(() => new Error(`${OPERATION}: a Unix socket connects once; call netns.connect() again`))
    }

    #connectTcp(options: net.TcpSocketConnectOpts, listener: (() => void) | undefined): this {
      const host = checkHost(OPERATION, 'host', options.host) || 'localhost'
      const remote = literalOf(host)
      const local = options.localAddress === undefined ? undefined : literalOf(options.localAddress)
      if (remote === undefined && isIP(host) !== 0) throw invalidValue(OPERATION, 'host', `${host} is no address`)
      const link = linkOf(OPERATION, 'host', linkOf(OPERATION, 'localAddress', this.#link, local?.zone), remote?.zone)
      if (remote !== undefined) refuseScope(remote)
      const fd = remote && openStream(this.#place, remote.family === 4 ? AF_INET : AF_INET6, link)
      if (fd instanceof Error) return this.#fail(fd)
      try {
        super.connect(
          {
            ...options,
            host: remote?.address ?? host,
            ...(local === undefined ? {} : { localAddress: local.address }),
            autoSelectFamily: false,
            lookup: this.#lookUp(link),
          } as net.TcpSocketConnectOpts,
          listener,
        )
      } catch (error) {
        if (fd !== undefined) closeSync(fd)
        throw error
      }
      // Node has made a handle without a descriptor, and begins to connect in the next tick, or once the name was looked up.
      const refusal = fd === undefined ? undefined : this.#take(fd)
      return refusal === undefined ? this : this.destroy(refusal)
    }

    /** As when Node fails to connect: whoever made the socket has the time to add a listener, and to write. */
    #fail(error: Error): this {
      const again = this.destroyed
      if (!again) (this as { connecting: boolean }).connecting = true
      process.nextTick(() => (again ? this.emit('error', error) : this.destroy(error)))
      return this
    }

    #lookUp(link: string | undefined): net.LookupFunction {
      return (host, options, callback) =>
        this.#lookup(host, { ...options, all: false }, (error, address, family) => {
          const found = error || typeof address !== 'string' ? undefined : literalOf(address)
          if (found === undefined) return callback(error, address, family)
          const failure = this.connecting ? this.#enter(found, link) : undefined
          if (failure === undefined) callback(null, found.address, found.family)
          else callback(failure, '', 0)
        })
    }

    #enter(found: Literal, link: string | undefined): Error | undefined {
      try {
        refuseScope(found)
        const fd = openStream(this.#place, found.family === 4 ? AF_INET : AF_INET6, linkOf(OPERATION, 'host', link, found.zone))
        return fd instanceof Error ? fd : this.#take(fd)
      } catch (error) {
        return error as Error
      }
    }

    /** Gives the handle a descriptor that was opened in the namespace; else Node would open one itself, outside. */
    #take(fd: number): Error | undefined {
      const answer = this.#handle?.open(fd)
      if (answer === 0) return undefined
      closeSync(fd)
      return new Error(`${OPERATION}: Node did not take the socket of the namespace (${answer})`)
    }

    get #handle(): Handle | null {
      return (this as unknown as { _handle: Handle | null })._handle
    }
  }
}

/** From Node 22 on (libuv behind 1.46), a link-local address gets the index of some link in the namespace of the calling thread. */
const CHOOSES_SCOPES = Number(process.versions.uv?.split('.')[1]) > 46

function refuseScope({ bytes }: Literal): void {
  if (!CHOOSES_SCOPES || bytes.length !== 16 || bytes[0] !== 0xfe || bytes[1] !== 0x80) return
  const why = `Node ${process.version} would take the zone of a link-local address from outside; use another address of that host`
  throw invalidValue(OPERATION, 'host', why)
}

/** The descriptor, or why the system refuses one: an event of the socket, as all that goes wrong when it connects. */
function openStream(place: Place, domain: number, link: string | undefined): number | Error {
  try {
    const options = link === undefined ? [] : [linkOption(link)]
    const opened = openSocketNow(place, OPERATION, { domain, type: SOCK_STREAM, options })
    return opened instanceof Failure ? (opened.toError() as Error) : opened
  } catch (error) {
    if (error instanceof SystemError || error instanceof ClosedError) return error
    throw error
  }
}

/** connect(options), connect(port, host), connect(path), each with a listener or without. */
function connectArguments(args: unknown[]): {
  options: net.TcpSocketConnectOpts & net.IpcSocketConnectOpts
  listener: (() => void) | undefined
} {
  const last = args.at(-1)
  const listener = typeof last === 'function' ? (last as () => void) : undefined
  const [first, second] = args
  // Node hands its own arguments on in an array.
  if (Array.isArray(first)) return { options: { ...first[0] }, listener: first[1] ?? listener }
  if (typeof first === 'object' && first !== null) return { options: { ...first } as never, listener }
  if (typeof first === 'string' && Number.isNaN(Number(first))) return { options: { path: first } as never, listener }
  if (typeof first !== 'number' && typeof first !== 'string')
    throw invalidType(OPERATION, 'port', 'a port, a path, or an object of options', first)
  return { options: { port: first, host: typeof second === 'string' ? second : undefined } as never, listener }
}
