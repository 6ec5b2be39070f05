import { numberOr } from '../schema/enums.ts'
import { derived, headerBit, headerEnum } from '../schema/headers.ts'
import { hardwareAddress, ip } from '../schema/octets.ts'
import { type LinkReference, lowerHeaderLink } from '../schema/references.ts'
import { u32 } from '../schema/scalars.ts'
import { Struct, structOf } from '../schema/structs.ts'
import { FAMILIES } from '../values/family.ts'
import { NDMSG, NEIGHBOR_STATES, NTF } from '../values/ndmsg.ts'
import { PROTOCOLS, ROUTE_TYPES } from '../values/routing.ts'

const readOnly = { access: 'readOnly' } as const

/** `struct nda_cacheinfo`. */
const cacheInfo = new Struct('neighborCacheInfo', { confirmed: 'u32', used: 'u32', updated: 'u32', references: 'u32' })

/** Rows of a neighbor (<linux/neighbour.h>). */
export const neighborRows = {
  /** `'inet'` or `'inet6'`; follows from `address`. */
  family: headerEnum(NDMSG.family, 'ndm_family', FAMILIES),
  /** The link that the neighbor is on: its name, its index, or a Link. Only a proxy entry can do without, and is for all links then. Reported as its index. Same as `dev`. */
  link: derived<LinkReference, number, 'readWrite', 'sometimes'>('ndm_ifindex', 's32', {}, (program, value) =>
    lowerHeaderLink(program, NDMSG.index.word, value),
  ),
  /** The neighbor's IP address. */
  address: ip(1, 'NDA_DST', { access: 'required', present: 'always' }),
  /**
   * Its address on the link: `'02:00:00:00:00:01'`, on tunnels an IP address. Missing where it is not known. A new entry has to have one, but
   * for states without one, and for `managed` and `use`. Same as `lladdr`.
   */
  linkLayerAddress: hardwareAddress(2, 'NDA_LLADDR'),
  /**
   * What is known of it: `'permanent'` and `'noarp'` stay as they are; `'reachable'`, `'stale'`, `'delay'` and `'probe'` are checked in time;
   * `'incomplete'`, `'failed'` and `'none'` have no address on the link. Default `'permanent'`, or `'none'` with `managed` or `use`. Same as `nud`.
   */
  state: headerEnum(NDMSG.state, 'ndm_state', NEIGHBOR_STATES),
  /** An entry for which this machine answers in the neighbor's place. Of its other properties it has `protocol` and `router`. Default false. */
  proxy: headerBit(NDMSG.flags, 'NTF_PROXY', NTF.proxy),
  /** The neighbor is a router, in IPv6. Default false. */
  router: headerBit(NDMSG.flags, 'NTF_ROUTER', NTF.router),
  /** Whoever added it learned of it and looks after it: it is not collected as garbage. Default false. Same as `extern_learn`. */
  externLearned: headerBit(NDMSG.flags, 'NTF_EXT_LEARNED', NTF.externLearned),
  /** Asks the kernel to find the neighbor at once, and to use what it finds. Not reported. Default false. */
  use: headerBit(NDMSG.flags, 'NTF_USE', NTF.use, { access: 'writeOnly' }),
  /** Asks the kernel to find the neighbor at once, and to keep what it finds fresh. Not with the state `'permanent'`, and not for a proxy. Default false. Since Linux 5.16. */
  managed: derived<boolean, boolean, 'readWrite', 'always'>('NTF_EXT_MANAGED', 'bit 1 of NDA_FLAGS_EXT', { present: 'always' }),
  /** Whoever added it knows that the neighbor is there: it is neither checked nor collected as garbage, and used while it is `'stale'`. Default false. Since Linux 6.17. Same as `extern_valid`. */
  externValidated: derived<boolean, boolean, 'readWrite', 'always'>('NTF_EXT_EXT_VALIDATED', 'flag 4 of NDA_FLAGS_EXT', {
    present: 'always',
  }),
  /** Hardware has it. */
  offloaded: headerBit(NDMSG.flags, 'NTF_OFFLOADED', NTF.offloaded, readOnly),
  /** Who added it, by name or number: `'static'`, `'bgp'`. Default: none. */
  protocol: numberOr(12, 'NDA_PROTOCOL', 'u8', PROTOCOLS, { min: 1 }),
  /** How the address on the link came about: `'unicast'`, `'multicast'`, `'broadcast'`, `'local'`. */
  type: headerEnum(NDMSG.type, 'ndm_type', ROUTE_TYPES, readOnly),
  /** How many probes were sent without an answer. */
  probes: u32(4, 'NDA_PROBES', readOnly),
  /** Times since it was confirmed, used and updated, in 1/100 s; and how many refer to it. */
  cacheInfo: structOf(3, 'NDA_CACHEINFO', cacheInfo, readOnly),
  $flagsExt: u32(15, 'NDA_FLAGS_EXT', readOnly),
}
