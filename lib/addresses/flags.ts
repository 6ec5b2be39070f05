import { BitNames } from '../schema/enums.ts'
import type { Access, Field, RowOptions } from '../schema/field.ts'
import { derived } from '../schema/headers.ts'
import { checkBoolean } from '../schema/scalars.ts'
import { AF_INET } from '../values/family.ts'
import { IFADDR } from './header.ts'

/** IFA_F_* of <linux/if_addr.h>, in the words of `ip address`. The lowest bit means another thing in each family. */
const REST = {
  nodad: 0x2,
  optimistic: 0x4,
  dadfailed: 0x8,
  home: 0x10,
  deprecated: 0x20,
  tentative: 0x40,
  permanent: 0x80,
  mngtmpaddr: 0x100,
  noprefixroute: 0x200,
  autojoin: 0x400,
  'stable-privacy': 0x800,
} as const

const inet = new BitNames({ secondary: 0x1, ...REST })
const inet6 = new BitNames({ temporary: 0x1, ...REST })

/** The bit of each row that is one. */
const bits = new Map<Field, number>()

/** A switch that is one bit of the address's flags. The header holds eight of them; `lowerAddress` moves more into IFA_FLAGS. */
export function addressSwitch<const A extends Access = 'readWrite'>(
  constant: string,
  bit: number,
  options: RowOptions<A, 'always'> = {},
): Field<boolean, boolean, A, 'always'> {
  const field = derived<boolean, boolean, A, 'always'>(
    constant,
    `bit ${bit} of IFA_FLAGS`,
    { ...options, present: 'always' },
    (program, value) => {
      checkBoolean(program, value)
      if (value) program.headerBits(IFADDR.flags.word, bit)
    },
  )
  bits.set(field, bit)
  return field
}

/** Fills the slots of all switches. */
export function fillSwitches(slots: unknown[], flags: number): void {
  for (const [field, bit] of bits) slots[field.slot] = (flags & bit) !== 0
}

const cache = new Map<string, readonly string[]>()

/** Names of all flags that are set, as `ip` prints them; those without a name as hexadecimal numbers. Shared and frozen. */
export function flagNames(flags: number, family: number): readonly string[] {
  const key = `${family} ${flags}`
  let names = cache.get(key)
  if (names === undefined) {
    names = (family === AF_INET ? inet : inet6)
      .toNames(flags)
      .map(name => (typeof name === 'number' ? `0x${name.toString(16)}` : name))
    Object.freeze(names)
    if (cache.size < 256) cache.set(key, names)
  }
  return names
}
