import type { CreateOptions, Reports } from '../schema/infer.ts'
import type { LinkReference } from '../schema/references.ts'
import type { fdbRows } from './attributes.ts'

type Rows = { [K in keyof typeof fdbRows as K extends `$${string}` ? never : K]: (typeof fdbRows)[K] }

/** Options of `fdb.add`, `append` and `replace`. What `list` returns is taken too; what only the kernel says is passed over. */
export type FdbEntryOptions = CreateOptions<Rows>

/** An entry of a forwarding table as the kernel reports it. A property that the kernel did not send is `undefined`. */
export type FdbEntry = Reports<Rows>

/** What `fdb.get` asks for. */
export interface FdbLookup {
  /** A port of the bridge, or with `self` the bridge itself or a vxlan. */
  readonly link: LinkReference
  /** The hardware address. */
  readonly macAddress: string
  /** VLAN id. Default: none. */
  readonly vlan?: number | undefined
  /** In the link's own table. Default false. */
  readonly self?: boolean | undefined
  /** In the table of the bridge that the link is a port of. Default: unless `self`. */
  readonly master?: boolean | number | undefined
  /** Network id that the entry is for, on a vxlan with `collectMetadata`. */
  readonly srcVni?: number | undefined
}

export type { FdbFilter } from './filter.ts'
export type { FdbFlush } from './flush.ts'
