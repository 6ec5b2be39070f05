import type { ChangeOptions, Reports } from '../schema/infer.ts'
import type { neighborTableRows } from './attributes.ts'

/** What `neighborTables.set` changes, and of which table. What `list` returns is taken too. */
export type NeighborTableChanges = ChangeOptions<typeof neighborTableRows>

/** A table of neighbors with its default parameters, or, with `link`, the parameters of one link. A property that the kernel did not send is `undefined`. */
export type NeighborTableEntry = Reports<typeof neighborTableRows>

export type { NeighborTableFilter } from './filter.ts'
