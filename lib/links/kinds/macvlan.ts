import { enumOf, flagsOf } from '../../schema/enums.ts'
import { listOf } from '../../schema/nests.ts'
import { mac } from '../../schema/octets.ts'
import { s32, u32 } from '../../schema/scalars.ts'
import { defineLinkKind } from '../kind.ts'

/**
 * A second hardware address on another link, which is given as `link`. It and that link cannot talk to each other, whatever the mode: the host
 * reaches it only by a macvlan of its own on the same link. Wireless links take one address only and carry no macvlan.
 * Same as `ip link add link eth0 name mac0 type macvlan mode bridge`.
 */
export const macvlan = defineLinkKind(
  'macvlan',
  {
    /**
     * Default `'vepa'`: frames between two of one parent go out to the switch, which must send them back. `'bridge'`: they pass directly. `'private'`: not at all.
     * `'passthru'`: the only one of its parent, with the parent's address; cannot be entered or left later. `'source'`: takes frames from the listed `macAddresses` only.
     */
    mode: enumOf(1, 'IFLA_MACVLAN_MODE', 'u32', { private: 1, vepa: 2, bridge: 4, passthru: 8, source: 16 }),
    /** `noPromiscuous`: in mode `'passthru'` the parent does not become promiscuous. `noDestination`: a frame that went to a macvlan by its source does not go to another by its destination. */
    flags: flagsOf(2, 'IFLA_MACVLAN_FLAGS', 'u16', { noPromiscuous: 1, noDestination: 2 }),
    /** What happens to the list of mode `'source'`: `'add'` or `'delete'` `macAddress`, `'set'` all of `macAddresses`, `'flush'`. A command, never reported. */
    macAddressMode: enumOf(
      3,
      'IFLA_MACVLAN_MACADDR_MODE',
      'u32',
      { add: 0, delete: 1, flush: 2, set: 3 },
      { access: 'writeOnly' },
    ),
    /** The address that `macAddressMode` adds or deletes; without that nothing happens. */
    macAddress: mac(4, 'IFLA_MACVLAN_MACADDR', { access: 'writeOnly' }),
    /** The list of mode `'source'`, in no order. Given with `macAddressMode: 'set'`; without that nothing happens. */
    macAddresses: listOf(5, 'IFLA_MACVLAN_MACADDR_DATA', mac(4, 'IFLA_MACVLAN_MACADDR')),
    /** Length of the list of mode `'source'`. */
    macAddressCount: u32(6, 'IFLA_MACVLAN_MACADDR_COUNT', { access: 'readOnly' }),
    /** Broadcast frames that may wait, as this link asks for it. Default 1000. */
    broadcastQueueLength: u32(7, 'IFLA_MACVLAN_BC_QUEUE_LEN'),
    /** Broadcast frames that may wait: the largest number that any macvlan of the parent asks for. */
    broadcastQueueLengthUsed: u32(8, 'IFLA_MACVLAN_BC_QUEUE_LEN_USED', { access: 'readOnly' }),
    /** Multicast goes the slow way of broadcast when a group has more receivers than this; -1 for never. Default 1. Shared by all of one parent. Since Linux 6.4. */
    broadcastCutoff: s32(9, 'IFLA_MACVLAN_BC_CUTOFF'),
  },
  { requiresLink: true, module: { config: 'CONFIG_MACVLAN', name: 'macvlan' } },
)
