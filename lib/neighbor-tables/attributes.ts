import { derived, headerEnum } from '../schema/headers.ts'
import { nest } from '../schema/nests.ts'
import { string } from '../schema/octets.ts'
import type { LinkReference } from '../schema/references.ts'
import { u32, u64 } from '../schema/scalars.ts'
import { Struct, structOf } from '../schema/structs.ts'
import { Table } from '../schema/table.ts'
import { FAMILIES } from '../values/family.ts'

/** Bytes of `struct ndtmsg`. */
export const NDTMSG_SIZE = 4

export const NDTMSG_FAMILY = { word: 0, offset: 0 } as const

/** NDTPA_IFINDEX, which stands among the parameters: it says whose they are. */
export const PARAMETERS_LINK = 1

const readOnly = { access: 'readOnly' } as const
const milliseconds = { unit: 'ms' } as const

/** How neighbors of one table are looked for and kept, on one link or on those to come. Same as the settings under net.ipv4.neigh and net.ipv6.neigh. */
export const parametersTable = new Table(
  'neighborParameters',
  {
    /** How long a neighbor counts as reachable once it has answered; the kernel picks between half and one and a half of it. Default 30000. Same as `base_reachable`. */
    baseReachableTime: u64(4, 'NDTPA_BASE_REACHABLE_TIME', milliseconds),
    /** What it has picked. */
    reachableTime: u64(3, 'NDTPA_REACHABLE_TIME', { ...milliseconds, ...readOnly }),
    /** Time between two probes. Default 1000. Same as `retrans`. */
    retransmitTime: u64(5, 'NDTPA_RETRANS_TIME', milliseconds),
    /** How long an entry that nobody uses stays, once it is `'stale'`. Default 60000. Same as `gc_stale`. */
    gcStaleTime: u64(6, 'NDTPA_GC_STALETIME', milliseconds),
    /** How long a neighbor that was stale is used before it is probed. Default 5000. Same as `delay_probe`. */
    delayProbeTime: u64(7, 'NDTPA_DELAY_PROBE_TIME', milliseconds),
    /** How often managed neighbors are probed. Default 5000. Since Linux 6.0. */
    intervalProbeTime: u64(19, 'NDTPA_INTERVAL_PROBE_TIME_MS', { ...milliseconds, min: 1 }),
    /** Packets that wait for a neighbor, counted as packets of the largest size; `queueBytes` is what the kernel keeps. Same as `queue`. */
    queueLength: u32(8, 'NDTPA_QUEUE_LEN', { unit: 'packets' }),
    /** Bytes of packets that wait for a neighbor, with what the kernel needs for them. Default 212992. */
    queueBytes: u32(16, 'NDTPA_QUEUE_LENBYTES', { unit: 'bytes' }),
    /** Probes that are left to a program, before those of the kernel by multicast. Default 0. Same as `app_probes`. */
    applicationProbes: u32(9, 'NDTPA_APP_PROBES'),
    /** Probes to the address that is known. Default 3. Same as `ucast_probes`. */
    unicastProbes: u32(10, 'NDTPA_UCAST_PROBES'),
    /** Probes to all. Default 3. Same as `mcast_probes`. */
    multicastProbes: u32(11, 'NDTPA_MCAST_PROBES'),
    /** Probes to all once those by a program have failed. Default 0. Same as `mcast_reprobes`. */
    multicastReprobes: u32(17, 'NDTPA_MCAST_REPROBES'),
    /** Longest time before a solicitation for an anycast address is answered, in IPv6. Default 1000. */
    anycastDelay: u64(12, 'NDTPA_ANYCAST_DELAY', milliseconds),
    /** Longest time before a request for a proxy entry is answered. Default 800. */
    proxyDelay: u64(13, 'NDTPA_PROXY_DELAY', milliseconds),
    /** Requests for proxy entries that wait to be answered. Default 64. Same as `proxy_queue`. */
    proxyQueueLength: u32(14, 'NDTPA_PROXY_QLEN'),
    /** How long an entry stays as it is before another answer may change it. Default 1000 in IPv4, 0 in IPv6. */
    lockTime: u64(15, 'NDTPA_LOCKTIME', milliseconds),
    /** How many refer to these parameters. */
    references: u32(2, 'NDTPA_REFCNT', readOnly),
    $link: u32(PARAMETERS_LINK, 'NDTPA_IFINDEX', readOnly),
  },
  { padding: { NDTPA_PAD: 18 }, acceptsListed: true },
)

const config = new Struct('neighborTableConfig', {
  keyLength: 'u16',
  entrySize: 'u16',
  entries: 'u32',
  lastFlush: 'u32',
  lastRandom: 'u32',
  hashSeed: 'u32',
  hashMask: 'u32',
  hashChainGc: 'u32',
  proxyQueueLength: 'u32',
})

const statistics = new Struct('neighborTableStatistics', {
  allocations: 'u64',
  destroyed: 'u64',
  hashGrows: 'u64',
  resolutionFailures: 'u64',
  lookups: 'u64',
  hits: 'u64',
  multicastProbes: 'u64',
  unicastProbes: 'u64',
  periodicGcRuns: 'u64',
  forcedGcRuns: 'u64',
  tableFulls: 'u64',
})

/** Rows of a neighbor table (<linux/neighbour.h>), or of its parameters on one link. */
export const neighborTableRows = {
  /** `'inet'` or `'inet6'`. Default: that of `name`. */
  family: headerEnum(NDTMSG_FAMILY, 'ndtm_family', FAMILIES),
  /** `'arp_cache'` or `'ndisc_cache'`. Default: that of `family`. */
  name: string(1, 'NDTA_NAME', { present: 'always' }),
  /** The link whose `parameters` these are: its name, its index, or a Link. Undefined: those of links to come, and the table itself. Reported as its index. */
  link: derived<LinkReference, number, 'readWrite', 'sometimes'>('NDTPA_IFINDEX', 'u32', {}),
  /** Fewer entries than this are never collected as garbage. Default 128. One for all namespaces. Same as `thresh1`. */
  threshold1: u32(2, 'NDTA_THRESH1'),
  /** More entries than this are collected once they are five seconds old. Default 512. One for all namespaces. Same as `thresh2`. */
  threshold2: u32(3, 'NDTA_THRESH2'),
  /** There are no more entries than this, but for permanent ones. Default 1024. One for all namespaces. Same as `thresh3`. */
  threshold3: u32(4, 'NDTA_THRESH3'),
  /** Time between two collections of garbage. Default 30000. One for all namespaces. Same as `gc_int`. */
  gcInterval: u64(8, 'NDTA_GC_INTERVAL', milliseconds),
  /** How neighbors are looked for and kept. */
  parameters: nest(6, 'NDTA_PARMS', parametersTable),
  /** What the table looks like; times in milliseconds, up to now. */
  config: structOf(5, 'NDTA_CONFIG', config, readOnly),
  /** What has happened to the table. */
  statistics: structOf(7, 'NDTA_STATS', statistics, readOnly),
}
