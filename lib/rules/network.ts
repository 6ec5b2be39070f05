import { invalidValue, outOfRange } from '../errors.ts'
import { Field } from '../schema/field.ts'
import type { HeaderPlace } from '../schema/headers.ts'
import type { Program } from '../schema/program.ts'
import { NO_PREFIX, parseCidr } from '../values/cidr.ts'
import { formatIp } from '../values/ip.ts'
import { formatMac } from '../values/mac.ts'
import { RULE } from './header.ts'
import { RULE_FAMILIES } from './names.ts'

const EXPECTED = 'a network such as "10.0.0.0/8", or an address'

/** A network: the address in an attribute, the prefix length in the header. The address alone is decoded; see rule-table.ts. */
export function network(number: number, constant: string, place: HeaderPlace): Field<string, string, 'readWrite', 'sometimes'> {
  return new Field('attribute', number, constant, {} as const, {
    wire: 'ip',
    allowed: EXPECTED,
    minLength: 4,
    lower: (program, value) => lowerNetwork(program, number, place, value),
    decode: (message, offset, length) => formatIp(message.bytes, offset, length) ?? formatMac(message.bytes, offset, length),
  })
}

const parsedAddress = new Uint8Array(16)

/** Bytes of an address in rules of that family. */
function lengthOf(family: number): 4 | 16 {
  return family === RULE_FAMILIES.inet6 || family === RULE_FAMILIES.ip6mr ? 16 : 4
}

/** The kernel keeps bits behind the prefix, and looks at none of them. */
function lowerNetwork(program: Program, number: number, place: HeaderPlace, value: unknown): void {
  if (typeof value !== 'string') program.expected(EXPECTED, value)
  const length = lengthOf(program.headerWord(RULE.family.word))
  const parsed = parseCidr(value, parsedAddress, 0)
  if (parsed === 0) program.expected(EXPECTED, value)
  if (parsed < 0)
    throw outOfRange(program.operation, program.option, `a prefix length from 0 to ${-parsed * 8}`, JSON.stringify(value))
  if (parsed >> 8 !== length) throw otherFamily(program, length)
  program.octets(number, parsedAddress.subarray(0, length))
  const prefix = parsed & 0xff
  program.header(place.word, prefix === NO_PREFIX ? length * 8 : prefix)
}

function otherFamily(program: Program, length: number): TypeError {
  const [own, rule] = length === 4 ? ['IPv6', 'IPv4'] : ['IPv4', 'IPv6']
  return invalidValue(program.operation, program.option, `is ${own}, and the rule is ${rule}`)
}
