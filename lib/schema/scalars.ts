import { type Access, Field, type FieldParts, type Presence, type RowOptions } from './field.ts'
import { LITTLE_ENDIAN, type Message } from './message.ts'
import type { Program } from './program.ts'

/** Options of a numeric row; the range defaults to what the wire form holds. */
export interface NumberOptions<A extends Access, P extends Presence> extends RowOptions<A, P> {
  min?: number
  max?: number
}

type Scalar<Wire> = Wire extends 'bytes' ? never : Wire
export type ScalarWire = 'u8' | 'u16' | 'u32' | 's8' | 's32' | 'be16' | 'be32'

interface WireForm {
  readonly size: number
  readonly min: number
  readonly max: number
  readonly put: (program: Program, number: number, value: number) => void
  readonly get: (message: Message, offset: number) => number
}

/** How each fixed-size number travels. */
export const WIRE: Readonly<Record<Scalar<ScalarWire>, WireForm>> = {
  u8: { size: 1, min: 0, max: 0xff, put: (p, n, v) => p.u8(n, v), get: (m, o) => m.bytes[o] },
  s8: { size: 1, min: -0x80, max: 0x7f, put: (p, n, v) => p.u8(n, v & 0xff), get: (m, o) => (m.bytes[o] << 24) >> 24 },
  u16: { size: 2, min: 0, max: 0xffff, put: (p, n, v) => p.u16(n, v), get: (m, o) => m.u16(o) },
  u32: { size: 4, min: 0, max: 0xffff_ffff, put: (p, n, v) => p.u32(n, v), get: (m, o) => m.u32(o) },
  s32: { size: 4, min: -0x8000_0000, max: 0x7fff_ffff, put: (p, n, v) => p.u32(n, v >>> 0), get: (m, o) => m.s32(o) },
  be16: { size: 2, min: 0, max: 0xffff, put: (p, n, v) => p.be16(n, v), get: (m, o) => m.be16(o) },
  be32: { size: 4, min: 0, max: 0xffff_ffff, put: (p, n, v) => p.be32(n, v), get: (m, o) => m.be32(o) },
}

/** Refuses anything but a whole number in the range. */
export function checkInteger(program: Program, value: unknown, min: number, max: number): asserts value is number {
  if (typeof value !== 'number') program.expected('a whole number', value)
  if (!Number.isInteger(value) || value < min || value > max) program.outOfRange(`a whole number from ${min} to ${max}`, value)
}

/** The option of that name, checked; undefined when it is not given. */
export function optionalInteger(
  program: Program,
  given: Readonly<Record<string, unknown>>,
  key: string,
  min: number,
  max: number,
): number | undefined {
  const value = given[key]
  if (value === undefined) return undefined
  program.at(key)
  checkInteger(program, value, min, max)
  return value
}

export function scalarParts<A extends Access, P extends Presence>(
  wire: ScalarWire,
  number: number,
  options: NumberOptions<A, P>,
): FieldParts<number, number> {
  const form = WIRE[wire]
  const min = options.min ?? form.min
  const max = options.max ?? form.max
  return {
    wire,
    allowed: `${min}…${max}`,
    minLength: form.size,
    lower: (program, value) => {
      checkInteger(program, value, min, max)
      form.put(program, number, value)
    },
    decode: form.get,
  }
}

type NumberRow = <const A extends Access = 'readWrite', const P extends Presence = 'sometimes'>(
  number: number,
  constant: string,
  options?: NumberOptions<A, P>,
) => Field<number, number, A, P>

function numberRow(wire: ScalarWire): NumberRow {
  return (number, constant, options = {}) => new Field('attribute', number, constant, options, scalarParts(wire, number, options))
}

/** A number of 8 bits. */
export const u8 = numberRow('u8')
/** A number of 16 bits, host order. */
export const u16 = numberRow('u16')
/** A number of 32 bits, host order. */
export const u32 = numberRow('u32')
/** A signed number of 8 bits. */
export const s8 = numberRow('s8')
/** A signed number of 32 bits, host order. */
export const s32 = numberRow('s32')
/** A number of 16 bits, network order. */
export const be16 = numberRow('be16')
/** A number of 32 bits, network order. */
export const be32 = numberRow('be32')

/** A counter or duration of 64 bits as a JavaScript number: exact to 2^53. */
export function u64<const A extends Access = 'readWrite', const P extends Presence = 'sometimes'>(
  number: number,
  constant: string,
  options: NumberOptions<A, P> = {},
): Field<number, number, A, P> {
  const min = options.min ?? 0
  const max = options.max ?? Number.MAX_SAFE_INTEGER
  return new Field('attribute', number, constant, options, {
    wire: 'u64',
    allowed: `${min}…${max}`,
    minLength: 8,
    lower: (program, value) => {
      checkInteger(program, value, min, max)
      program.u64(number, BigInt(value))
    },
    decode: (message, offset) => message.u64(offset),
  })
}

const LARGEST_U64 = 0xffff_ffff_ffff_ffffn

/** An identifier of 64 bits. A number is taken too while it is exact. */
export function bigU64<const A extends Access = 'readWrite', const P extends Presence = 'sometimes'>(
  number: number,
  constant: string,
  options: RowOptions<A, P> = {},
): Field<bigint | number, bigint, A, P> {
  return new Field('attribute', number, constant, options, {
    wire: 'u64',
    minLength: 8,
    lower: (program, value) => program.u64(number, toBig(program, value)),
    decode: (message, offset) => message.bigU64(offset),
  })
}

/** The same in network order. */
export function bigBe64<const A extends Access = 'readWrite', const P extends Presence = 'sometimes'>(
  number: number,
  constant: string,
  options: RowOptions<A, P> = {},
): Field<bigint | number, bigint, A, P> {
  return new Field('attribute', number, constant, options, {
    wire: 'be64',
    minLength: 8,
    lower: (program, value) => program.be64(number, toBig(program, value)),
    decode: (message, offset) => message.view.getBigUint64(offset, false),
  })
}

/** A number of 64 bits; as a JavaScript number while that is exact. */
export function toBig(program: Program, value: unknown): bigint {
  if (typeof value === 'number') {
    checkInteger(program, value, 0, Number.MAX_SAFE_INTEGER)
    return BigInt(value)
  }
  if (typeof value !== 'bigint') program.expected('a bigint', value)
  if (value < 0n || value > LARGEST_U64) program.outOfRange('0 to 2^64 - 1', value)
  return value
}

/** NLA_UINT: the kernel sends 4 bytes, or 8 when the value needs them. */
export function uint<const A extends Access = 'readWrite'>(
  number: number,
  constant: string,
  options: RowOptions<A> = {},
): Field<number, number, A, 'sometimes'> {
  return new Field('attribute', number, constant, options as RowOptions<A, 'sometimes'>, {
    wire: 'uint',
    minLength: 4,
    lower: (program, value) => {
      checkInteger(program, value, 0, Number.MAX_SAFE_INTEGER)
      if (value > 0xffff_ffff) program.u64(number, BigInt(value))
      else program.u32(number, value)
    },
    decode: (message, offset, length) => (length >= 8 ? message.u64(offset) : message.u32(offset)),
  })
}

export function checkBoolean(program: Program, value: unknown): asserts value is boolean {
  if (typeof value !== 'boolean') program.expected('true or false', value)
}

/** The option of that name, checked; undefined when it is not given. */
export function optionalBoolean(program: Program, given: Readonly<Record<string, unknown>>, key: string): boolean | undefined {
  const value = given[key]
  if (value === undefined) return undefined
  program.at(key)
  checkBoolean(program, value)
  return value
}

/** On or off, as a number of 8 bits unless `wire` says otherwise. */
export function bool<const A extends Access = 'readWrite', const P extends Presence = 'sometimes'>(
  number: number,
  constant: string,
  options: RowOptions<A, P> & { wire?: 'u8' | 'u16' | 'u32' } = {},
): Field<boolean, boolean, A, P> {
  const wire = options.wire ?? 'u8'
  const form = WIRE[wire]
  return new Field('attribute', number, constant, options, {
    wire,
    allowed: 'true, false',
    minLength: form.size,
    lower: (program, value) => {
      checkBoolean(program, value)
      form.put(program, number, value ? 1 : 0)
    },
    decode: (message, offset) => form.get(message, offset) !== 0,
  })
}

/**
 * On when the attribute is there, whatever it holds. `false` sends nothing: that is how the kernel reads "off" when it creates.
 * `wire`: a number that the kernel wants to be there, and does not look at.
 */
export function flag<const A extends Access = 'readWrite'>(
  number: number,
  constant: string,
  options: RowOptions<A> & { wire?: 'u8' | 'u32' } = {},
): Field<boolean, boolean, A, 'sometimes'> {
  const { wire } = options
  return new Field('attribute', number, constant, options as RowOptions<A, 'sometimes'>, {
    wire: wire === undefined ? 'flag' : `flag (${wire})`,
    allowed: 'true, false',
    minLength: 0,
    lower: (program, value) => {
      checkBoolean(program, value)
      if (!value) return
      if (wire === undefined) program.flag(number)
      else WIRE[wire].put(program, number, 1)
    },
    // vxlan reports TTL_INHERIT as a u8 though it takes a flag.
    decode: (message, offset, length) => length === 0 || message.bytes[offset] !== 0,
  })
}

/** Numbers side by side in one attribute. */
export function arrayOf<const A extends Access = 'readWrite'>(
  number: number,
  constant: string,
  wire: 'u16' | 'u32',
  options: RowOptions<A> = {},
): Field<readonly number[], readonly number[], A, 'sometimes'> {
  const { size, max, get } = WIRE[wire]
  return new Field('attribute', number, constant, options as RowOptions<A, 'sometimes'>, {
    wire: `array of ${wire}`,
    minLength: 0,
    lower: (program, value) => {
      if (!Array.isArray(value)) program.expected('an array', value)
      const at = program.reserveOctets(number, value.length * size)
      const view = new DataView(program.bytes.buffer, at, value.length * size)
      program.enter()
      for (let i = 0; i < value.length; i++) {
        program.at(String(i))
        checkInteger(program, value[i], 0, max)
        if (wire === 'u16') view.setUint16(i * size, value[i], LITTLE_ENDIAN)
        else view.setUint32(i * size, value[i], LITTLE_ENDIAN)
      }
      program.leave()
    },
    decode: (message, offset, length) =>
      Array.from({ length: Math.floor(length / size) }, (_, i) => get(message, offset + i * size)),
  })
}
