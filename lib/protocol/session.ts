import { ClosedError } from '../errors.ts'
import { HEADER, HEADER_WORDS, type NativeNamespace, type NativeSocket, Protocol, RecordFlag } from '../native/binding.ts'
import { checkKeys } from '../schema/check-options.ts'
import { Program } from '../schema/program.ts'
import { milliseconds } from './clock.ts'
import { completions, type Receiver } from './completions.ts'
import { Failure } from './failure.ts'
import { NLM_F_ACK, NLM_F_DUMP, NLM_F_ECHO } from './flags.ts'
import { type Hearer, Listener, type ListenerOptions, openSocket } from './listener.ts'
import type { NamespaceReference } from './namespace-reference.ts'
import { Acknowledgement, type Decode, Dump, type Dumped, Echo, type Entries, Reply, type Request } from './request.ts'
import { RequestList } from './request-list.ts'
import { runSilentCall } from './run-call.ts'
import { checkTimeout, DEFAULT_OPTIONS, LONGEST_TIMER, NO_LIMIT, type SessionOptions } from './session-options.ts'
import { StreamedDump } from './streamed-dump.ts'

/** Options of every call. */
export interface CallOptions {
  /** Gives the call up. A request that the kernel already has still takes effect. */
  signal?: AbortSignal | undefined
  /** Milliseconds, instead of the session's. 0 or Infinity: no limit. */
  timeout?: number | undefined
}

const CALL_KEYS: readonly string[] = ['signal', 'timeout'] satisfies (keyof CallOptions)[]

/** Refuses what is no option of a call; `more` are those of this one. */
export function checkCallOptions(operation: string, options: object, more: readonly string[] = []): void {
  checkKeys(operation, options, more.length === 0 ? CALL_KEYS : [...CALL_KEYS, ...more])
}

/** The addon's message calls. */
export type MessageCall = Exclude<keyof NativeSocket, 'flush' | 'resume' | 'cancel' | 'close'>

/** An echoed link takes some 2,300 bytes of it. */
const ROOM_FOR_ECHOES = 8192

/** Of all sessions: it has kilobytes, and no two are in use at a time. */
let program: Program | undefined

/** A session of another protocol, and up to which of its requests this one has waited. */
interface Beside {
  readonly session: Session
  waitedFor: number
}

/** How a session gets its namespace: nothing for the process's own. */
export type NamespaceSource = () => NativeNamespace | undefined

/**
 * A FIFO of requests to the kernel over one netlink socket. All requests of a tick go down together, in call order; each
 * settles by itself. Verbs lower their options into `begin()`'s program and pass it to one of the calls, without awaiting in between.
 */
export class Session {
  readonly #options: Required<SessionOptions>
  readonly #namespace: NamespaceSource
  readonly #protocol: number
  readonly #inFlight = new RequestList()
  #socket: NativeSocket | undefined
  /** The sessions of other protocols in the same namespace. */
  readonly #others: Beside[] = []
  /** How many requests were sent. */
  #sent = 0
  #closed = false
  #flushing = false
  #latest = 0
  #now = 0
  #timer: NodeJS.Timeout | undefined
  #timerDue = Number.POSITIVE_INFINITY
  readonly #closing = new Set<() => void>()

  constructor(
    options: Required<SessionOptions> = DEFAULT_OPTIONS,
    namespace: NamespaceSource = () => undefined,
    protocol: number = Protocol.route,
  ) {
    this.#options = options
    this.#namespace = namespace
    this.#protocol = protocol
  }

  /**
   * The session of generic netlink in the same namespace, with the same options. It opens with its first request and closes along.
   * Between the two, requests keep call order as they do within one.
   */
  get generic(): Session {
    return this.#of(Protocol.generic)
  }

  /** Likewise the session of netfilter. */
  get netfilter(): Session {
    return this.#of(Protocol.netfilter)
  }

  #of(protocol: number): Session {
    if (protocol === this.#protocol) return this
    const there = this.#others.find(({ session }) => session.#protocol === protocol)
    if (there !== undefined) return there.session
    const session = new Session(this.#options, this.#namespace, protocol)
    for (const other of [this, ...this.#others.map(beside => beside.session)]) {
      other.#others.push({ session, waitedFor: 0 })
      session.#others.push({ session: other, waitedFor: 0 })
    }
    if (this.#closed) session.close()
    return session
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Milliseconds that a call may take unless it says otherwise; undefined: no limit. */
  get timeout(): number | undefined {
    return this.#options.timeout === NO_LIMIT ? undefined : this.#options.timeout
  }

  /** Whether an echo and the acknowledgement behind it fit into the receive buffer; in the smallest that there are, one of them is lost. */
  get hasRoomForEchoes(): boolean {
    return this.#options.receiveBuffer >= ROOM_FOR_ECHOES
  }

  /** Another session in the same namespace, with the same options. It does not need the handle of the namespace any more. */
  apart(): Session {
    const session = new Session(this.#options, this.#namespace, this.#protocol)
    session.#open()
    return session
  }

  /** The namespace, for requests that name it. */
  get namespaceReference(): NamespaceReference {
    const native = this.#namespace()
    return native === undefined ? { path: '/proc/thread-self/ns/net' } : { fd: native.fd }
  }

  /** Hears what the kernel tells in the namespace. */
  listen(operation: string, options: ListenerOptions, hearer: Hearer): Listener {
    if (this.#closed) throw new ClosedError(operation, 'session')
    return new Listener(operation, hearer, openSocket(this.#protocol, this.#namespace(), options))
  }

  /** Calls back when the session closes. Answers how to take that back. */
  whenClosed(callback: () => void): () => void {
    this.#closing.add(callback)
    return () => this.#closing.delete(callback)
  }

  /** Id of the request that was sent last. */
  get latest(): number {
    return this.#latest
  }

  /** An empty program for a message with that header. One is in use at a time: lower and send without awaiting in between. */
  begin(operation: string, header: keyof typeof HEADER_WORDS): Program {
    if (this.#closed) throw new ClosedError(operation, 'session')
    program ??= new Program()
    return program.begin(operation, HEADER_WORDS[header])
  }

  /** Sends a request that is answered by an acknowledgement. A Failure has `given`, for handlers that are not the caller's own. */
  acknowledge(
    call: MessageCall,
    program: Program,
    flags: number,
    record = 0,
    options?: CallOptions,
    given?: object,
  ): Promise<undefined | Failure> {
    const ack = (record & RecordFlag.bulk) === 0 ? NLM_F_ACK : 0
    const request = new Acknowledgement(program.operation)
    request.given = given
    return this.#send(call, program, flags | ack, record, request, options)
  }

  /**
   * What is sent next waits for that request of another session, sent with RecordFlag.awaited. A `linked` request right behind is
   * skipped unless that one succeeded.
   */
  after(operation: string, id: number, options?: CallOptions): void {
    const program = this.begin(operation, 'after')
    program.header(0, id)
    void this.#send('after', program, 0, 0, new Acknowledgement(operation), options)
  }

  /** Sends a request that is acknowledged, and of which the kernel is asked to say what it did. */
  echo<T>(
    call: MessageCall,
    program: Program,
    flags: number,
    decode: Decode<T>,
    record = 0,
    options?: CallOptions,
  ): Promise<T | undefined | Failure> {
    return this.#send(call, program, flags | NLM_F_ACK | NLM_F_ECHO, record, new Echo(program.operation, decode), options)
  }

  /** Sends a request that is answered by one message. */
  reply<T>(call: MessageCall, program: Program, decode: Decode<T>, record = 0, options?: CallOptions): Promise<T | Failure> {
    return this.#send(call, program, 0, record | RecordFlag.reply, new Reply(program.operation, decode), options)
  }

  /** Sends a dump and gathers it. */
  dump<T>(call: MessageCall, program: Program, decode: Decode<Entries<T>>, options?: CallOptions): Promise<Dumped<T> | Failure> {
    return this.#send(call, program, NLM_F_DUMP, RecordFlag.dump, new Dump(program.operation, decode), options)
  }

  /** Sends a request that is no dump to the kernel, and is answered like one. */
  multipart<T>(
    call: MessageCall,
    program: Program,
    decode: Decode<Entries<T>>,
    options?: CallOptions,
  ): Promise<Dumped<T> | Failure> {
    const record = RecordFlag.dump | RecordFlag.multipart
    return this.#send(call, program, 0, record, new Dump(program.operation, decode), options)
  }

  /** Sends a slice of many. Every one of its messages says by itself whether it asks for an acknowledgement. */
  slice<T>(program: Program, request: Request<T>, timeout: number | undefined): Promise<T | Failure> {
    return this.#send('slice', program, 0, 0, request, timeout === undefined ? undefined : { timeout })
  }

  /** True when the request was not sent, and will not be: it completes as cancelled, and not for want of time. */
  cancel<T>(request: Request<T>): boolean {
    const isCancelled = this.#socket?.cancel(request.id) === true
    if (isCancelled) request.deadline = 0
    return isCancelled
  }

  /** Starts a dump that is read as it arrives, at the reader's pace, on a socket of its own. */
  stream<T>(call: MessageCall, program: Program, decode: Decode<Entries<T>>, options?: CallOptions): StreamedDump<T> {
    const socket = this.#open()
    const dump = new StreamedDump<T>(program.operation, decode, socket, options?.signal)
    void this.#send(call, program, NLM_F_DUMP, RecordFlag.dump | RecordFlag.stream, dump, { timeout: 0, ...options })
    return dump
  }

  #send<T>(
    call: MessageCall,
    program: Program,
    flags: number,
    record: number,
    request: Request<T>,
    options: CallOptions | undefined,
  ): Promise<T | Failure> {
    if (options !== undefined) checkCallOptions(program.operation, options)
    const timeout =
      options === undefined || options.timeout === undefined
        ? this.#options.timeout
        : checkTimeout(program.operation, options.timeout)
    options?.signal?.throwIfAborted()
    const socket = this.#open()
    if (this.#others.length > 0) this.#waitForOthers(record)
    const { expect, words } = this.#stamp(program, flags, record, request as Request<unknown>)
    try {
      socket[call](words, program.length)
    } catch (error) {
      completions().forget(expect)
      throw error
    }
    request.pins = program.takePins()
    this.#track(request as Request<unknown>, timeout)
    if (options?.signal) this.#abortWith(options.signal, request as Request<unknown>)
    return request.outcome
  }

  /**
   * What the other sessions were asked for so far comes first: a mark behind it there, and here a record that waits for the mark. A
   * `linked` record belongs to the one before it, which has waited.
   */
  #waitForOthers(record: number): void {
    if ((record & RecordFlag.linked) !== 0) return
    for (const beside of this.#others) {
      const other = beside.session
      if (other.#closed || other.#sent === beside.waitedFor || other.#inFlight.isEmpty) continue
      beside.waitedFor = other.#sent
      this.#sendAfter(other.#sendAfter(NOTHING, RecordFlag.awaited), 0)
    }
  }

  /** Answers the id. */
  #sendAfter(id: number, record: number): number {
    const own = completions().expect(new Silence())
    this.#open().after(Uint32Array.of(own, 0, record, id), HEADER + 1)
    this.#scheduleFlush()
    return own
  }

  #stamp(program: Program, flags: number, record: number, request: Request<unknown>): { expect: number; words: Uint32Array } {
    const { words } = program
    request.id = completions().expect(request)
    words[0] = request.id
    this.#latest = request.id
    words[1] = flags
    words[2] = record
    return { expect: request.id, words }
  }

  #open(): NativeSocket {
    if (this.#socket === undefined) {
      const { receiveBuffer, dumpRetries } = this.#options
      const { NetlinkSocket } = completions().addon
      const namespace = this.#namespace()
      this.#socket = new NetlinkSocket({ protocol: this.#protocol, namespace, receiveBuffer, strict: true, dumpRetries })
    }
    return this.#socket
  }

  #track(request: Request<unknown>, timeout: number): void {
    this.#scheduleFlush()
    this.#sent++
    request.owner = this.#inFlight
    this.#inFlight.add(request)
    if (timeout === NO_LIMIT) return
    request.timeout = timeout
    this.#time(request, this.#now)
  }

  /** A request's time begins only when the one before it has ended. */
  timeBehind<T>(request: Request<T>, before: Request<T>): void {
    if (request.timeout === NO_LIMIT) return
    request.deadline = 0
    void before.outcome.then(() => {
      if (!this.#closed) this.#time(request, milliseconds())
    })
  }

  #time<T>(request: Request<T>, from: number): void {
    request.deadline = Math.ceil(from + request.timeout)
    if (request.deadline < this.#timerDue) this.#arm(request.deadline)
  }

  #scheduleFlush(): void {
    if (this.#flushing) return
    this.#flushing = true
    this.#now = milliseconds()
    process.nextTick(this.#flush)
  }

  readonly #flush = (): void => {
    this.#flushing = false
    this.#socket?.flush()
  }

  /** One timer a session, for the nearest deadline. It never keeps the process alive: requests in flight do, natively. */
  #arm(due: number): void {
    clearTimeout(this.#timer)
    this.#timerDue = due
    this.#timer = setTimeout(() => this.#hearFirst(), Math.min(LONGEST_TIMER, Math.max(1, due - milliseconds())))
    this.#timer.unref()
  }

  /** Timers come before what has arrived: on a busy machine the answer may be there, and many others before it, which are handed over in several turns of the event loop. */
  #hearFirst(): void {
    void runSilentCall('timeout', id => completions().addon.comeBehind(id)).then(() => this.#expire())
  }

  #expire(): void {
    if (this.#closed) return
    const now = milliseconds()
    let nearest = Number.POSITIVE_INFINITY
    this.#inFlight.forEach(request => {
      if (request.deadline === 0) return
      if (request.deadline <= now) this.#giveUp(request)
      else if (request.deadline < nearest) nearest = request.deadline
    })
    this.#timerDue = Number.POSITIVE_INFINITY
    if (nearest < Number.POSITIVE_INFINITY) this.#arm(nearest)
  }

  #giveUp(request: Request<unknown>): void {
    request.deadline = 0
    request.expire()
    const sent = this.#socket?.cancel(request.id) !== true
    request.settle(Failure.timedOut(request.operation, request.timeout, sent))
  }

  #abortWith(signal: AbortSignal, request: Request<unknown>): void {
    const abort = () => {
      this.#socket?.cancel(request.id)
      request.settle(Failure.aborted(request.operation, signal.reason))
    }
    signal.addEventListener('abort', abort, { once: true })
    request.cleanUp = () => signal.removeEventListener('abort', abort)
  }

  /** Requests that were not sent end with ClosedError; what the kernel has is waited for natively. Idempotent. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    clearTimeout(this.#timer)
    this.#socket?.flush()
    this.#socket?.close()
    for (const { session } of this.#others) session.close()
    for (const callback of this.#closing) callback()
    this.#closing.clear()
  }
}

/** In place of the id of a request to wait for. */
const NOTHING = 0

/** Waits for a completion that says nothing. */
class Silence implements Receiver {
  id = 0

  complete(): boolean {
    return false
  }
}
