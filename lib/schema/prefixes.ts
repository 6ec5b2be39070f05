import { invalidValue } from '../errors.ts'
import { hasHostBits, NO_PREFIX, parseCidr } from '../values/cidr.ts'
import { formatIpv4, formatIpv6 } from '../values/ip.ts'
import { type Access, Field, type RowOptions } from './field.ts'
import type { Program } from './program.ts'

const scratch = new Uint8Array(16)

/** A network, whose address and prefix length (a u16) the kernel keeps in two attributes: `'2001:db8::/32'`. Both are written. */
export function networkOfTwo<const A extends Access = 'readWrite'>(
  address: readonly [number: number, constant: string],
  prefix: readonly [number: number, constant: string],
  bytes: 4 | 16,
  options: RowOptions<A> = {},
): Field<string, string, A, 'sometimes'> {
  const format = bytes === 4 ? formatIpv4 : formatIpv6
  const [number, constant] = address
  return new Field('attribute', number, constant, options as RowOptions<A, 'sometimes'>, {
    wire: `ipv${bytes === 4 ? 4 : 6} and u16`,
    allowed: `an IPv${bytes === 4 ? 4 : 6} network with its prefix length`,
    minLength: 2,
    twins: [{ number: prefix[0], constant: prefix[1] }],
    lower: (program, value) => {
      const length = parseNetwork(program, value, bytes)
      program.octets(number, scratch.subarray(0, bytes))
      program.u16(prefix[0], length)
    },
    // Either may come first: what is there of the text is completed.
    decode: (message, offset, length, type, before = '') => {
      if (type === prefix[0]) return `${before}/${message.u16(offset)}`
      return length < bytes ? (before as string) : `${format(message.bytes, offset)}${before}`
    },
  })
}

const EXPECTED = { 4: 'an IPv4 network such as "192.0.2.0/24"', 16: 'an IPv6 network such as "2001:db8::/32"' } as const

/** Leaves the address in `scratch`, and answers the prefix length. */
function parseNetwork(program: Program, value: unknown, bytes: 4 | 16): number {
  const parsed = typeof value === 'string' ? parseCidr(value, scratch, 0) : 0
  const length = parsed & 0xff
  if (parsed <= 0 || parsed >> 8 !== bytes || length === NO_PREFIX) program.expected(EXPECTED[bytes], value)
  if (hasHostBits(scratch, 0, bytes, length))
    throw invalidValue(program.operation, program.option, `${JSON.stringify(value)} has bits behind its prefix`)
  return length
}
