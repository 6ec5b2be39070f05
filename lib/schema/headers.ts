import { BitNames, Enumeration, type Named, type Names } from './enums.ts'
import { type Access, Field, type Presence, type RowOptions } from './field.ts'
import type { Message } from './message.ts'
import { checkBoolean, checkInteger } from './scalars.ts'

/** Where a field stands: its word in a record's header, and its byte offset in the kernel's struct. */
export interface HeaderPlace {
  readonly word: number
  readonly offset: number
}

/** Where a set of bits stands in the fixed header, and how many bytes it has. */
export interface HeaderBits extends HeaderPlace {
  readonly size: 1 | 2 | 4
}

function readBits(message: Message, at: number, size: 1 | 2 | 4): number {
  return size === 1 ? message.bytes[at] : size === 2 ? message.u16(at) : message.u32(at)
}

/** A number of the fixed header that has names; a byte, unless the place says its size. */
export function headerEnum<const N extends Names, const A extends Access = 'readWrite', const P extends Presence = 'always'>(
  { word, offset, size = 1 }: HeaderPlace & { readonly size?: 1 | 2 | 4 },
  constant: string,
  names: N,
  options: RowOptions<A, P> = {},
): Field<Named<N>, Named<N>, A, P> {
  const enumeration = new Enumeration(names)
  return new Field(
    'header',
    offset,
    constant,
    { ...options, present: options.present ?? ('always' as P) },
    {
      wire: `u${size * 8}`,
      allowed: enumeration.listing,
      minLength: size,
      lower: (program, value) => program.header(word, enumeration.toNumber(program, value, 2 ** (size * 8) - 1)),
      decode: (message, at) => enumeration.toName(readBits(message, at, size)),
    },
  )
}

/** A byte of the fixed header. */
export function headerNumber<const A extends Access = 'readWrite'>(
  { word, offset }: HeaderPlace,
  constant: string,
  options: RowOptions<A, 'always'> = {},
): Field<number, number, A, 'always'> {
  return new Field(
    'header',
    offset,
    constant,
    { ...options, present: 'always' },
    {
      wire: 'u8',
      allowed: '0…255',
      minLength: 1,
      lower: (program, value) => {
        checkInteger(program, value, 0, 0xff)
        program.header(word, value)
      },
      decode: (message, at) => message.bytes[at],
    },
  )
}

/** One bit of the fixed header. */
export function headerBit<const A extends Access = 'readWrite'>(
  { word, offset, size }: HeaderBits,
  constant: string,
  bit: number,
  options: RowOptions<A, 'always'> = {},
): Field<boolean, boolean, A, 'always'> {
  return new Field(
    'header',
    offset,
    constant,
    { ...options, present: 'always' },
    {
      wire: `bit ${bit} of the header`,
      allowed: 'true, false',
      minLength: size,
      lower: (program, value) => {
        checkBoolean(program, value)
        if (value) program.headerBits(word, bit)
      },
      decode: (message, at) => (readBits(message, at, size) & bit) !== 0,
    },
  )
}

/** Bits of the fixed header by name, as an array. */
export function headerFlags<const N extends Names, const A extends Access = 'readWrite'>(
  { word, offset, size }: HeaderBits,
  constant: string,
  names: N,
  options: RowOptions<A, 'always'> = {},
): Field<readonly Named<N>[], readonly Named<N>[], A, 'always'> {
  const bitNames = new BitNames(names)
  return new Field(
    'header',
    offset,
    constant,
    { ...options, present: 'always' },
    {
      wire: `u${size * 8}`,
      allowed: bitNames.listing,
      minLength: size,
      lower: (program, value) => program.headerBits(word, bitNames.toBits(program, value, 2 ** (size * 8) - 1)),
      decode: (message, at) => bitNames.toNames(readBits(message, at, size)),
    },
  )
}

/** A property that no single attribute holds: the feature fills it in from others, and writes it by `lower` where callers may give it. */
export function derived<In, Out, const A extends Access = 'readOnly', const P extends Presence = 'sometimes'>(
  constant: string,
  wire: string,
  options: RowOptions<A, P>,
  lower: Field<In>['lower'] = () => {},
): Field<In, Out, A, P> {
  return new Field<In, Out, A, P>('none', -1, constant, options, { wire, minLength: 0, lower, decode: () => undefined as never })
}
