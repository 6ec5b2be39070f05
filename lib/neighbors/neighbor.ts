import type { CreateOptions, Reports } from '../schema/infer.ts'
import type { LinkReference } from '../schema/references.ts'
import type { neighborRows } from './attributes.ts'

type Rows = { [K in keyof typeof neighborRows as K extends `$${string}` ? never : K]: (typeof neighborRows)[K] }

/** Options of `neighbors.add`, `replace` and `change`. What `list` returns is taken too; what only the kernel says is passed over. */
export type NeighborOptions = CreateOptions<Rows>

/** A neighbor as the kernel reports it. A property that the kernel did not send is `undefined`. */
export type Neighbor = Reports<Rows>

/** What `neighbors.get` and `delete` need to know a neighbor by. */
export interface NeighborIdentity {
  /** The link that it is on. Only a proxy entry can be without. */
  readonly link?: LinkReference | undefined
  /** Its IP address. */
  readonly address: string
  /** The proxy entry, not the neighbor. Default false. */
  readonly proxy?: boolean | undefined
}

export type { NeighborFilter } from './filter.ts'
