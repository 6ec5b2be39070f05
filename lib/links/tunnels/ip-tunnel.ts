import { invalidValue } from '../../errors.ts'
import type { Program } from '../../schema/program.ts'
import { ENCAPSULATION_KEYS } from './encapsulation.ts'
import { RESIZES_TUNNEL6 } from './tunnel6.ts'
import { whole } from './whole.ts'

type Options = Readonly<Record<string, unknown>>

/** What two tunnels of a kind must not share in a namespace. */
export const SAME_TUNNEL = '"local", "remote" and "link"'

export const TUNNEL_CHANGES = { keeps: ENCAPSULATION_KEYS } as const

export const TUNNEL6_CHANGES = { keeps: ENCAPSULATION_KEYS, resizedBy: RESIZES_TUNNEL6 } as const

/** A ttl of its own turns path MTU discovery on, whatever was said of that (ip_tunnel_netlink_parms() in net/ipv4/ip_tunnel_core.c). */
export function checkPathMtu(program: Program, given: Options, now: Options | undefined): void {
  const { ttl = 'inherit', pmtuDiscovery } = whole(given, now)
  if (pmtuDiscovery !== false || ttl === 'inherit' || ttl === 0) return
  const key = given.pmtuDiscovery === undefined ? 'ttl' : 'pmtuDiscovery'
  program.at(key)
  const asked = given[key] !== undefined
  throw invalidValue(
    program.operation,
    program.option,
    asked
      ? 'pmtuDiscovery: false goes only with ttl: "inherit"'
      : 'this tunnel has one and pmtuDiscovery: false, which no change can keep: give either',
  )
}
