import { missingOption } from '../errors.ts'
import { RecordFlag } from '../native/binding.ts'
import { Failure } from '../protocol/failure.ts'
import { NLM_F_CREATE, NLM_F_ECHO, NLM_F_EXCL } from '../protocol/flags.ts'
import type { NamespaceReference } from '../protocol/namespace-reference.ts'
import { sessionIn } from '../protocol/namespaces.ts'
import type { CallOptions, Session } from '../protocol/session.ts'
import { unwrap } from '../protocol/unwrap.ts'
import { lowerAltNames } from './alt-names.ts'
import type { AddLinkOptions, Link } from './link.ts'
import { linkHint } from './link-hint.ts'
import { findLinkKind } from './link-info.ts'
import { decodeLink, linkTable } from './link-table.ts'
import { lowerLink } from './lower.ts'
import { lowerTarget, targetLocator } from './target.ts'

type Given = Readonly<Record<string, unknown>>
type Steps = Promise<undefined | Failure>[]

/**
 * Creates a link with everything that was asked of it. Messages behind the first are linked to it where they go through the same
 * session: the addon sends them only if it succeeded, and before anything that was called later.
 */
export async function create(
  session: Session,
  operation: string,
  options: AddLinkOptions,
  call: CallOptions | undefined,
  flags = NLM_F_CREATE | NLM_F_EXCL,
): Promise<Link> {
  return await new Creation(session, operation, options as unknown as Given, call).run(flags)
}

class Creation {
  readonly #session: Session
  readonly #operation: string
  readonly #options: Given
  readonly #altNames: unknown
  readonly #call: CallOptions | undefined
  readonly #peer: Given | undefined
  readonly #peerPath: string

  constructor(session: Session, operation: string, given: Given, call: CallOptions | undefined) {
    const { altNames, ...options } = given
    const kind = findLinkKind(String(options.kind))
    this.#session = session
    this.#operation = operation
    this.#options = options
    this.#altNames = altNames
    this.#call = call
    this.#peer =
      kind?.peer === undefined ? undefined : ((options[kind.key] as Given | undefined)?.[kind.peer] as Given | undefined)
    this.#peerPath = `${kind?.key}.${kind?.peer}`
  }

  async run(flags: number): Promise<Link> {
    const { netns } = this.#options
    const name = exactName(this.#options)
    if (netns !== undefined && name === undefined)
      throw missingOption(this.#operation, 'name', ' with "netns": the link could not be found there otherwise')
    const program = this.#session.begin(this.#operation, 'link')
    const { rest } = lowerLink(program, this.#options, 'create')
    const created = this.#session.acknowledge(
      'newLink',
      program,
      name === undefined ? flags | NLM_F_ECHO : flags,
      RecordFlag.renames,
      this.#call,
    )
    if (netns === undefined && name !== undefined && this.#peerIsAtHand()) return await this.#chain(created, name, rest)
    return await this.#stepByStep(created, name, rest)
  }

  /** Whether nothing is to be done to the peer, or all of it through this session by a known name. */
  #peerIsAtHand(): boolean {
    return (
      this.#peer === undefined ||
      !needsFollowUp(this.#peer) ||
      (this.#peer.netns === undefined && exactName(this.#peer) !== undefined)
    )
  }

  /** All messages in one tick, each linked to the one before. */
  async #chain(created: Promise<undefined | Failure>, name: string, rest: boolean): Promise<Link> {
    const steps = this.#followUps(this.#session, name, rest, RecordFlag.linked)
    if (this.#peer !== undefined && needsFollowUp(this.#peer))
      steps.push(this.#followUpPeer(this.#session, exactName(this.#peer) as string, RecordFlag.linked))
    const link = read(this.#session, this.#operation, name, RecordFlag.linked, this.#call)
    this.#check(await created)
    await this.#finish(steps, this.#session, name)
    return this.#check(await link)
  }

  /** The link or its peer is elsewhere, or the kernel chose its name: what follows waits for the first answer. */
  async #stepByStep(created: Promise<undefined | Failure>, name: string | undefined, rest: boolean): Promise<Link> {
    const echoed = name === undefined ? readEcho(this.#session, this.#operation, this.#call) : undefined
    this.#check(await created)
    const place =
      this.#options.netns === undefined ? undefined : await sessionIn(this.#options.netns as NamespaceReference, this.#operation)
    try {
      const session = place?.session ?? this.#session
      const target = name ?? this.#check(await (echoed as Promise<Link | Failure>)).index
      const steps = this.#followUps(session, target, rest, 0)
      await this.#finish(steps, session, target)
      if (this.#peer !== undefined && needsFollowUp(this.#peer)) await this.#finishPeer(this.#peer, session, target)
      return this.#check(await read(session, this.#operation, target, 0, this.#call))
    } finally {
      place?.release()
    }
  }

  async #finishPeer(peer: Given, session: Session, target: string | number): Promise<void> {
    const place = peer.netns === undefined ? undefined : await sessionIn(peer.netns as NamespaceReference, this.#operation)
    try {
      const name = exactName(peer) ?? this.#check(await read(session, this.#operation, target, 0, this.#call)).link
      if (name !== undefined) await this.#finish([this.#followUpPeer(place?.session ?? this.#session, name, 0)], session, target)
    } finally {
      place?.release()
    }
  }

  /** Messages about the link itself: alternative names, and what the kernel does not take on creation. */
  #followUps(session: Session, target: string | number, rest: boolean, record: number): Steps {
    const steps: Steps = []
    if (this.#altNames !== undefined) {
      const program = session.begin(this.#operation, 'link')
      lowerAltNames(program, target, this.#altNames)
      steps.push(session.acknowledge('newLinkProperty', program, 0, record | RecordFlag.renames, this.#call))
    }
    if (rest) {
      const program = session.begin(this.#operation, 'link')
      lowerTarget(program, target)
      const { info } = lowerLink(program, this.#options, 'afterCreation')
      steps.push(session.acknowledge(info ? 'newLink' : 'setLink', program, 0, record, this.#call))
    }
    return steps
  }

  /** The peer's `up`, and what of its options the kernel does not take on creation. */
  #followUpPeer(session: Session, target: string | number, record: number): Promise<undefined | Failure> {
    const { up } = this.#peer as Given
    const program = session.begin(this.#operation, 'link')
    lowerTarget(program, target)
    for (const key of this.#peerPath.split('.')) {
      program.at(key)
      program.enter()
    }
    linkTable.lower(program, this.#peer as Given, 'afterCreation')
    if (up !== undefined) linkTable.lower(program, { up }, 'change')
    return session.acknowledge('setLink', program, 0, record, this.#call)
  }

  /** Waits for what followed; if something went wrong, takes the link away again. */
  async #finish(steps: Steps, session: Session, target: string | number): Promise<void> {
    const failure = (await Promise.all(steps)).find(outcome => outcome instanceof Failure)
    if (failure === undefined) return
    const program = session.begin(this.#operation, 'link')
    lowerTarget(program, target)
    const removed = await session.acknowledge('deleteLink', program, 0, RecordFlag.renames)
    const error = failure.toError(targetLocator)
    if (error instanceof Error)
      error.message +=
        removed instanceof Failure ? '; the link was created and could not be removed again' : '; the link was removed again'
    throw error
  }

  #check<T>(outcome: T | Failure): T {
    return unwrap(outcome, linkTable, this.#options, linkHint(this.#options))
  }
}

function exactName(options: Given): string | undefined {
  return typeof options.name === 'string' && !options.name.includes('%') ? options.name : undefined
}

/** Whether a link described inside another one has options that its own message must carry. */
function needsFollowUp(options: Given): boolean {
  return (
    options.up === true ||
    Object.keys(options).some(key => options[key] !== undefined && linkTable.field(key)?.afterCreation === true)
  )
}

function read(
  session: Session,
  operation: string,
  target: string | number,
  record: number,
  call: CallOptions | undefined,
): Promise<Link | Failure> {
  const program = session.begin(operation, 'link')
  lowerTarget(program, target)
  return session.reply('getLink', program, decodeLink, record, call)
}

/** Reads the link that the message before has created, whatever its name. */
function readEcho(session: Session, operation: string, call: CallOptions | undefined): Promise<Link | Failure> {
  const program = session.begin(operation, 'link')
  program.headerIndexOfPrevious()
  return session.reply('getLink', program, decodeLink, RecordFlag.linked, call)
}
