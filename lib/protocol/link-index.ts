import { LONGEST_NAME } from '../values/link-name.ts'
import type { Failure } from './failure.ts'
import type { CallOptions, Session } from './session.ts'

const IFLA_IFNAME = 3
const IFLA_EXT_MASK = 29
const IFLA_ALT_IFNAME = 53
/** No statistics: the answer is a third shorter. */
const RTEXT_FILTER_SKIP_STATS = 8
/** Offset of ifi_index in `struct ifinfomsg`. */
const IFI_INDEX = 4

/** Asks for the index of the link of that name; in order with the session's other requests. */
export function linkIndexOf(session: Session, operation: string, name: string, call?: CallOptions): Promise<number | Failure> {
  const program = session.begin(operation, 'link')
  program.string(Buffer.byteLength(name) > LONGEST_NAME ? IFLA_ALT_IFNAME : IFLA_IFNAME, name)
  program.u32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS)
  return session.reply('getLink', program, (message, start) => message.s32(start + IFI_INDEX), 0, call)
}
