import { Field } from '../schema/field.ts'
import { LITTLE_ENDIAN, type Message } from '../schema/message.ts'
import type { Program } from '../schema/program.ts'
import { checkInteger } from '../schema/scalars.ts'

/** `struct nexthop_grp`: id, weight less one in its low and its high byte, reserved. */
const MEMBER_SIZE = 8
const WEIGHT = 4
const WEIGHT_HIGH = 5
const LARGEST_WEIGHT = 0xffff

/** A member of a group. */
export interface NexthopMember {
  /** The nexthop object. */
  readonly id: number
  /** Share of the traffic, 1–65535; before Linux 6.12 up to 256. Default 1. */
  readonly weight?: number | undefined
}

/** Members, side by side. */
export const groupField = new Field<
  readonly (number | NexthopMember)[],
  readonly Required<NexthopMember>[],
  'readWrite',
  'sometimes'
>(
  'attribute',
  2,
  'NHA_GROUP',
  {},
  {
    wire: 'struct nexthop_grp […]',
    allowed: '[{ id, weight }], weights 1…65535',
    minLength: 0,
    lower: lowerGroup,
    decode: decodeGroup,
  },
)

function lowerGroup(program: Program, value: unknown): void {
  if (!Array.isArray(value)) program.expected('an array of nexthops', value)
  if (value.length === 0) program.outOfRange('at least one nexthop', 'none')
  const bytes = new Uint8Array(value.length * MEMBER_SIZE)
  const view = new DataView(bytes.buffer)
  program.enter()
  for (const [i, member] of value.entries()) {
    program.at(String(i))
    lowerMember(program, view, i * MEMBER_SIZE, member)
  }
  program.leave()
  program.octets(groupField.number, bytes)
}

function lowerMember(program: Program, view: DataView, at: number, member: unknown): void {
  if (typeof member !== 'number' && (typeof member !== 'object' || member === null))
    program.expected('an id, or an object with "id" and perhaps "weight"', member)
  const { id, weight = 1 } = typeof member === 'number' ? { id: member } : (member as { id?: unknown; weight?: unknown })
  program.enter()
  program.at('id')
  checkInteger(program, id, 1, 0xffff_ffff)
  program.at('weight')
  checkInteger(program, weight, 1, LARGEST_WEIGHT)
  program.leave()
  view.setUint32(at, id, LITTLE_ENDIAN)
  view.setUint8(at + WEIGHT, (weight - 1) & 0xff)
  view.setUint8(at + WEIGHT_HIGH, (weight - 1) >> 8)
}

function decodeGroup(message: Message, offset: number, length: number): Required<NexthopMember>[] {
  return Array.from({ length: Math.floor(length / MEMBER_SIZE) }, (_, i) => {
    const at = offset + i * MEMBER_SIZE
    return { id: message.u32(at), weight: message.bytes[at + WEIGHT] + (message.bytes[at + WEIGHT_HIGH] << 8) + 1 }
  })
}
