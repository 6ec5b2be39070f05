import type net from 'node:net'
import { withCallersStack } from '../callers-stack.ts'
import { ClosedError, invalidType, invalidValue, outOfRange, SystemError } from '../errors.ts'
import type { NativeDescriptor } from '../native/binding.ts'
import { Failure } from '../protocol/failure.ts'
import { AF_INET, AF_INET6 } from '../values/family.ts'
import { builtin } from './builtin.ts'
import type { ConnectOptions } from './connect.ts'
import { connectLinkLocal, isLinkLocal, type LinkLocalTarget } from './connect-link-local.ts'
import { checkHost, checkLinkName, type Literal, linkOf, literalOf } from './host.ts'
import { lookupFunction } from './names/lookup-function.ts'
import { closeDescriptor, linkOption, openSocketNow, SOCK_STREAM } from './open-socket-now.ts'
import type { Place } from './place.ts'

const AF_UNIX = 1
const OPERATION = 'netns.connect'

/** The part of Node's handle of a socket that is used: it has no descriptor until one is opened, or a connection begins. */
interface Handle {
  /** Answers 0, or a negative errno. */
  open(fd: number): number
}

type TcpOptions = net.TcpSocketConnectOpts
type Listener = (() => void) | undefined
type SocketClass = new (place: Place, options: ConnectOptions) => net.Socket

let defined: SocketClass | undefined

/** The class of sockets that connect in a namespace, as often as they are told to. */
export function namespaceSocket(): SocketClass {
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
      const descriptor = unix instanceof Error ? undefined : unix
      super({ ...options, ...(descriptor && { fd: descriptor.fd, manualStart: true }) } as net.SocketConstructorOpts)
      descriptor?.release()
      this.#place = place
      this.#link = link
      this.#lookup = options.lookup ?? lookupFunction(place, OPERATION)
      this.#failure = unix instanceof Error ? unix : undefined
    }

    override connect(...args: any[]): this {
      const { options, listener } = connectArguments(args)
      return options.path ? this.#connectUnix(options, listener) : this.#connectTcp(options, listener)
    }

    #connectUnix(options: net.IpcSocketConnectOpts, listener: Listener): this {
      if (this.#failure !== undefined) return this.#fail(this.#failure)
      if (this.#handle && !this.destroyed) return super.connect(options, listener)
      throw withCallersStack(() => new Error(`${OPERATION}: a Unix socket connects once; call netns.connect() again`))
    }

    #connectTcp(options: TcpOptions, listener: Listener): this {
      const host = checkHost(OPERATION, 'host', options.host) || 'localhost'
      const remote = literalOf(host)
      const local = options.localAddress === undefined ? undefined : literalOf(options.localAddress)
      const link = linkOf(OPERATION, 'localAddress', this.#link, local?.zone)
      if (remote === undefined) {
        if (isIP(host) !== 0) throw invalidValue(OPERATION, 'host', `${host} is no address`)
        return this.#connectSuper({ ...options, host, lookup: this.#lookUp(link, options) }, local, listener)
      }
      const over = linkOf(OPERATION, 'host', link, remote.zone)
      if (this.#isElsewhere(remote)) return this.#connectLinkLocal(remote, local, over, options, listener)
      // A zone in the process's own namespace is what Node takes it for.
      const address = this.#place.isCurrent ? host : remote.address
      return this.#connectLiteral({ ...options, host: address }, remote.family, local, over, listener)
    }

    #connectLiteral(
      options: TcpOptions,
      family: 4 | 6,
      local: Literal | undefined,
      link: string | undefined,
      listener: Listener,
    ): this {
      const descriptor = openStream(this.#place, domainOf(family), link)
      if (descriptor instanceof Error) return this.#fail(descriptor)
      try {
        this.#connectSuper(options, local, listener)
      } catch (error) {
        void closeDescriptor(descriptor)
        throw error
      }
      // Node has made a handle without a descriptor, and begins to connect in the next tick.
      const refusal = this.#take(descriptor)
      return refusal === undefined ? this : this.destroy(refusal)
    }

    /** For a second attempt Node would make a handle of its own, outside. */
    #connectSuper(options: TcpOptions, local: Literal | undefined, listener: Listener): this {
      const localAddress = this.#place.isCurrent ? undefined : local?.address
      return super.connect({ ...options, ...(localAddress && { localAddress }), autoSelectFamily: false }, listener)
    }

    /** As when Node fails to connect: whoever made the socket has the time to add a listener, and to write. */
    #fail(error: Error): this {
      const again = this.destroyed
      if (!again) (this as { connecting: boolean }).connecting = true
      process.nextTick(() => (again ? this.emit('error', error) : this.destroy(error)))
      return this
    }

    /** Node waits for the callback before it begins to connect. */
    #lookUp(link: string | undefined, options: TcpOptions): net.LookupFunction {
      return (host, lookupOptions, callback) =>
        this.#lookup(host, { ...lookupOptions, all: false }, (error, address, family) => {
          const found = error || typeof address !== 'string' ? undefined : literalOf(address)
          if (found === undefined) return callback(error, address, family)
          const done = (failure: Error | undefined) => {
            if (failure === undefined) callback(null, this.#place.isCurrent ? address : found.address, found.family)
            else callback(failure, '', 0)
          }
          if (!this.connecting) done(undefined)
          else if (this.#isElsewhere(found)) void this.#reachByName(found, link, options).then(done, done)
          else done(this.#enter(found, link))
        })
    }

    #enter(found: Literal, link: string | undefined): Error | undefined {
      try {
        const over = linkOf(OPERATION, 'host', link, found.zone)
        const descriptor = openStream(this.#place, domainOf(found.family), over)
        return descriptor instanceof Error ? descriptor : this.#take(descriptor)
      } catch (error) {
        return error as Error
      }
    }

    /** A link-local address of another namespace, which Node would misread. */
    #isElsewhere(remote: Literal): boolean {
      return !this.#place.isCurrent && isLinkLocal(remote)
    }

    #connectLinkLocal(
      remote: Literal,
      local: Literal | undefined,
      link: string | undefined,
      { localAddress, localPort, ...options }: TcpOptions,
      listener: Listener,
    ): this {
      if (localAddress !== undefined && local?.family !== 6)
        throw invalidValue(OPERATION, 'localAddress', `${localAddress} is no IPv6 address`)
      const port = checkPort('port', options.port)
      const target = { remote, port, link, local, localPort: checkPort('localPort', localPort ?? 0) }
      const lookup: net.LookupFunction = (_, __, callback) =>
        void this.#reach(target).then(failure => (failure ? callback(failure, '', 0) : callback(null, remote.address, 6)))
      // In brackets, as Node knows no address: so it asks for one, and waits.
      return this.#connectSuper({ ...options, host: `[${remote.address}]`, lookup }, undefined, listener)
    }

    async #reachByName(found: Literal, link: string | undefined, options: TcpOptions): Promise<Error | undefined> {
      if (options.localAddress !== undefined || options.localPort !== undefined) {
        const why = 'this name has a link-local address: with localAddress or localPort, give the address itself'
        return invalidValue(OPERATION, 'host', why)
      }
      const over = linkOf(OPERATION, 'host', link, found.zone)
      return await this.#reach({ remote: found, port: Number(options.port), link: over, local: undefined, localPort: 0 })
    }

    /** Connects before Node does, which then hears how it ended. */
    async #reach(target: LinkLocalTarget): Promise<Error | undefined> {
      const attempt = connectLinkLocal(this.#place, OPERATION, target)
      this.once('close', attempt.cancel)
      const outcome = await attempt.outcome
      this.off('close', attempt.cancel)
      if (outcome instanceof Error) return outcome
      if (this.connecting) return this.#take(outcome)
      attempt.cancel()
      return undefined
    }

    /** Gives the handle a descriptor that was opened in the namespace; else Node would open one itself, outside. */
    #take(descriptor: NativeDescriptor): Error | undefined {
      const answer = this.#handle?.open(descriptor.fd)
      if (answer === 0) {
        descriptor.release()
        return undefined
      }
      void closeDescriptor(descriptor)
      return new Error(`${OPERATION}: Node did not take the socket of the namespace (${answer})`)
    }

    get #handle(): Handle | null {
      return (this as unknown as { _handle: Handle | null })._handle
    }
  }
}

function domainOf(family: 4 | 6): number {
  return family === 4 ? AF_INET : AF_INET6
}

/** A socket, or why the system refuses one: an event of the socket, as all that goes wrong when it connects. */
function openStream(place: Place, domain: number, link: string | undefined): NativeDescriptor | Error {
  try {
    const options = link === undefined ? [] : [linkOption(link)]
    const opened = openSocketNow(place, OPERATION, { domain, type: SOCK_STREAM, options })
    return opened instanceof Failure ? (opened.toError() as Error) : opened
  } catch (error) {
    if (error instanceof SystemError || error instanceof ClosedError) return error
    throw error
  }
}

/** As Node takes it: a number, or text of one. */
function checkPort(option: string, value: unknown): number {
  const port = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof port === 'number' && Number.isInteger(port) && port >= 0 && port <= 0xffff) return port
  throw outOfRange(OPERATION, option, 'a whole number from 0 to 65535', value)
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
