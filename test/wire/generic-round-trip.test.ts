import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fouFamily, fouTable } from '../../lib/fou/fou-table.ts'
import type { Family } from '../../lib/generic/family.ts'
import { Message } from '../../lib/schema/message.ts'
import type { Table } from '../../lib/schema/table.ts'
import { optionCases, rowsWithoutCases } from '../support/arbitraries.ts'
import { command, genericBytes } from '../support/generic.ts'
import { given } from '../support/wire.ts'

const RUNS = 200

/** Each table whose rows stand in a message, with a command that takes them. */
const TABLES: readonly { table: Table; family: Family; command: string }[] = [
  { table: fouTable as unknown as Table, family: fouFamily, command: 'add' },
]

describe('decode(encode(x)) is x', () => {
  it.each(TABLES)('for every option of $table.name', ({ table, family, command: name }) => {
    fc.assert(
      fc.property(optionCases(table), options => {
        const program = command(family, name)
        table.lower(program, options.given as object, 'create')
        const bytes = genericBytes(program)
        expect(given(table.decode(new Message(bytes), 0, bytes.length))).toEqual(options.expected)
      }),
      { numRuns: RUNS },
    )
  })

  it('has values for every option', () => {
    expect(TABLES.flatMap(({ table }) => rowsWithoutCases(table))).toEqual([])
  })
})
