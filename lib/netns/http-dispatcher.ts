import type http from 'node:http'
import type https from 'node:https'
import { urlToHttpOptions } from 'node:url'
import { builtin } from './builtin.ts'

/** What Node's fetch asks of its dispatcher (undici's `Dispatcher.DispatchOptions`, as far as fetch sets them). */
export interface DispatchOptions {
  readonly origin: string | URL
  readonly path: string
  readonly method: string
  readonly headers: Record<string, string | string[]> | null | undefined
  readonly body: AsyncIterable<Uint8Array> | null | undefined
}

/** Lets fetch hold a response up, or end it. */
interface Controller {
  readonly rawHeaders: readonly Buffer[]
  pause(): void
  resume(): void
  abort(reason?: Error): void
}

/** undici's `DispatchHandler` since version 8. */
interface Handler {
  onRequestStart(controller: Controller, context: object): void
  onResponseStart(controller: Controller, status: number, headers: object, statusText: string): void
  onResponseData(controller: Controller, chunk: Buffer): void
  onResponseEnd(controller: Controller, trailers: object): void
  onResponseError(controller: Controller, error: Error): void
}

/** The one before, in Node 20 to 24. */
interface OldHandler {
  onConnect(abort: (reason?: Error) => void): void
  onHeaders(status: number, headers: readonly Buffer[], resume: () => void, statusText: string): boolean
  onData(chunk: Buffer): boolean | undefined
  onComplete(trailers: readonly Buffer[]): void
  onError(error: Error): void
}

/** How fetch is told of a request. */
interface Listener {
  start(): void
  response(status: number, headers: http.IncomingHttpHeaders, statusText: string): void
  /** False: no more for now. */
  data(chunk: Buffer): boolean
  end(): void
  error(error: Error): void
}

/** What HTTP requests go through that fetch makes: an agent for either protocol. */
export interface Agents {
  readonly http: http.Agent
  readonly https: https.Agent
}

/** A dispatcher for fetch that makes its requests with node:http, through agents of a namespace. */
export class HttpDispatcher {
  readonly #agents: Agents

  constructor(agents: Agents) {
    this.#agents = agents
  }

  /** Called by fetch. */
  dispatch(options: DispatchOptions, handler: Handler | OldHandler): boolean {
    const request = this.#request(options)
    const flow = new Flow(request)
    const listener = 'onRequestStart' in handler ? listenerOf(handler, flow) : oldListenerOf(handler, flow)
    follow(request, flow, listener)
    listener.start()
    if (options.body === null || options.body === undefined) request.end()
    else send(options.body, request)
    return true
  }

  #request({ origin, path, method, headers }: DispatchOptions): http.ClientRequest {
    const url = new URL(origin)
    const target = { ...urlToHttpOptions(url), path, method, headers: headers ?? {} }
    if (url.protocol === 'https:') return builtin('node:https').request({ ...target, agent: this.#agents.https })
    return builtin('node:http').request({ ...target, agent: this.#agents.http })
  }
}

/** A body that fails ends the request with its error, which the request then reports. */
function send(body: AsyncIterable<Uint8Array>, request: http.ClientRequest): void {
  const { pipeline, Readable } = builtin('node:stream')
  pipeline(Readable.from(body, { objectMode: false }), request, () => {})
}

/** A response, to be held up and ended. */
class Flow implements Controller {
  rawHeaders: readonly Buffer[] = []
  response: http.IncomingMessage | undefined
  reason: Error | undefined
  readonly #request: http.ClientRequest

  constructor(request: http.ClientRequest) {
    this.#request = request
  }

  pause(): void {
    this.response?.pause()
  }

  resume(): void {
    this.response?.resume()
  }

  abort(reason: Error = new DOMException('The operation was aborted.', 'AbortError')): void {
    this.reason = reason
    this.#request.destroy(reason)
  }
}

/** Tells the listener what comes of a request: its end or one error, once. */
function follow(request: http.ClientRequest, flow: Flow, listener: Listener): void {
  let over = false
  const end = (tell: () => void) => {
    if (!over) tell()
    over = true
  }
  const fail = (error: Error) => end(() => listener.error(flow.reason ?? error))
  request.on('error', fail)
  request.on('response', response => {
    flow.response = response
    flow.rawHeaders = response.rawHeaders.map(text => Buffer.from(text, 'latin1'))
    response.on('error', fail)
    response.on('end', () => end(() => listener.end()))
    listener.response(response.statusCode ?? 0, response.headers, response.statusMessage ?? '')
    response.on('data', chunk => {
      if (!over && !listener.data(chunk)) response.pause()
    })
  })
}

function listenerOf(handler: Handler, flow: Flow): Listener {
  return {
    start: () => handler.onRequestStart(flow, {}),
    response: (status, headers, statusText) => handler.onResponseStart(flow, status, headers, statusText),
    data: chunk => {
      handler.onResponseData(flow, chunk)
      return true // It pauses the flow itself.
    },
    end: () => handler.onResponseEnd(flow, {}),
    error: error => handler.onResponseError(flow, error),
  }
}

function oldListenerOf(handler: OldHandler, flow: Flow): Listener {
  return {
    start: () => handler.onConnect(reason => flow.abort(reason)),
    response: (status, _, statusText) => handler.onHeaders(status, flow.rawHeaders, () => flow.resume(), statusText),
    data: chunk => handler.onData(chunk) !== false,
    end: () => handler.onComplete([]),
    error: error => handler.onError(error),
  }
}
