import { enumOf } from '../../schema/enums.ts'
import { bool, u32 } from '../../schema/scalars.ts'
import { defineLinkKind } from '../kind.ts'

/**
 * A link whose packets (tun) or frames (tap) a program reads and writes. The kernel's name of both kinds is `tun`; `type` tells them apart.
 * rtnetlink reports and deletes such links but cannot create or change them: `openTun` and `openTap` do, or `ip tuntap add`, or any program that opens
 * /dev/net/tun. Unless it is persistent, the link goes away with the last descriptor.
 */
export const tun = defineLinkKind(
  'tun',
  {
    /** User id that may attach without CAP_NET_ADMIN. With neither owner nor group, whoever can open /dev/net/tun may. */
    owner: u32(1, 'IFLA_TUN_OWNER', { access: 'readOnly' }),
    /** Group id that may attach without CAP_NET_ADMIN. */
    group: u32(2, 'IFLA_TUN_GROUP', { access: 'readOnly' }),
    /** `'tun'` carries IP packets, `'tap'` Ethernet frames. */
    type: enumOf(3, 'IFLA_TUN_TYPE', 'u8', { tun: 1, tap: 2 }, { access: 'readOnly' }),
    /** Four bytes (flags and protocol) stand before each packet. */
    packetInformation: bool(4, 'IFLA_TUN_PI', { access: 'readOnly' }),
    /** A virtio header, for offloads, stands before each packet. */
    vnetHeader: bool(5, 'IFLA_TUN_VNET_HDR', { access: 'readOnly' }),
    /** The link stays when no program has it open. */
    persist: bool(6, 'IFLA_TUN_PERSIST', { access: 'readOnly' }),
    /** Several descriptors share the link. */
    multiQueue: bool(7, 'IFLA_TUN_MULTI_QUEUE', { access: 'readOnly' }),
    /** Number of attached queues; only with `multiQueue`. */
    numQueues: u32(8, 'IFLA_TUN_NUM_QUEUES', { access: 'readOnly' }),
    /** Number of queues that were detached for a while; only with `multiQueue`. */
    numDisabledQueues: u32(9, 'IFLA_TUN_NUM_DISABLED_QUEUES', { access: 'readOnly' }),
  },
  {
    module: { config: 'CONFIG_TUN', name: 'tun' },
    notCreatable: 'the kernel creates tun and tap links only for programs that open /dev/net/tun: use netns.openTun or openTap',
  },
)
