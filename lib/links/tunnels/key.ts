import { type Access, Field, type RowOptions } from '../../schema/field.ts'
import { checkInteger } from '../../schema/scalars.ts'
import { parseIpv4 } from '../../values/ip.ts'

const quad = new Uint8Array(4)

/** The key of a tunnel: a number, or its four bytes with dots, as `ip` prints it. Reported as the number. */
export function tunnelKey<const A extends Access = 'readWrite'>(
  number: number,
  constant: string,
  options: RowOptions<A> = {},
): Field<number | string, number, A, 'sometimes'> {
  return new Field('attribute', number, constant, options as RowOptions<A, 'sometimes'>, {
    wire: 'be32',
    allowed: 'four bytes with dots, 0…4294967295',
    minLength: 4,
    lower: (program, value) => {
      const key = keyNumber(value)
      if (key === undefined) program.expected('a number, or four bytes with dots such as "0.0.0.5"', value)
      checkInteger(program, key, 0, 0xffff_ffff)
      program.be32(number, key)
    },
    decode: (message, offset) => message.be32(offset),
  })
}

/** The number that a key means; undefined for what is none. */
export function keyNumber(key: unknown): number | undefined {
  if (typeof key === 'number') return key
  if (typeof key !== 'string' || !parseIpv4(key, quad, 0)) return undefined
  return ((quad[0] << 24) | (quad[1] << 16) | (quad[2] << 8) | quad[3]) >>> 0
}
