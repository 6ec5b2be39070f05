import { withCallersStack } from '../callers-stack.ts'
import { ClosedError, DumpInterruptedError, TimeoutError } from '../errors.ts'
import type { Message } from '../schema/message.ts'
import type { Failure } from './failure.ts'
import { type Hearer, type Listener, listenerError } from './listener.ts'
import { type CallOptions, checkCallOptions, type Session } from './session.ts'
import { checkTimeout } from './session-options.ts'

/** What a message says that does not say it all: ask. */
export const ASK = Symbol('ask')

/** Something to wait for. What does not hold yet is undefined. */
export interface Awaited<T> {
  readonly operation: string
  /** What did not happen, for the error when time is over: `'link "eth0" did not come up'`. */
  readonly failing: string
  /** Groups whose messages tell of it. */
  readonly groups: readonly number[]
  /** Asks the kernel. */
  read(call: CallOptions): Promise<T | undefined>
  /** What a message says of it. */
  heard(type: number, message: Message, start: number, end: number): T | typeof ASK | undefined
}

const RECEIVE_BUFFER = 4 * 1024 * 1024

/**
 * Waits until something is so. What is so already takes one request. Else the kernel is listened to, and asked once more, so that
 * nothing is missed in between; from then on its messages decide.
 */
export async function waitUntil<T>(session: Session, awaited: Awaited<T>, call: CallOptions = {}): Promise<T> {
  const { operation } = awaited
  checkCallOptions(operation, call)
  const timeout = call.timeout === undefined ? (session.timeout ?? 0) : checkTimeout(operation, call.timeout)
  call.signal?.throwIfAborted()
  const wait = new Wait(session, awaited)
  try {
    const outcome = await wait.run(timeout, call.signal)
    if (outcome instanceof GivenUp) throw withCallersStack(outcome.make)
    return outcome
  } finally {
    wait.end()
  }
}

/** Errors are made where the caller waits. */
class GivenUp {
  readonly make: () => Error

  constructor(make: () => Error) {
    this.make = make
  }
}

class Wait<T> implements Hearer {
  readonly #session: Session
  readonly #awaited: Awaited<T>
  readonly #outcome: Promise<T | GivenUp>
  #resolve!: (value: T | GivenUp) => void
  #reject!: (reason: unknown) => void
  readonly #stop = new AbortController()
  #listener: Listener | undefined
  #asking = false
  #askAgain = false
  #over = false
  #cleanUp: (() => void)[] = []

  constructor(session: Session, awaited: Awaited<T>) {
    this.#session = session
    this.#awaited = awaited
    this.#outcome = new Promise<T | GivenUp>((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  run(timeout: number, signal: AbortSignal | undefined): Promise<T | GivenUp> {
    const { operation, failing } = this.#awaited
    if (signal) this.#abortWith(signal)
    if (timeout > 0) {
      const timer = setTimeout(() => this.#giveUp(() => new TimeoutError(operation, timeout, false, failing)), timeout)
      this.#cleanUp.push(() => clearTimeout(timer))
    }
    this.#cleanUp.push(this.#session.whenClosed(() => this.#giveUp(() => new ClosedError(operation, 'session'))))
    void this.#begin().catch(this.#reject)
    return this.#outcome
  }

  #giveUp(make: () => Error): void {
    this.#resolve(new GivenUp(make))
  }

  #abortWith(signal: AbortSignal): void {
    const abort = () => this.#reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    this.#cleanUp.push(() => signal.removeEventListener('abort', abort))
  }

  async #begin(): Promise<void> {
    const value = await this.#read()
    if (value !== undefined) return this.#resolve(value)
    if (this.#over) return
    const { operation, groups } = this.#awaited
    this.#listener = this.#session.listen(operation, { groups, receiveBuffer: RECEIVE_BUFFER }, this)
    this.#listener.hold()
    const failure = await this.#listener.opened
    if (failure !== undefined) throw listenerError(failure)
    this.#ask()
  }

  /** No limit of its own: the wait has one. A table that kept changing while it was read proves nothing. */
  async #read(): Promise<T | undefined> {
    for (;;) {
      try {
        return await this.#awaited.read({ signal: this.#stop.signal, timeout: 0 })
      } catch (error) {
        if (this.#over || !(error instanceof DumpInterruptedError)) throw error
      }
    }
  }

  /** One question at a time; what is heard meanwhile may have come too late for the answer. */
  #ask(): void {
    if (this.#over) return
    this.#askAgain = this.#asking
    if (this.#asking) return
    this.#asking = true
    void this.#read().then(value => {
      this.#asking = false
      if (value !== undefined) this.#resolve(value)
      else if (this.#askAgain) this.#ask()
    }, this.#reject)
  }

  heard(type: number, _flags: number, message: Message, start: number, end: number): void {
    if (this.#over) return
    try {
      const value = this.#awaited.heard(type, message, start, end)
      if (value === ASK) this.#ask()
      else if (value !== undefined) this.#resolve(value)
    } catch (error) {
      this.#reject(error)
    }
  }

  overrun(): void {
    this.#ask()
  }

  failed(failure: Failure): void {
    this.#reject(listenerError(failure))
  }

  end(): void {
    this.#over = true
    for (const cleanUp of this.#cleanUp) cleanUp()
    this.#stop.abort()
    this.#listener?.close()
  }
}
