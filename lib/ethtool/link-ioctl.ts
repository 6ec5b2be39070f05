import { LARGEST_IOCTL } from '../native/binding.ts'
import type { Failure } from '../protocol/failure.ts'
import type { Decode } from '../protocol/request.ts'
import type { CallOptions, Session } from '../protocol/session.ts'
import { LITTLE_ENDIAN } from '../schema/message.ts'
import { type LinkReference, lowerHeaderLink } from '../schema/references.ts'

/** <linux/sockios.h> and <linux/ethtool.h>: the numbers in use here, by the kernel's names. */
export const ETHTOOL = {
  SIOCETHTOOL: 0x8946,
  ETHTOOL_GDRVINFO: 0x03,
  ETHTOOL_GSTRINGS: 0x1b,
  ETHTOOL_GSTATS: 0x1d,
  ETHTOOL_GSSET_INFO: 0x37,
  ETH_SS_STATS: 1,
  ETH_GSTRING_LEN: 32,
} as const
/** Bytes of the record's header, behind which the struct stands in the answer. */
const HEADER_BYTES = 12

/** Sends a struct of <linux/ethtool.h>, given as its words from the command on, and reads at most `room` bytes of it back. */
export function ethtoolIoctl<T>(
  session: Session,
  operation: string,
  link: LinkReference,
  words: readonly number[],
  room: number,
  decode: Decode<T>,
  call?: CallOptions,
): Promise<T | Failure> {
  const program = session.begin(operation, 'linkIoctl')
  program.header(0, ETHTOOL.SIOCETHTOOL)
  program.at('link')
  lowerHeaderLink(program, 1, link)
  program.header(2, Math.min(room, LARGEST_IOCTL))
  program.raw(toBytes(words))
  return session.reply('linkIoctl', program, (message, start, end) => decode(message, start + HEADER_BYTES, end), 0, call)
}

function toBytes(words: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(words.length * 4)
  const view = new DataView(bytes.buffer)
  for (const [i, word] of words.entries()) view.setUint32(i * 4, word, LITTLE_ENDIAN)
  return bytes
}
