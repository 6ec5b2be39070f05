import { defineFamily, GENERIC_HEADER } from '../generic/family.ts'
import { enumOf } from '../schema/enums.ts'
import { listOf, nest } from '../schema/nests.ts'
import { bytes, string } from '../schema/octets.ts'
import { linkReference } from '../schema/references.ts'
import { flag, u8, u32 } from '../schema/scalars.ts'
import { Table } from '../schema/table.ts'

export const teamFamily = defineFamily({
  name: 'team',
  version: 1,
  module: { config: 'CONFIG_NET_TEAM', name: 'team' },
  initialCapability: true,
  commands: { setOptions: 1, options: 2, ports: 3 },
})

/** Number of TEAM_ATTR_OPTION_DATA: what an option is set to. */
export const OPTION_DATA = 4

/** An option as it travels: by name, with a type of its own. */
export const teamOption = new Table('teamOption', {
  name: string(1, 'TEAM_ATTR_OPTION_NAME', { present: 'always', max: 31 }),
  /** Since somebody asked last. */
  changed: flag(2, 'TEAM_ATTR_OPTION_CHANGED', { access: 'readOnly' }),
  /** NLA_* of the kernel's <net/netlink.h>. */
  type: u8(3, 'TEAM_ATTR_OPTION_TYPE', { present: 'always' }),
  data: bytes(OPTION_DATA, 'TEAM_ATTR_OPTION_DATA'),
  removed: flag(5, 'TEAM_ATTR_OPTION_REMOVED', { access: 'readOnly' }),
  /** The port whose option it is. */
  port: linkReference(6, 'TEAM_ATTR_OPTION_PORT_IFINDEX'),
  /** Which one, of an option that is an array. */
  index: u32(7, 'TEAM_ATTR_OPTION_ARRAY_INDEX'),
})

export const teamPortState = new Table('teamPortState', {
  /** Index of the port. */
  link: u32(1, 'TEAM_ATTR_PORT_IFINDEX', { access: 'readOnly', present: 'always' }),
  /** The state has changed since somebody asked last, whoever that was. */
  changed: flag(2, 'TEAM_ATTR_PORT_CHANGED', { access: 'readOnly' }),
  /** The port has a carrier, or is said to have one: see `userLinkUp`. */
  linkUp: flag(3, 'TEAM_ATTR_PORT_LINKUP', { access: 'readOnly' }),
  /** Speed of the port; 0 while it is not known, or without a carrier. */
  speed: u32(4, 'TEAM_ATTR_PORT_SPEED', { access: 'readOnly', present: 'always', unit: 'Mbit/s' }),
  /** Whether both directions may be used at once. Says `'half'` while it is not known. */
  duplex: enumOf(5, 'TEAM_ATTR_PORT_DUPLEX', 'u8', { half: 0, full: 1, unknown: 255 }, { access: 'readOnly', present: 'always' }),
  /** The port is on its way out of the team. */
  removed: flag(6, 'TEAM_ATTR_PORT_REMOVED', { access: 'readOnly' }),
})

const optionItem = nest(1, 'TEAM_ATTR_ITEM_OPTION', teamOption)
const portItem = nest(1, 'TEAM_ATTR_ITEM_PORT', teamPortState, { access: 'readOnly' })

/** A message of the family, either way. */
export const teamMessage = new Table(
  'teamMessage',
  {
    /** The team. */
    link: linkReference(1, 'TEAM_ATTR_TEAM_IFINDEX'),
    options: listOf(2, 'TEAM_ATTR_LIST_OPTION', optionItem),
    ports: listOf(3, 'TEAM_ATTR_LIST_PORT', portItem, { access: 'readOnly' }),
  },
  { headerLength: GENERIC_HEADER },
)
