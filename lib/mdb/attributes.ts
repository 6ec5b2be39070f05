import { enumOf, numberOr } from '../schema/enums.ts'
import { Field } from '../schema/field.ts'
import { derived } from '../schema/headers.ts'
import { hundredths } from '../schema/hundredths.ts'
import { ip } from '../schema/octets.ts'
import { type LinkReference, linkReference } from '../schema/references.ts'
import { u8, u16, u32 } from '../schema/scalars.ts'
import { Table } from '../schema/table.ts'
import { PROTOCOLS } from '../values/routing.ts'
import type { MDB_FLAGS, MDB_STATES } from './entry-struct.ts'
import { type MdbSource, reportedSources, sentSources } from './source-list.ts'

export const LARGEST_VLAN = 4094
const LARGEST_VNI = 0xff_ffff

/** MCAST_EXCLUDE and MCAST_INCLUDE of <linux/in.h>. */
const FILTER_MODES = { exclude: 0, include: 1 } as const

const readOnly = { access: 'readOnly' } as const

/** Rows of MDBA_SET_ENTRY_ATTRS and MDBA_GET_ENTRY_ATTRS: what is sent goes by other numbers than what is reported. */
export const sent = {
  source: ip(1, 'MDBE_ATTR_SOURCE'),
  sourceList: sentSources,
  filterMode: enumOf(3, 'MDBE_ATTR_GROUP_MODE', 'u8', FILTER_MODES),
  protocol: numberOr(4, 'MDBE_ATTR_RTPROT', 'u8', PROTOCOLS),
  remote: ip(5, 'MDBE_ATTR_DST'),
  port: u16(6, 'MDBE_ATTR_DST_PORT', { min: 1 }),
  vni: u32(7, 'MDBE_ATTR_VNI', { max: LARGEST_VNI }),
  via: linkReference(8, 'MDBE_ATTR_IFINDEX'),
  srcVni: u32(9, 'MDBE_ATTR_SRC_VNI', { max: LARGEST_VNI }),
  $stateMask: u8(10, 'MDBE_ATTR_STATE_MASK'),
}

export const sentTable = new Table('mdbSentAttributes', sent)

/** A row that is reported by one attribute and sent by another. */
function both<In, Out>(
  reported: Field<any, Out, any, 'sometimes'>,
  written: Field<In, any, any, any>,
): Field<In, Out, 'readWrite', 'sometimes'> {
  return new Field('attribute', reported.number, reported.constant, {} as const, {
    ...reported,
    merge: undefined,
    lower: written.lower,
  })
}

const present = { present: 'always' } as const

/** Rows of an entry of a multicast database (<linux/if_bridge.h>); the first six stand in `struct br_mdb_entry`. */
export const mdbRows = {
  /** The bridge: its name, its index, or a Link. Default: `link` itself. Reported as its index. `bridge` calls it `dev`. */
  master: derived<LinkReference, number, 'readWrite', 'always'>('ifindex', 'u32', present),
  /** The port behind which listeners are; the bridge itself, when this machine listens; or a vxlan. Reported as its index. `bridge` calls it `port`. */
  link: derived<LinkReference, number, 'required', 'always'>('br_mdb_entry.ifindex', 'u32', { access: 'required', ...present }),
  /** The group: an IPv4 or IPv6 multicast address, or a multicast address of the link. On a vxlan, all zeros are for groups without an entry. Same as `grp`. */
  group: derived<string, string, 'required', 'always'>('br_mdb_entry.addr', 'ip or mac', { access: 'required', ...present }),
  /** VLAN id, 1–4094. Default: none. Not of a vxlan. Same as `vid`. */
  vlan: derived<number, number, 'readWrite', 'sometimes'>('br_mdb_entry.vid', 'u16', {}),
  /** `'temporary'` ends when no listener reports any more; `'permanent'` stays. Default `'temporary'`; of a vxlan, and of a hardware address, `'permanent'`. */
  state: derived<keyof typeof MDB_STATES, keyof typeof MDB_STATES, 'readWrite', 'always'>('br_mdb_entry.state', 'u8', present),
  /** State, as `bridge` prints it: `['offload', 'blocked']`. */
  flags: derived<unknown, readonly (keyof typeof MDB_FLAGS | number)[], 'readOnly', 'always'>('br_mdb_entry.flags', 'u8', {
    ...readOnly,
    ...present,
  }),
  /** Only what this host sends to the group. Same as `src`. */
  source: both(ip(4, 'MDBA_MDB_EATTR_SOURCE'), sent.source),
  /** `'exclude'`: from everybody but those in `sourceList`; `'include'`: only from those. Default `'exclude'`. Not with `source`. Since Linux 6.2. Same as `filter_mode`. */
  filterMode: both(enumOf(3, 'MDBA_MDB_EATTR_GROUP_MODE', 'u8', FILTER_MODES), sent.filterMode),
  /** Sources that `filterMode` is about. The bridge makes entries of its own for them. Since Linux 6.2. Same as `source_list`. */
  sourceList: both<readonly (string | MdbSource)[], readonly MdbSource[]>(
    reportedSources as Field<any, readonly MdbSource[], any, 'sometimes'>,
    sent.sourceList,
  ),
  /** Who added it, by name or number from 4 (`'static'`); `'kernel'` for what was learned, and not sent. Default `'static'`. Same as `proto`. */
  protocol: both(numberOr(5, 'MDBA_MDB_EATTR_RTPROT', 'u8', PROTOCOLS), sent.protocol),
  /** The other end of the tunnel, on a vxlan. Since Linux 6.4, as the four below. Same as `dst`. */
  remote: both(ip(6, 'MDBA_MDB_EATTR_DST'), sent.remote),
  /** UDP port of the other end, 1–65535. Default: the vxlan's, for which none is reported. Same as `dst_port`. */
  port: both(u16(7, 'MDBA_MDB_EATTR_DST_PORT'), sent.port),
  /** Network id to send with, 0–16777215. Default: the vxlan's, for which none is reported. */
  vni: both(u32(8, 'MDBA_MDB_EATTR_VNI'), sent.vni),
  /** The link to send by. Default: whichever leads there. Reported as its index. */
  via: both<LinkReference | null, number>(u32(9, 'MDBA_MDB_EATTR_IFINDEX'), sent.via),
  /** Network id of frames that the entry is for, on a vxlan with `collectMetadata`. Same as `src_vni`. */
  srcVni: both(u32(10, 'MDBA_MDB_EATTR_SRC_VNI'), sent.srcVni),
  /** Seconds until the entry ends, to 1/100; 0 for one that stays. */
  timer: hundredths(1, 'MDBA_MDB_EATTR_TIMER', 4, readOnly),
}

/** Rows of a port behind which a multicast router is. */
export const routerPortRows = {
  /** The bridge. */
  master: derived<unknown, number, 'readOnly', 'always'>('ifindex', 'u32', { ...readOnly, ...present }),
  /** The port; the bridge itself, when this machine routes. */
  link: derived<unknown, number, 'readOnly', 'always'>('ifindex', 'u32', { ...readOnly, ...present }),
  /** How it came to be one. */
  type: enumOf(2, 'MDBA_ROUTER_PATTR_TYPE', 'u8', { disabled: 0, query: 1, permanent: 2, temporary: 3 }, readOnly),
  /** VLAN id. */
  vlan: u16(5, 'MDBA_ROUTER_PATTR_VID', readOnly),
  /** Seconds until it is forgotten, to 1/100. */
  timer: hundredths(1, 'MDBA_ROUTER_PATTR_TIMER', 4, readOnly),
  /** The same for IPv4 alone. */
  inetTimer: hundredths(3, 'MDBA_ROUTER_PATTR_INET_TIMER', 4, readOnly),
  /** The same for IPv6 alone. */
  inet6Timer: hundredths(4, 'MDBA_ROUTER_PATTR_INET6_TIMER', 4, readOnly),
}
