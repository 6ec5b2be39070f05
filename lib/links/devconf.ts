import { unknownOption } from '../errors.ts'
import { Field } from '../schema/field.ts'
import type { Program } from '../schema/program.ts'
import { checkInteger } from '../schema/scalars.ts'
import type { Layout, Struct, StructInput, StructOutput } from '../schema/structs.ts'

/**
 * IPv4 device settings: reported as an array of u32 in order of their ids less one, changed as a nest of u32 numbered by id
 * (inet_set_link_af() in net/ipv4/devinet.c).
 */
export function devconf<const L extends Layout>(
  number: number,
  constant: string,
  struct: Struct<L>,
): Field<StructInput<L>, StructOutput<L>, 'readWrite', 'sometimes'> {
  return new Field(
    'attribute',
    number,
    constant,
    {},
    {
      wire: 'u32 array; nest of u32 when set',
      minLength: 4,
      lower: (program, value) => {
        if (typeof value !== 'object' || value === null) program.expected('an object of settings', value)
        program.nest(number)
        lowerSettings(program, value, struct)
        program.end()
      },
      decode: (message, offset, length) => struct.decode(message, offset, length),
    },
  )
}

function lowerSettings(program: Program, value: object, struct: Struct<Layout>): void {
  program.enter()
  for (const [key, setting] of Object.entries(value)) {
    if (setting === undefined) continue
    program.at(key)
    const id = struct.keys.indexOf(key) + 1
    if (id === 0) throw unknownOption(program.operation, program.option, struct.keys)
    checkInteger(program, setting, 0, 0xffff_ffff)
    program.u32(id, setting)
  }
  program.leave()
}
