import { checkKeys } from '../schema/check-options.ts'
import { Enumeration } from '../schema/enums.ts'
import type { Field } from '../schema/field.ts'
import type { Program } from '../schema/program.ts'
import { linkNameOrIndex, lowerHeaderLink } from '../schema/references.ts'
import { checkBoolean, checkInteger } from '../schema/scalars.ts'
import { AF_BRIDGE } from '../values/family.ts'
import { LARGEST_VLAN, sent } from './attributes.ts'
import { BR_PORT, lowerEntry, MDB_STATES } from './entry-struct.ts'
import { mdbTable, SET_ENTRY, SET_ENTRY_ATTRS } from './mdb-table.ts'

type Given = Readonly<Record<string, unknown>>

const states = new Enumeration(MDB_STATES)

/** What only a vxlan's entries have. */
const OF_TUNNELS = ['remote', 'port', 'vni', 'via', 'srcVni'] as const
/** What an entry is known by, beside its group. */
const OF_IDENTITY = ['source', ...OF_TUNNELS] as const
const OF_FLUSH = ['protocol', 'remote', 'port', 'vni', 'srcVni'] as const

type SentKey = Exclude<keyof typeof sent, '$stateMask'>

/** Writes an entry that is to be added or replaced. */
export function lowerMdb(program: Program, options: object): void {
  const given = options as Given
  mdbTable.checkKeys(program, given)
  const { link, master = link } = given
  lowerMaster(program, master)
  const group = groupOf(program, given)
  lowerEntry(program, SET_ENTRY, linkOf(program, link), {
    group,
    vlan: vlanOf(program, given),
    state: stateOf(program, given, group),
  })
  lowerAttributes(program, sendable(given), ['source', 'sourceList', 'filterMode', 'protocol', ...OF_TUNNELS])
}

/** Writes what an entry is deleted by; the rest of a listed one is passed over. */
export function lowerDeletion(program: Program, options: object): void {
  const given = options as Given
  mdbTable.checkKeys(program, given)
  const { link, master = link } = given
  lowerMaster(program, master)
  const fields = { group: groupOf(program, given), vlan: vlanOf(program, given), state: MDB_STATES.temporary }
  lowerEntry(program, SET_ENTRY, linkOf(program, link), fields)
  lowerAttributes(program, given, OF_IDENTITY)
}

/** Writes what is looked up. */
export function lowerLookup(program: Program, lookup: object): void {
  const given = lookup as Given
  checkKeys(program.operation, given, ['master', 'group', 'vlan', 'source', 'srcVni'])
  lowerMaster(program, given.master)
  const fields = { group: groupOf(program, given), vlan: vlanOf(program, given), state: MDB_STATES.temporary }
  lowerEntry(program, SET_ENTRY, 0, fields)
  lowerAttributes(program, given, ['source', 'srcVni'])
}

/** Writes which entries are to be deleted at once. */
export function lowerFlush(program: Program, flush: object): void {
  const given = flush as Given
  checkKeys(program.operation, given, ['master', 'link', 'vlan', 'permanent', ...OF_FLUSH])
  const { master, link, permanent } = given
  lowerMaster(program, master)
  program.at('permanent')
  if (permanent !== undefined) checkBoolean(program, permanent)
  const state = permanent === true ? MDB_STATES.permanent : MDB_STATES.temporary
  const place = link === undefined ? 0 : linkOf(program, link)
  lowerEntry(program, SET_ENTRY, place, { group: undefined, vlan: vlanOf(program, given), state })
  lowerAttributes(program, { ...given, $stateMask: permanent === undefined ? undefined : 1 }, [...OF_FLUSH, '$stateMask'])
}

function lowerMaster(program: Program, master: unknown): void {
  if (master === undefined) program.missing('master')
  program.header(BR_PORT.familyWord, AF_BRIDGE)
  program.at('master')
  lowerHeaderLink(program, BR_PORT.indexWord, master)
}

function linkOf(program: Program, link: unknown): string | number {
  if (link === undefined) program.missing('link')
  program.at('link')
  return linkNameOrIndex(program, link)
}

function groupOf(program: Program, { group }: Given): string {
  if (group === undefined) program.missing('group')
  program.at('group')
  if (typeof group !== 'string') program.expected('a multicast address', group)
  return group
}

function vlanOf(program: Program, { vlan }: Given): number {
  program.at('vlan')
  if (vlan === undefined) return 0
  checkInteger(program, vlan, 1, LARGEST_VLAN)
  return vlan
}

/** Entries of a vxlan and of hardware addresses do not end by themselves: the kernel takes no others. */
function stateOf(program: Program, given: Given, group: string): number {
  program.at('state')
  if (given.state !== undefined) return states.toNumber(program, given.state, 1)
  const stays = given.remote !== undefined || /^[0-9a-f]{1,2}([:-][0-9a-f]{1,2}){5}$/i.test(group)
  program.at('group')
  return stays ? MDB_STATES.permanent : MDB_STATES.temporary
}

/**
 * What the kernel reports and takes from nobody: how the entry of one source, or of no group, filters, and that an entry was learned
 * (br_mdb_config_attrs_init() in net/bridge/br_mdb.c).
 */
function sendable(given: Given): Given {
  const { filterMode, sourceList, protocol, ...rest } = given
  const hasMode = (given.source === undefined && !/^(0\.0\.0\.0|::)$/.test(String(given.group))) || sourceList !== undefined
  const ofAll = hasMode ? { filterMode, sourceList } : {}
  return { ...rest, ...ofAll, protocol: protocol === 'kernel' ? undefined : protocol }
}

function lowerAttributes(program: Program, given: Given, keys: readonly (SentKey | '$stateMask')[]): void {
  if (keys.every(key => given[key] === undefined)) return
  program.nest(SET_ENTRY_ATTRS)
  for (const key of keys) {
    if (given[key] === undefined) continue
    program.at(key)
    ;(sent[key] as Field).lower(program, given[key])
  }
  program.end()
}
