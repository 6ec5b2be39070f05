import { NetlinkError } from '../errors.ts'
import { HEADER_WORDS, MessageType } from '../native/binding.ts'
import { Bulk } from '../protocol/bulk/bulk.ts'
import { toEntryError } from '../protocol/bulk/entry-error.ts'
import { type Many, runMany } from '../protocol/bulk/many.ts'
import { Pace } from '../protocol/bulk/pace.ts'
import type { EntryFailure, Slice, SliceOutcome } from '../protocol/bulk/slice.ts'
import { type Entries, type Source, sourceOf } from '../protocol/bulk/source.ts'
import { Tally } from '../protocol/bulk/tally.ts'
import type { BulkVerb } from '../protocol/bulk/verb.ts'
import { NLM_F_ACK } from '../protocol/flags.ts'
import type { CallOptions, Session } from '../protocol/session.ts'
import type { Program } from '../schema/program.ts'
import { Creation, type FollowUp } from './create.ts'
import type { AddLinkOptions } from './link.ts'
import { linkHint } from './link-hint.ts'
import { LONGEST_SLICE } from './longest-slice.ts'
import { newLinkLocator, targetLocator } from './target.ts'

type Given = Readonly<Record<string, unknown>>

/** A link that is there, and that something is to follow. */
interface Unfinished {
  readonly creation: Creation
  readonly index: number
}

/** That is one message. */
interface NearlyDone extends Unfinished {
  readonly followUp: FollowUp
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
  readonly #session: Session
  readonly #operation: string
  readonly #call: CallOptions | undefined
  readonly #tally: TallyOfLinks
  readonly #making: Bulk<AddLinkOptions>

  constructor(session: Session, operation: string, source: Source<AddLinkOptions>, timeout: number | undefined) {
    this.#session = session
    this.#operation = operation
    this.#call = timeout === undefined ? undefined : { timeout }
    this.#tally = new TallyOfLinks()
    const write = (...of: Parameters<BulkVerb<AddLinkOptions>['write']>) => this.#write(...of)
    const verb = { operation, write, locator: newLinkLocator, hint: linkHint, longest: LONGEST_SLICE }
    this.#making = new Bulk(session, verb, source, timeout, this.#tally)
  }

  get done(): number {
    return this.#tally.done
  }

  get isComplete(): boolean {
    return this.#making.isComplete
  }

  toError(): Error {
    return this.#making.toError()
  }

  async run(signal: AbortSignal | undefined): Promise<void> {
    await this.#making.run(signal)
    const { nearlyDone, unfinished } = this.#tally
    if (nearlyDone.length > 0) await this.#finishInSlices(nearlyDone)
    if (unfinished.length > 0)
      await this.#completeAll(unfinished, ({ creation, index }) => this.#complete(index, creation.complete()))
  }

  #write(slice: Program, entry: AddLinkOptions, id: number, index: number): void {
    const creation = new Creation(this.#session, this.#operation, entry as unknown as Given, this.#call, true, undefined)
    creation.write(slice, id)
    if (creation.hasFollowUps()) this.#tally.expect(index, creation.asOfNow())
  }

  /** Where a message fails, its link is taken away again. */
  async #finishInSlices(links: NearlyDone[]): Promise<void> {
    const tally = new TallyOfFollowUps()
    const verb = {
      operation: this.#operation,
      write: writeFollowUp,
      locator: targetLocator,
      hint: () => undefined,
      longest: LONGEST_SLICE,
    }
    const finishing = new Bulk(this.#session, verb, { now: links.values() }, this.#call?.timeout, tally)
    await finishing.run(undefined)
    const { done, failures } = tally
    if (!finishing.isComplete && done + failures.length < links.length) this.#making.stop(finishing.cause)
    this.#tally.doubt(links.length - done - failures.length)
    await this.#completeAll(failures, ({ at, failure }) => {
      const { creation, index, followUp } = links[at] as NearlyDone
      return this.#complete(index, creation.giveUp(failure, followUp.locator))
    })
  }

  async #completeAll<T>(all: readonly T[], complete: (one: T) => Promise<void>): Promise<void> {
    const pace = new Pace()
    for (const one of all) {
      pace.begin(complete(one))
      if (pace.isTurnOver) await pace.pause()
    }
    await pace.end()
  }

  async #complete(index: number, completed: Promise<void>): Promise<void> {
    try {
      await completed
    } catch (error) {
      this.#tally.revoke(toEntryError(error as Error, this.#operation, index), !(error instanceof NetlinkError))
    }
  }
}

function writeFollowUp(slice: Program, { followUp }: NearlyDone, id: number): void {
  slice.beginRecord(MessageType.setLink, HEADER_WORDS.link, id, NLM_F_ACK, 0)
  followUp.lower(slice)
  slice.endRecord()
}

/** Keeps of the links that are there those that something is to follow. */
class TallyOfLinks extends Tally {
  readonly nearlyDone: NearlyDone[] = []
  readonly unfinished: Unfinished[] = []
  /** By the number of the entry. */
  readonly #expected = new Map<number, Creation>()

  expect(index: number, creation: Creation): void {
    this.#expected.set(index, creation)
  }

  override add(slice: Slice, outcome: SliceOutcome): void {
    super.add(slice, outcome)
    if (this.#expected.size === 0) return
    for (let at = 0; at < slice.entries.length; at++) {
      const index = slice.first + at
      const creation = this.#expected.get(index)
      if (creation === undefined) continue
      this.#expected.delete(index)
      if (!outcome.missed.has(at)) this.#keep({ creation, index })
    }
  }

  #keep(link: Unfinished): void {
    const followUp = link.creation.soleFollowUp()
    if (followUp === undefined) this.unfinished.push(link)
    else this.nearlyDone.push({ ...link, followUp })
  }
}

/** Keeps all failures: each link is to be taken away again. */
class TallyOfFollowUps extends Tally {
  readonly failures: EntryFailure[] = []

  override get room(): number {
    return Number.POSITIVE_INFINITY
  }

  override add(slice: Slice, outcome: SliceOutcome): void {
    for (const { at, step, failure } of outcome.failures) this.failures.push({ at: slice.first + at, step, failure })
    super.add(slice, { ...outcome, failures: [] })
  }
}
