import { BitNames } from '../schema/enums.ts'
import { Field, type RowOptions } from '../schema/field.ts'
import { checkBoolean } from '../schema/scalars.ts'
import { NEXTHOP_FLAGS } from '../values/routing.ts'
import { RTMSG } from './header.ts'

/** RTNH_F_* and RTM_F_* of <linux/rtnetlink.h>, as `ip -j` prints them. */
const FLAGS = {
  ...NEXTHOP_FLAGS,
  notify: 0x100,
  cloned: 0x200,
  equalize: 0x400,
  prefix: 0x800,
  lookup_table: 0x1000,
  fib_match: 0x2000,
  rt_offload: 0x4000,
  rt_trap: 0x8000,
  rt_offload_failed: 0x2000_0000,
} as const

export const RTNH_F_PERVASIVE = NEXTHOP_FLAGS.pervasive
export const RTNH_F_ONLINK = NEXTHOP_FLAGS.onlink

const names = new BitNames(FLAGS)
const NONE: readonly string[] = Object.freeze([])
const cache = new Map<number, readonly string[]>()

/** Names of the flags that are set; those without a name as hexadecimal numbers. Shared and frozen. */
export function flagNames(flags: number): readonly string[] {
  if (flags === 0) return NONE
  let known = cache.get(flags)
  if (known === undefined) {
    known = Object.freeze(names.toNames(flags).map(name => (typeof name === 'number' ? `0x${name.toString(16)}` : name)))
    if (cache.size < 256) cache.set(flags, known)
  }
  return known
}

/** Where the flags stand: in the route's header, or in a nexthop's. */
interface FlagsPlace {
  readonly offset: number
  readonly size: 1 | 4
  readonly set: (program: Parameters<Field['lower']>[0], bits: number) => void
}

export const routeFlagsPlace: FlagsPlace = {
  offset: RTMSG.flags.offset,
  size: 4,
  set: (program, bits) => program.headerBits(RTMSG.flags.word, bits),
}

/** All flags by name. */
export function routeFlags(place: FlagsPlace, constant: string): Field<unknown, readonly string[], 'readOnly', 'always'> {
  return new Field<unknown, readonly string[], 'readOnly', 'always'>(
    'header',
    place.offset,
    constant,
    { access: 'readOnly', present: 'always' },
    {
      wire: place.size === 1 ? 'u8' : 'u32',
      minLength: place.size,
      lower: () => {},
      decode: (message, offset) => flagNames(place.size === 1 ? message.bytes[offset] : message.u32(offset)),
    },
  )
}

/** One of the flags that a caller may set. */
export function routeSwitch(
  place: FlagsPlace,
  constant: string,
  bit: number,
  options: RowOptions<'readWrite', 'always'> = {},
): Field<boolean, boolean, 'readWrite', 'always'> {
  return new Field(
    'header',
    place.offset,
    constant,
    { ...options, present: 'always' },
    {
      wire: `bit ${bit} of the flags`,
      allowed: 'true, false',
      minLength: place.size,
      lower: (program, value) => {
        checkBoolean(program, value)
        if (value) place.set(program, bit)
      },
      decode: (message, offset) => ((place.size === 1 ? message.bytes[offset] : message.u32(offset)) & bit) !== 0,
    },
  )
}
