import { outOfRange } from '../errors.ts'
import { Field } from '../schema/field.ts'
import type { ChangeOptions, Reports } from '../schema/infer.ts'
import type { Message } from '../schema/message.ts'
import { bytes } from '../schema/octets.ts'
import type { Program } from '../schema/program.ts'
import { type LinkReference, linkNameOrIndex } from '../schema/references.ts'
import { encapField, encapTypeField, realmsField } from '../schema/routing-rows.ts'
import { checkInteger } from '../schema/scalars.ts'
import { Table } from '../schema/table.ts'
import { RTNH_F_ONLINK, RTNH_F_PERVASIVE, routeFlags, routeSwitch } from './flags.ts'
import { viaField } from './via.ts'

const RTA_MULTIPATH = 9

/** Bytes of `struct rtnexthop`, and offsets in it. */
const RTNEXTHOP_SIZE = 8
const RTNH_FLAGS = 2
const RTNH_HOPS = 3
const RTNH_IFINDEX = 4

/** Operands of a `hop` operation behind its first word, in words. */
const HOP_FLAGS = 1
const HOP_HOPS = 2
const HOP_INDEX = 3

/** The word at which the hop that is being lowered starts; its rows write into its operands. */
let hop = 0

const flagsPlace = {
  offset: RTNH_FLAGS,
  size: 1,
  set: (program: Program, bits: number) => {
    program.words[hop + HOP_FLAGS] |= bits
  },
} as const

const link = new Field<LinkReference, number, 'readWrite', 'sometimes'>(
  'header',
  RTNH_IFINDEX,
  'rtnh_ifindex',
  {},
  {
    wire: 's32',
    allowed: 'name, index or Link',
    minLength: 4,
    lower: (program, value) => {
      const reference = linkNameOrIndex(program, value)
      if (typeof reference === 'string') program.hopIndex(reference)
      else program.words[hop + HOP_INDEX] = reference
    },
    decode: (message, offset) => message.s32(offset) || (undefined as never),
  },
)

const weight = new Field<number, number, 'readWrite', 'always'>(
  'header',
  RTNH_HOPS,
  'rtnh_hops',
  { present: 'always' },
  {
    wire: 'u8, less one',
    allowed: '1…256',
    minLength: 1,
    lower: (program, value) => {
      checkInteger(program, value, 1, 256)
      program.words[hop + HOP_HOPS] = value - 1
    },
    decode: (message, offset) => message.bytes[offset] + 1,
  },
)

export const nexthopTable = new Table(
  'routeNexthop',
  {
    /** The next router, of either family. */
    via: viaField(),
    /** The link that leads there: its name, its index, or a Link. Reported as its index. */
    link,
    /** Share of the traffic, 1–256. Default 1. */
    weight,
    /** Takes `via` for reachable on `link`, whatever the addresses say. Default `false`. */
    onLink: routeSwitch(flagsPlace, 'RTNH_F_ONLINK', RTNH_F_ONLINK),
    /** Looks up `via` once more. Default `false`. */
    pervasive: routeSwitch(flagsPlace, 'RTNH_F_PERVASIVE', RTNH_F_PERVASIVE),
    /** State as `ip` prints it: `['dead', 'linkdown']`. */
    flags: routeFlags(flagsPlace, 'rtnh_flags'),
    /** Realms of the routing classifier. */
    realms: realmsField(11, 'RTA_FLOW'),
    /** Kind of tunnel that packets are put into, such as `'mpls'`. */
    encapType: encapTypeField(21, 'RTA_ENCAP_TYPE'),
    /** Attributes of that tunnel, ready encoded. */
    encap: encapField(22, 'RTA_ENCAP'),
    /** MPLS labels that replace the destination's, as on the wire. */
    newDestination: bytes(19, 'RTA_NEWDST'),
  },
  { headerLength: RTNEXTHOP_SIZE, acceptsListed: true },
)

/** One of several ways that a route can take. */
export type NexthopOptions = ChangeOptions<typeof nexthopTable.rows>

/** One of several ways, as the kernel reports it. */
export type Nexthop = Reports<typeof nexthopTable.rows>

/** RTA_MULTIPATH: records of `struct rtnexthop`, each with attributes of its own. */
export const multipathField = new Field<readonly NexthopOptions[], readonly Nexthop[], 'readWrite', 'sometimes'>(
  'attribute',
  RTA_MULTIPATH,
  'RTA_MULTIPATH',
  {},
  {
    wire: 'struct rtnexthop […]',
    minLength: RTNEXTHOP_SIZE,
    lower: lowerMultipath,
    decode: decodeMultipath,
    locate: locateHop,
    nested: nexthopTable,
  },
)

function lowerMultipath(program: Program, value: unknown): void {
  if (!Array.isArray(value)) program.expected('an array of nexthops', value)
  if (value.length === 0) throw outOfRange(program.operation, program.option, 'at least one nexthop', 'none')
  program.plainNest(RTA_MULTIPATH)
  program.enter()
  for (const [i, nexthop] of value.entries()) {
    program.at(String(i))
    if (typeof nexthop !== 'object' || nexthop === null) program.expected('an object with "via" or "link"', nexthop)
    hop = program.length
    program.hop(0, 0, 0)
    program.enter()
    nexthopTable.lower(program, nexthop, 'create')
    program.leave()
    program.end()
  }
  program.leave()
  program.end()
}

function decodeMultipath(message: Message, offset: number, length: number): Nexthop[] {
  const nexthops: Nexthop[] = []
  eachHop(message, offset, offset + length, (start, end) => {
    nexthops.push(nexthopTable.decode(message, start, end))
    return false
  })
  return nexthops
}

function locateHop(message: Message, start: number, end: number, target: number): string | undefined {
  let index = -1
  let path: string | undefined
  eachHop(message, start, end, (from, to) => {
    index++
    if (target >= to) return false
    const below = nexthopTable.locate(message, from, to, target)
    path = below === undefined ? String(index) : `${index}.${below}`
    return true
  })
  return path
}

/** Calls `visit` for each rtnexthop, until it answers true. */
function eachHop(message: Message, start: number, end: number, visit: (start: number, end: number) => boolean): void {
  for (let offset = start; offset + RTNEXTHOP_SIZE <= end; ) {
    const length = message.u16(offset)
    // A message that was cut off at an unresolved name has lengths that nobody filled in.
    const stop = length < RTNEXTHOP_SIZE || offset + length > end ? end : offset + length
    if (visit(offset, stop)) return
    offset = (stop + 3) & ~3
  }
}
