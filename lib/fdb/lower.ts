import type { Program } from '../schema/program.ts'
import { checkBoolean } from '../schema/scalars.ts'
import { AF_BRIDGE } from '../values/family.ts'
import { NDMSG, NEIGHBOR_STATES, NTF } from '../values/ndmsg.ts'
import { fdbRows } from './attributes.ts'
import { fdbTable } from './fdb-table.ts'

type Given = Readonly<Record<string, unknown>>

const NDA_VNI = 7

/** Written here, behind the rows. */
const TABLE: ReadonlySet<string> = new Set(['self', 'master'])

/** What only a vxlan's own table has. */
const OF_TUNNELS = ['remote', 'nexthopId', 'port', 'vni', 'via', 'srcVni'] as const

/** Writes an entry that is to be added or changed, with the defaults of `bridge fdb add`, but for the table that it stands in. */
export function lowerEntry(program: Program, options: object): void {
  const given = options as Given
  program.header(NDMSG.family.word, AF_BRIDGE)
  program.header(NDMSG.state.word, NEIGHBOR_STATES.permanent | NEIGHBOR_STATES.noarp)
  fdbTable.lower(program, given, 'create', TABLE)
  lowerTable(program, given)
  checkTogether(program, given)
}

/** Writes what an entry is deleted by; the rest of a listed one is passed over. */
export function lowerDeletion(program: Program, options: object): void {
  const given = options as Given
  fdbTable.checkKeys(program, given)
  const { link, macAddress, vlan, remote, port, vni, via, srcVni, nexthopId } = given
  program.header(NDMSG.family.word, AF_BRIDGE)
  // A link's own table gives up none that is not said to be permanent (ndo_dflt_fdb_del() in net/core/rtnetlink.c).
  program.header(NDMSG.state.word, NEIGHBOR_STATES.permanent | NEIGHBOR_STATES.noarp)
  fdbTable.lower(program, { link, macAddress, vlan, remote, port, vni, via, srcVni, nexthopId }, 'create')
  lowerTable(program, given)
}

/** Writes what an entry is looked up by. The kernel reads the network id that it is for from another attribute than elsewhere. */
export function lowerLookup(program: Program, options: object): void {
  const given = options as Given
  fdbTable.checkKeys(program, given)
  const { link, macAddress, vlan, srcVni } = given
  program.header(NDMSG.family.word, AF_BRIDGE)
  fdbTable.lower(program, { link, macAddress, vlan }, 'create')
  lowerTable(program, given)
  program.at('srcVni')
  if (srcVni === undefined) return
  if (typeof srcVni !== 'number') program.expected('a whole number', srcVni)
  program.u32(NDA_VNI, srcVni)
}

/** Sets the flags that say which table is meant. */
export function lowerTable(program: Program, given: Given): void {
  const { link, self, master } = given
  program.at('self')
  if (self !== undefined) checkBoolean(program, self)
  program.at('master')
  if (master !== undefined) fdbRows.master.lower(program, master as boolean | number)
  // A bridge's own entries are reported with the bridge as their link and as their master, and are written to the bridge itself.
  const ofBridge = typeof master === 'number' && link === master
  const own = self ?? (ofBridge || (master === undefined && OF_TUNNELS.some(key => given[key] !== undefined)))
  const ofMaster = !ofBridge && (master === undefined ? !own : master !== false)
  program.headerBits(NDMSG.flags.word, (own || ofBridge ? NTF.self : 0) | (ofMaster ? NTF.master : 0))
}

/** The kernel answers a bare EINVAL, or says it with words that name no option. */
function checkTogether(program: Program, given: Given): void {
  const { nexthopId, sticky, state } = given
  if (sticky === true && (state === undefined || state === 'permanent'))
    program.refuse('sticky', 'is nothing for a permanent entry: give the "state" "dynamic" or "static"')
  if (nexthopId === undefined) return
  const other = (['remote', 'port', 'vni', 'via'] as const).find(key => given[key] !== undefined)
  if (other !== undefined) program.refuse(other, 'is what the nexthop object says: give one of them')
}
