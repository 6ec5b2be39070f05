import { checkKeys } from '../schema/check-options.ts'
import type { Program } from '../schema/program.ts'
import { type LinkReference, linkNameOrIndex, lowerHeaderLink, putLinkIndex } from '../schema/references.ts'
import { checkBoolean } from '../schema/scalars.ts'
import { AF_BRIDGE } from '../values/family.ts'
import { NDMSG, NEIGHBOR_STATES, NTF } from '../values/ndmsg.ts'
import { fdbRows } from './attributes.ts'
import { lowerTable } from './lower.ts'

const NDA_IFINDEX = 8
const NDA_NDM_STATE_MASK = 16
const NDA_NDM_FLAGS_MASK = 17

/** Which entries `fdb.flush` deletes: those of the link for which all given conditions hold. A condition that is false asks for those of which it is not true. */
export interface FdbFlush {
  /** A port of a bridge (only its entries go), or with `self` a bridge or a vxlan. */
  readonly link: LinkReference
  /** In the link's own table: the link is a bridge or a vxlan. Default: as of `fdb.add`. */
  readonly self?: boolean | undefined
  /** In the table of the bridge that the link is a port of. Default: unless `self`. */
  readonly master?: boolean | undefined
  /** Of this port, where `link` is the bridge. Same as `brport`. */
  readonly bridgePort?: LinkReference | undefined
  /** Of this VLAN, of a bridge. */
  readonly vlan?: number | undefined
  /** Permanent ones. */
  readonly permanent?: boolean | undefined
  /** Static ones; permanent ones are static too. */
  readonly static?: boolean | undefined
  /** Dynamic ones: neither permanent nor static. Only `true`. */
  readonly dynamic?: true | undefined
  /** Those that a program added. Same as `added_by_user`. */
  readonly addedByUser?: boolean | undefined
  readonly externLearned?: boolean | undefined
  /** Of a bridge. */
  readonly sticky?: boolean | undefined
  readonly offloaded?: boolean | undefined
  /** Of a vxlan. */
  readonly router?: boolean | undefined
  /** To this other end, of a vxlan, as the four below. */
  readonly remote?: string | undefined
  readonly port?: number | undefined
  readonly vni?: number | undefined
  readonly srcVni?: number | undefined
  readonly nexthopId?: number | undefined
}

const KEYS = [
  'link',
  'self',
  'master',
  'bridgePort',
  'vlan',
  'permanent',
  'static',
  'dynamic',
  'addedByUser',
  'externLearned',
  'sticky',
  'offloaded',
  'router',
  'remote',
  'port',
  'vni',
  'srcVni',
  'nexthopId',
] as const satisfies readonly (keyof FdbFlush)[]

const STATES = { permanent: NEIGHBOR_STATES.permanent, static: NEIGHBOR_STATES.noarp } as const

/** NTF_USE is the kernel's word here for entries that a program added. */
const FLAGS = {
  addedByUser: NTF.use,
  externLearned: NTF.externLearned,
  sticky: NTF.sticky,
  offloaded: NTF.offloaded,
  router: NTF.router,
} as const

/** Written by the rows that entries have. */
const AS_OF_ENTRIES = ['vlan', 'remote', 'port', 'vni', 'srcVni', 'nexthopId'] as const

export function lowerFlush(program: Program, flush: FdbFlush): void {
  checkKeys(program.operation, flush, KEYS)
  if (flush.link === undefined) program.missing('link')
  program.header(NDMSG.family.word, AF_BRIDGE)
  program.at('link')
  lowerHeaderLink(program, NDMSG.index.word, flush.link)
  lowerTable(program, { ...flush })
  lowerStates(program, flush)
  lowerBits(program, flush, FLAGS, NDMSG.flags.word, mask => program.u8(NDA_NDM_FLAGS_MASK, mask))
  lowerPort(program, flush)
  for (const key of AS_OF_ENTRIES) {
    program.at(key)
    const value = flush[key]
    if (value !== undefined) (fdbRows[key].lower as (program: Program, value: unknown) => void)(program, value)
  }
}

function lowerStates(program: Program, flush: FdbFlush): void {
  const { dynamic, permanent, static: isStatic } = flush
  program.at('dynamic')
  if (dynamic !== undefined && dynamic !== true) program.expected('true', dynamic)
  if (dynamic && (permanent || isStatic)) program.refuse('dynamic', 'are those that are neither permanent nor static')
  const both = dynamic ? { permanent: false, static: false } : { permanent, static: isStatic }
  lowerBits(program, both, STATES, NDMSG.state.word, mask => program.u16(NDA_NDM_STATE_MASK, mask))
}

/** Sets the bits that are wanted, and names those that matter. */
function lowerBits<K extends string>(
  program: Program,
  given: { readonly [key in NoInfer<K>]?: boolean | undefined },
  bits: Readonly<Record<K, number>>,
  word: number,
  putMask: (mask: number) => void,
): void {
  let mask = 0
  for (const key of Object.keys(bits) as K[]) {
    const value: unknown = given[key]
    if (value === undefined) continue
    program.at(key)
    checkBoolean(program, value)
    if (value) program.headerBits(word, bits[key])
    mask |= bits[key]
  }
  if (mask !== 0) putMask(mask)
}

function lowerPort(program: Program, { bridgePort }: FdbFlush): void {
  if (bridgePort === undefined) return
  program.at('bridgePort')
  putLinkIndex(program, NDA_IFINDEX, linkNameOrIndex(program, bridgePort))
}
