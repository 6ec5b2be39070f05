import type { CreateOptions, Reports } from '../schema/infer.ts'
import type { bucketRows, nexthopRows } from './attributes.ts'

type BucketRows = { [K in keyof typeof bucketRows as K extends `$${string}` ? never : K]: (typeof bucketRows)[K] }

/** Options of `nexthops.add` and `replace`. What `list` returns is taken too; what only the kernel says is passed over. */
export type NexthopObjectOptions = CreateOptions<typeof nexthopRows>

/** A nexthop object as the kernel reports it. A property that the kernel did not send is `undefined`. */
export type NexthopObject = Reports<typeof nexthopRows>

/** A bucket of a resilient group. */
export type NexthopBucket = Reports<BucketRows>

/** Of an object whose id the kernel does not choose. */
export type NumberedNexthopOptions = NexthopObjectOptions & { readonly id: number }

/** A nexthop object by its id, or anything that has it, such as a NexthopObject. */
export type NexthopReference = number | { readonly id: number }

/** What `nexthops.get` and `list` read beside the objects. */
export interface NexthopDetails {
  /** Counters of the members of groups. Default false. Since Linux 6.9. */
  readonly statistics?: boolean | undefined
  /** Those of hardware too. Default false. */
  readonly hardwareStatistics?: boolean | undefined
}

export type { NexthopBucketFilter, NexthopFilter } from './filter.ts'
export type { NexthopMember } from './group.ts'
