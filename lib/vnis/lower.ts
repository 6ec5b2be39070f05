import type { Program } from '../schema/program.ts'
import { AF_BRIDGE } from '../values/family.ts'
import { TUNNEL } from './header.ts'
import type { VniIdentity, VniOptions } from './vni.ts'
import { vniMessage, vniRows, vniTable } from './vni-table.ts'

const LINK: ReadonlySet<string> = new Set(['link'])
const NO_PART_OF_IDENTITY: ReadonlySet<string> = new Set(['link', 'remote'])

/** Writes one entry: an id or a range of ids, and where their frames go. */
export function lowerVni(program: Program, options: VniOptions, passOver = LINK): void {
  program.header(TUNNEL.family.word, AF_BRIDGE)
  lowerLink(program, options)
  program.nest(vniMessage.rows.$entry.number)
  vniTable.lower(program, options, 'create', passOver)
  program.end()
  checkRange(program, options)
}

/** Writes what ids are known by, and no more. */
export function lowerIdentity(program: Program, identity: VniIdentity): void {
  lowerVni(program, identity, NO_PART_OF_IDENTITY)
}

function lowerLink(program: Program, { link }: VniOptions): void {
  if (link === undefined) program.missing('link')
  program.at('link')
  vniRows.link.lower(program, link)
}

/** vxlan_process_vni_filter() in drivers/net/vxlan/vxlan_vnifilter.c does nothing for a range that ends before it starts, and takes 0 alone for no id. */
function checkRange(program: Program, { vni, lastVni = vni }: VniOptions): void {
  program.at('lastVni')
  if (lastVni < vni) program.outOfRange(`a whole number from ${vni} ("vni") on`, lastVni)
  if (lastVni === 0) program.refuse('vni', '0 is only taken as the start of a range')
}
