import { lowerLinkName } from '../schema/references.ts'
import type { Failure } from './failure.ts'
import type { CallOptions, Session } from './session.ts'

const IFLA_EXT_MASK = 29
/** No statistics: the answer is a third shorter. */
const RTEXT_FILTER_SKIP_STATS = 8
/** Offset of ifi_index in `struct ifinfomsg`. */
const IFI_INDEX = 4

/**
 * Asks for the index of the link of that name, if there is a name; in order with the session's other requests. For what is compared
 * here because a kernel may not: a name says nothing to compare with.
 */
export function linkIndexOf(
  session: Session,
  operation: string,
  name: string | undefined,
  call?: CallOptions,
): Promise<number | Failure> | undefined {
  if (name === undefined) return undefined
  const program = session.begin(operation, 'link')
  lowerLinkName(program, name)
  program.u32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS)
  return session.reply('getLink', program, (message, start) => message.s32(start + IFI_INDEX), 0, call)
}
