import { ENCAP_TYPES, TABLES } from '../values/routing.ts'
import { Enumeration, type Named, numberOr } from './enums.ts'
import { Field } from './field.ts'
import type { HeaderPlace } from './headers.ts'
import type { Program } from './program.ts'
import { checkInteger } from './scalars.ts'

/*
 * Rows that routes, rules and nexthop objects have in common, under constants of their own. A field belongs to one table, so each gets
 * its own.
 */

const NLA_F_NESTED = 0x8000

const tables = new Enumeration(TABLES)

/**
 * A routing table. Numbers below 256 stand in the header; above, in the attribute, with RT_TABLE_UNSPEC in the header. The kernel
 * reports the attribute.
 */
export function tableField(
  number: number,
  constant: string,
  place: HeaderPlace,
): Field<Named<typeof TABLES>, Named<typeof TABLES>, 'readWrite', 'always'> {
  return new Field(
    'attribute',
    number,
    constant,
    { present: 'always' },
    {
      wire: 'u8 in the header, or u32',
      allowed: `${tables.listing}, 0…4294967295`,
      minLength: 4,
      lower: (program, value) => {
        const table = tables.toNumber(program, value, 0xffff_ffff)
        if (table > 0xff) program.u32(number, table)
        program.header(place.word, table > 0xff ? TABLES.unspec : table)
      },
      decode: (message, offset) => tables.toName(message.u32(offset)),
    },
  )
}

/** Realms of the routing classifier, 0–65535 each; 0 is none. */
export interface Realms {
  readonly from?: number | undefined
  readonly to: number
}

export function realmsField(number: number, constant: string): Field<Realms, Required<Realms>, 'readWrite', 'sometimes'> {
  return new Field('attribute', number, constant, {} as const, {
    wire: 'u32: from << 16 | to',
    allowed: '{ from, to }, 0…65535 each',
    minLength: 4,
    lower: (program, value) => lowerRealms(program, number, value),
    decode: (message, offset) => {
      const realms = message.u32(offset)
      return { from: realms >>> 16, to: realms & 0xffff }
    },
  })
}

function lowerRealms(program: Program, number: number, value: unknown): void {
  if (typeof value !== 'object' || value === null) program.expected('an object with "to" and perhaps "from"', value)
  const { from = 0, to } = value as Record<string, unknown>
  program.enter()
  program.at('from')
  checkInteger(program, from, 0, 0xffff)
  program.at('to')
  checkInteger(program, to, 0, 0xffff)
  program.leave()
  program.u32(number, ((from << 16) | to) >>> 0)
}

export function encapTypeField(number: number, constant: string) {
  return numberOr(number, constant, 'u16', ENCAP_TYPES)
}

export function encapField(number: number, constant: string): Field<Uint8Array, Uint8Array, 'readWrite', 'sometimes'> {
  return new Field('attribute', number, constant, {} as const, {
    wire: 'nest, as bytes',
    minLength: 0,
    lower: (program, value) => {
      if (!(value instanceof Uint8Array)) program.expected('a Uint8Array', value)
      program.octets(number | NLA_F_NESTED, value)
    },
    decode: (message, offset, length) => message.copy(offset, length),
  })
}
