import { invalidValue, NetlinkError } from '../errors.ts'
import { HEADER_WORDS, MessageType, RecordFlag } from '../native/binding.ts'
import { addToMessage } from '../protocol/add-to-message.ts'
import type { BulkVerb } from '../protocol/bulk/verb.ts'
import { Failure } from '../protocol/failure.ts'
import { NLM_F_ACK } from '../protocol/flags.ts'
import type { CallOptions, Session } from '../protocol/session.ts'
import { unwrap } from '../protocol/unwrap.ts'
import { type Program, STEP_SHIFT } from '../schema/program.ts'
import { type LinkReference, lowerHeaderLink } from '../schema/references.ts'
import { IFINFO } from './flags.ts'
import type { LinkKind } from './kind.ts'
import type { LinkChange, SetLinkOptions } from './link.ts'
import { linkHint, portHint } from './link-hint.ts'
import { linkTable } from './link-table.ts'
import { LONGEST_SLICE } from './longest-slice.ts'
import { hasPortLater, hasUpLater, lowerLink, lowerPortLater } from './lower.ts'
import { readLink } from './read.ts'
import { targetLocator } from './target.ts'
import type { Turns } from './turns.ts'
import { dataOf, keptMtu, kindChangedWhole } from './whole.ts'

/** Writes one message into an empty program, and answers whether it must be the one that changes data of a kind. */
type Step = (program: Program) => boolean

/** What the link that is to be changed is like now. */
interface Present {
  readonly index: number
  readonly data: Readonly<Record<string, unknown>> | undefined
}

/**
 * Changes a link, in one message where that does it. What means something only once the link has its master goes into messages behind,
 * linked to the first: the addon sends them only if it succeeded, and before anything that was called later.
 */
export async function change(
  session: Session,
  operation: string,
  link: LinkReference,
  given: object,
  call?: CallOptions,
  present?: Present,
): Promise<void> {
  const [first, ...behind] = stepsOf(link, given as SetLinkOptions, present)
  const begin = (): Program => session.begin(operation, 'link')
  // A caller's mistake must show before anything is sent.
  for (const step of behind) step(begin())
  const send = (step: Step, record: number) => {
    const program = begin()
    const message = step(program) ? 'newLink' : 'setLink'
    return session.acknowledge(message, program, 0, record, call)
  }
  const { name, netns } = given as SetLinkOptions
  const changed = send(first, name === undefined && netns === undefined ? 0 : RecordFlag.renames)
  const rest = behind.map(step => send(step, RecordFlag.linked))
  const options = { ...given, link }
  unwrap(await changed, targetLocator, options, linkHint(options, 'set'))
  const failure = (await Promise.all(rest)).find(outcome => outcome instanceof Failure)
  if (failure === undefined) return
  throw errorBehind(failure, options)
}

/** Of a message that is linked to the first. */
function errorBehind(failure: Failure, options: object): unknown {
  const error = failure.toError(targetLocator, undefined, portHint(options))
  if (error instanceof NetlinkError) addToMessage(error, 'the rest was done')
  return error
}

/**
 * As `change`, of a kind that `changesWhole`: reads the link, and changes all of its data. Others of this session wait meanwhile; what is
 * changed elsewhere between the reading and the writing is lost.
 */
export async function changeWhole(
  session: Session,
  operation: string,
  link: LinkReference,
  given: object,
  call: CallOptions | undefined,
  kind: LinkKind,
  turns: Turns,
): Promise<void> {
  // A caller's mistake must show before anything is sent.
  for (const step of stepsOf(link, given as SetLinkOptions, undefined)) step(session.begin(operation, 'link'))
  await turns.take(async () => {
    const options = { ...given, link }
    const found = unwrap(await readLink(session, operation, link, 0, call), targetLocator, options, linkHint(options, 'set'))
    const present = { index: found.index, data: dataOf(kind, found) }
    await change(
      session,
      operation,
      link,
      present.data === undefined ? given : keptMtu(kind, given as Readonly<Record<string, unknown>>, found.mtu),
      call,
      present,
    )
  })
}

/** Writes the messages of a change into a slice. What means something only once the link has its master is linked to the first, as above. */
function writeChange(slice: Program, change: LinkChange, id: number): void {
  const { link } = change
  const given = withoutLink(change)
  const whole = kindChangedWhole(given)
  if (whole !== undefined) throw invalidValue(slice.operation, whole.key, 'is read before it is changed, which only "set" does')
  const { name, netns } = given
  let record = name === undefined && netns === undefined ? 0 : RecordFlag.renames
  stepsOf(link, given, undefined).forEach((step, i) => {
    slice.beginRecord(MessageType.setLink, HEADER_WORDS.link, id | (i << STEP_SHIFT), NLM_F_ACK, record)
    if (step(slice)) slice.recordType(MessageType.newLink)
    slice.endRecord()
    record = RecordFlag.linked
  })
}

/** With what it inherits, as `set` reads it. */
function withoutLink(change: LinkChange): SetLinkOptions {
  const given: Record<string, unknown> = Object.create(null)
  for (const key in change) if (key !== 'link') given[key] = change[key as keyof LinkChange]
  return given
}

export const changeMany: BulkVerb<LinkChange> = {
  operation: 'links.setAll',
  write: writeChange,
  locator: targetLocator,
  hint: change => linkHint(change, 'set'),
  errorBehind,
  longest: LONGEST_SLICE,
}

function stepsOf(link: LinkReference, given: SetLinkOptions, present: Present | undefined): [Step, ...Step[]] {
  const subject = present?.index ?? link
  const steps: [Step, ...Step[]] = [program => lowerChange(program, subject, given, present?.data)]
  const target = typeof subject === 'string' && given.name !== undefined ? given.name : subject
  if (hasUpLater(given, 'change')) steps.push(program => lowerUp(program, target))
  if (hasPortLater(given, 'change')) steps.push(program => lowerPort(program, target, given.port))
  return steps
}

function lowerChange(program: Program, link: LinkReference, given: SetLinkOptions, now: Present['data']): boolean {
  lowerSubject(program, link)
  const start = program.length
  const { info } = lowerLink(program, given, 'change', now)
  if (program.length === start && program.headerWord(IFINFO.changeWord) === 0)
    throw invalidValue(program.operation, '', 'no option to change is given')
  // RTM_SETLINK takes a kind's data and does nothing with it: only RTM_NEWLINK changes it.
  return info
}

function lowerUp(program: Program, target: LinkReference): boolean {
  lowerSubject(program, target)
  linkTable.lower(program, { up: true }, 'change')
  return false
}

function lowerPort(program: Program, target: LinkReference, port: unknown): boolean {
  lowerSubject(program, target)
  lowerPortLater(program, port)
  return true
}

function lowerSubject(program: Program, link: LinkReference): void {
  program.at('link')
  lowerHeaderLink(program, IFINFO.indexWord, link)
}
