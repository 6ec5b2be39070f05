import { BitNames } from '../schema/enums.ts'
import { type Access, Field, type RowOptions } from '../schema/field.ts'
import { checkBoolean } from '../schema/scalars.ts'

/** Words of the link header in a record, and byte offsets in `struct ifinfomsg`. */
export const IFINFO = { indexWord: 2, flagsWord: 3, changeWord: 4, type: 2, index: 4, flags: 8, size: 16 } as const

/** IFF_* of <linux/if.h>, in the words and the order of `ip link`. */
export const LINK_FLAGS = {
  LOOPBACK: 0x8,
  BROADCAST: 0x2,
  POINTOPOINT: 0x10,
  MULTICAST: 0x1000,
  NOARP: 0x80,
  ALLMULTI: 0x200,
  PROMISC: 0x100,
  MASTER: 0x400,
  SLAVE: 0x800,
  DEBUG: 0x4,
  DYNAMIC: 0x8000,
  AUTOMEDIA: 0x4000,
  PORTSEL: 0x2000,
  NOTRAILERS: 0x20,
  UP: 0x1,
  LOWER_UP: 0x10000,
  DORMANT: 0x20000,
  ECHO: 0x40000,
} as const

/** A flag by name; one that this library does not know by its number. */
export type LinkFlag = keyof typeof LINK_FLAGS | (number & {})

export const IFF_RUNNING = 0x40

const names = new BitNames(LINK_FLAGS)

/** A switch that is one bit of ifi_flags; `inverted` ones are on when the bit is off. */
export function linkSwitch<const A extends Access = 'readWrite'>(
  constant: string,
  bit: number,
  options: RowOptions<A> & { inverted?: boolean } = {},
): Field<boolean, boolean, A, 'always'> {
  const inverted = options.inverted ?? false
  return new Field(
    'header',
    IFINFO.flags,
    constant,
    { ...options, present: 'always' },
    {
      wire: `bit ${bit} of ifi_flags`,
      allowed: 'true, false',
      minLength: 4,
      lower: (program, value) => {
        checkBoolean(program, value)
        if (value !== inverted) program.headerBits(IFINFO.flagsWord, bit)
        program.headerBits(IFINFO.changeWord, bit)
      },
      decode: (message, offset) => ((message.u32(offset) & bit) !== 0) !== inverted,
    },
  )
}

/** All flags by name, as `ip` prints them; IFF_RUNNING, which `ip` leaves out, is in `operationalState`. */
export const linkFlags = new Field<unknown, readonly LinkFlag[], 'readOnly', 'always'>(
  'header',
  IFINFO.flags,
  'ifi_flags',
  { access: 'readOnly', present: 'always' },
  {
    wire: 'u32',
    minLength: 4,
    lower: () => {},
    decode: (message, offset) => names.toNames(message.u32(offset) & ~IFF_RUNNING),
  },
)
