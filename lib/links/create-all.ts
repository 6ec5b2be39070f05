import { withStackOfCaller } from '../callers-stack.ts'
import { BulkError, ClosedError, type EntryError, NetlinkError, TimeoutError, UnknownOutcomeError } from '../errors.ts'
import { checkEntry, MOST_ERRORS, thrownAt, toEntryError } from '../protocol/bulk/entry-error.ts'
import { type Many, runMany, whenToStop } from '../protocol/bulk/many.ts'
import { Pace } from '../protocol/bulk/pace.ts'
import { type Entries, letGo, type Source, sourceOf } from '../protocol/bulk/source.ts'
import { Failure } from '../protocol/failure.ts'
import type { CallOptions, Session } from '../protocol/session.ts'
import { Creation } from './create.ts'
import type { AddLinkOptions } from './link.ts'

type Given = Readonly<Record<string, unknown>>

interface Made {
  readonly creation: Creation
  readonly index: number
}

/**
 * Makes many links and resolves with how many there were. First all of them are made, then each gets what follows its creation: once both ends of a veth are up, the kernel has
 * work for later (net/core/link_watch.c) that needs the same lock, and would hold up those that are still to be made.
 */
export function createAll(
  session: Session,
  operation: string,
  entries: Entries<AddLinkOptions>,
  call: CallOptions = {},
): Promise<number> {
  return runMany(
    session,
    operation,
    call,
    () => new CreationOfMany(session, operation, sourceOf(operation, entries), call.timeout),
  )
}

class CreationOfMany implements Many {
  done = 0
  readonly #session: Session
  readonly #operation: string
  readonly #source: Source<AddLinkOptions>
  readonly #call: CallOptions | undefined
  /** Messages follow those. */
  readonly #unfinished: Made[] = []
  readonly #errors: EntryError[] = []
  #begun = 0
  #failed = 0
  #unknown = 0
  #ended = false
  #stopped = false
  #cause: unknown

  constructor(session: Session, operation: string, source: Source<AddLinkOptions>, timeout: number | undefined) {
    this.#session = session
    this.#operation = operation
    this.#source = source
    this.#call = timeout === undefined ? undefined : { timeout }
  }

  get isComplete(): boolean {
    return !this.#stopped && this.#failed === 0 && this.#unknown === 0
  }

  toError(): BulkError {
    const counts = { done: this.done, failed: this.#failed, unknown: this.#unknown }
    const errors = this.#errors.sort((one, other) => one.index - other.index)
    for (const error of errors) withStackOfCaller(error)
    return new BulkError(this.#operation, errors, counts, this.#stopped ? { cause: this.#cause } : undefined)
  }

  async run(signal: AbortSignal | undefined): Promise<void> {
    const stopListening = whenToStop(this.#session, this.#operation, signal, cause => this.#abort(cause))
    try {
      await this.#makeAll()
    } finally {
      stopListening()
    }
    if (this.#stopped && !this.#ended) await letGo(this.#source)
    await this.#completeAll()
  }

  #abort(reason: unknown): void {
    this.#stop(reason)
    if ('later' in this.#source) this.#source.later.interrupt()
  }

  /** No more links are made; those that are there get what follows all the same. The first cause counts. */
  #stop(cause: unknown): void {
    if (this.#stopped) return
    this.#stopped = true
    this.#cause = cause
  }

  async #makeAll(): Promise<void> {
    const pace = new Pace()
    while (!this.#stopped && !this.#ended) {
      const step = await this.#next()
      if (step === undefined || this.#stopped) continue
      if (step.done) this.#ended = true
      else this.#make(step.value, pace)
      if (pace.isTurnOver) await pace.pause()
    }
    await pace.end()
  }

  /** Undefined when there is nothing, for the source has failed or was interrupted. */
  async #next(): Promise<IteratorResult<AddLinkOptions, unknown> | undefined> {
    try {
      return 'now' in this.#source ? this.#source.now.next() : await this.#source.later.next()
    } catch (error) {
      this.#ended = true
      this.#stop(error)
      return undefined
    }
  }

  #make(options: AddLinkOptions, pace: Pace): void {
    const index = this.#begun
    try {
      checkEntry(this.#operation, options)
      const creation = new Creation(this.#session, this.#operation, options as unknown as Given, this.#call, true, undefined)
      const made = creation.send()
      this.#begun++
      pace.begin(this.#whenMade(made, { creation, index }))
    } catch (error) {
      this.#stop(thrownAt(index, this.#operation, error))
    }
  }

  async #whenMade(made: Promise<undefined | Failure>, one: Made): Promise<void> {
    const outcome = await made
    if (outcome instanceof Failure) this.#fail(one.index, one.creation.errorOf(outcome))
    else if (one.creation.hasFollowUps()) this.#unfinished.push(one)
    else this.done++
  }

  async #completeAll(): Promise<void> {
    const pace = new Pace()
    for (const one of this.#unfinished) {
      pace.begin(this.#complete(one))
      if (pace.isTurnOver) await pace.pause()
    }
    await pace.end()
  }

  async #complete({ creation, index }: Made): Promise<void> {
    try {
      await creation.complete()
      this.done++
    } catch (error) {
      if (error instanceof NetlinkError) this.#failed++
      else this.#unknown++
      this.#keep(error as Error, index)
    }
  }

  /**
   * What the kernel did not get, or what it does not answer any more, is none of the link's fault, and ends it. Links behind one that was not sent in time may be sent all the same, so that one counts;
   * behind those that the end of the session takes back there are none.
   */
  #fail(index: number, error: unknown): void {
    const isUnknown = error instanceof UnknownOutcomeError || (error instanceof TimeoutError && error.sent)
    if (!(error instanceof NetlinkError) && !(error instanceof UnknownOutcomeError)) this.#stop(error)
    if (!(error instanceof Error) || error instanceof ClosedError) return
    if (isUnknown) this.#unknown++
    else this.#failed++
    this.#keep(error, index)
  }

  #keep(error: Error, index: number): void {
    if (this.#errors.length < MOST_ERRORS) this.#errors.push(toEntryError(error, this.#operation, index))
  }
}
