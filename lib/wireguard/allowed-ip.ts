import { Field } from '../schema/field.ts'
import type { Message } from '../schema/message.ts'
import { ip } from '../schema/octets.ts'
import type { Program } from '../schema/program.ts'
import { u8, u16, u32 } from '../schema/scalars.ts'
import { Table } from '../schema/table.ts'
import { NO_PREFIX, parseCidr } from '../values/cidr.ts'
import { FAMILIES } from '../values/family.ts'

/** WGALLOWEDIP_F_REMOVE_ME */
const REMOVE = 1
const scratch = new Uint8Array(16)

const rows = {
  family: u16(1, 'WGALLOWEDIP_A_FAMILY'),
  address: ip(2, 'WGALLOWEDIP_A_IPADDR'),
  prefixLength: u8(3, 'WGALLOWEDIP_A_CIDR_MASK'),
  flags: u32(4, 'WGALLOWEDIP_A_FLAGS', { access: 'writeOnly' }),
}

const table = new Table('wireguardAllowedIp', rows)

/** A network of a peer's, or one to take from it. */
export type AllowedIp = string | { readonly remove: string }

/** Bytes of one in a message: a nest, a family, a prefix length, an address; and flags where it is to be removed. */
export function allowedIpSize(network: AllowedIp): number {
  if (typeof network !== 'string') return allowedIpSize(network.remove) + 8
  return network.includes(':') ? 40 : 28
}

/** `address/length`, or an address alone. The kernel clears the bits behind the prefix. */
export const allowedIp = new Field<AllowedIp, string, 'readWrite', 'sometimes'>(
  'attribute',
  0,
  'WGPEER_A_UNSPEC',
  {},
  {
    wire: 'nest { family, address, prefix length }',
    allowed: 'address/length',
    minLength: 0,
    lower: (program, value) => {
      program.nest(0)
      lowerNetwork(program, typeof value === 'string' ? value : value.remove)
      if (typeof value !== 'string') program.u32(rows.flags.number, REMOVE)
      program.end()
    },
    decode: (message, offset, length) => decodeNetwork(message, offset, offset + length),
    nested: table,
  },
)

function lowerNetwork(program: Program, text: unknown): void {
  const parsed = typeof text === 'string' ? parseCidr(text, scratch, 0) : 0
  if (parsed === 0) program.expected('a network such as "10.0.0.0/24"', text)
  if (parsed < 0) program.outOfRange(`a prefix length up to ${-parsed * 8}`, text)
  const length = parsed >> 8
  const prefix = parsed & 0xff
  program.u16(rows.family.number, length === 4 ? FAMILIES.inet : FAMILIES.inet6)
  program.octets(rows.address.number, scratch.subarray(0, length))
  program.u8(rows.prefixLength.number, prefix === NO_PREFIX ? length * 8 : prefix)
}

function decodeNetwork(message: Message, start: number, end: number): string {
  const { address, prefixLength } = table.decode(message, start, end)
  return `${address}/${prefixLength}`
}
