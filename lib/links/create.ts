import { ClosedError, missingOption, NetlinkError, TimeoutError } from '../errors.ts'
import { CompletionCode, HEADER_WORDS, MessageType, RecordFlag } from '../native/binding.ts'
import { addToMessage } from '../protocol/add-to-message.ts'
import { Failure, type Locator } from '../protocol/failure.ts'
import { NLM_F_ACK, NLM_F_CREATE, NLM_F_ECHO, NLM_F_EXCL } from '../protocol/flags.ts'
import {
  isNamespaceHandle,
  type NamespaceDescriptor,
  type NamespaceReference,
  namespaceDescriptor,
} from '../protocol/namespace-reference.ts'
import { sessionIn } from '../protocol/namespaces.ts'
import type { CallOptions, Session } from '../protocol/session.ts'
import { unwrap } from '../protocol/unwrap.ts'
import type { Program } from '../schema/program.ts'
import { lowerAltNames } from './alt-names.ts'
import { kernelEchoesNewLinks } from './echoes-new-links.ts'
import type { LinkKind } from './kind.ts'
import type { AddLinkOptions, Link } from './link.ts'
import { linkHint, portHint } from './link-hint.ts'
import { findLinkKind } from './link-info.ts'
import { decodeLink, linkTable } from './link-table.ts'
import { hasUpLater, lowerLink, optionsBehind } from './lower.ts'
import { readLink } from './read.ts'
import { lowerTarget, newLinkLocator, targetLocator } from './target.ts'
import type { Turns } from './turns.ts'
import { dataOf, keptMtu } from './whole.ts'

const ENODEV = 19

type Given = Readonly<Record<string, unknown>>
type Steps = Promise<undefined | Failure>[]
type Undo = () => Promise<undefined | Failure>

/** One message that follows a creation. */
export interface FollowUp {
  readonly lower: (program: Program) => void
  readonly locator: Locator
}

/**
 * Creates a link with everything that was asked of it. Messages behind the first are linked to it where they go through the same
 * session: the addon sends them only if it succeeded, and before anything that was called later.
 */
export async function create(
  session: Session,
  operation: string,
  options: AddLinkOptions,
  call: CallOptions | undefined,
  exclusive = true,
): Promise<Link> {
  return await new Creation(session, operation, options as unknown as Given, call, exclusive, undefined).run()
}

/** Creates a link, or changes all data of the one that has the name, of a kind that `changesWhole`. */
export async function replaceWhole(
  session: Session,
  operation: string,
  options: AddLinkOptions,
  call: CallOptions | undefined,
  kind: LinkKind,
  turns: Turns,
): Promise<Link> {
  const given = options as unknown as Given
  const name = exactName(given)
  if (name === undefined) return await create(session, operation, options, call, false)
  return await turns.take(async () => {
    const found = await readLink(session, operation, name, 0, call)
    if (found instanceof Failure) {
      if (found.errno !== ENODEV) throw found.toError(targetLocator)
      return await create(session, operation, options, call, false)
    }
    const now = dataOf(kind, found)
    const whole = now === undefined ? given : keptMtu(kind, given, found.mtu)
    return await new Creation(session, operation, whole, call, false, now).run()
  })
}

/** `private`, not `#`: thousands are made in a tick, and V8 takes microseconds to set up private names. */
export class Creation {
  private readonly session: Session
  private readonly operation: string
  private readonly options: Given
  private readonly altNames: unknown
  private readonly call: CallOptions | undefined
  private readonly peer: Given | undefined
  private readonly peerPath: string
  /** The link must not be there yet: then it may be taken away again. */
  private readonly exclusive: boolean
  private readonly upLater: boolean
  /** Data of the link that is there already, of a kind that `changesWhole`. */
  private readonly now: Given | undefined
  /** Options are left for the message behind the first. */
  private rest = false

  constructor(
    session: Session,
    operation: string,
    given: Given,
    call: CallOptions | undefined,
    exclusive: boolean,
    now: Given | undefined,
  ) {
    const kind = findLinkKind(String(given.kind))
    this.session = session
    this.operation = operation
    this.options = given
    this.altNames = given.altNames
    this.call = call
    this.exclusive = exclusive
    this.upLater = hasUpLater(given, 'create')
    this.now = now
    this.peer = kind?.peer === undefined ? undefined : ((given[kind.key] as Given | undefined)?.[kind.peer] as Given | undefined)
    this.peerPath = `${kind?.key}.${kind?.peer}`
  }

  async run(): Promise<Link> {
    const { netns } = this.options
    const name = exactName(this.options)
    if (netns !== undefined && name === undefined)
      throw missingOption(this.operation, 'name', ' with "netns": the link could not be found there otherwise')
    const program = this.lowerCreationAtLast()
    const flags = NLM_F_CREATE | (this.exclusive ? NLM_F_EXCL : 0) | (name === undefined ? NLM_F_ECHO : 0)
    if (name !== undefined && this.isEchoedAsItStays()) return await this.echoed(program, flags, name)
    const chained = netns === undefined && name !== undefined && this.peerIsAtHand()
    const beside = chained ? this.peerPlace() : undefined
    const record = RecordFlag.renames | (beside === undefined || this.hasOwnFollowUps() ? 0 : RecordFlag.awaited)
    const created = this.session.acknowledge('newLink', program, flags, record, this.call)
    if (!chained) return await this.stepByStep(created, name)
    try {
      return await this.chain(created, name as string, beside?.session)
    } finally {
      beside?.pin.unpin()
    }
  }

  /** Writes the message that makes a link which is not read back into a slice. A caller's mistake, also in what follows, is thrown at once. */
  write(slice: Program, id: number): void {
    if (exactName(this.options) === undefined)
      throw missingOption(this.operation, 'name', ': links that are not read back are known by nothing else')
    slice.beginRecord(MessageType.newLink, HEADER_WORDS.link, id, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK, RecordFlag.renames)
    this.rest = lowerLink(slice, this.options, 'create', this.now).rest
    slice.endRecord()
    if (this.hasFollowUps()) this.tryFollowUps()
  }

  /** The same, which does not change when the caller makes another entry of the object that this one was read from. */
  asOfNow(): Creation {
    const { session, operation, options, call, exclusive, now } = this
    const same = new Creation(session, operation, copyOf(options, DEEPEST) as Given, call, exclusive, now)
    same.rest = this.rest
    return same
  }

  /** What follows, where that is one message that goes through the same session. */
  soleFollowUp(): FollowUp | undefined {
    const { options, peer } = this
    if (options.netns !== undefined || this.rest || this.altNames !== undefined) return undefined
    const isOfPeer = peer !== undefined && needsFollowUp(peer)
    if (!isOfPeer) return { lower: program => this.lowerUp(program, exactName(options) as string), locator: targetLocator }
    const name = exactName(peer)
    if (this.upLater || peer.netns !== undefined || name === undefined || hasUpLater(peer, 'create')) return undefined
    return { lower: program => this.lowerPeerInto(program, peer, name), locator: this.peerLocator }
  }

  /** The link is there, and what follows has failed: takes it away again and throws. Where the kernel knows it, or the other end, no more, what has its name now is somebody else's. */
  async giveUp(failure: Failure, locator: Locator): Promise<void> {
    const isGone = failure.code === CompletionCode.refused && failure.errno === ENODEV
    await this.settle(failure, locator, isGone ? undefined : this.removal(this.session, exactName(this.options) as string))
  }

  /** Sends what follows, once the link is there. */
  async complete(): Promise<void> {
    await this.inPlace(session => this.finishAll(session, exactName(this.options) as string))
  }

  /**
   * Whether the kernel says of the link, in the breath in which it makes it, what it would say if it were asked: nothing happens to it behind
   * that (rtnl_newlink_create() in net/core/rtnetlink.c), and nobody has to wait for its carrier to settle, as who asks does.
   */
  private isEchoedAsItStays(): boolean {
    const { up = false, master, netns, linkNetnsid } = this.options
    const isLeftAlone = up === false && master === undefined && netns === undefined && linkNetnsid === undefined
    return this.exclusive && isLeftAlone && !this.hasFollowUps() && this.session.hasRoomForEchoes && kernelEchoesNewLinks()
  }

  private async echoed(program: Program, flags: number, name: string): Promise<Link> {
    const link = this.check(await this.session.echo('newLink', program, flags, decodeLink, RecordFlag.renames, this.call))
    return link ?? this.readBack(await readLink(this.session, this.operation, name, 0, this.call))
  }

  /** Where the peer is to be changed, if something is to be and it is in a namespace of its own. */
  private peerPlace(): NamespaceDescriptor | undefined {
    const netns = this.peer !== undefined && needsFollowUp(this.peer) ? this.peer.netns : undefined
    return isNamespaceHandle(netns) ? netns[namespaceDescriptor]() : undefined
  }

  private lowerCreation(): Program {
    const program = this.session.begin(this.operation, 'link')
    this.rest = lowerLink(program, this.options, 'create', this.now).rest
    return program
  }

  /** A caller's mistake must show before anything is sent, so what follows is written once only to see that it can be. */
  private lowerCreationAtLast(): Program {
    const program = this.lowerCreation()
    if (!this.hasFollowUps()) return program
    this.tryFollowUps()
    return this.lowerCreation()
  }

  /** Whether messages follow the one that makes the link. Known once that was written. */
  hasFollowUps(): boolean {
    return this.hasOwnFollowUps() || (this.peer !== undefined && needsFollowUp(this.peer))
  }

  private hasOwnFollowUps(): boolean {
    return this.rest || this.upLater || this.altNames !== undefined
  }

  private tryFollowUps(): void {
    if (this.altNames !== undefined) this.lowerAltNames(this.session, 1)
    if (this.rest) this.lowerRest(this.session, 1)
    if (this.peer !== undefined) this.lowerPeer(this.session, this.peer, 1)
  }

  /** Whether nothing is to be done to the peer, or all of it by a known name, here or through the session of a handle. */
  private peerIsAtHand(): boolean {
    if (this.peer === undefined || !needsFollowUp(this.peer)) return true
    const { netns } = this.peer
    return exactName(this.peer) !== undefined && (netns === undefined || isNamespaceHandle(netns))
  }

  /**
   * All messages in one tick. Those about the link are linked to the one before; what goes through the session of the peer's
   * namespace waits there for the last of them. So the peer comes up second, and can send from then on: the end that comes up first has its carrier from a work queue of the
   * kernel's, a moment later.
   */
  private async chain(created: Promise<undefined | Failure>, name: string, beside: Session | undefined): Promise<Link> {
    const steps = this.followUps(this.session, name, RecordFlag.linked, beside === undefined ? 0 : RecordFlag.awaited)
    beside?.after(this.operation, this.session.latest)
    const peerName = this.peer && exactName(this.peer)
    const peer = this.followUpPeer(beside ?? this.session, peerName, RecordFlag.linked)
    // It need not be linked, and travels in the same system call as the last of them: if one fails, nobody looks at it.
    const link = readLink(this.session, this.operation, name, 0, this.call)
    this.check(await created)
    const undo = this.removal(this.session, name)
    await this.finish(steps, targetLocator, undo)
    await this.finish(peer, this.peerLocator, undo)
    return this.readBack(await link)
  }

  /** The link is there, even if it cannot be told what it is like. */
  private readBack(outcome: Link | Failure): Link {
    if (!(outcome instanceof Failure)) return outcome
    const error = outcome.toError(targetLocator)
    if (error instanceof ClosedError || error instanceof TimeoutError) error.message += '; the link itself was created'
    throw error
  }

  /** The link or its peer is elsewhere, or the kernel chose its name: what follows waits for the first answer. */
  private async stepByStep(created: Promise<undefined | Failure>, name: string | undefined): Promise<Link> {
    const echoed = name === undefined ? readEcho(this.session, this.operation, this.call) : undefined
    this.check(await created)
    return await this.inPlace(async session => {
      const target = name ?? this.check(await (echoed as Promise<Link | Failure>)).index
      await this.finishAll(session, target)
      return this.check(await readLink(session, this.operation, target, 0, this.call))
    })
  }

  /** Does something in the namespace that the link is in. */
  private async inPlace<T>(act: (session: Session) => Promise<T>): Promise<T> {
    const netns = this.options.netns as NamespaceReference | undefined
    if (netns === undefined) return await act(this.session)
    const place = await sessionIn(netns, this.operation)
    try {
      return await act(place.session)
    } finally {
      place.release()
    }
  }

  private async finishAll(session: Session, target: string | number): Promise<void> {
    const undo = this.removal(session, target)
    await this.finish(this.followUps(session, target, 0), targetLocator, undo)
    if (this.peer !== undefined && needsFollowUp(this.peer)) await this.finishPeer(this.peer, session, target, undo)
  }

  private async finishPeer(peer: Given, session: Session, target: string | number, undo: Undo | undefined): Promise<void> {
    const place = peer.netns === undefined ? undefined : await sessionIn(peer.netns as NamespaceReference, this.operation)
    try {
      const name = exactName(peer) ?? this.check(await readLink(session, this.operation, target, 0, this.call)).link
      await this.finish(this.followUpPeer(place?.session ?? this.session, name, 0), this.peerLocator, undo)
    } finally {
      place?.release()
    }
  }

  /** Messages about the link itself: alternative names, and what the kernel does not take on creation. A port's state may be set while it is up. */
  private followUps(session: Session, target: string | number, record: number, ofTheLast = 0): Steps {
    const steps: Steps = []
    const { upLater, altNames, rest } = this
    if (upLater) steps.push(this.bringUp(session, target, altNames === undefined && !rest ? record | ofTheLast : record))
    if (altNames !== undefined) {
      const program = this.lowerAltNames(session, target)
      const flags = record | RecordFlag.renames | (rest ? 0 : ofTheLast)
      steps.push(session.acknowledge('newLinkProperty', program, 0, flags, this.call))
    }
    if (rest) {
      const { program, info } = this.lowerRest(session, target)
      const given = optionsBehind(this.options)
      steps.push(session.acknowledge(info ? 'newLink' : 'setLink', program, 0, record | ofTheLast, this.call, given))
    }
    return steps
  }

  private bringUp(session: Session, target: string | number, record: number): Steps[number] {
    const program = session.begin(this.operation, 'link')
    this.lowerUp(program, target)
    return session.acknowledge('setLink', program, 0, record, this.call)
  }

  private lowerUp(program: Program, target: string | number): void {
    lowerTarget(program, target)
    linkTable.lower(program, { up: true }, 'change')
  }

  private lowerAltNames(session: Session, target: string | number): Program {
    const program = session.begin(this.operation, 'link')
    lowerAltNames(program, target, this.altNames)
    return program
  }

  private lowerRest(session: Session, target: string | number): { program: Program; info: boolean } {
    const program = session.begin(this.operation, 'link')
    lowerTarget(program, target)
    const { info } = lowerLink(program, this.options, 'afterCreation')
    return { program, info }
  }

  /** What the kernel ignores or refuses of a link that is described inside another one. */
  private followUpPeer(session: Session, target: string | number | undefined, record: number): Steps {
    if (this.peer === undefined || target === undefined || !needsFollowUp(this.peer)) return []
    const steps = [session.acknowledge('setLink', this.lowerPeer(session, this.peer, target), 0, record, this.call)]
    if (hasUpLater(this.peer, 'create')) steps.push(this.bringUp(session, target, record))
    return steps
  }

  private lowerPeer(session: Session, peer: Given, target: string | number): Program {
    const program = session.begin(this.operation, 'link')
    this.lowerPeerInto(program, peer, target)
    return program
  }

  private lowerPeerInto(program: Program, peer: Given, target: string | number): void {
    const { up, master } = peer
    lowerTarget(program, target)
    for (const key of this.peerPath.split('.')) {
      program.at(key)
      program.enter()
    }
    linkTable.lower(program, peer, 'afterCreation')
    linkTable.lower(program, hasUpLater(peer, 'create') ? { master } : { up, master }, 'change')
  }

  private get peerLocator(): Locator {
    return {
      locate: (...where) => `${this.peerPath}.${targetLocator.locate(...where)}`,
      keyOf: number => targetLocator.keyOf(number),
    }
  }

  /** Takes the link away again; undefined for one that may have been there before. */
  private removal(session: Session, target: string | number): Undo | undefined {
    if (!this.exclusive) return undefined
    return () => {
      const program = session.begin(this.operation, 'link')
      lowerTarget(program, target)
      return session.acknowledge('deleteLink', program, 0, RecordFlag.renames | RecordFlag.overlap)
    }
  }

  /** Waits for what followed creation; if something went wrong, the link is not left half made. */
  private async finish(steps: Steps, locator: Locator, undo: Undo | undefined): Promise<void> {
    const failure = (await Promise.all(steps)).find(outcome => outcome instanceof Failure)
    if (failure !== undefined) await this.settle(failure, locator, undo)
  }

  private async settle(failure: Failure, locator: Locator, undo: Undo | undefined): Promise<never> {
    const removed = undo === undefined ? undefined : await undo()
    const error = failure.toError(locator, failure.given, portHint(this.options))
    // What an AbortSignal gave as its reason is the caller's.
    if (error instanceof NetlinkError) addToMessage(error, fateOf(removed, undo))
    throw error
  }

  private check<T>(outcome: T | Failure): T {
    return unwrap(outcome, newLinkLocator, this.options, linkHint(this.options, this.exclusive ? 'add' : 'replace'))
  }
}

function fateOf(removed: undefined | Failure, undo: Undo | undefined): string {
  if (undo === undefined) return 'the rest was done'
  return removed === undefined ? 'the link was removed again' : 'the link was created and could not be removed again'
}

/** How deep objects of a link's options are in each other: the kind's data, the peer's options, its port. */
const DEEPEST = 4

/** Instances of classes, such as handles, stay the same. */
function copyOf(value: unknown, depth: number): unknown {
  if (depth === 0 || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.slice()
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, copyOf(part, depth - 1)]))
}

function exactName(options: Given): string | undefined {
  return typeof options.name === 'string' && !options.name.includes('%') ? options.name : undefined
}

/** Whether a link described inside another one has options that its own message must carry. The kernel ignores its master. */
function needsFollowUp(options: Given): boolean {
  const { up = false, master = null } = options
  const later = Object.keys(options).some(key => options[key] !== undefined && linkTable.field(key)?.afterCreation === true)
  return up !== false || master !== null || later
}

/** Reads the link that the message before has created, whatever its name. */
function readEcho(session: Session, operation: string, call: CallOptions | undefined): Promise<Link | Failure> {
  const program = session.begin(operation, 'link')
  program.headerIndexOfPrevious()
  return session.reply('getLink', program, decodeLink, RecordFlag.linked, call)
}
