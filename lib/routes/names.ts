import { Enumeration } from '../schema/enums.ts'
import { PROTOCOLS, ROUTE_TYPES, SCOPES, TABLES } from '../values/routing.ts'

export { IP_PROTOCOLS, PROTOCOLS, ROUTE_TYPES as TYPES, SCOPES, TABLES } from '../values/routing.ts'

/** ICMPV6_ROUTER_PREF_*. */
export const PREFERENCES = { medium: 0, high: 1, invalid: 2, low: 3 } as const

export const tables = new Enumeration(TABLES)
export const protocols = new Enumeration(PROTOCOLS)
export const scopes = new Enumeration(SCOPES)
export const types = new Enumeration(ROUTE_TYPES)
