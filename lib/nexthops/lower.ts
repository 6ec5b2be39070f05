import { checkKeys } from '../schema/check-options.ts'
import { Enumeration } from '../schema/enums.ts'
import type { Program } from '../schema/program.ts'
import { checkBoolean, checkInteger } from '../schema/scalars.ts'
import { AF_INET, AF_INET6, FAMILIES } from '../values/family.ts'
import { nexthopRows } from './attributes.ts'
import { NHMSG } from './header.ts'
import type { NexthopDetails } from './nexthop-object.ts'
import { nexthopTable } from './nexthop-table.ts'

type Given = Readonly<Record<string, unknown>>

const NHA_OP_FLAGS = 14
const DUMP_STATISTICS = 1
const DUMP_HARDWARE_STATISTICS = 2
const RESILIENT = 1

const families = new Enumeration(FAMILIES)

/** What a group has beside its members. */
const OF_GROUPS = ['groupType', 'resilient', 'hardwareStatistics'] as const
/** What a nexthop that sends somewhere has. */
const OF_WAYS = ['via', 'link', 'encapType', 'encap'] as const

/** Writes a nexthop object that is to be added or replaced. */
export function lowerNexthop(program: Program, options: object): void {
  const given = options as Given
  nexthopTable.checkKeys(program, given)
  checkTogether(program, given)
  program.header(NHMSG.family.word, familyOf(program, given))
  const { family, ...rest } = given
  nexthopTable.lower(program, rest, 'create')
  if (given.resilient !== undefined && given.groupType === undefined) program.u16(nexthopRows.groupType.number, RESILIENT)
}

/** Likewise, of an object that has to say its id. */
export function lowerNumbered(program: Program, options: { readonly id: number }): void {
  lowerNexthop(program, options)
  if (options.id === undefined) program.missing('id')
}

function familyOf(program: Program, { family, via, group }: Given): number {
  if (group !== undefined) return 0
  program.at('family')
  if (family !== undefined) return families.toNumber(program, family, 0xff)
  return typeof via === 'string' && via.includes(':') ? AF_INET6 : AF_INET
}

/** The kernel says most of this with words that name several options, or none. */
function checkTogether(program: Program, given: Given): void {
  const { group, blackhole, fdb } = given
  if (group !== undefined) {
    refuseAny(program, given, [...OF_WAYS, 'blackhole', 'onLink', 'family'], 'is nothing for a group: its members say it')
    return
  }
  refuseAny(program, given, OF_GROUPS, 'is of groups: give "group" too')
  if (blackhole === true) refuseAny(program, given, [...OF_WAYS, 'fdb', 'onLink'], 'is nothing for a blackhole')
  else if (fdb === true)
    refuseAny(program, given, ['link', 'encapType', 'encap', 'onLink'], 'is nothing for an end of a tunnel ("fdb")')
  else checkWay(program, given)
}

function checkWay(program: Program, { link, via, onLink }: Given): void {
  if (link === undefined) program.missing('link', 'which only a group, a blackhole and "fdb" do without')
  if (onLink === true && via === undefined) program.missing('via', 'which "onLink" is about')
}

function refuseAny(program: Program, given: Given, keys: readonly string[], why: string): void {
  const key = keys.find(key => given[key] !== undefined && given[key] !== false)
  if (key !== undefined) program.refuse(key, why)
}

/** Writes which object is meant. */
export function lowerReference(program: Program, reference: unknown): void {
  program.at('id')
  const id = typeof reference === 'object' && reference !== null ? (reference as { id?: unknown }).id : reference
  if (typeof id !== 'number') program.expected('the id of a nexthop object, or a NexthopObject', reference)
  checkInteger(program, id, 1, 0xffff_ffff)
  program.u32(nexthopRows.id.number, id)
}

/** Writes what is to be read beside the objects. */
export function lowerDetails(program: Program, details: NexthopDetails): void {
  const { statistics = false, hardwareStatistics = false } = details
  program.at('statistics')
  checkBoolean(program, statistics)
  program.at('hardwareStatistics')
  checkBoolean(program, hardwareStatistics)
  const flags = (statistics || hardwareStatistics ? DUMP_STATISTICS : 0) | (hardwareStatistics ? DUMP_HARDWARE_STATISTICS : 0)
  if (flags !== 0) program.u32(NHA_OP_FLAGS, flags)
}

export function checkDetails(operation: string, details: object): void {
  checkKeys(operation, details, ['statistics', 'hardwareStatistics'])
}
