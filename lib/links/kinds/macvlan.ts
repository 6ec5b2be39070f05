import { enumOf, flagsOf } from '../../schema/enums.ts'
import { listOf } from '../../schema/nests.ts'
import { mac } from '../../schema/octets.ts'
import type { Program } from '../../schema/program.ts'
import { s32, u32 } from '../../schema/scalars.ts'
import type { Phase } from '../../schema/table.ts'
import { defineLinkKind } from '../kind.ts'

const modes = { private: 1, vepa: 2, bridge: 4, passthru: 8, source: 16 }
const commands = { add: 0, delete: 1, flush: 2, set: 3 }

/** Options about the list of mode `'source'`. */
interface SourceList {
  readonly mode?: unknown
  readonly macAddressMode?: unknown
  readonly macAddress?: unknown
  readonly macAddresses?: unknown
}

/** macvlan_changelink_sources() in drivers/net/macvlan.c looks at the list only when it is told what to do with it. */
export function completeSources(options: SourceList): object {
  const { macAddresses, macAddressMode } = options
  return macAddresses === undefined || macAddressMode !== undefined ? options : { ...options, macAddressMode: 'set' }
}

/** What that function and macvlan_common_newlink() refuse without a word, or pass over. */
export function checkSources(program: Program, given: SourceList, phase: Phase): void {
  const { macAddressMode, macAddress, macAddresses } = given
  if (macAddressMode === undefined && macAddress !== undefined) program.missing('macAddressMode', 'with "macAddress"')
  if (macAddressMode === undefined) return
  const command = toNumber(commands, macAddressMode)
  if ((command === commands.add || command === commands.delete) && macAddress === undefined)
    program.missing('macAddress', `with macAddressMode: "${macAddressMode}"`)
  if (command !== commands.set && macAddresses !== undefined)
    program.refuse('macAddresses', 'goes only with macAddressMode: "set"')
  const mode = toNumber(modes, given.mode)
  if (mode !== modes.source && (phase === 'create' || mode !== undefined))
    program.refuse('mode', 'must be "source": only then is there a list of addresses')
}

function toNumber(names: Readonly<Record<string, number>>, value: unknown): unknown {
  return typeof value === 'string' ? names[value] : value
}

const ADDRESS = 'a hardware address of a link is neither a multicast address nor all zeros'

export const macvlanRefusals = {
  add: {
    EBUSY:
      '"link" is in use already: as a port of a bridge or bond, or by ipvlan links, which do not share a parent with macvlan',
    EINVAL:
      '"link" must be an Ethernet link and not the loopback, "mtu" at most that of "link", and a macvlan in mode "passthru" is the only one of its parent',
    EADDRNOTAVAIL: ADDRESS,
  },
  set: {
    EINVAL: 'mode "passthru" is neither entered nor left later, and only mode "source" has a list of addresses',
    EADDRNOTAVAIL: ADDRESS,
  },
} as const

/**
 * A second hardware address on another link, which is given as `link`. It and that link cannot talk to each other, whatever the mode: the host
 * reaches it only by a macvlan of its own on the same link. A parent carries macvlan or ipvlan links, not both. Wireless links take one address only: there, use an ipvlan.
 * Same as `ip link add link eth0 name mac0 type macvlan mode bridge`.
 */
export const macvlan = defineLinkKind(
  'macvlan',
  {
    /**
     * Default `'vepa'`: frames between two of one parent go out to the switch, which must send them back. `'bridge'`: they pass directly. `'private'`: not at all.
     * `'passthru'`: the only one of its parent, with the parent's address; cannot be entered or left later. `'source'`: takes frames from the listed `macAddresses` only.
     */
    mode: enumOf(1, 'IFLA_MACVLAN_MODE', 'u32', modes),
    /** `noPromiscuous`: in mode `'passthru'` the parent does not become promiscuous. `noDestination`: a frame that went to a macvlan by its source does not go to another by its destination. */
    flags: flagsOf(2, 'IFLA_MACVLAN_FLAGS', 'u16', { noPromiscuous: 1, noDestination: 2 }),
    /** What happens to the list of mode `'source'`: `'add'` or `'delete'` `macAddress`, `'set'` all of `macAddresses`, `'flush'`. A command, never reported. Default, with `macAddresses`, `'set'`. */
    macAddressMode: enumOf(3, 'IFLA_MACVLAN_MACADDR_MODE', 'u32', commands, { access: 'writeOnly' }),
    /** The address that `macAddressMode` adds or deletes. To add one that is there, or delete one that is not, changes nothing. */
    macAddress: mac(4, 'IFLA_MACVLAN_MACADDR', { access: 'writeOnly' }),
    /** The list of mode `'source'`, in no order: exactly these from now on. Leaving the mode empties it. Not reported when empty. */
    macAddresses: listOf(5, 'IFLA_MACVLAN_MACADDR_DATA', mac(4, 'IFLA_MACVLAN_MACADDR')),
    /** Length of the list of mode `'source'`. */
    macAddressCount: u32(6, 'IFLA_MACVLAN_MACADDR_COUNT', { access: 'readOnly' }),
    /** Broadcast frames that may wait, as this link asks for it. Default 1000. */
    broadcastQueueLength: u32(7, 'IFLA_MACVLAN_BC_QUEUE_LEN'),
    /** Broadcast frames that may wait: the largest number that any macvlan of the parent asks for. */
    broadcastQueueLengthUsed: u32(8, 'IFLA_MACVLAN_BC_QUEUE_LEN_USED', { access: 'readOnly' }),
    /** Multicast goes the slow way of broadcast when a group has more receivers than this; -1 for never. Default 1, and then not reported. Shared by all of one parent. Since Linux 6.4. */
    broadcastCutoff: s32(9, 'IFLA_MACVLAN_BC_CUTOFF'),
  },
  {
    requiresLink: true,
    complete: completeSources,
    check: checkSources,
    refusals: macvlanRefusals,
    module: { config: 'CONFIG_MACVLAN', name: 'macvlan' },
  },
)
