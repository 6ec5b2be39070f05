import type net from 'node:net'
import { builtin } from './builtin.ts'
import type { Literal } from './host.ts'
import { checkListenOptions, type ListenOptions, listenOn, literalHost, openListener, resolveHost } from './listen.ts'
import { alreadyListening } from './node-errors.ts'
import type { Place } from './place.ts'

type ConnectionListener = (socket: net.Socket) => void
type ServerClass = new (place: Place, options: net.ServerOpts, listener: ConnectionListener | undefined) => net.Server

const OPERATION = 'netns.createServer'

/** A `net.Server` whose listen() listens in a namespace. */
export function createServer(
  place: Place,
  options: net.ServerOpts | ConnectionListener | undefined,
  listener: ConnectionListener | undefined,
): net.Server {
  place.enter(OPERATION)
  const [given, then] = typeof options === 'function' ? [{}, options] : [options ?? {}, listener]
  return new (namespaceServer())(place, given, then)
}

let defined: ServerClass | undefined

function namespaceServer(): ServerClass {
  defined ??= defineServer()
  return defined
}

function defineServer(): ServerClass {
  const { Server } = builtin('node:net')

  return class NamespaceServer extends Server {
    readonly #place: Place
    /** Counts the calls: while a name is looked up, another call can be made, or close(). */
    #call = 0
    #pending = false

    constructor(place: Place, options: net.ServerOpts, listener: ConnectionListener | undefined) {
      super(options, listener)
      this.#place = place
    }

    override listen(...args: any[]): this {
      if (isDescriptor(args[0])) return super.listen(...(args as Parameters<net.Server['listen']>))
      if (this.listening || this.#pending) throw alreadyListening()
      const { options, listener } = listenArguments(args)
      if (listener !== undefined) this.once('listening', listener)
      const host = literalHost(options)
      if (host === 'name') void this.#resolveAndOpen(options)
      else this.#open(host, options)
      return this
    }

    async #resolveAndOpen(options: ListenOptions): Promise<void> {
      const call = ++this.#call
      this.#pending = true
      try {
        const host = await resolveHost(this.#place, OPERATION, options)
        if (call === this.#call) this.#open(host, options)
      } catch (error) {
        if (call === this.#call) this.#fail(error)
      } finally {
        if (call === this.#call) this.#pending = false
      }
    }

    #open(host: Literal | undefined, options: ListenOptions): void {
      try {
        listenOn(this, openListener(this.#place, OPERATION, host, options), options)
      } catch (error) {
        this.#fail(error)
      }
    }

    /** As Node does it: whoever calls listen() has the time to add a listener. */
    #fail(error: unknown): void {
      process.nextTick(() => this.emit('error', error))
    }

    override close(callback?: (error?: Error) => void): this {
      this.#call++
      this.#pending = false
      return super.close(callback)
    }
  }
}

/** listen({ fd }), which is what the namespace's own socket comes as, or a handle: whoever has one knows where it is from. */
function isDescriptor(first: unknown): boolean {
  if (typeof first !== 'object' || first === null) return false
  return 'fd' in first || '_handle' in first || 'handle' in first
}

/** listen(port, host, backlog), listen(path, backlog), listen(options), each with a listener or without. */
function listenArguments(args: unknown[]): { options: ListenOptions; listener: (() => void) | undefined } {
  const last = args.at(-1)
  const listener = typeof last === 'function' ? (last as () => void) : undefined
  const options = listenOptions(args.filter(argument => typeof argument !== 'function'))
  checkListenOptions(OPERATION, options)
  return { options, listener }
}

function listenOptions([first, second, third]: unknown[]): ListenOptions {
  if (typeof first === 'object' && first !== null) return { ...first, port: toPort((first as ListenOptions).port) }
  if (typeof first === 'string' && Number.isNaN(Number(first))) return { path: first, backlog: toBacklog(second) }
  if (typeof second === 'string') return { port: toPort(first), host: second, backlog: toBacklog(third) }
  return { port: toPort(first), backlog: toBacklog(third) ?? toBacklog(second) }
}

/** Node takes a port as text, and none for any. */
function toPort(port: unknown): number | undefined {
  return port === undefined || port === null ? undefined : typeof port === 'string' ? Number(port) : (port as number)
}

function toBacklog(backlog: unknown): number | undefined {
  return typeof backlog === 'number' && backlog > 0 ? backlog : undefined
}
