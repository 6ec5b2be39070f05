import { didYouMean, invalidValue } from '../errors.ts'
import { type Access, Field, type Presence, type RowOptions } from './field.ts'
import { mergeParts } from './merge.ts'
import type { Program } from './program.ts'
import { checkBoolean, checkInteger, type NumberOptions, type ScalarWire, toBig, WIRE } from './scalars.ts'

/** Names of the kernel's numbers. */
export type Names = Readonly<Record<string, number>>

/** A name, or the number itself where this library does not know one. */
export type Named<N extends Names> = Extract<keyof N, string> | (number & {})

/** Translates both ways; numbers without a name stay numbers. */
export class Enumeration<const N extends Names> {
  readonly names: N
  /** Made when the first is looked up: most tables are only needed for a few of their rows. */
  #texts: Map<number, string> | undefined
  #numbers: Map<string, number> | undefined

  constructor(names: N) {
    this.names = names
  }

  get #numberOf(): Map<string, number> {
    this.#numbers ??= new Map(Object.entries(this.names))
    return this.#numbers
  }

  #readTexts(): Map<number, string> {
    const texts = new Map<number, string>()
    for (const [name, number] of this.#numberOf) if (!texts.has(number)) texts.set(number, name)
    return texts
  }

  toNumber(program: Program, value: unknown, max: number): number {
    if (typeof value === 'string') {
      const number = this.#numberOf.get(value)
      if (number !== undefined) return number
      throw notAmong(program, value, [...this.#numberOf.keys()])
    }
    if (typeof value !== 'number') program.expected(`one of ${this.listing}`, value)
    checkInteger(program, value, 0, max)
    return value
  }

  toName(number: number): Named<N> {
    this.#texts ??= this.#readTexts()
    return (this.#texts.get(number) ?? number) as Named<N>
  }

  get listing(): string {
    return listNames(Object.keys(this.names))
  }
}

/** One of a set of names. A number is taken too, for values that a newer kernel knows. */
export function enumOf<const N extends Names, const A extends Access = 'readWrite', const P extends Presence = 'sometimes'>(
  number: number,
  constant: string,
  wire: Exclude<ScalarWire, 's8'>,
  names: N,
  options: RowOptions<A, P> = {},
): Field<Named<N>, Named<N>, A, P> {
  const form = WIRE[wire]
  const enumeration = new Enumeration(names)
  return new Field('attribute', number, constant, options, {
    wire,
    allowed: enumeration.listing,
    minLength: form.size,
    lower: (program, value) => form.put(program, number, enumeration.toNumber(program, value, form.max)),
    decode: (message, offset) => enumeration.toName(form.get(message, offset)),
  })
}

/** Names of numbers of 64 bits. Where a name has several, the first is sent, and all are read. */
export type BigNames = Readonly<Record<string, readonly [bigint, ...bigint[]]>>

/** A name, or the number itself where this library does not know one. */
export type BigNamed<N extends BigNames> = Extract<keyof N, string> | bigint

/** One of a set of names for numbers of 64 bits. A number is taken too, for values that a newer kernel knows. */
export function bigEnumOf<const N extends BigNames, const A extends Access = 'readWrite', const P extends Presence = 'sometimes'>(
  number: number,
  constant: string,
  names: N,
  options: RowOptions<A, P> = {},
): Field<BigNamed<N>, BigNamed<N>, A, P> {
  const texts = new Map(Object.entries(names).flatMap(([name, values]) => values.map(value => [value, name] as const)))
  const allowed = listNames(Object.keys(names))
  return new Field('attribute', number, constant, options, {
    wire: 'u64',
    allowed,
    minLength: 8,
    lower: (program, value) => {
      if (typeof value === 'string' && !Object.hasOwn(names, value)) throw notAmong(program, value, Object.keys(names))
      program.u64(number, typeof value === 'string' ? names[value][0] : toBig(program, value))
    },
    decode: (message, offset) => {
      const value = message.bigU64(offset)
      return (texts.get(value) ?? value) as BigNamed<N>
    },
  })
}

function listNames(names: readonly string[]): string {
  return names.map(name => `"${name}"`).join(', ')
}

function notAmong(program: Program, value: string, names: readonly string[]): Error {
  return invalidValue(
    program.operation,
    program.option,
    `${program.quote(value)} is not one of ${listNames(names)}${didYouMean(value, names)}`,
  )
}

/** A number, some of whose values have names. */
export function numberOr<const N extends Names, const A extends Access = 'readWrite', const P extends Presence = 'sometimes'>(
  number: number,
  constant: string,
  wire: 'u8' | 'u16' | 'u32' | 's32' | 'be16' | 'be32',
  names: N,
  options: NumberOptions<A, P> = {},
): Field<Named<N>, Named<N>, A, P> {
  const form = WIRE[wire]
  const { min = form.min, max = form.max } = options
  const enumeration = new Enumeration(names)
  const allowed = `${enumeration.listing}, ${min}…${max}`
  return new Field('attribute', number, constant, options, {
    wire,
    allowed,
    minLength: form.size,
    lower: (program, value) => {
      if (typeof value === 'number') checkInteger(program, value, min, max)
      else if (typeof value !== 'string') program.expected(`a whole number or ${enumeration.listing}`, value)
      form.put(program, number, enumeration.toNumber(program, value, max))
    },
    decode: (message, offset) => enumeration.toName(form.get(message, offset)),
  })
}

const LARGEST_CACHE = 256

/** Bits by name, as an array; bits without a name come as their number. */
export class BitNames<const N extends Names> {
  readonly #enumeration: Enumeration<N>
  readonly #entries: readonly (readonly [name: string, bit: number])[]
  readonly #known = new Map<number, readonly Named<N>[]>()

  constructor(names: N) {
    this.#enumeration = new Enumeration(names)
    this.#entries = Object.entries(names)
  }

  get listing(): string {
    return this.#enumeration.listing
  }

  toBits(program: Program, value: unknown, max: number): number {
    if (!Array.isArray(value)) program.expected(`an array of ${this.listing}`, value)
    let bits = 0
    for (const item of value) bits |= this.#enumeration.toNumber(program, item, max)
    return bits >>> 0
  }

  /** Sets come in few combinations, which are kept: one frozen array each. */
  toNames(bits: number): readonly Named<N>[] {
    let names = this.#known.get(bits)
    if (names === undefined) {
      names = Object.freeze(this.#toNames(bits))
      if (this.#known.size < LARGEST_CACHE) this.#known.set(bits, names)
    }
    return names
  }

  #toNames(bits: number): Named<N>[] {
    const names: (string | number)[] = []
    let rest = bits
    for (const [name, bit] of this.#entries) {
      if ((bits & bit) === 0) continue
      names.push(name)
      rest &= ~bit
    }
    if (rest !== 0) names.push(rest >>> 0)
    return names as Named<N>[]
  }
}

/** A set of bits, given and reported as an array of names. What is given replaces the whole set. */
export function flagsOf<const N extends Names, const A extends Access = 'readWrite', const P extends Presence = 'sometimes'>(
  number: number,
  constant: string,
  wire: 'u8' | 'u16' | 'u32' | 'be16',
  names: N,
  options: RowOptions<A, P> = {},
): Field<readonly Named<N>[], readonly Named<N>[], A, P> {
  const form = WIRE[wire]
  const bitNames = new BitNames(names)
  return new Field('attribute', number, constant, options, {
    wire,
    allowed: bitNames.listing,
    minLength: form.size,
    lower: (program, value) => form.put(program, number, bitNames.toBits(program, value, form.max)),
    decode: (message, offset) => bitNames.toNames(form.get(message, offset)),
  })
}

/** Switches by name: given ones are set or cleared, others stay. `unknown` has the bits without a name. */
export type Switches<N extends Names> = { readonly [K in keyof N]?: boolean | undefined } & {
  readonly unknown?: number | undefined
}

export type ReportedSwitches<N extends Names> = { readonly [K in keyof N]: boolean } & { readonly unknown?: number }

/** `struct { u32 value; u32 mask }`, or with the mask first: bits that can be changed one by one. */
export function switchesOf<const N extends Names, const A extends Access = 'readWrite'>(
  number: number,
  constant: string,
  names: N,
  options: RowOptions<A> & { maskFirst?: boolean } = {},
): Field<Switches<N>, ReportedSwitches<N>, A, 'sometimes'> {
  const read = switchReader(names)
  const { maskFirst = false } = options
  return new Field('attribute', number, constant, options as RowOptions<A, 'sometimes'>, {
    wire: maskFirst ? 'struct { u32 mask; u32 value }' : 'struct { u32 value; u32 mask }',
    allowed: Object.keys(names).join(', '),
    minLength: maskFirst ? 8 : 4,
    lower: (program, value) => lowerSwitches(program, number, value, names, maskFirst),
    decode: (message, offset) => read(message.u32(maskFirst ? offset + 4 : offset)),
  })
}

function lowerSwitches(program: Program, number: number, value: unknown, names: Names, maskFirst: boolean): void {
  const { bits, mask } = switchBits(program, value, names)
  const at = program.reserveOctets(number, 8)
  program.words[at >> 2] = maskFirst ? mask : bits
  program.words[(at >> 2) + 1] = maskFirst ? bits : mask
}

function switchBits(program: Program, value: unknown, names: Names): { bits: number; mask: number } {
  if (typeof value !== 'object' || value === null) program.expected('an object of switches', value)
  let bits = 0
  let mask = 0
  program.enter()
  for (const [key, on] of Object.entries(value)) {
    if (on === undefined || key === 'unknown') continue
    program.at(key)
    if (!Object.hasOwn(names, key)) {
      throw invalidValue(program.operation, program.option, `unknown switch${didYouMean(key, Object.keys(names))}`)
    }
    checkBoolean(program, on)
    mask |= names[key]
    if (on) bits |= names[key]
  }
  program.leave()
  return { bits, mask }
}

/**
 * Switches in a plain number, which has no mask: those not given are off, or as they were in a kind that `changesWhole`. Bits without a
 * name come as `unknown`, and go back so.
 */
export function switchesIn<const N extends Names, const A extends Access = 'readWrite'>(
  number: number,
  constant: string,
  wire: 'u16' | 'u32' | 'be16',
  names: N,
  options: RowOptions<A> = {},
): Field<Switches<N>, ReportedSwitches<N>, A, 'sometimes'> {
  const form = WIRE[wire]
  const read = switchReader(names)
  return new Field('attribute', number, constant, options as RowOptions<A, 'sometimes'>, {
    wire: `${wire} of bits`,
    allowed: Object.keys(names).join(', '),
    minLength: form.size,
    lower: (program, value) => {
      const { bits } = switchBits(program, value, names)
      form.put(program, number, (bits | unknownBits(program, value as object, form.max)) >>> 0)
    },
    decode: (message, offset) => read(form.get(message, offset)),
    merge: mergeParts,
  })
}

function unknownBits(program: Program, value: object, max: number): number {
  const { unknown = 0 } = value as { unknown?: unknown }
  checkInteger(program, unknown, 0, max)
  return unknown
}

/** An object of all switches, and of the bits that are none. */
function switchReader<N extends Names>(names: N): (bits: number) => ReportedSwitches<N> {
  const entries = Object.entries(names)
  const known = entries.reduce((all, [, bit]) => all | bit, 0)
  return bits => {
    const object: Record<string, unknown> = {}
    for (const [name, bit] of entries) object[name] = (bits & bit) !== 0
    if ((bits & ~known) !== 0) object.unknown = (bits & ~known) >>> 0
    return object as ReportedSwitches<N>
  }
}
