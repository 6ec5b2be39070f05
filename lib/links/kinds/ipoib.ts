import { enumOf } from '../../schema/enums.ts'
import { bool, u16 } from '../../schema/scalars.ts'
import { defineLinkKind } from '../kind.ts'

/**
 * IP over InfiniBand, in a partition of the fabric: a child of an InfiniBand link, which is given as `link`. The link of the port itself comes with its driver and reports the same options.
 * Hardware addresses have 20 bytes, and it is no port of a bridge. Same as `ip link add link ib0 name ib0.8001 type ipoib pkey 0x8001`.
 */
export const ipoib = defineLinkKind(
  'ipoib',
  {
    /** Partition key, 1–65535, with bit 15 (0x8000) for a full member; each once on a parent. 0x8000 itself is none. Default: the parent's. */
    pkey: u16(1, 'IFLA_IPOIB_PKEY', { access: 'create', min: 1 }),
    /** `'datagram'`: unreliable, an mtu of at most 4092. `'connected'`: a connection to each neighbor, an mtu of up to 65520; not on all hardware. Changing it changes the mtu too. Default `'datagram'`. */
    mode: enumOf(2, 'IFLA_IPOIB_MODE', 'u16', { datagram: 0, connected: 1 }),
    /** Multicast groups that programs join through the InfiniBand verbs are theirs: the link does not join them itself. Default false. */
    userMulticast: bool(3, 'IFLA_IPOIB_UMCAST', { wire: 'u16' }),
  },
  {
    requiresLink: true,
    refusals: {
      add: {
        ENODEV: '"link" must be an InfiniBand link of this namespace',
        EINVAL: '"link" must not be a child itself, "pkey" not 0x8000, and mode "connected" needs hardware that has it',
        ENOTUNIQ: 'the parent has a link with this "pkey" already',
      },
      set: { EINVAL: 'the hardware does not have mode "connected"' },
    },
    module: { config: 'CONFIG_INFINIBAND_IPOIB', name: 'ib_ipoib' },
  },
)
