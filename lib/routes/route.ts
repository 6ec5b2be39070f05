import type { CreateOptions, Reports } from '../schema/infer.ts'
import type { routeRows } from './attributes.ts'

type Rows = { [K in keyof typeof routeRows as K extends `$${string}` ? never : K]: (typeof routeRows)[K] }

/** Options of `routes.add`, `append`, `prepend`, `replace` and `change`. What `list` returns is taken too; what only the kernel says is passed over. */
export type RouteOptions = CreateOptions<Rows>

/** A route as the kernel reports it. A property that the kernel did not send is `undefined`. */
export type Route = Reports<Rows>

export type { RouteFilter } from './filter.ts'
export type { RouteLookup } from './lookup.ts'
export type { Nexthop, NexthopOptions } from './multipath.ts'
