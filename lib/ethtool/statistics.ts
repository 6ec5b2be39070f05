import { DumpInterruptedError } from '../errors.ts'
import { Failure } from '../protocol/failure.ts'
import type { CallOptions, Session } from '../protocol/session.ts'
import { LITTLE_ENDIAN, type Message } from '../schema/message.ts'
import type { LinkReference } from '../schema/references.ts'
import { ETHTOOL, ethtoolIoctl } from './link-ioctl.ts'

/** How often it is tried again when the driver has other statistics than a moment ago. */
const MOST_TRIES = 5

/** Statistics of one link, by the driver's names for them. */
export type LinkStatisticsByName = Readonly<Record<string, number>>

/** Names and numbers are two calls, and a driver may get other statistics in between, as with a new queue. */
export async function readStatistics(
  session: Session,
  operation: string,
  link: LinkReference,
  call: CallOptions | undefined,
): Promise<LinkStatisticsByName | Failure> {
  for (let tries = 1; ; tries++) {
    const count = await countStatistics(session, operation, link, call)
    if (count instanceof Failure) return count
    if (count === 0) return {}
    const [names, values] = await Promise.all([
      readNames(session, operation, link, count, call),
      readValues(session, operation, link, count, call),
    ])
    if (names instanceof Failure) return names
    if (values instanceof Failure) return values
    if (names.length === values.length) return Object.fromEntries(names.map((name, i) => [name, values[i]]))
    if (tries === MOST_TRIES) throw new DumpInterruptedError(operation, [])
  }
}

/** A link without statistics of its own has no such set. `struct ethtool_sset_info`: command, reserved, u64 mask, counts. */
function countStatistics(session: Session, operation: string, link: LinkReference, call: CallOptions | undefined) {
  const words = [ETHTOOL.ETHTOOL_GSSET_INFO, 0, ...wordsOfU64(1 << ETHTOOL.ETH_SS_STATS), 0]
  return ethtoolIoctl(
    session,
    operation,
    link,
    words,
    words.length * 4,
    (message, at) => (message.u64(at + 8) === 0 ? 0 : message.u32(at + 16)),
    call,
  )
}

function readNames(session: Session, operation: string, link: LinkReference, count: number, call: CallOptions | undefined) {
  const words = [ETHTOOL.ETHTOOL_GSTRINGS, ETHTOOL.ETH_SS_STATS, count]
  return ethtoolIoctl(session, operation, link, words, 12 + count * ETHTOOL.ETH_GSTRING_LEN, decodeNames, call)
}

function readValues(session: Session, operation: string, link: LinkReference, count: number, call: CallOptions | undefined) {
  return ethtoolIoctl(session, operation, link, [ETHTOOL.ETHTOOL_GSTATS, count], 8 + count * 8, decodeValues, call)
}

function decodeNames(message: Message, start: number, end: number): string[] {
  const length = Math.min(message.u32(start + 8), Math.floor((end - start - 12) / ETHTOOL.ETH_GSTRING_LEN))
  return Array.from({ length }, (_, i) => message.string(start + 12 + i * ETHTOOL.ETH_GSTRING_LEN, ETHTOOL.ETH_GSTRING_LEN))
}

function decodeValues(message: Message, start: number, end: number): number[] {
  const length = Math.min(message.u32(start + 4), Math.floor((end - start - 8) / 8))
  return Array.from({ length }, (_, i) => message.u64(start + 8 + i * 8))
}

function wordsOfU64(value: number): [number, number] {
  return LITTLE_ENDIAN ? [value, 0] : [0, value]
}
