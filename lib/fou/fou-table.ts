import { defineFamily, familyLocator, GENERIC_HEADER } from '../generic/family.ts'
import type { Locator } from '../protocol/failure.ts'
import { enumOf, numberOr } from '../schema/enums.ts'
import type { Message } from '../schema/message.ts'
import { ipOfEither } from '../schema/octets.ts'
import { linkReference } from '../schema/references.ts'
import { be16, flag } from '../schema/scalars.ts'
import { Table } from '../schema/table.ts'
import { FAMILIES } from '../values/family.ts'
import type { FouPort } from './fou-port.ts'

export const fouFamily = defineFamily({
  name: 'fou',
  version: 1,
  module: { config: 'CONFIG_NET_FOU', name: 'fou' },
  initialCapability: true,
  commands: { add: 1, delete: 2, get: 3 },
})

export const fouRows = {
  /** UDP port that packets arrive at, 1–65535. */
  port: be16(1, 'FOU_ATTR_PORT', { access: 'fixed', present: 'always', min: 1 }),
  /** Address family of the port. Default: that of `local` or `peer`, else `'inet'`. A port of `'inet6'` takes no IPv4. */
  family: enumOf(2, 'FOU_ATTR_AF', 'u8', FAMILIES, { access: 'create', present: 'always' }),
  /**
   * What follows the UDP header: `'direct'` a packet of `ipProtocol` (foo over UDP), `'gue'` a header that says what it carries
   * (generic UDP encapsulation). Default `'direct'`.
   */
  type: enumOf(4, 'FOU_ATTR_TYPE', 'u8', { direct: 1, gue: 2 }, { access: 'create', present: 'always' }),
  /** IP protocol of what arrives, 1–255: what the tunnel sends. Required with type `'direct'`, and only there. */
  ipProtocol: numberOr(
    3,
    'FOU_ATTR_IPPROTO',
    'u8',
    { ipip: 4, ipv6: 41, gre: 47, esp: 50, mpls: 137 },
    { access: 'create', min: 1 },
  ),
  /** Where GUE carries a remote checksum, it is filled in at once and not left to the device that sends the packet on. Default false. */
  remoteChecksumNoPartial: flag(5, 'FOU_ATTR_REMCSUM_NOPARTIAL', { access: 'create' }),
  /** Only packets to this address, which must be one of the namespace's. Default any. Since Linux 5.2, as the options behind it. */
  local: ipOfEither([6, 'FOU_ATTR_LOCAL_V4'], [7, 'FOU_ATTR_LOCAL_V6'], { access: 'create' }),
  /** Only packets from this address; needs `peerPort`. Default any. The kernel then also picks `local`, if none is given. */
  peer: ipOfEither([8, 'FOU_ATTR_PEER_V4'], [9, 'FOU_ATTR_PEER_V6'], { access: 'create' }),
  /** Only packets from this UDP port of the peer, 1–65535. */
  peerPort: be16(10, 'FOU_ATTR_PEER_PORT', { access: 'create', min: 1 }),
  /** Only packets that arrive by this link; needs `local`. Default any. Reported as the index. */
  link: linkReference(11, 'FOU_ATTR_IFINDEX', { access: 'create' }),
}

export const fouTable = new Table('fou', fouRows, { headerLength: GENERIC_HEADER, acceptsListed: true })

const { rows } = fouTable
const NOTHING: ReadonlySet<unknown> = new Set([0, '0.0.0.0', '::'])

/** Reads a port from its `genlmsghdr` at `start`. */
export function decodeFou(message: Message, start: number, end: number): FouPort {
  return fouTable.shape(message, start, end, construct)
}

/** The kernel says of each port what it has not, too. */
function construct(slots: unknown[], shape: (slots: readonly unknown[]) => object): FouPort {
  for (const row of [rows.ipProtocol, rows.local, rows.peer, rows.peerPort, rows.link]) {
    if (NOTHING.has(slots[row.slot])) slots[row.slot] = undefined
  }
  return shape(slots) as FouPort
}

export const fouLocator: Locator = familyLocator(fouFamily, fouTable)
