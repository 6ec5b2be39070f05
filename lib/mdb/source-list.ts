import { Field } from '../schema/field.ts'
import { hundredths } from '../schema/hundredths.ts'
import { listOf, nest } from '../schema/nests.ts'
import { ip } from '../schema/octets.ts'
import type { Program } from '../schema/program.ts'
import { Table } from '../schema/table.ts'

/** A source of a group. */
export interface MdbSource {
  /** Its IP address. */
  readonly address: string
  /** Seconds until it is forgotten, to 1/100; 0 for one that stays. Only reported. */
  readonly timer?: number | undefined
}

/** MDBE_SRC_LIST_ENTRY: what is sent. */
const sentTable = new Table('mdbSentSource', { address: ip(1, 'MDBE_SRCATTR_ADDRESS') })

const sentList = listOf(2, 'MDBE_ATTR_SRC_LIST', nest(1, 'MDBE_SRC_LIST_ENTRY', sentTable))

/** MDBE_ATTR_SRC_LIST. Given as addresses, or as it is reported. */
export const sentSources = new Field<readonly (string | MdbSource)[], readonly MdbSource[], 'readWrite', 'sometimes'>(
  'attribute',
  2,
  'MDBE_ATTR_SRC_LIST',
  {},
  { ...sentList, merge: undefined, lower: lowerSources, decode: () => [] },
)

function lowerSources(program: Program, value: unknown): void {
  if (!Array.isArray(value)) program.expected('an array of IP addresses', value)
  sentList.lower(
    program,
    value.map((source: unknown) => ({
      address: (typeof source === 'object' && source !== null ? (source as { address?: string }).address : source) as string,
    })),
  )
}

const readOnly = { access: 'readOnly' } as const

/** MDBA_MDB_SRCLIST_ENTRY: what is reported. */
const reportedTable = new Table('mdbSource', {
  /** Its IP address. */
  address: ip(1, 'MDBA_MDB_SRCATTR_ADDRESS', readOnly),
  /** Seconds until it is forgotten, to 1/100; 0 for one that stays. */
  timer: hundredths(2, 'MDBA_MDB_SRCATTR_TIMER', 4, readOnly),
})

export const reportedSources = listOf(2, 'MDBA_MDB_EATTR_SRC_LIST', nest(1, 'MDBA_MDB_SRCLIST_ENTRY', reportedTable))
