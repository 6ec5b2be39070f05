import { Field } from '../schema/field.ts'
import { align } from '../schema/message.ts'
import type { Program } from '../schema/program.ts'
import { checkInteger } from '../schema/scalars.ts'

const MASK = 1
const VALUE = 2

/** Bits of a link's protodown reasons; those outside `mask` stay as they are. Default of `mask`: all bits. */
export interface ProtoDownReason {
  readonly mask?: number
  readonly value: number
}

/** A nest with a mask and a value when set; reported with the value alone, as a number. */
export function protoDownReason(
  number: number,
  constant: string,
): Field<ProtoDownReason | number, number, 'readWrite', 'sometimes'> {
  return new Field(
    'attribute',
    number,
    constant,
    { afterCreation: true },
    {
      wire: 'nest { u32 mask; u32 value }',
      minLength: 0,
      lower: (program, value) => lower(program, number, value),
      decode: (message, offset, length) => {
        for (let at = offset; at + 8 <= offset + length; at += align(message.u16(at) || 4)) {
          if (message.u16(at + 2) === VALUE) return message.u32(at + 4)
        }
        return 0
      },
    },
  )
}

function lower(program: Program, number: number, value: unknown): void {
  const { mask = 0xffff_ffff, value: bits } =
    typeof value === 'object' && value !== null ? (value as ProtoDownReason) : { value: value as number }
  checkInteger(program, mask, 0, 0xffff_ffff)
  checkInteger(program, bits, 0, 0xffff_ffff)
  program.nest(number)
  program.u32(MASK, mask)
  program.u32(VALUE, bits)
  program.end()
}
