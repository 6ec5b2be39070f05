import { Field } from '../schema/field.ts'
import { LITTLE_ENDIAN, type Message } from '../schema/message.ts'
import type { Program } from '../schema/program.ts'
import { checkInteger } from '../schema/scalars.ts'

/** Numbers from `start` to `end`, both included. */
export interface NumberRange {
  readonly start: number
  readonly end: number
}

interface Bounds {
  readonly bits: 16 | 32
  readonly min: number
  readonly max: number
}

/** `struct fib_rule_uid_range` or `fib_rule_port_range`: two numbers in host order. One number alone is a range of one. */
export function range(
  number: number,
  constant: string,
  bounds: Bounds,
): Field<number | NumberRange, NumberRange, 'readWrite', 'sometimes'> {
  const size = bounds.bits / 8
  return new Field('attribute', number, constant, {} as const, {
    wire: `u${bounds.bits} start, u${bounds.bits} end`,
    allowed: `{ start, end } or one number, ${bounds.min}…${bounds.max}`,
    minLength: 2 * size,
    lower: (program, value) => lowerRange(program, number, bounds, value),
    decode: (message, offset) => ({ start: read(message, offset, size), end: read(message, offset + size, size) }),
  })
}

function read(message: Message, offset: number, size: number): number {
  return size === 2 ? message.u16(offset) : message.u32(offset)
}

function lowerRange(program: Program, number: number, { bits, min, max }: Bounds, value: unknown): void {
  const { start, end } = bothEnds(program, value)
  program.enter()
  program.at('start')
  checkInteger(program, start, min, max)
  program.at('end')
  checkInteger(program, end, start, max)
  program.leave()
  const size = bits / 8
  const view = new DataView(program.bytes.buffer, program.reserveOctets(number, 2 * size), 2 * size)
  if (bits === 16) {
    view.setUint16(0, start, LITTLE_ENDIAN)
    view.setUint16(size, end, LITTLE_ENDIAN)
  } else {
    view.setUint32(0, start, LITTLE_ENDIAN)
    view.setUint32(size, end, LITTLE_ENDIAN)
  }
}

function bothEnds(program: Program, value: unknown): { start?: unknown; end?: unknown } {
  if (typeof value === 'number') return { start: value, end: value }
  if (typeof value !== 'object' || value === null) program.expected('a whole number, or an object with "start" and "end"', value)
  return value
}
