import { lowerLinkName } from '../schema/references.ts'
import type { Failure } from './failure.ts'
import type { CallOptions, Session } from './session.ts'

const IFLA_EXT_MASK = 29
/** No statistics: the answer is a third shorter. */
const RTEXT_FILTER_SKIP_STATS = 8
/** Offset of ifi_index in `struct ifinfomsg`, and its word in a record. */
const IFI_INDEX = 4
const INDEX_WORD = 2

/**
 * Asks for the index of the link of that name, or whether there is one of that index, if one is given; in order with the session's other
 * requests. For what is compared here because a kernel may not: a name says nothing to compare with.
 */
export function linkIndexOf(
  session: Session,
  operation: string,
  link: string | number | undefined,
  call?: CallOptions,
): Promise<number | Failure> | undefined {
  if (link === undefined) return undefined
  const program = session.begin(operation, 'link')
  if (typeof link === 'string') lowerLinkName(program, link)
  else program.header(INDEX_WORD, link)
  program.u32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS)
  return session.reply('getLink', program, (message, start) => message.s32(start + IFI_INDEX), 0, call)
}
