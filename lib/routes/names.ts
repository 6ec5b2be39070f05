import { Enumeration } from '../schema/enums.ts'
import { PROTOCOLS, SCOPES, TABLES } from '../values/routing.ts'

export { IP_PROTOCOLS, PROTOCOLS, SCOPES, TABLES } from '../values/routing.ts'

/** RTN_*. */
export const TYPES = {
  unspec: 0,
  unicast: 1,
  local: 2,
  broadcast: 3,
  anycast: 4,
  multicast: 5,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
  throw: 9,
  nat: 10,
  xresolve: 11,
} as const

/** ICMPV6_ROUTER_PREF_*. */
export const PREFERENCES = { medium: 0, high: 1, invalid: 2, low: 3 } as const

export const tables = new Enumeration(TABLES)
export const protocols = new Enumeration(PROTOCOLS)
export const scopes = new Enumeration(SCOPES)
export const types = new Enumeration(TYPES)
