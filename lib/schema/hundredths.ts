import { type Access, Field, type RowOptions } from './field.ts'

/** Seconds, which the kernel takes and reports in hundredths (clock_t), in 4 bytes or 8. */
export function hundredths<const A extends Access = 'readWrite'>(
  number: number,
  constant: string,
  size: 4 | 8,
  options: RowOptions<A>,
): Field<number, number, A, 'sometimes'> {
  return new Field('attribute', number, constant, { ...options, unit: 's' } as RowOptions<A, 'sometimes'>, {
    wire: `u${size * 8}, in 1/100 s`,
    allowed: '0…42949672.95',
    minLength: size,
    lower: (program, value) => {
      if (typeof value !== 'number') program.expected('a number of seconds', value)
      const raw = Math.round(value * 100)
      if (!(raw >= 0 && raw <= 0xffff_ffff)) program.outOfRange('0 to 42949672.95 s', value)
      program.u32(number, raw)
    },
    decode: (message, offset) => (size === 8 ? message.u64(offset) : message.u32(offset)) / 100,
  })
}
