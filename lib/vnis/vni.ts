import type { CreateOptions, Reports } from '../schema/infer.ts'
import type { LinkReference } from '../schema/references.ts'
import type { vniRows } from './vni-table.ts'

/** Options of `vnis.add`. What `list` returns is taken too; what only the kernel says is passed over. */
export type VniOptions = CreateOptions<typeof vniRows>

/** One network id of a vxlan with a filter, or a range of them, as the kernel reports it. A property that the kernel did not send is `undefined`. */
export type Vni = Reports<typeof vniRows>

/** What `vnis.delete` needs to know ids by. */
export interface VniIdentity {
  /** The vxlan that has them. */
  readonly link: LinkReference
  /** The id, or the first of a range. */
  readonly vni: number
  /** The last of the range. */
  readonly lastVni?: number | undefined
}

export type { VniFilter } from './filter.ts'
