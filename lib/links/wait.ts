import { isDeepStrictEqual } from 'node:util'
import { invalidType, invalidValue } from '../errors.ts'
import { Failure } from '../protocol/failure.ts'
import { GROUP, RTM } from '../protocol/notifications.ts'
import type { CallOptions, Session } from '../protocol/session.ts'
import { unwrap } from '../protocol/unwrap.ts'
import { ASK, type Awaited, waitUntil } from '../protocol/wait.ts'
import { checkKeys } from '../schema/check-options.ts'
import type { Message } from '../schema/message.ts'
import { Program } from '../schema/program.ts'
import { type LinkReference, linkNameOrIndex } from '../schema/references.ts'
import { AF_BRIDGE } from '../values/family.ts'
import { IFINFO } from './flags.ts'
import type { CommonLink, Link } from './link.ts'
import { decodeLink, linkTable } from './link-table.ts'
import { readLink } from './read.ts'
import { targetLocator } from './target.ts'

const ENODEV = 19
const AF_UNSPEC = 0

/** What a link is to be like: a test, or properties that are to be equal, such as `{ operationalState: 'up' }`. */
export type LinkCondition = ((link: Link) => boolean) | Partial<CommonLink>

const OPERATION = 'links.waitFor'
const program = new Program()

/** Waits until the link is there and like that. */
export function waitForLink(
  session: Session,
  target: LinkReference,
  condition: LinkCondition,
  call: CallOptions | undefined,
): Promise<Link> {
  const found = checkCondition(condition)
  const { is, text } = checkTarget(target)
  const awaited: Awaited<Link> = {
    operation: OPERATION,
    failing: `link ${text} was not ${describe(condition)}`,
    groups: [GROUP.link, GROUP.inet6LinkSettings],
    read: async options => {
      const link = await read(session, target, options)
      return link !== undefined && found(link) ? link : undefined
    },
    heard: (type, message, start, end) => {
      if (type !== RTM.newLink) return undefined
      // Those of a family say only a part of it.
      if (message.u8(start) !== AF_UNSPEC) return isAbout(target, message, start) ? ASK : undefined
      const link = decodeLink(message, start, end)
      return is(link) && found(link) ? link : undefined
    },
  }
  return waitUntil(session, awaited, call)
}

/** Waits until there is no such link. */
export async function waitUntilGone(session: Session, target: LinkReference, call: CallOptions | undefined): Promise<void> {
  const { is, text } = checkTarget(target)
  await waitUntil<true>(
    session,
    {
      operation: OPERATION,
      failing: `link ${text} did not go`,
      groups: [GROUP.link],
      read: async options => ((await read(session, target, options)) === undefined ? true : undefined),
      heard: (type, message, start, end) => {
        if (message.u8(start) === AF_BRIDGE) return undefined
        const link = decodeLink(message, start, end)
        if (type === RTM.deleteLink) return is(link) ? true : undefined
        // It may have been given another name.
        return type === RTM.newLink && typeof target === 'string' && !is(link) ? ASK : undefined
      },
    },
    call,
  )
}

async function read(session: Session, target: LinkReference, options: CallOptions): Promise<Link | undefined> {
  const outcome = await readLink(session, OPERATION, target, 0, options)
  if (outcome instanceof Failure && outcome.errno === ENODEV) return undefined
  return unwrap(outcome, targetLocator, { link: target })
}

/** By name it is whichever link has it at the moment. */
function checkTarget(target: LinkReference): { is: (link: Link) => boolean; text: string } {
  program.begin(OPERATION, 0).at('link')
  const link = linkNameOrIndex(program, target)
  if (typeof link === 'number') return { is: ({ index }) => index === link, text: String(link) }
  return { is: ({ name, altNames }) => name === link || (altNames?.includes(link) ?? false), text: JSON.stringify(link) }
}

function isAbout(target: LinkReference, message: Message, start: number): boolean {
  if (typeof target === 'string') return true
  return message.s32(start + IFINFO.index) === (typeof target === 'number' ? target : target.index)
}

function checkCondition(condition: unknown): (link: Link) => boolean {
  if (typeof condition === 'function') return link => Boolean(condition(link))
  if (typeof condition !== 'object' || condition === null)
    throw invalidType(OPERATION, 'condition', "a test, properties such as { operationalState: 'up' }, or 'gone'", condition)
  checkKeys(OPERATION, condition, Object.keys(linkTable.rows))
  const wanted = Object.entries(condition).filter(([, value]) => value !== undefined)
  if (wanted.length === 0) throw invalidValue(OPERATION, 'condition', 'give at least one property')
  return link => wanted.every(([key, value]) => isDeepStrictEqual((link as unknown as Record<string, unknown>)[key], value))
}

function describe(condition: LinkCondition): string {
  return typeof condition === 'function' ? 'as wanted' : JSON.stringify(condition)
}
