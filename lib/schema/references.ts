import { invalidValue } from '../errors.ts'
import { LONGEST_ALTNAME, LONGEST_NAME, linkNameFault } from '../values/link-name.ts'
import { type Access, Field, type RowOptions } from './field.ts'
import type { Program } from './program.ts'
import { checkInteger } from './scalars.ts'

/** A link by index, by name or alternative name, or anything that has its index, such as a Link. */
export type LinkReference = number | string | { readonly index: number }

const EXPECTED = 'a link: its name, its index, or a Link'

/** Refuses what cannot be the name or alternative name of a link. */
export function checkLinkName(program: Program, text: string, longest: number): void {
  const fault = linkNameFault(text, longest)
  if (fault !== undefined) throw invalidValue(program.operation, program.option, fault)
}

export function checkLinkIndex(program: Program, value: unknown): asserts value is number {
  checkInteger(program, value, 1, 0x7fff_ffff)
}

/** The name that was found good last: the entries of a table have the same one after another. */
let known = ''

/** The name to look up, or the index. Needs `program.at` to stand on the option. */
export function linkNameOrIndex(program: Program, value: unknown): string | number {
  if (typeof value === 'string') {
    if (value === known && value !== '') return value
    checkLinkName(program, value, LONGEST_ALTNAME)
    known = value
    return value
  }
  const index = typeof value === 'object' && value !== null ? (value as { index?: unknown }).index : value
  if (typeof index !== 'number') program.expected(EXPECTED, value)
  checkLinkIndex(program, index)
  return index
}

/** Writes a link's index as an attribute; a name is looked up when the request is sent. */
export function putLinkIndex(program: Program, number: number, link: string | number): void {
  if (typeof link === 'string') program.linkIndex(number, link)
  else program.u32(number, link)
}

const IFLA_IFNAME = 3
const IFLA_ALT_IFNAME = 53

/** A link's name, for the kernel to look up. It prefers IFLA_IFNAME, which holds 15 bytes: a longer name stands in its own attribute instead. */
export function lowerLinkName(program: Program, name: string): void {
  program.string(Buffer.byteLength(name) > LONGEST_NAME ? IFLA_ALT_IFNAME : IFLA_IFNAME, name)
}

/** Sets the index in the fixed header, at that word, from a reference; names are looked up when the request is sent. */
export function lowerHeaderLink(program: Program, word: number, value: unknown): void {
  const link = linkNameOrIndex(program, value)
  if (typeof link === 'string') program.headerIndex(link)
  else program.header(word, link)
}

/** Index of another link. `null` means none, where the kernel has a meaning for that. Reported as the index; `orNone`: not when it is 0. */
export function linkReference<const A extends Access = 'readWrite'>(
  number: number,
  constant: string,
  options: RowOptions<A> & { orNone?: boolean } = {},
): Field<LinkReference | null, number, A, 'sometimes'> {
  return new Field('attribute', number, constant, options as RowOptions<A, 'sometimes'>, {
    wire: 'u32',
    allowed: 'name, index, Link or null',
    minLength: 4,
    lower: (program, value) => {
      if (value === null) return program.u32(number, 0)
      putLinkIndex(program, number, linkNameOrIndex(program, value))
    },
    decode: (message, offset) => {
      const index = message.u32(offset)
      return index === 0 && options.orNone ? (undefined as never) : index
    },
  })
}

/** A link's own name, of at most 15 bytes. */
export function linkName<const A extends Access = 'readWrite'>(
  number: number,
  constant: string,
  options: RowOptions<A> = {},
): Field<string, string, A, 'always'> {
  return new Field(
    'attribute',
    number,
    constant,
    { ...options, present: 'always' },
    {
      wire: 'string',
      allowed: `1 to ${LONGEST_NAME} bytes without "/", ":" or white space`,
      minLength: 1,
      lower: (program, value) => {
        if (typeof value !== 'string') program.expected('text', value)
        checkLinkName(program, value, LONGEST_NAME)
        program.string(number, value)
      },
      decode: (message, offset, length) => message.string(offset, length),
    },
  )
}
