import { type Access, Field, type RowOptions, type Rows } from './field.ts'
import type { ChangeOptions, Reports } from './infer.ts'
import { align, type Message } from './message.ts'
import type { Program } from './program.ts'
import type { Table } from './table.ts'

/** A nested attribute with rows of its own. */
export function nest<R extends Rows, const A extends Access = 'readWrite'>(
  number: number,
  constant: string,
  table: Table<R>,
  options: RowOptions<A> & { plain?: boolean /** An empty nest says nothing. */; emptyIsNothing?: boolean } = {},
): Field<ChangeOptions<R>, Reports<R>, A, 'sometimes'> {
  return new Field('attribute', number, constant, options as RowOptions<A, 'sometimes'>, {
    wire: 'nest',
    minLength: table.headerLength,
    lower: (program, value) => {
      if (typeof value !== 'object' || value === null) program.expected('an object', value)
      if (options.plain) program.plainNest(number)
      else program.nest(number)
      if (table.headerLength > 0) program.raw(new Uint8Array(table.headerLength))
      program.enter()
      table.lower(program, value, 'change')
      program.leave()
      program.end()
    },
    decode: (message, offset, length) =>
      length === 0 && options.emptyIsNothing ? (undefined as never) : table.decode(message, offset, offset + length),
    locate: (message, start, end, target) => table.locate(message, start, end, target),
    keyOf: below => table.keyOf(below),
    nested: table,
  })
}

/** A nest that repeats one attribute: given and reported as an array. Elements are written by a row whose number is the element's. */
export function listOf<In, Out, const A extends Access = 'readWrite'>(
  number: number,
  constant: string,
  element: Field<In, Out, any, any>,
  options: RowOptions<A> = {},
): Field<readonly In[], readonly Out[], A, 'sometimes'> {
  return new Field('attribute', number, constant, options as RowOptions<A, 'sometimes'>, {
    wire: `nest of ${element.wire}`,
    minLength: 0,
    lower: (program, value) => {
      if (!Array.isArray(value)) program.expected('an array', value)
      program.nest(number)
      lowerElements(program, value, () => element)
      program.end()
    },
    decode: (message, offset, length) => decodeElements(message, offset, offset + length, element),
    locate: (message, start, end, target) => locateElement(message, start, end, target, element),
    nested: { name: constant, rows: { element } },
  })
}

/** A nest of values that are numbered by their places, from 0: given and reported as an array. `elementAt` makes the row of a place; the kernel has no constant for it. */
export function numberedListOf<In, Out, const A extends Access = 'readWrite'>(
  number: number,
  constant: string,
  elementAt: (place: number) => Field<In, Out, any, any>,
  options: RowOptions<A> & { max: number },
): Field<readonly In[], readonly Out[], A, 'sometimes'> {
  const element = elementAt(0)
  const elements = [element]
  return new Field('attribute', number, constant, options as RowOptions<A, 'sometimes'>, {
    wire: `nest of ${element.wire}`,
    allowed: `at most ${options.max}`,
    minLength: 0,
    lower: (program, value) => {
      if (!Array.isArray(value)) program.expected('an array', value)
      if (value.length > options.max) program.outOfRange(`at most ${options.max}`, value.length)
      program.nest(number)
      lowerElements(program, value, place => {
        elements[place] ??= elementAt(place)
        return elements[place]
      })
      program.end()
    },
    decode: (message, offset, length) => decodeElements(message, offset, offset + length, element),
    locate: (message, start, end, target) => locateElement(message, start, end, target, element),
    nested: { name: constant, rows: { element } },
  })
}

function lowerElements(program: Program, values: readonly unknown[], elementAt: (place: number) => Field): void {
  program.enter()
  for (let i = 0; i < values.length; i++) {
    program.at(String(i))
    elementAt(i).lower(program, values[i])
  }
  program.leave()
}

function decodeElements<Out>(message: Message, start: number, end: number, element: Field<any, Out>): Out[] {
  const values: Out[] = []
  let offset = start
  while (offset + 4 <= end) {
    const length = message.u16(offset)
    if (length < 4 || offset + length > end) break
    if (length - 4 >= element.minLength) values.push(element.decode(message, offset + 4, length - 4))
    offset += align(length)
  }
  return values
}

function locateElement(message: Message, start: number, end: number, target: number, element: Field): string | undefined {
  let offset = start
  for (let i = 0; offset + 4 <= end; i++) {
    const length = message.u16(offset)
    if (length < 4) return undefined
    if (target < offset + align(length)) {
      const below = target === offset ? undefined : element.locate?.(message, offset + 4, offset + length, target)
      return below === undefined ? String(i) : `${i}.${below}`
    }
    offset += align(length)
  }
  return undefined
}
