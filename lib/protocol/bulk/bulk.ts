import { clearImmediate, setImmediate } from 'node:timers'
import { ClosedError, invalidValue, show, TimeoutError } from '../../errors.ts'
import { HEADER, HEADER_WORDS } from '../../native/binding.ts'
import { Program } from '../../schema/program.ts'
import { milliseconds } from '../clock.ts'
import { completions } from '../completions.ts'
import { Failure } from '../failure.ts'
import type { CallOptions, Session } from '../session.ts'
import { checkEntry, thrownAt } from './entry-error.ts'
import { type Many, runMany, whenToStop } from './many.ts'
import { Slice } from './slice.ts'
import { type Entries, letGo, type Source, sourceOf } from './source.ts'
import { Tally } from './tally.ts'
import type { BulkVerb } from './verb.ts'

/** As it is when this is loaded: test runners replace it, and what waits for theirs would wait for ever. */
const [later, forget] = [setImmediate, clearImmediate]

/** Entries of the first slice; each is twice as long as the one before, so that the kernel has something to do soon. */
const FIRST_SLICE = 64
const LONGEST_SLICE = 512
/** Words of a slice after which it takes no more. */
const MOST_WORDS = 16 * 1024
/** Milliseconds of the event loop for one slice. */
const PATIENCE = 1
/** After how many entries the clock is looked at. */
const CLOCK = 16
/**
 * Slices that are with the native thread: the one that is sent, and those that are sent next without waiting for the event loop. As many as the kernel works on while V8
 * collects garbage or compiles, on a machine where other threads want the processors too.
 */
const MOST_UNDER_WAY = 16

/**
 * Sends what is to be done with each entry, in order, and resolves with how many there were. Slice by slice: while the kernel works through one, the next are lowered, and the event loop has its turn in
 * between. All entries are tried, whatever the kernel says of some; what is wrong with an entry itself, or with their source, ends it.
 */
export function bulk<E extends object>(
  session: Session,
  verb: BulkVerb<E>,
  entries: Entries<E>,
  call: CallOptions = {},
): Promise<number> {
  const { operation } = verb
  return runMany(session, operation, call, () => new Bulk(session, verb, sourceOf(operation, entries), call.timeout))
}

/** What is done to many entries, slice by slice. */
export class Bulk<E extends object> implements Many {
  readonly #session: Session
  readonly #verb: BulkVerb<E>
  readonly #source: Source<E>
  readonly #timeout: number | undefined
  readonly #program = new Program()
  readonly #tally: Tally
  /** In the order in which they were sent, which is that in which they end. */
  readonly #underWay: Slice[] = []
  /** Of the slice that is being filled. */
  #entries: E[] = []
  #first = 0
  #room = FIRST_SLICE
  #ended = false
  #stopped = false
  /** What was not sent yet will not be. */
  #abandoned = false
  #cause: unknown

  constructor(session: Session, verb: BulkVerb<E>, source: Source<E>, timeout: number | undefined, tally = new Tally()) {
    this.#session = session
    this.#verb = verb
    this.#source = source
    this.#timeout = timeout
    this.#tally = tally
    this.#program.readsLater = true
  }

  get done(): number {
    return this.#tally.done
  }

  get isComplete(): boolean {
    return !this.#stopped && this.#tally.isClean
  }

  /** What ended it before its time. */
  get cause(): unknown {
    return this.#cause
  }

  toError(): Error {
    return this.#tally.toError(this.#verb, this.#stopped, this.#cause)
  }

  async run(signal: AbortSignal | undefined): Promise<void> {
    const stopListening = whenToStop(this.#session, this.#verb.operation, signal, cause => this.#abandon(cause))
    try {
      await this.#sendAll()
      while (this.#underWay.length > 0) await this.#awaitFirst()
      if (this.#stopped && !this.#ended) await letGo(this.#source)
    } finally {
      stopListening()
    }
  }

  get #isOver(): boolean {
    return this.#ended || this.#stopped || this.#abandoned
  }

  async #sendAll(): Promise<void> {
    while (!this.#isOver) {
      this.#begin()
      if ('now' in this.#source) this.#fill(this.#source.now)
      else await this.#gather()
      this.#send()
      if (this.#isOver) return
      await new Promise(later)
      while (this.#underWay.length >= MOST_UNDER_WAY) await this.#awaitFirst()
    }
  }

  #begin(): void {
    this.#program.begin(this.#verb.operation, HEADER_WORDS.slice)
    this.#entries = []
  }

  get #isFull(): boolean {
    return this.#entries.length >= this.#room || this.#program.length >= MOST_WORDS
  }

  #fill(iterator: Iterator<E>): void {
    const end = milliseconds() + PATIENCE
    try {
      for (let i = 1; !this.#isFull && !this.#abandoned; i++) {
        const step = iterator.next()
        if (step.done) {
          this.#ended = true
          return
        }
        if (!this.#lower(step.value) || (i % CLOCK === 0 && milliseconds() >= end)) return
      }
    } catch (error) {
      this.#end(error)
    }
  }

  /** A source that keeps it waiting for longer than a turn of the event loop gets what it has given sent. */
  async #gather(): Promise<void> {
    const { later: source } = this.#source as Extract<Source<E>, { later: unknown }>
    let turn: NodeJS.Immediate | undefined
    const end = milliseconds() + PATIENCE
    try {
      while (!this.#isFull && !this.#abandoned) {
        const step = await source.next()
        if (step === undefined && this.#entries.length > 0) return
        if (step === undefined) continue
        if (this.#entries.length === 0) turn = later(() => source.interrupt())
        if (!this.#take(step)) return
        if (this.#entries.length % CLOCK === 0 && milliseconds() >= end) return
      }
    } catch (error) {
      this.#end(error)
    } finally {
      forget(turn)
    }
  }

  /** False when there is nothing behind it. */
  #take(step: IteratorResult<E, unknown>): boolean {
    if (step.done) {
      this.#ended = true
      return false
    }
    return this.#lower(step.value)
  }

  #lower(entry: E): boolean {
    const { length, records, placed, texts } = this.#program
    const error = this.#write(entry)
    if (error === undefined) {
      this.#entries.push(entry)
      return true
    }
    const hasUnread = this.#program.placed > placed
    this.#program.rewind({ length, records, placed, texts })
    this.stop(hasUnread ? (this.#mistakeIn(entry) ?? error.thrown) : error.thrown)
    return false
  }

  /** What was thrown at it, if something was. */
  #write(entry: E): { readonly thrown: unknown } | undefined {
    const at = this.#entries.length
    try {
      checkEntry(this.#verb.operation, entry)
      this.#verb.write(this.#program, entry, at, this.#first + at)
      return undefined
    } catch (error) {
      return { thrown: thrownAt(this.#first + at, this.#verb.operation, error) }
    }
  }

  /** What is wrong with an entry first, its addresses too, which are read at once here. It is not sent. */
  #mistakeIn(entry: E): unknown {
    const { length, records, placed, texts } = this.#program
    this.#program.readsLater = false
    const error = this.#write(entry)
    this.#program.readsLater = true
    this.#program.rewind({ length, records, placed, texts })
    return error?.thrown
  }

  /**
   * There is an address that is none, or is written in a way that the addon does not know. What is read is what the entries have said: the caller may have made others of the same objects since. What
   * else was wrong was so with an entry behind it.
   */
  #readHere(): void {
    const wrong = this.#program.readTextsHere()
    if (wrong === undefined) return
    const at = this.#program.cutEntry(HEADER + HEADER_WORDS.slice, wrong.word)
    const [entry] = this.#entries.splice(at)
    const { operation } = this.#verb
    const unnamed = () =>
      thrownAt(this.#first + at, operation, invalidValue(operation, '', `has ${show(wrong.text)} where an address belongs`))
    this.#stopped = false
    this.stop(this.#mistakeIn(entry) ?? unnamed())
  }

  #send(): void {
    if (!this.#abandoned && !this.#program.readTexts(completions().addon)) this.#readHere()
    const entries = this.#entries
    if (entries.length === 0 || this.#abandoned) return
    const slice = new Slice(this.#verb.operation, entries, this.#first, this.#tally.room)
    slice.whenExpired = () => this.#withdraw(slice)
    this.#program.endSlice(this.#verb.batch ?? 0)
    this.#first += entries.length
    this.#room = Math.min(this.#room * 2, this.#verb.longest ?? LONGEST_SLICE)
    try {
      if (this.#session.closed) throw new ClosedError(this.#verb.operation, 'session')
      void this.#session.slice(this.#program, slice, this.#timeout)
      const before = this.#underWay.at(-1)
      if (before !== undefined) this.#session.timeBehind(slice, before)
      this.#underWay.push(slice)
    } catch (error) {
      this.#abandon(error)
    }
  }

  async #awaitFirst(): Promise<void> {
    const slice = this.#underWay[0]
    const outcome = await slice.outcome
    this.#underWay.shift()
    if (!(outcome instanceof Failure)) return this.#tally.add(slice, outcome)
    const error = outcome.toError()
    if (error instanceof TimeoutError && error.sent) this.#tally.unknown += slice.entries.length
    this.#abandon(error)
  }

  /** Nothing more is sent; what was sent is waited for. The first cause counts. */
  stop(cause: unknown): void {
    if (this.#stopped) return
    this.#stopped = true
    this.#cause = cause
  }

  /** The source itself has failed: there is nothing to let go of. */
  #end(error: unknown): void {
    this.#ended = true
    this.stop(error)
  }

  /** As `stop`, and what the kernel does not have yet is taken back. */
  #abandon(cause: unknown): void {
    this.stop(cause)
    this.#withdraw()
  }

  /** Takes back what the kernel does not have yet: all slices, or those behind one. The last first, so that none is sent behind one that is not. */
  #withdraw(behind?: Slice): void {
    this.#abandoned = true
    const first = behind === undefined ? 0 : this.#underWay.indexOf(behind) + 1
    for (const slice of this.#underWay.slice(first).reverse()) this.#session.cancel(slice)
    if ('later' in this.#source) this.#source.later.interrupt()
  }
}
