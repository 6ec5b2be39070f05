import { flagsOf } from '../schema/enums.ts'
import { Field } from '../schema/field.ts'
import { derived, headerBit } from '../schema/headers.ts'
import { nest } from '../schema/nests.ts'
import { ip, mac } from '../schema/octets.ts'
import { type LinkReference, linkReference, lowerHeaderLink } from '../schema/references.ts'
import { be16, flag, s32, u16, u32 } from '../schema/scalars.ts'
import { Struct, structOf } from '../schema/structs.ts'
import { Table } from '../schema/table.ts'
import { NDMSG, NTF } from '../values/ndmsg.ts'
import { stateField } from './state.ts'

const LARGEST_VLAN = 4094
const LARGEST_VNI = 0xff_ffff

const readOnly = { access: 'readOnly' } as const

/** `struct nda_cacheinfo`. */
const cacheInfo = new Struct('fdbCacheInfo', { confirmed: 'u32', used: 'u32', updated: 'u32', references: 'u32' })

/** NDA_FDB_EXT_ATTRS: what a bridge tells of an entry that somebody watches. */
const activity = new Table('fdbActivity', {
  /** `'notify'`: an event when the address is seen again, or not for the ageing time; `'inactive'`: it has not been seen. Same as `activity_notify` and `inactive`. */
  notify: flagsOf(1, 'NFEA_ACTIVITY_NOTIFY', 'u8', { notify: 1, inactive: 2 }),
  /** The change does not count as having seen the address. Not reported. Default false. Same as `norefresh`. */
  dontRefresh: flag(2, 'NFEA_DONT_REFRESH', { access: 'writeOnly' }),
})

/**
 * The bridge in whose table the entry stands. `true` means that of which the link is a port; what is reported may be given back. Which flag that takes
 * depends on the link: see lower.ts.
 */
const master = new Field<boolean | number, number, 'readWrite', 'sometimes'>(
  'attribute',
  9,
  'NDA_MASTER',
  {},
  {
    wire: 'u32',
    allowed: 'true, false, or the index of the bridge',
    minLength: 4,
    lower: (program, value) => {
      if (typeof value !== 'boolean' && typeof value !== 'number')
        program.expected('true, false, or the index of the bridge', value)
    },
    decode: (message, offset) => message.u32(offset),
  },
)

/** Rows of an entry of a forwarding table (<linux/neighbour.h>). */
export const fdbRows = {
  /** The link that frames for the address leave by: its name, its index, or a Link. Reported as its index. Same as `dev`. */
  link: derived<LinkReference, number, 'required', 'always'>(
    'ndm_ifindex',
    's32',
    { access: 'required', present: 'always' },
    (program, value) => lowerHeaderLink(program, NDMSG.index.word, value),
  ),
  /** The hardware address. On a vxlan, `'00:00:00:00:00:00'` is for all that have no entry, and for broadcast. */
  macAddress: mac(2, 'NDA_LLADDR', { access: 'required', present: 'always' }),
  /** VLAN id, 1–4094, on a bridge with `vlanFiltering`. Default: none; where the port is in VLANs, the kernel adds and deletes in each of them as well. */
  vlan: u16(5, 'NDA_VLAN', { min: 1, max: LARGEST_VLAN }),
  /**
   * `'permanent'`: an address of this machine, frames to it go up; `'static'`: stays; `'dynamic'`: ages, unless it is seen. Of what is learned, `'stale'`: not
   * seen for the ageing time. On a vxlan, `'permanent'` stays. Default `'permanent'`.
   */
  state: stateField,
  /**
   * In the link's own table: the remotes of a vxlan, addresses that a network card is to accept, or, where the link is a bridge, those of the bridge itself. Default:
   * true when `remote`, `nexthopId`, `port`, `vni`, `via` or `srcVni` is given and `master` is not.
   */
  self: headerBit(NDMSG.flags, 'NTF_SELF', NTF.self),
  /** In the table of the bridge that the link is a port of. Default: true, unless `self` is. Reported as the bridge's index, also of the bridge's own entries. */
  master,
  /** A dynamic entry that stays with its port, even when the address is seen at another. Default false. */
  sticky: headerBit(NDMSG.flags, 'NTF_STICKY', NTF.sticky),
  /** A program learned the address and looks after it: it does not age. Default false. Same as `extern_learn`. */
  externLearned: headerBit(NDMSG.flags, 'NTF_EXT_LEARNED', NTF.externLearned),
  /** The far end is a router, on a vxlan with `routeShortCircuit`. Default false. */
  router: headerBit(NDMSG.flags, 'NTF_ROUTER', NTF.router),
  /** As if the address had just been seen at the port. Not reported. Default false. */
  use: headerBit(NDMSG.flags, 'NTF_USE', NTF.use, { access: 'writeOnly' }),
  /** Hardware has it. */
  offloaded: headerBit(NDMSG.flags, 'NTF_OFFLOADED', NTF.offloaded, readOnly),
  /** A host that asks to be let in at a locked port with `mab`. `replace` lets it in. */
  locked: derived<boolean, boolean, 'readOnly', 'always'>('NTF_EXT_LOCKED', 'flag 2 of NDA_FLAGS_EXT', {
    access: 'readOnly',
    present: 'always',
  }),
  /** The other end of the tunnel, on a vxlan: an address of the family that the vxlan has. Same as `dst`. */
  remote: ip(1, 'NDA_DST'),
  /** UDP port of the other end, 1–65535. Default: the vxlan's, for which none is reported. */
  port: be16(6, 'NDA_PORT', { min: 1 }),
  /** Network id to send with, 0–16777215. Default: the vxlan's, for which none is reported. */
  vni: u32(7, 'NDA_VNI', { max: LARGEST_VNI }),
  /** The link to send by. Default: whichever leads there. Reported as its index. */
  via: linkReference(8, 'NDA_IFINDEX'),
  /** Network id of frames that the entry is for, on a vxlan with `collectMetadata`. Same as `src_vni`. */
  srcVni: u32(11, 'NDA_SRC_VNI', { max: LARGEST_VNI }),
  /** A nexthop object with `fdb`, in place of `remote`, `port`, `vni` and `via`. Same as `nhid`. */
  nexthopId: u32(13, 'NDA_NH_ID', { min: 1 }),
  /** How a bridge watches the entry. Needs Linux 5.14. */
  activity: nest(14, 'NDA_FDB_EXT_ATTRS', activity),
  /** Id of the namespace that `via` is in, where that is another one. */
  linkNamespaceId: s32(10, 'NDA_LINK_NETNSID', readOnly),
  /** Times since it was used and updated, in 1/100 s. */
  cacheInfo: structOf(3, 'NDA_CACHEINFO', cacheInfo, readOnly),
  $flagsExt: u32(15, 'NDA_FLAGS_EXT', readOnly),
}

/** Known, and without news: what neighbors have, and what flushes are asked with. */
export const fdbPadding = { NDA_PROBES: 4, NDA_PROTOCOL: 12, NDA_NDM_STATE_MASK: 16, NDA_NDM_FLAGS_MASK: 17 } as const
