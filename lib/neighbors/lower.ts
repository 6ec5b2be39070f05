import { Enumeration } from '../schema/enums.ts'
import type { Program } from '../schema/program.ts'
import { checkBoolean } from '../schema/scalars.ts'
import { AF_INET, AF_INET6, FAMILIES } from '../values/family.ts'
import { NDMSG, NEIGHBOR_STATES, NTF_EXT } from '../values/ndmsg.ts'
import { neighborRows } from './attributes.ts'
import { neighborTable } from './neighbor-table.ts'

type Given = Readonly<Record<string, unknown>>

const families = new Enumeration(FAMILIES)

/** Written here, behind the rows. */
const EXT: ReadonlySet<string> = new Set(['managed', 'externValidated'])

/** Writes a neighbor that is to be added or changed, with the defaults of `ip neighbor add`. */
export function lowerNeighbor(program: Program, options: object): void {
  const given = options as Given
  lowerFamily(program, given)
  const { managed, use, state } = given
  program.header(NDMSG.state.word, managed === true || use === true ? NEIGHBOR_STATES.none : NEIGHBOR_STATES.permanent)
  neighborTable.lower(program, given, 'create', EXT)
  checkTogether(program, given)
  if (managed === true && state === 'permanent') program.refuse('state', 'cannot be "permanent" for a neighbor that is "managed"')
  const flags = bitOf(program, given, 'managed') | bitOf(program, given, 'externValidated')
  if (flags !== 0) program.u32(neighborRows.$flagsExt.number, flags)
}

/** Writes what a neighbor is known by; the rest of a listed one is passed over. */
export function lowerIdentity(program: Program, options: object): void {
  const given = options as Given
  neighborTable.checkKeys(program, given)
  const { link, address, proxy } = given
  lowerFamily(program, given)
  neighborTable.lower(program, { link, address, proxy }, 'create')
  checkTogether(program, { link, proxy })
}

function lowerFamily(program: Program, { family, address }: Given): void {
  if (family !== undefined) {
    program.at('family')
    program.header(NDMSG.family.word, families.toNumber(program, family, 0xff))
  }
  const own = typeof address === 'string' && address.includes(':') ? AF_INET6 : AF_INET
  if (family === undefined) program.header(NDMSG.family.word, own)
  else if (address !== undefined && program.headerWord(NDMSG.family.word) !== own)
    program.refuse('address', `is not of the family ${program.quote(family)}`)
}

/** The kernel takes a proxy entry with an address on the link, and forgets the address. */
function checkTogether(program: Program, { link, proxy, managed, linkLayerAddress }: Given): void {
  if (link === undefined && proxy !== true) program.missing('link')
  if (proxy !== true) return
  if (linkLayerAddress !== undefined)
    program.refuse('linkLayerAddress', 'is not kept by a proxy entry: this machine answers with its own')
  if (managed === true) program.refuse('managed', 'is nothing for a proxy entry')
}

function bitOf(program: Program, given: Given, key: 'managed' | 'externValidated'): number {
  const value = given[key]
  if (value === undefined) return 0
  program.at(key)
  checkBoolean(program, value)
  return value ? NTF_EXT[key] : 0
}
