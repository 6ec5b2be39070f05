import { Enumeration } from '../schema/enums.ts'
import { FAMILIES } from '../values/family.ts'
import { PROTOCOLS, TABLES } from '../values/routing.ts'

/** AF_INET and AF_INET6; RTNL_FAMILY_IPMR and RTNL_FAMILY_IP6MR have the rules of multicast routing. */
export const RULE_FAMILIES = { ...FAMILIES, ipmr: 128, ip6mr: 129 } as const

/** FR_ACT_*. */
export const ACTIONS = { unspec: 0, lookup: 1, goto: 2, nop: 3, blackhole: 6, unreachable: 7, prohibit: 8 } as const

/** FIB_RULE_*, as `ip -j` prints them where it does. */
export const RULE_FLAGS = {
  permanent: 0x1,
  not: 0x2,
  unresolved: 0x4,
  iif_detached: 0x8,
  oif_detached: 0x10,
  find_source: 0x1_0000,
} as const

export const ruleFamilies = new Enumeration(RULE_FAMILIES)
export const actions = new Enumeration(ACTIONS)
export const protocols = new Enumeration(PROTOCOLS)
export const tables = new Enumeration(TABLES)
