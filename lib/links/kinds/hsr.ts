import { enumOf } from '../../schema/enums.ts'
import { mac } from '../../schema/octets.ts'
import { linkReference } from '../../schema/references.ts'
import { u8, u16 } from '../../schema/scalars.ts'
import { defineLinkKind } from '../kind.ts'

/**
 * A node of a network without a single point of failure (IEC 62439-3): every frame is sent over two ports, and the copy that arrives second is dropped. With HSR the nodes
 * form a ring, with PRP (`protocol: 'prp'`) each is in two separate networks. It has the address of `port1`, and an mtu 6 bytes smaller than that of its ports,
 * for the tag. The ports are Ethernet links, not VLANs; they must be brought up, are no ports of it by `master`, and nothing about them can be changed later. It cannot go
 * to another namespace. Without both ports it is deleted. Same as `ip link add hsr0 type hsr slave1 eth0 slave2 eth1 version 1`.
 */
export const hsr = defineLinkKind(
  'hsr',
  {
    /** One port. `ip` calls it `slave1`. Absent once that link is gone. */
    port1: linkReference(1, 'IFLA_HSR_SLAVE1', { access: 'fixed' }),
    /** The other port. `ip` calls it `slave2`. Absent once that link is gone. */
    port2: linkReference(2, 'IFLA_HSR_SLAVE2', { access: 'fixed' }),
    /** Last byte of the address that supervision frames go to. Default 0. Reported as part of `supervisionAddress`. */
    supervision: u8(3, 'IFLA_HSR_MULTICAST_SPEC', { access: 'create' }),
    /** Where supervision frames go: 01:15:4e:00:01:XX, XX being `supervision`. */
    supervisionAddress: mac(4, 'IFLA_HSR_SUPERVISION_ADDR', { access: 'readOnly' }),
    /** Number of the next frame. */
    sequenceNumber: u16(5, 'IFLA_HSR_SEQ_NR', { access: 'readOnly' }),
    /** Version of HSR: 0 (2010) or 1 (2012), the same in the whole ring. Default 0. Not with PRP; not reported. */
    version: u8(6, 'IFLA_HSR_VERSION', { access: 'create', max: 1 }),
    /** A ring, or two networks. Default `'hsr'`. `ip` says 0 and 1. */
    protocol: enumOf(7, 'IFLA_HSR_PROTOCOL', 'u8', { hsr: 0, prp: 1 }, { access: 'create' }),
    /** A third port, behind which nodes without HSR reach the ring (RedBox). Not with PRP. Since Linux 6.10; not reported by Linux 6.18. */
    interlink: linkReference(8, 'IFLA_HSR_INTERLINK', { access: 'create' }),
  },
  { module: { config: 'CONFIG_HSR', name: 'hsr' } },
)
