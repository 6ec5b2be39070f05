import { type Access, Field, type RowOptions } from '../schema/field.ts'
import { align, eachAttribute, type Message } from '../schema/message.ts'
import type { Program } from '../schema/program.ts'
import { checkBoolean } from '../schema/scalars.ts'

/** Bits by name, on or off. What is not given stays as it is. */
export type NamedBits = Readonly<Record<string, boolean | undefined>>

/** <linux/ethtool_netlink.h>: ETHTOOL_A_BITSET_*, _BITSET_BITS_*, _BITSET_BIT_*. */
const Part = { bits: 3, bit: 1, name: 2, value: 3 } as const

/**
 * A set of bits that goes by the names which the kernel gives them. Reported are those that it speaks of: where it sends a mask, true or false for each
 * in the mask; without one, true for those that are set.
 */
export function bitSet<const A extends Access = 'readWrite'>(
  number: number,
  constant: string,
  options: RowOptions<A> = {},
): Field<NamedBits, Readonly<Record<string, boolean>>, A, 'sometimes'> {
  return new Field('attribute', number, constant, options as RowOptions<A, 'sometimes'>, {
    wire: 'set of named bits',
    allowed: 'name: true or false',
    minLength: 0,
    lower: (program, value) => {
      if (typeof value !== 'object' || value === null) program.expected('an object of names, each true or false', value)
      program.enter()
      lowerBits(program, number, value)
      program.leave()
    },
    decode,
    locate,
  })
}

/** Writes a set whose names are the caller's options themselves. */
export function lowerBits(program: Program, number: number, value: object): void {
  program.nest(number)
  program.nest(Part.bits)
  for (const [name, on] of Object.entries(value)) {
    if (on === undefined) continue
    program.at(name)
    checkBoolean(program, on)
    program.nest(Part.bit)
    program.string(Part.name, name)
    if (on) program.flag(Part.value)
    program.end()
  }
  program.end()
  program.end()
}

/**
 * Without a mask the kernel marks the list, and each bit in it is set (ethnl_put_bitset32() in net/ethtool/bitset.c). Of some bits it has forgotten the name,
 * and nobody can ask for them.
 */
function decode(message: Message, offset: number, length: number): Record<string, boolean> {
  const NO_MASK = 1
  let list = false
  const bits: { name: string; on: boolean }[] = []
  eachAttribute(message, offset, offset + length, (type, at, size) => {
    if (type === NO_MASK) list = true
    if (type === Part.bits) eachAttribute(message, at, at + size, (_, bit, bitSize) => bits.push(bitAt(message, bit, bitSize)))
  })
  return Object.fromEntries(bits.filter(({ name }) => name !== '').map(({ name, on }) => [name, list || on]))
}

function bitAt(message: Message, offset: number, length: number): { name: string; on: boolean } {
  const bit = { name: '', on: false }
  eachAttribute(message, offset, offset + length, (type, at, size) => {
    if (type === Part.name) bit.name = message.string(at, size)
    if (type === Part.value) bit.on = true
  })
  return bit
}

/** The name of the bit at or around `target`. */
function locate(message: Message, start: number, end: number, target: number): string | undefined {
  for (let offset = start; offset + 4 <= end; ) {
    const length = message.u16(offset)
    if (length < 4) return undefined
    if (target >= offset && target < offset + align(length)) {
      const type = message.u16(offset + 2) & 0x3fff
      if (type === Part.bits) return locate(message, offset + 4, offset + length, target)
      return type === Part.bit ? bitAt(message, offset + 4, length - 4).name : undefined
    }
    offset += align(length)
  }
  return undefined
}
