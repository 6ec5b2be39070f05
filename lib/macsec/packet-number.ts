import { Field } from '../schema/field.ts'
import type { Program } from '../schema/program.ts'
import { checkInteger } from '../schema/scalars.ts'

const NUMBER = 3
const LARGEST = 2n ** 64n - 1n

/** 4 bytes, or 8 with the `xpn` suites: a number or a bigint. The kernel wants the length that the device's suite has. */
export const packetNumber = new Field<number | bigint, number | bigint, 'readWrite', 'sometimes'>(
  'attribute',
  NUMBER,
  'MACSEC_SA_ATTR_PN',
  {},
  {
    wire: 'u32 or u64',
    allowed: '1…4294967295, or a bigint',
    minLength: 4,
    lower: (program, value) => {
      if (typeof value === 'bigint') lowerExtended(program, value)
      else {
        checkInteger(program, value, 1, 0xffff_ffff)
        program.u32(NUMBER, value)
      }
    },
    decode: (message, offset, length) => (length >= 8 ? message.bigU64(offset) : message.u32(offset)),
  },
)

function lowerExtended(program: Program, value: bigint): void {
  if (value < 1n || value > LARGEST) program.outOfRange(`1 to ${LARGEST}`, value)
  program.u64(NUMBER, value)
}
