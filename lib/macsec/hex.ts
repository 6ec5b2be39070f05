import { invalidValue } from '../errors.ts'
import { type Access, Field, type RowOptions } from '../schema/field.ts'

/** Bytes as text: two hex digits each. Shorter text than `length` bytes is filled up with zeros at its end, as `ip` does it. */
export function hex<const A extends Access = 'readWrite'>(
  number: number,
  constant: string,
  options: RowOptions<A> & { lengths: readonly number[]; padded?: boolean },
): Field<string, string, A, 'sometimes'> {
  const { lengths, padded = false } = options
  const most = Math.max(...lengths)
  const expected = padded ? `up to ${most} bytes as hex digits` : `${lengths.join(' or ')} bytes as hex digits`
  return new Field('attribute', number, constant, options as RowOptions<A, 'sometimes'>, {
    wire: `${lengths.join(' or ')} bytes`,
    allowed: 'hex digits',
    minLength: 1,
    lower: (program, value) => {
      if (typeof value !== 'string' || value === '' || !/^(?:[0-9a-f]{2})*$/i.test(value)) program.expected(expected, value)
      const bytes = Buffer.from(value, 'hex')
      if (padded ? bytes.length > most : !lengths.includes(bytes.length))
        throw invalidValue(program.operation, program.option, `has ${bytes.length} bytes, and must have ${expected}`)
      program.octets(number, padded ? Buffer.concat([bytes], most) : bytes)
    },
    decode: (message, offset, length) =>
      Buffer.from(message.bytes.buffer, message.bytes.byteOffset + offset, length).toString('hex'),
  })
}
