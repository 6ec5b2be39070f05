import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { linkAttributes } from '../../lib/links/attributes.ts'
import type { LinkKind } from '../../lib/links/kind.ts'
import { linkKinds, portKinds } from '../../lib/links/kinds.ts'
import { HEADER_WORDS } from '../../lib/native/binding.ts'
import { loadAddon } from '../../lib/native/load.ts'
import { Message } from '../../lib/schema/message.ts'
import { Program } from '../../lib/schema/program.ts'
import type { Phase, Table } from '../../lib/schema/table.ts'
import { type Case, optionCases, rowsWithoutCases } from '../support/arbitraries.ts'
import { given, IFINFOMSG, NLMSGHDR } from '../support/wire.ts'

const RUNS = 200

/** The rows of any table can stand in a link's message, behind its header. */
function roundTrip(table: Table, options: object, phase: Phase): object {
  const program = new Program().begin('test', HEADER_WORDS.link)
  table.lower(program, options, phase)
  const bytes = loadAddon().encode('newLink', program.words, program.length)
  const start = table.headerLength > 0 ? NLMSGHDR : NLMSGHDR + IFINFOMSG
  return given(table.decode(new Message(bytes), start, bytes.length)) as object
}

const kinds = [...linkKinds, ...portKinds] as unknown as LinkKind[]

describe('decode(encode(x)) is x', () => {
  it.each(kinds)('for every option of $table.name', ({ table, peer }) => {
    fc.assert(
      fc.property(optionCases(table), options => {
        const decoded = roundTrip(table, options.given as object, 'create')
        // A peer's header is always there, with the flags that nobody set.
        if (peer === undefined) expect(decoded).toEqual(options.expected)
        else expect(decoded).toMatchObject(options.expected as object)
      }),
      { numRuns: RUNS },
    )
  })

  it('has values for every option that comes back', () => {
    expect([linkAttributes, ...kinds.map(({ table }) => table)].flatMap(rowsWithoutCases)).toEqual(['IFLA_NET_NS_FD'])
  })

  it.each<Phase>(['create', 'afterCreation', 'change'])('for what every link has, in the message of phase "%s"', phase => {
    const options = optionCases(linkAttributes, row =>
      phase === 'change' ? row.access !== 'create' : row.afterCreation === (phase === 'afterCreation'),
    )
    fc.assert(
      fc.property(options, ({ given, expected }: Case) => {
        expect(roundTrip(linkAttributes, given as object, phase)).toMatchObject(expected as object)
      }),
      { numRuns: RUNS },
    )
  })
})
