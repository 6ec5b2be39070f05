import type { Failure } from '../protocol/failure.ts'
import type { CallOptions, Session } from '../protocol/session.ts'
import type { LinkReference } from '../schema/references.ts'
import type { Link } from './link.ts'
import { decodeLink } from './link-table.ts'
import { lowerTarget } from './target.ts'

/** Asks for one link; `record` has the flags of the record. */
export function readLink(
  session: Session,
  operation: string,
  target: LinkReference,
  record: number,
  call: CallOptions | undefined,
): Promise<Link | Failure> {
  const program = session.begin(operation, 'link')
  lowerTarget(program, target)
  return session.reply('getLink', program, decodeLink, record, call)
}
