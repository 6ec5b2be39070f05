import { invalidValue, missingOption } from '../errors.ts'
import type { Program } from '../schema/program.ts'
import { lowerHeaderLink } from '../schema/references.ts'
import { checkBoolean, checkInteger } from '../schema/scalars.ts'
import type { Phase } from '../schema/table.ts'
import { AF_BRIDGE } from '../values/family.ts'
import type { BridgeVlanFilter } from './bridge-vlan.ts'
import { BR_VLAN, bridgeVlanTable, ENTRY, InfoFlag } from './bridge-vlan-table.ts'

const LARGEST_VLAN = 4094
const DUMP_FLAGS = 1
const DUMPF_STATS = 1

type Given = Readonly<Record<string, unknown>>

/** Lowered here, ahead of the rows. */
const HEAD: ReadonlySet<string> = new Set(['link', 'vlan', 'lastVlan'])

/** Writes the message that adds VLANs (phase `'create'`), or changes their options only. */
export function lowerBridgeVlan(program: Program, options: object, phase: Phase): void {
  const given = options as Given
  checkKeys(program, given)
  lowerLink(program, given)
  program.nest(ENTRY)
  const flags = phase === 'create' ? infoFlags(program, given) : InfoFlag.onlyOptions
  lowerRange(program, given, flags)
  const { link: _link, vlan: _vlan, lastVlan: _lastVlan, neighborSuppress, ...rest } = given
  // Of a bridge itself the kernel reports false, and takes nothing (br_vlan_process_one_opts() in net/bridge/br_vlan_options.c).
  const kept = phase === 'create' && neighborSuppress === false ? undefined : neighborSuppress
  bridgeVlanTable.lower(program, { ...rest, neighborSuppress: kept, link: 0, vlan: 0 }, phase, HEAD)
  program.end()
}

/** Writes the message that deletes VLANs; the rest of a listed one is passed over. */
export function lowerIdentity(program: Program, options: object): void {
  const given = options as Given
  checkKeys(program, given)
  lowerLink(program, given)
  program.nest(ENTRY)
  lowerRange(program, given, 0)
  program.end()
}

/** Writes what is asked of a list. */
export function lowerFilter(program: Program, { link, statistics }: BridgeVlanFilter): void {
  program.header(BR_VLAN.familyWord, AF_BRIDGE)
  program.at('link')
  if (link !== undefined) lowerHeaderLink(program, BR_VLAN.indexWord, link)
  if (statistics === undefined) return
  program.at('statistics')
  checkBoolean(program, statistics)
  if (statistics) program.u32(DUMP_FLAGS, DUMPF_STATS)
}

function checkKeys(program: Program, given: Given): void {
  for (const key of Object.keys(given)) {
    program.at(key)
    if (bridgeVlanTable.field(key) === undefined) bridgeVlanTable.refuse(program, key)
  }
}

function lowerLink(program: Program, { link }: Given): void {
  if (link === undefined) throw missingOption(program.operation, 'link')
  program.header(BR_VLAN.familyWord, AF_BRIDGE)
  program.at('link')
  lowerHeaderLink(program, BR_VLAN.indexWord, link)
}

function infoFlags(program: Program, { pvid = false, untagged = false, lastVlan, vlan }: Given): number {
  program.at('pvid')
  checkBoolean(program, pvid)
  if (pvid && lastVlan !== undefined && lastVlan !== vlan)
    throw invalidValue(program.operation, 'pvid', 'is of one VLAN, not of a range')
  program.at('untagged')
  checkBoolean(program, untagged)
  return (pvid ? InfoFlag.pvid : 0) | (untagged ? InfoFlag.untagged : 0)
}

/** `struct bridge_vlan_info`, and the end of the range; a range of one is none. */
function lowerRange(program: Program, { vlan, lastVlan }: Given, flags: number): void {
  if (vlan === undefined) throw missingOption(program.operation, 'vlan')
  program.at('vlan')
  checkInteger(program, vlan, 1, LARGEST_VLAN)
  const { $info, lastVlan: range } = bridgeVlanTable.rows
  $info.lower(program, { flags, vlan })
  if (lastVlan === undefined) return
  program.at('lastVlan')
  checkInteger(program, lastVlan, vlan, LARGEST_VLAN)
  if (lastVlan > vlan) range.lower(program, lastVlan)
}
