import { unknownOption } from '../errors.ts'
import { formatMac, parseMac } from '../values/mac.ts'
import { type Access, Field, type Presence, type RowOptions } from './field.ts'
import { LITTLE_ENDIAN, Message } from './message.ts'
import { checkText } from './octets.ts'
import type { Program } from './program.ts'
import { checkInteger } from './scalars.ts'
import { type Shape, shapeOf } from './shape.ts'

/** A member of a C struct. `text16` is a `char [16]`; `pad` members take room and mean nothing. */
export type Member = 'u8' | 'u16' | 'u32' | 's32' | 'u64' | 'be16' | 'be32' | 'mac' | 'text16' | 'pad1' | 'pad2' | 'pad4'

/** Members in order, without gaps: C's padding is spelled out. */
export type Layout = Readonly<Record<string, Member>>

type MemberValue<M extends Member> = M extends 'mac' | 'text16' ? string : number
type Visible<L extends Layout> = { [K in keyof L]: L[K] extends `pad${string}` ? never : K }[keyof L]

export type StructInput<L extends Layout> = { readonly [K in Visible<L> & keyof L]?: MemberValue<L[K]> | undefined }
/** A kernel that is older than a member does not send it. */
export type StructOutput<L extends Layout> = { readonly [K in Visible<L> & keyof L]: MemberValue<L[K]> }

const SIZE: Readonly<Record<Member, number>> = {
  u8: 1,
  u16: 2,
  u32: 4,
  s32: 4,
  u64: 8,
  be16: 2,
  be32: 4,
  mac: 6,
  text16: 16,
  pad1: 1,
  pad2: 2,
  pad4: 4,
}
const MAX: Readonly<Record<string, number>> = {
  u8: 0xff,
  u16: 0xffff,
  u32: 0xffff_ffff,
  s32: 0x7fff_ffff,
  be16: 0xffff,
  be32: 0xffff_ffff,
  u64: Number.MAX_SAFE_INTEGER,
}

type ReadMember = (message: Message, offset: number) => number | string | undefined

const READ: Readonly<Record<Member, ReadMember>> = {
  u8: (m, o) => m.bytes[o],
  u16: (m, o) => m.u16(o),
  u32: (m, o) => m.u32(o),
  s32: (m, o) => m.s32(o),
  u64: (m, o) => m.u64(o),
  be16: (m, o) => m.be16(o),
  be32: (m, o) => m.be32(o),
  mac: (m, o) => formatMac(m.bytes, o, 6),
  text16: (m, o) => m.string(o, 16),
  pad1: () => undefined,
  pad2: () => undefined,
  pad4: () => undefined,
}

interface Placed {
  readonly key: string
  readonly member: Member
  readonly offset: number
  readonly end: number
}

/** Whether a payload is the known one. Structs of the kernel are multiples of four bytes; what is over is compared one by one. */
function equal(known: Message, message: Message, start: number, length: number): boolean {
  if (known.bytes.length !== length) return false
  const whole = length & ~3
  for (let i = 0; i < whole; i += 4) if (known.u32(i) !== message.u32(start + i)) return false
  for (let i = whole; i < length; i++) if (known.bytes[i] !== message.bytes[start + i]) return false
  return true
}

/** A struct with its members' places. Reads tolerate shorter and longer ones than this header knows. */
export class Struct<const L extends Layout> {
  readonly name: string
  readonly size: number
  readonly members: readonly Placed[]
  readonly keys: readonly string[]
  readonly #slots: unknown[]
  readonly #shape: Shape
  readonly #read: ReadMember | undefined
  readonly #shared: boolean
  #lastPayload = new Message(new Uint8Array())
  #last: StructOutput<L> | undefined

  /** `shared`: most messages say the same here, so equal payloads one after another are decoded once, into one frozen object. */
  constructor(name: string, layout: L, options: { shared?: boolean } = {}) {
    const members: Placed[] = []
    const keys: string[] = []
    let offset = 0
    let only: Member | undefined
    for (const key in layout) {
      const member: Member = layout[key]
      const end = offset + SIZE[member]
      if (member !== 'pad1' && member !== 'pad2' && member !== 'pad4') {
        only = keys.length === 0 || only === member ? member : undefined
        keys.push(key)
        members.push({ key, member, offset, end })
      }
      offset = end
    }
    this.name = name
    this.size = offset
    this.members = members
    this.keys = keys
    this.#slots = new Array(members.length).fill(undefined)
    this.#shape = shapeOf(name, keys)
    this.#read = only === undefined ? undefined : READ[only]
    this.#shared = options.shared ?? false
  }

  decode(message: Message, start: number, length: number): StructOutput<L> {
    if (!this.#shared) return this.#decode(message, start, length)
    if (this.#last === undefined || !equal(this.#lastPayload, message, start, length)) {
      this.#last = Object.freeze(this.#decode(message, start, length))
      this.#lastPayload = new Message(message.copy(start, length))
    }
    return this.#last
  }

  #decode(message: Message, start: number, length: number): StructOutput<L> {
    const slots = this.#slots
    const members = this.members
    const read = this.#read
    for (let i = 0; i < members.length; i++) {
      const { member, offset, end } = members[i]
      if (end > length) slots[i] = undefined
      else slots[i] = read === undefined ? READ[member](message, start + offset) : read(message, start + offset)
    }
    return this.#shape(slots) as StructOutput<L>
  }

  /** Writes the members as an attribute's payload; those not given are zero. */
  lower(program: Program, number: number, value: unknown): void {
    if (typeof value !== 'object' || value === null) program.expected(`an object with ${this.keys.join(', ')}`, value)
    const at = program.reserveOctets(number, this.size)
    const view = new DataView(program.bytes.buffer, at, this.size)
    for (let i = 0; i < this.size; i++) view.setUint8(i, 0)
    program.enter()
    for (const [key, item] of Object.entries(value)) {
      if (item === undefined) continue
      program.at(key)
      const placed = this.members.find(member => member.key === key)
      if (placed === undefined) throw unknownOption(program.operation, program.option, this.keys)
      putMember(program, view, placed, item)
    }
    program.leave()
  }
}

function putMember(program: Program, view: DataView, { member, offset }: Placed, value: unknown): void {
  if (member === 'mac') putMac(program, view, offset, value)
  else if (member === 'text16') putText(program, view, offset, value)
  else putNumber(program, view, member, offset, value)
}

function putNumber(
  program: Program,
  view: DataView,
  member: Exclude<Member, 'mac' | 'text16'>,
  offset: number,
  value: unknown,
): void {
  checkInteger(program, value, member === 's32' ? -0x8000_0000 : 0, MAX[member])
  if (member === 'u8') view.setUint8(offset, value)
  else if (member === 'u16') view.setUint16(offset, value, LITTLE_ENDIAN)
  else if (member === 'be16') view.setUint16(offset, value, false)
  else if (member === 'u32') view.setUint32(offset, value, LITTLE_ENDIAN)
  else if (member === 's32') view.setInt32(offset, value, LITTLE_ENDIAN)
  else if (member === 'be32') view.setUint32(offset, value, false)
  else view.setBigUint64(offset, BigInt(value), LITTLE_ENDIAN)
}

const parsed = new Uint8Array(8)

function putMac(program: Program, view: DataView, offset: number, value: unknown): void {
  if (typeof value !== 'string' || parseMac(value, parsed, 0, 6) !== 6) program.expected('a hardware address', value)
  for (let i = 0; i < 6; i++) view.setUint8(offset + i, parsed[i])
}

function putText(program: Program, view: DataView, offset: number, value: unknown): void {
  checkText(program, value, 15)
  Buffer.from(view.buffer, view.byteOffset + offset, 16).write(value)
}

/** An attribute whose payload is a C struct. */
export function structOf<const L extends Layout, const A extends Access = 'readWrite', const P extends Presence = 'sometimes'>(
  number: number,
  constant: string,
  struct: Struct<L>,
  options: RowOptions<A, P> & { check?: (program: Program, value: StructInput<L>) => void } = {},
): Field<StructInput<L>, StructOutput<L>, A, P> {
  return new Field('attribute', number, constant, options, {
    wire: `struct ${struct.name}`,
    minLength: 1,
    lower: (program, value) => {
      struct.lower(program, number, value)
      options.check?.(program, value)
    },
    decode: (message, offset, length) => struct.decode(message, offset, length),
  })
}
