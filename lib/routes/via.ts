import { Field } from '../schema/field.ts'
import { LITTLE_ENDIAN, type Message } from '../schema/message.ts'
import type { Program } from '../schema/program.ts'
import { AF_INET, AF_INET6 } from '../values/family.ts'
import { formatIp, parseIp } from '../values/ip.ts'
import { formatMac } from '../values/mac.ts'
import { RTMSG } from './header.ts'

const RTA_GATEWAY = 5
const RTA_VIA = 18

/** Bytes of `rtvia_family` before the address. */
const VIA_FAMILY = 2
const parsed = new Uint8Array(16)

/** The next router. One of the route's own family stands in RTA_GATEWAY, one of another family in RTA_VIA. */
export function viaField(): Field<string, string, 'readWrite', 'sometimes'> {
  return new Field('attribute', RTA_GATEWAY, 'RTA_GATEWAY', {} as const, {
    wire: 'ip, or struct rtvia',
    allowed: 'an IPv4 or IPv6 address',
    minLength: 4,
    twins: [{ number: RTA_VIA, constant: 'RTA_VIA' }],
    lower: lowerVia,
    decode: decodeVia,
  })
}

function lowerVia(program: Program, value: unknown): void {
  if (typeof value !== 'string') program.expected('an IP address', value)
  const length = parseIp(value, parsed, 0)
  if (length === 0) program.expected('an IP address', value)
  const family = length === 4 ? AF_INET : AF_INET6
  const own = family === program.headerWord(RTMSG.family.word)
  const at = program.reserveOctets(own ? RTA_GATEWAY : RTA_VIA, own ? length : VIA_FAMILY + length)
  const start = own ? at : at + VIA_FAMILY
  if (!own) {
    program.bytes[at] = LITTLE_ENDIAN ? family : 0
    program.bytes[at + 1] = LITTLE_ENDIAN ? 0 : family
  }
  for (let i = 0; i < length; i++) program.bytes[start + i] = parsed[i]
}

/** The two forms differ in length: an address is a multiple of four bytes, and rtvia is two bytes longer. */
function decodeVia(message: Message, offset: number, length: number): string {
  const skip = length & VIA_FAMILY
  return formatIp(message.bytes, offset + skip, length - skip) ?? formatMac(message.bytes, offset, length)
}
