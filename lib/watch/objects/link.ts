import { NetlinkError } from '../../errors.ts'
import { checkFilter, type LinkFilter, matches } from '../../links/filter.ts'
import { IFINFO } from '../../links/flags.ts'
import type { Link } from '../../links/link.ts'
import { decodeLink } from '../../links/link-table.ts'
import { Links } from '../../links/links.ts'
import { GROUP, RTM } from '../../protocol/notifications.ts'
import type { Message } from '../../schema/message.ts'
import type { Program } from '../../schema/program.ts'
import { type LinkReference, linkNameOrIndex } from '../../schema/references.ts'
import { KeyedCollection } from '../collection.ts'
import type { Watched } from '../watched.ts'

const AF_UNSPEC = 0
const ENODEV = 19
const IFLA_WIRELESS = 11

/** Which links to watch. All given conditions hold. */
export interface WatchLinkFilter extends LinkFilter {
  /** One link: by index, or whichever has the name, or alternative name, at the moment. */
  link?: LinkReference | undefined
}

/** A bridge tells of its ports in messages of its own family, which say nothing else. */
export const link: Watched<'link', Link, WatchLinkFilter> = {
  option: 'links',
  object: 'link',
  groups: [GROUP.link],
  messages: { new: RTM.newLink, delete: RTM.deleteLink },
  decode: (message, start, end) => (isPart(message, start, end) ? undefined : decodeLink(message, start, end)),
  list: (session, { link: _link, ...filter }: WatchLinkFilter): Promise<Link[]> => new Links(session).list(filter),
  match: (program, { link: one, master, ...filter }) => {
    checkFilter(program, filter)
    const isOne = one === undefined ? () => true : sameLink(program, one)
    const port = master === undefined ? undefined : masterOf(program, master)
    return {
      linkName: undefined,
      masterName: typeof port === 'string' ? port : undefined,
      matches: (item, _link, index = port as number | undefined) =>
        (index === undefined || item.master === index) && isOne(item) && matches(item, filter),
    }
  },
  collection: () => new KeyedCollection<Link>(({ index }) => index),
  parts: {
    about: (type, message, start) =>
      (type === RTM.newLink || type === RTM.deleteLink) && message.u8(start) !== AF_UNSPEC
        ? message.s32(start + IFINFO.index)
        : undefined,
    // The end of a veth that is made first is said to be without the other, and a port before its bridge has taken it up.
    isTooEarly: ({ up, carrier, master }, previous) =>
      previous === undefined || previous.up !== up || previous.carrier !== carrier || previous.master !== master,
    read: async (session, index) => {
      try {
        return await new Links(session).get(index)
      } catch (error) {
        if (error instanceof NetlinkError && error.errno === ENODEV) return undefined
        throw error
      }
    },
  },
}

function sameLink(program: Program, reference: LinkReference): (link: Link) => boolean {
  program.at('link')
  const target = linkNameOrIndex(program, reference)
  if (typeof target === 'number') return ({ index }) => index === target
  return ({ name, altNames }) => name === target || (altNames?.includes(target) ?? false)
}

/** Wireless drivers tell of their own affairs in messages with a name and nothing else of the link. */
function isPart(message: Message, start: number, end: number): boolean {
  if (message.u8(start) !== AF_UNSPEC) return true
  for (let at = start + IFINFO.size; at + 4 <= end; ) {
    const length = message.u16(at)
    if (length < 4) return true
    if (message.u16(at + 2) === IFLA_WIRELESS) return true
    at += (length + 3) & ~3
  }
  return false
}

function masterOf(program: Program, reference: LinkReference): string | number {
  program.at('master')
  return linkNameOrIndex(program, reference)
}
