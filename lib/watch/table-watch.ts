import { DumpInterruptedError, NetlinkError } from '../errors.ts'
import { NLM_F_APPEND, NLM_F_REPLACE } from '../protocol/flags.ts'
import { linkIndexOf } from '../protocol/link-index.ts'
import type { Session } from '../protocol/session.ts'
import { unwrap } from '../protocol/unwrap.ts'
import type { Message } from '../schema/message.ts'
import type { Collection, IsEnough, Report } from './collection.ts'
import type { WatchedNamespace } from './events.ts'
import { isSame } from './is-same.ts'
import type { Heard } from './message-store.ts'
import type { AnyWatched } from './objects.ts'
import type { Place } from './place.ts'

/** Where a difference comes from. */
export type Origin = 'told' | 'snapshot' | 'resync'

/** Who hears of one table. */
export interface TableReader {
  differs(table: TableWatch, item: object | undefined, previous: object | undefined, origin: Origin): void
  /** What was said so far is how things are. */
  synced(table: TableWatch): void
  failed(error: unknown): void
  /** The table is read once more. */
  rereading(): void
  /** Resolves behind all that the kernel has told so far. */
  sync(): Promise<unknown>
}

/** What a message said, kept while the table is read. */
interface Said {
  readonly item: object
  readonly flags: number
  readonly isGone: boolean
}

const OPERATION = 'watch'
const ENODEV = 19
/** Messages that are kept while a table is read. With more it is read once more instead. */
const LONGEST_LOG = 262_144

/**
 * One kind of object in one namespace. A table is read while its messages are kept, and these are then applied to what was read: so every
 * object is as the last message about it says, or as it was read. The difference to what was known is what became of it.
 */
export class TableWatch {
  readonly watched: AnyWatched
  /** The other namespace that it is of. */
  readonly namespace: WatchedNamespace | undefined
  /** Undefined: nobody can be asked. */
  #place: Place | undefined
  readonly #filter: object
  readonly #reader: TableReader
  readonly #hint: ((type: number, message: Message, start: number, end: number, known: Collection<any>) => boolean) | undefined
  readonly #matcher: ReturnType<AnyWatched['match']>
  /** Indexes of the links that the filter names: the names may change meanwhile. Undefined until they were looked up. */
  #links: { readonly link: number | undefined; readonly master: number | undefined } | undefined
  /** Undefined until the table was read once. */
  #known: Collection<any> | undefined
  #isSynced = false
  #log: Said[] | undefined
  #isReading = false
  #readAgain = false
  /** Objects that are read again by themselves, and whether something was heard of them meanwhile. */
  readonly #asking = new Map<number, boolean>()
  #closed = false
  readonly #idle: (() => void)[] = []
  readonly #report: Report<object> = (item, previous) => this.#reader.differs(this, item, previous, 'told')

  /** `session` checks the filter. */
  constructor(watched: AnyWatched, filter: object, session: Session, reader: TableReader, namespace?: WatchedNamespace) {
    this.watched = watched
    this.namespace = namespace
    this.#filter = filter
    this.#reader = reader
    this.#hint = watched.hints?.begin()
    this.#matcher = watched.match(session.begin(OPERATION, 'link'), filter)
  }

  /** What is known of the table; undefined before it was read. */
  get known(): Collection<any> | undefined {
    return this.#known
  }

  get isSynced(): boolean {
    return this.#isSynced
  }

  close(): void {
    this.#closed = true
    this.#tellIdle()
  }

  /** Nobody can be asked, or nobody any more: what is told is all that is known. */
  assume(): void {
    this.#place = undefined
    this.#log = undefined
    this.#known ??= this.watched.collection()
    this.#isReading = false
    this.#asking.clear()
    this.#isSynced = true
    this.#tellIdle()
  }

  /** Begins to read the table. What is there already is a snapshot, unless it is `news`. */
  readFrom(place: Place, isNews = false): void {
    this.#place = place
    this.#isReading = false
    this.#asking.clear()
    if (isNews) this.#known ??= this.watched.collection()
    this.read()
  }

  /** All of it is gone. */
  end(): void {
    for (const item of [...(this.#known?.values() ?? [])]) this.#known?.remove(item, this.#report)
  }

  /** The table has to be read: to begin with, and when messages were lost. */
  read(): void {
    const place = this.#place
    if (place === undefined) return
    this.#isSynced = false
    this.#readAgain = true
    if (this.#isReading) return
    this.#isReading = true
    void this.#readUntilSure(place).catch(error => {
      if (!this.#isOver(place)) this.#reader.failed(error)
    })
  }

  heard(type: number, flags: number, message: Message, start: number, end: number): void {
    const { messages, parts } = this.watched
    if (type === messages.new || type === messages.delete) {
      const item = this.watched.decode(message, start, end)
      if (item !== undefined) this.#hear(item, flags, type === messages.delete, { message, start, end })
      else this.#hearPart(parts?.about(type, message, start))
      return
    }
    if (this.#known === undefined) return
    if (this.#hint?.(type, message, start, end, this.#known)) this.#reread()
  }

  /** The kernel said too little. */
  #reread(): void {
    this.#readAgain = true
    if (!this.#isReading) this.read()
  }

  #hear(item: object, flags: number, isGone: boolean, heard?: Heard): void {
    if (this.#log !== undefined) this.#keep(this.#log, { item, flags, isGone })
    if (this.#known === undefined) return
    if (this.#asking.size > 0) this.#noteAnswerIsOld(this.#known.keyOf(item) as number)
    const isTooEarly = this.#isTooEarly(this.#known, item, isGone)
    if (!this.#apply(this.#known, item, flags, isGone, this.#report, heard)) this.#reread()
    if (isTooEarly) this.#hearPart(this.#known.keyOf(item) as number)
  }

  #isTooEarly(known: Collection<any>, item: object, isGone: boolean): boolean {
    const { parts } = this.watched
    if (parts === undefined || isGone || !this.#isWanted(item)) return false
    return parts.isTooEarly(item, known.find(item))
  }

  #noteAnswerIsOld(about: number): void {
    if (this.#asking.has(about)) this.#asking.set(about, true)
  }

  #keep(log: Said[], said: Said): void {
    if (log.length < LONGEST_LOG) log.push(said)
    else this.#readAgain = true
  }

  #apply(known: Collection<any>, item: object, flags: number, isGone: boolean, report: Report<object>, heard?: Heard): IsEnough {
    if (isGone) return known.remove(item, report)
    return this.#isWanted(item) ? known.put(item, flags, report, heard) : known.exclude(item, flags, report)
  }

  #isWanted(item: object): boolean {
    return this.#links === undefined
      ? !this.#namesLinks && this.#matcher.matches(item)
      : this.#matcher.matches(item, this.#links.link, this.#links.master)
  }

  get #namesLinks(): boolean {
    return this.#matcher.linkName !== undefined || this.#matcher.masterName !== undefined
  }

  async #readUntilSure(place: Place): Promise<void> {
    await this.#findLinks(place)
    while (this.#readAgain && !this.#isOver(place)) {
      this.#readAgain = false
      this.#log = []
      if (this.#known !== undefined) this.#reader.rereading()
      const { items, isWhole } = await this.#list(place)
      await this.#reader.sync()
      if (this.#isOver(place)) return
      if (!this.#take(items, isWhole)) this.#readAgain = true
    }
    if (this.#isOver(place)) return
    this.#isReading = false
    this.#tellIdle()
    if (this.#isSynced) return
    this.#isSynced = true
    this.#reader.synced(this)
  }

  #isOver(place: Place): boolean {
    return this.#closed || this.#place !== place
  }

  /** Whether something is asked of the kernel. */
  get isBusy(): boolean {
    return this.#isReading || this.#asking.size > 0
  }

  /** Resolves once nothing is. */
  whenIdle(): Promise<void> {
    if (!this.isBusy || this.#closed) return Promise.resolve()
    return new Promise(resolve => this.#idle.push(resolve))
  }

  #tellIdle(): void {
    if (this.isBusy && !this.#closed) return
    for (const resolve of this.#idle.splice(0)) resolve()
  }

  async #findLinks(place: Place): Promise<void> {
    const { linkName, masterName } = this.#matcher
    if (this.#links === undefined && this.#namesLinks)
      this.#links = { link: await this.#find(place, 'link', linkName), master: await this.#find(place, 'master', masterName) }
  }

  async #find(place: Place, option: string, name: string | undefined): Promise<number | undefined> {
    if (name === undefined) return undefined
    const outcome = await place.ask(async session => linkIndexOf(session, OPERATION, name))
    return unwrap(outcome as number, { ...NO_LOCATOR, subject: `${this.watched.option}.${option}` })
  }

  async #list(place: Place): Promise<{ items: object[]; isWhole: boolean }> {
    const { link, master } = this.#links ?? {}
    const filter = { ...this.#filter, ...(link !== undefined && { link }), ...(master !== undefined && { master }) }
    try {
      return { items: await place.ask(session => this.watched.list(session, filter)), isWhole: true }
    } catch (error) {
      if (error instanceof DumpInterruptedError) return { items: error.partial as object[], isWhole: false }
      // The link of the filter has gone meanwhile, and its objects with it.
      if (this.#known !== undefined && error instanceof NetlinkError && error.errno === ENODEV)
        return { items: [], isWhole: true }
      throw error
    }
  }

  /** Answers whether this is how things are now. */
  #take(items: readonly object[], isWhole: boolean): boolean {
    const log = this.#log as Said[]
    const fresh = this.watched.collection()
    for (const item of items) if (this.#isWanted(item)) fresh.put(item, NLM_F_APPEND, NOBODY)
    const isSure = this.#replay(fresh, log) && isWhole && !this.#readAgain
    this.#log = undefined
    const known = this.#known
    this.#known = fresh
    if (known !== undefined) this.#compare(known, fresh, isSure)
    else for (const item of fresh.values()) this.#reader.differs(this, item, undefined, 'snapshot')
    return isSure
  }

  /** What replaced another, and is gone itself by now, may have replaced one that was read: the message does not say which. */
  #replay(fresh: Collection<any>, log: readonly Said[]): boolean {
    let isEnough = true
    const replacing: object[] = []
    for (const { item: about, flags, isGone } of log) {
      const isReplacement = (flags & NLM_F_REPLACE) !== 0 && !isGone
      const note: Report<object> = (item, previous) => {
        if (item !== undefined && previous !== undefined && fresh.keyOf(item) !== fresh.keyOf(previous)) replacing.push(item)
      }
      if (!this.#apply(fresh, about, flags, isGone, isReplacement ? note : NOBODY)) isEnough = false
    }
    return isEnough && replacing.every(item => fresh.find(item) !== undefined)
  }

  /** What one cannot be sure of is kept: it goes when it is seen to be gone. */
  #compare(known: Collection<any>, fresh: Collection<any>, isSure: boolean): void {
    const gone: object[] = []
    for (const item of known.values()) if (fresh.find(item) === undefined) gone.push(item)
    if (isSure) for (const item of gone) this.#reader.differs(this, undefined, item, 'resync')
    else for (const item of gone) fresh.put(item, NLM_F_APPEND, NOBODY)
    for (const item of fresh.values()) {
      const report: Report<object> = (now, previous) => this.#reader.differs(this, now, previous, 'resync')
      const previous = known.find(item)
      if (previous === undefined) report(item, undefined)
      else if (previous !== item && !isSame(item, previous)) report(item, previous)
    }
  }

  #hearPart(about: number | undefined): void {
    if (about === undefined || this.#place === undefined) return
    if (this.#asking.has(about)) this.#noteAnswerIsOld(about)
    else void this.#ask(this.#place, about)
  }

  /** What was heard meanwhile may be newer than the answer: then it is asked again. */
  async #ask(place: Place, about: number): Promise<void> {
    try {
      for (let isOld = true; isOld && !this.#isOver(place); ) {
        this.#asking.set(about, false)
        const item = await place.ask(async session => this.watched.parts?.read(session, about))
        isOld = this.#asking.get(about) === true
        if (this.#isOver(place)) return
        if (isOld || item === undefined) continue
        this.#asking.delete(about)
        this.#hear(item, 0, false)
      }
      this.#asking.delete(about)
      this.#tellIdle()
    } catch (error) {
      if (!this.#isOver(place)) this.#reader.failed(error)
    }
  }
}

const NOBODY = (): void => {}
const NO_LOCATOR = { locate: () => undefined, keyOf: () => undefined }
