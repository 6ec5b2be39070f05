import { enumOf } from '../schema/enums.ts'
import { derived, headerBit, headerEnum, headerFlags } from '../schema/headers.ts'
import { hundredths } from '../schema/hundredths.ts'
import { listOf, nest } from '../schema/nests.ts'
import { ip } from '../schema/octets.ts'
import { linkReference } from '../schema/references.ts'
import { encapField, encapTypeField } from '../schema/routing-rows.ts'
import { bool, flag, u16, u32, uint } from '../schema/scalars.ts'
import { Table } from '../schema/table.ts'
import { FAMILIES } from '../values/family.ts'
import { NEXTHOP_FLAGS, PROTOCOLS, SCOPES } from '../values/routing.ts'
import { groupField } from './group.ts'
import { NHMSG } from './header.ts'

const readOnly = { access: 'readOnly' } as const

/** NHA_RES_GROUP: how the buckets of a resilient group are kept. */
const resilientTable = new Table(
  'nexthopResilient',
  {
    /** Buckets, 1–65535: flows are divided among them, and each is sent to one nexthop. Default 128. It stays as it is for good. */
    buckets: u16(1, 'NHA_RES_GROUP_BUCKETS', { min: 1 }),
    /** Seconds without a packet, to 1/100, after which a bucket may be given to another nexthop. Default 120. */
    idleTimer: hundredths(2, 'NHA_RES_GROUP_IDLE_TIMER', 4, {}),
    /** Seconds, to 1/100, that the group may be out of balance before buckets in use are moved too; 0: they never are. Default 0. */
    unbalancedTimer: hundredths(3, 'NHA_RES_GROUP_UNBALANCED_TIMER', 4, {}),
    /** Seconds for which it has been out of balance. */
    unbalancedTime: hundredths(4, 'NHA_RES_GROUP_UNBALANCED_TIME', 8, readOnly),
  },
  { padding: { NHA_RES_GROUP_PAD: 0 }, acceptsListed: true },
)

/** NHA_GROUP_STATS_ENTRY: what one member has carried. */
const statisticsTable = new Table('nexthopStatistics', {
  /** The member. */
  id: u32(1, 'NHA_GROUP_STATS_ENTRY_ID', readOnly),
  /** Packets sent through it as a member of this group. */
  packets: uint(2, 'NHA_GROUP_STATS_ENTRY_PACKETS', readOnly),
  /** Those among them that hardware has sent; when asked for. */
  hardwarePackets: uint(3, 'NHA_GROUP_STATS_ENTRY_PACKETS_HW', readOnly),
})

/** Rows of a nexthop object (<linux/nexthop.h>). */
export const nexthopRows = {
  /** `'inet'` or `'inet6'`; follows from `via`. Default `'inet'`. A group has none. */
  family: headerEnum(NHMSG.family, 'nh_family', FAMILIES, { present: 'sometimes' }),
  /** Its number, by which routes and groups know it, from 1. Default: one that is free; `add` answers it. */
  id: u32(1, 'NHA_ID', { min: 1, present: 'always' }),
  /** The next router, an address of this family. */
  via: ip(6, 'NHA_GATEWAY'),
  /** The link to send to: its name, its index, or a Link. It has to be up. Reported as its index. Same as `dev`. */
  link: linkReference(5, 'NHA_OIF'),
  /** Takes `via` for reachable on `link`, whatever the addresses say. Default false. Same as `onlink`. */
  onLink: headerBit(NHMSG.flags, 'RTNH_F_ONLINK', NEXTHOP_FLAGS.onlink),
  /** Drops packets. Default false. */
  blackhole: flag(4, 'NHA_BLACKHOLE'),
  /** An end of a tunnel for entries of a forwarding table: `via` alone, or a group of such. Default false. */
  fdb: flag(11, 'NHA_FDB'),
  /** Kind of tunnel that packets are put into, such as `'mpls'`. */
  encapType: encapTypeField(7, 'NHA_ENCAP_TYPE'),
  /** Attributes of that tunnel, ready encoded. */
  encap: encapField(8, 'NHA_ENCAP'),
  /** Other nexthops, among which traffic is divided: `[{ id: 1, weight: 2 }, { id: 2 }]`, or their ids. Groups cannot be members. */
  group: groupField,
  /**
   * How traffic is divided: `'multipath'` by the hash of a flow over the weights; `'resilient'` by buckets, so that flows stay where they are when
   * members change. Default `'multipath'`, or `'resilient'` when `resilient` is given. A group stays of its type for good. Same as `type`.
   */
  groupType: enumOf(3, 'NHA_GROUP_TYPE', 'u16', { multipath: 0, resilient: 1 }),
  /** How the buckets of a resilient group are kept. */
  resilient: nest(12, 'NHA_RES_GROUP', resilientTable),
  /** Whether hardware counts packets of the members of a group. Default false. Reported with `statistics`. Since Linux 6.9. Same as `hw_stats`. */
  hardwareStatistics: bool(16, 'NHA_HW_STATS_ENABLE', { wire: 'u32' }),
  /** Whether any hardware does count them. */
  hardwareStatisticsUsed: bool(17, 'NHA_HW_STATS_USED', { wire: 'u32', access: 'readOnly' }),
  /** What the members of a group have carried; when asked for. Since Linux 6.9. */
  statistics: listOf(15, 'NHA_GROUP_STATS', nest(1, 'NHA_GROUP_STATS_ENTRY', statisticsTable), readOnly),
  /** Who added it, by name or number. Default `'unspec'`. */
  protocol: headerEnum(NHMSG.protocol, 'nh_protocol', PROTOCOLS),
  /** How far it is, as the kernel found. */
  scope: headerEnum(NHMSG.scope, 'nh_scope', SCOPES, readOnly),
  /** State, as `ip` prints it: `['dead', 'linkdown']`. */
  flags: headerFlags(NHMSG.flags, 'nh_flags', NEXTHOP_FLAGS, readOnly),
}

/** Known, and without news: what is asked with. */
export const nexthopPadding = { NHA_GROUPS: 9, NHA_MASTER: 10, NHA_OP_FLAGS: 14 } as const

/** NHA_RES_BUCKET: one bucket. */
const bucketEntry = new Table(
  'nexthopBucketEntry',
  {
    index: u16(1, 'NHA_RES_BUCKET_INDEX', readOnly),
    idleTime: hundredths(2, 'NHA_RES_BUCKET_IDLE_TIME', 8, readOnly),
    nexthopId: u32(3, 'NHA_RES_BUCKET_NH_ID', readOnly),
  },
  { padding: { NHA_RES_BUCKET_PAD: 0 } },
)

const present = { access: 'readOnly', present: 'always' } as const

/** Rows of a bucket of a resilient group. `$bucket` is spread over those in the middle. */
export const bucketRows = {
  /** The group. */
  id: u32(1, 'NHA_ID', present),
  /** Number of the bucket, from 0. */
  index: derived<unknown, number, 'readOnly', 'always'>('NHA_RES_BUCKET_INDEX', 'u16', present),
  /** The member that it is sent to. */
  nexthopId: derived<unknown, number, 'readOnly', 'always'>('NHA_RES_BUCKET_NH_ID', 'u32', present),
  /** Seconds since its last packet, to 1/100. */
  idleTime: derived<unknown, number, 'readOnly', 'always'>('NHA_RES_BUCKET_IDLE_TIME', 'u64, in 1/100 s', present),
  /** State: `['offload', 'trap']`. */
  flags: headerFlags(NHMSG.flags, 'nh_flags', NEXTHOP_FLAGS, readOnly),
  $bucket: nest(13, 'NHA_RES_BUCKET', bucketEntry, readOnly),
}
