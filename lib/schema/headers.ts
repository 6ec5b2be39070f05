import { Enumeration, type Named, type Names } from './enums.ts'
import { type Access, Field, type Presence, type RowOptions } from './field.ts'
import { checkInteger } from './scalars.ts'

/** Where a field stands: its word in a record's header, and its byte offset in the kernel's struct. */
export interface HeaderPlace {
  readonly word: number
  readonly offset: number
}

/** A byte of the fixed header that has names. */
export function headerEnum<const N extends Names, const A extends Access = 'readWrite', const P extends Presence = 'always'>(
  { word, offset }: HeaderPlace,
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
      wire: 'u8',
      allowed: enumeration.listing,
      minLength: 1,
      lower: (program, value) => program.header(word, enumeration.toNumber(program, value, 0xff)),
      decode: (message, at) => enumeration.toName(message.bytes[at]),
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

/** A property that no single attribute holds: the feature fills it in from others, and writes it by `lower` where callers may give it. */
export function derived<In, Out, const A extends Access = 'readOnly', const P extends Presence = 'sometimes'>(
  constant: string,
  wire: string,
  options: RowOptions<A, P>,
  lower: Field<In>['lower'] = () => {},
): Field<In, Out, A, P> {
  return new Field<In, Out, A, P>('none', -1, constant, options, { wire, minLength: 0, lower, decode: () => undefined as never })
}
