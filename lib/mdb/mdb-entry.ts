import type { CreateOptions, Reports } from '../schema/infer.ts'
import type { LinkReference } from '../schema/references.ts'
import type { mdbRows, routerPortRows } from './attributes.ts'

/** Options of `mdb.add`, `replace` and `delete`. What `list` returns is taken too; what only the kernel says is passed over. */
export type MdbEntryOptions = CreateOptions<typeof mdbRows>

/** An entry of a multicast database as the kernel reports it. A property that the kernel did not send is `undefined`. */
export type MdbEntry = Reports<typeof mdbRows>

/** A port behind which a multicast router is. */
export type MdbRouterPort = Reports<typeof routerPortRows>

/** What `mdb.get` asks for. */
export interface MdbLookup {
  /** The bridge or vxlan. */
  readonly master: LinkReference
  /** The group. */
  readonly group: string
  /** VLAN id. Default: none. */
  readonly vlan?: number | undefined
  /** Only what this host sends to it. */
  readonly source?: string | undefined
  /** Network id that the entry is for, on a vxlan with `collectMetadata`. */
  readonly srcVni?: number | undefined
}

/** Which entries `mdb.flush` deletes: those of the bridge or vxlan for which all given conditions hold. */
export interface MdbFlush {
  /** The bridge or vxlan. */
  readonly master: LinkReference
  /** Of this port. */
  readonly link?: LinkReference | undefined
  readonly vlan?: number | undefined
  /** Permanent ones, or those that are not. */
  readonly permanent?: boolean | undefined
  /** Those that this protocol added. */
  readonly protocol?: MdbEntry['protocol'] | undefined
  /** To this other end, of a vxlan, as the three below. */
  readonly remote?: string | undefined
  readonly port?: number | undefined
  readonly vni?: number | undefined
  readonly srcVni?: number | undefined
}

export type { MdbFilter } from './filter.ts'
export type { MdbSource } from './source-list.ts'
