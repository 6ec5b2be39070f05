import { DumpInterruptedError, NetlinkError } from '../errors.ts'
import type { HEADER_WORDS } from '../native/binding.ts'
import { checkObject } from '../schema/check-options.ts'
import type { Message } from '../schema/message.ts'
import type { Program } from '../schema/program.ts'
import { Failure, type Locator } from './failure.ts'
import { Flattened } from './flattened.ts'
import { linkIndexOf } from './link-index.ts'
import type { Decode, Entries } from './request.ts'
import type { CallOptions, MessageCall, Session } from './session.ts'
import { unwrap } from './unwrap.ts'

const EINVAL = 22

/** A filter as it will be used: checked once, tested on every entry. */
export interface Matcher<T> {
  /** The link, where it was given by name: only its index can be compared, and it may not be known yet. */
  readonly linkName: string | undefined
  /** Likewise the link that the option `master` names. */
  readonly masterName?: string | undefined
  /** Whether the kernel has something to filter by that old ones refuse. */
  readonly isStrict: boolean
  /** Writes what the kernel can filter; `loose` only what every kernel understands. */
  lower(program: Program, loose: boolean): void
  /**
   * Writes a request of which the kernel says when the table changed while it was read, where of what `lower` writes it does not, and of which more
   * has to be dropped here. `linkIndex` is the link then, where it was given by index: the kernel will not look whether there is one.
   */
  lowerMarked?(program: Program): void
  readonly linkIndex?: number | undefined
  /** What can be told from the header, before an entry is decoded. */
  matchesHeader?(message: Message, start: number): boolean
  /** The same conditions again, for kernels that ignore them and for those that only we know. `link` is the index of `linkName`, and `master` that of `masterName`. */
  matches(item: T, link?: number, master?: number): boolean
  /** Whether a refusal with that errno says that there is nothing to list. */
  meansNothing?(errno: number): boolean
}

/** Writes a request. */
type Lower = (program: Program) => void

/** Outcomes of looking up a matcher's names. */
type Indexes = readonly (Promise<number | Failure> | undefined)[]

/** What a table of the kernel is asked with, and how its entries are read. */
export interface DumpedTable<T, F> {
  readonly call: MessageCall
  readonly header: keyof typeof HEADER_WORDS
  readonly decode: Decode<T | readonly T[]>
  readonly locator: Locator
  /** Checks a filter. The program is there for its errors. */
  match(program: Program, filter: F): Matcher<T>
}

/**
 * Reads a table of the kernel, or those of its entries that a filter wants: the kernel is asked for no more than it can filter, and
 * everything is compared here again. A kernel that refuses the filter is asked a second time, without.
 */
export class FilteredDump<T, F extends object> {
  readonly #session: Session
  readonly #table: DumpedTable<T, F>

  constructor(session: Session, table: DumpedTable<T, F>) {
    this.#session = session
    this.#table = table
  }

  /** All entries that match. */
  async list(operation: string, filter: F, call: CallOptions | undefined): Promise<T[]> {
    const { locator } = this.#table
    const matcher = this.#match(operation, filter)
    const indexes = this.#indexesOf(operation, matcher, call)
    const dumping = this.#dump(operation, matcher, program => matcher.lower(program, false), call)
    const { latest } = this.#session
    let outcome = await dumping
    if (outcome instanceof Failure && outcome.errno === EINVAL && matcher.isStrict)
      outcome = await this.#dump(operation, matcher, program => matcher.lower(program, true), call)
    // One part is read at once, and nothing changes meanwhile. What was called later must not show in what is read once more.
    const isLast = this.#session.latest === latest
    if (isLast && !(outcome instanceof Failure) && outcome.parts > 1 && matcher.lowerMarked !== undefined)
      outcome = await this.#dump(operation, matcher, program => matcher.lowerMarked?.(program), call)
    if (outcome instanceof Failure && matcher.meansNothing?.(outcome.errno)) return []
    const [link, master] = await this.#unwrapIndexes(indexes, filter)
    const { items, interrupted } = unwrap(outcome, locator, filter)
    const isKnown = link === undefined && master === undefined
    const found = isKnown ? items : items.filter(item => matcher.matches(item, link, master))
    if (interrupted) throw new DumpInterruptedError(operation, found)
    return found
  }

  /** Asked for in order with the session's other requests. */
  #indexesOf(operation: string, { linkName, masterName }: Matcher<T>, call: CallOptions | undefined): Indexes {
    return [linkName, masterName].map(link => linkIndexOf(this.#session, operation, link, call))
  }

  async #unwrapIndexes(indexes: Indexes, filter: F): Promise<(number | undefined)[]> {
    const { locator } = this.#table
    const outcomes = await Promise.all(indexes)
    return outcomes.map(outcome => (outcome === undefined ? undefined : unwrap(outcome, locator, filter)))
  }

  #dump(operation: string, matcher: Matcher<T>, lower: Lower, call: CallOptions | undefined) {
    const program = this.#lower(operation, lower)
    return this.#session.dump(this.#table.call, program, this.#decoder(matcher), call)
  }

  /** As `list`, one by one while the kernel sends them. */
  stream(operation: string, filter: F, call: CallOptions | undefined): AsyncGenerator<T, void, void> {
    return new Flattened(this.#parts(operation, filter, call))
  }

  async *#parts(operation: string, filter: F, call: CallOptions | undefined): AsyncGenerator<readonly T[], void, void> {
    const { locator } = this.#table
    const matcher = this.#match(operation, filter)
    const lower: Lower = program =>
      matcher.lowerMarked === undefined ? matcher.lower(program, false) : matcher.lowerMarked(program)
    const { linkIndex } = matcher
    const [link = linkIndex, master] = await this.#unwrapIndexes(this.#indexesOf(operation, matcher, call), filter)
    if (linkIndex !== undefined) unwrap((await linkIndexOf(this.#session, operation, linkIndex, call)) as number, locator, filter)
    const decode = this.#decoder(matcher, link, master)
    try {
      yield* this.#stream(operation, lower, decode, call).parts(locator, filter)
    } catch (error) {
      if (!(error instanceof NetlinkError)) throw error
      if (matcher.meansNothing?.(error.errno)) return
      // The kernel refuses a filter that it does not know before it sends anything.
      if (error.errno !== EINVAL || !matcher.isStrict) throw error
      yield* this.#stream(operation, program => matcher.lower(program, true), decode, call).parts(locator, filter)
    }
  }

  #stream(operation: string, lower: Lower, decode: Decode<Entries<T>>, call: CallOptions | undefined) {
    const program = this.#lower(operation, lower)
    return this.#session.stream(this.#table.call, program, decode, call)
  }

  #match(operation: string, filter: F): Matcher<T> {
    const program = this.#session.begin(operation, this.#table.header)
    return this.#table.match(program, checkObject(operation, filter))
  }

  #lower(operation: string, lower: Lower): Program {
    const program = this.#session.begin(operation, this.#table.header)
    lower(program)
    return program
  }

  #decoder(matcher: Matcher<T>, link?: number, master?: number): Decode<Entries<T>> {
    const { decode } = this.#table
    return (message, start, end) => {
      if (matcher.matchesHeader?.(message, start) === false) return undefined
      const item = decode(message, start, end)
      if (Array.isArray(item)) return item.filter(entry => matcher.matches(entry, link, master))
      return matcher.matches(item as T, link, master) ? item : undefined
    }
  }
}
