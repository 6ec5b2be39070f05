import { numberOr } from '../schema/enums.ts'
import { Field } from '../schema/field.ts'
import type { Program } from '../schema/program.ts'
import { checkInteger } from '../schema/scalars.ts'
import { ENCAP_TYPES } from './names.ts'

const RTA_FLOW = 11
const RTA_ENCAP = 22
const NLA_F_NESTED = 0x8000

/** Realms of the routing classifier, 0–65535 each; 0 is none. */
export interface Realms {
  readonly from?: number | undefined
  readonly to: number
}

/** Rows that a route and each of its nexthops have: a field belongs to one table, so each gets its own. */
export function realmsField(): Field<Realms, Required<Realms>, 'readWrite', 'sometimes'> {
  return new Field('attribute', RTA_FLOW, 'RTA_FLOW', {} as const, {
    wire: 'u32: from << 16 | to',
    allowed: '{ from, to }, 0…65535 each',
    minLength: 4,
    lower: lowerRealms,
    decode: (message, offset) => {
      const realms = message.u32(offset)
      return { from: realms >>> 16, to: realms & 0xffff }
    },
  })
}

function lowerRealms(program: Program, value: unknown): void {
  if (typeof value !== 'object' || value === null) program.expected('an object with "to" and perhaps "from"', value)
  const { from = 0, to } = value as Record<string, unknown>
  program.enter()
  program.at('from')
  checkInteger(program, from, 0, 0xffff)
  program.at('to')
  checkInteger(program, to, 0, 0xffff)
  program.leave()
  program.u32(RTA_FLOW, ((from << 16) | to) >>> 0)
}

export function encapTypeField() {
  return numberOr(21, 'RTA_ENCAP_TYPE', 'u16', ENCAP_TYPES)
}

export function encapField(): Field<Uint8Array, Uint8Array, 'readWrite', 'sometimes'> {
  return new Field('attribute', RTA_ENCAP, 'RTA_ENCAP', {} as const, {
    wire: 'nest, as bytes',
    minLength: 0,
    lower: (program, value) => {
      if (!(value instanceof Uint8Array)) program.expected('a Uint8Array', value)
      program.octets(RTA_ENCAP | NLA_F_NESTED, value)
    },
    decode: (message, offset, length) => message.copy(offset, length),
  })
}
