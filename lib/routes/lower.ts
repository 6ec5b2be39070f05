import { missingOption } from '../errors.ts'
import { Enumeration } from '../schema/enums.ts'
import type { Program } from '../schema/program.ts'
import { AF_INET, AF_INET6, FAMILIES } from '../values/family.ts'
import { RTMSG } from './header.ts'
import { PROTOCOLS, SCOPES, TABLES, TYPES } from './names.ts'
import { routeTable } from './route-table.ts'

type Given = Readonly<Record<string, unknown>>

export const families = new Enumeration(FAMILIES)

/** Writes a route that is to be added or changed, with the defaults of `ip route add`. */
export function lowerRoute(program: Program, options: object): void {
  const given = options as Given
  program.header(RTMSG.family.word, familyOf(program, given))
  program.header(RTMSG.table.word, TABLES.main)
  program.header(RTMSG.protocol.word, PROTOCOLS.boot)
  program.header(RTMSG.type.word, TYPES.unicast)
  routeTable.lower(program, sendable(given), 'create')
  const type = program.headerWord(RTMSG.type.word)
  if (given.table === undefined && livesInLocal(type)) program.header(RTMSG.table.word, TABLES.local)
  if (given.scope === undefined) program.header(RTMSG.scope.word, defaultScope(program, type, given, SCOPES.link))
}

/** Writes what a route is deleted by: what is not given matches anything, as in `ip route delete`. */
export function lowerDeletion(program: Program, options: object): void {
  const given = options as Given
  program.header(RTMSG.family.word, familyOf(program, given))
  program.header(RTMSG.table.word, TABLES.main)
  routeTable.lower(program, sendable(given), 'create')
  const type = program.headerWord(RTMSG.type.word)
  if (given.table === undefined && livesInLocal(type)) program.header(RTMSG.table.word, TABLES.local)
  if (given.scope === undefined) program.header(RTMSG.scope.word, defaultScope(program, type, given, SCOPES.nowhere))
}

/** With a nexthop object the kernel takes no other nexthop; a listed route has both. */
function sendable(given: Given): Given {
  if (given.nexthopId === undefined) return given
  const { via, link, multipath, ...rest } = given
  return rest
}

function livesInLocal(type: number): boolean {
  return type === TYPES.local || type === TYPES.broadcast || type === TYPES.anycast || type === TYPES.nat
}

/** Answers as `ip` does; `nowhere` stands for any scope in a deletion. */
function defaultScope(program: Program, type: number, given: Given, unicast: typeof SCOPES.link | typeof SCOPES.nowhere): number {
  if (program.headerWord(RTMSG.family.word) !== AF_INET) return SCOPES.global
  if (type === TYPES.local || type === TYPES.nat) return SCOPES.host
  if (type === TYPES.broadcast || type === TYPES.multicast || type === TYPES.anycast) return SCOPES.link
  if (unicast === SCOPES.nowhere) return unicast
  if (type !== TYPES.unicast && type !== TYPES.unspec) return SCOPES.global
  return given.via === undefined && given.multipath === undefined && given.nexthopId === undefined ? unicast : SCOPES.global
}

/** The family that is given, or that of the first address that has one. */
export function familyOf(program: Program, given: Given): number {
  const { family, to } = given
  if (family !== undefined) {
    program.at('family')
    return families.toNumber(program, family, 0xff)
  }
  if (to === undefined) throw missingOption(program.operation, 'to')
  if (to !== 'default') return familyOfText(to) ?? AF_INET
  return (
    familyOfText(given.via) ?? familyOfText(given.preferredSource) ?? familyOfText(given.from) ?? familyOfHops(given.multipath)
  )
}

function familyOfText(text: unknown): number | undefined {
  if (typeof text !== 'string' || text === 'default') return undefined
  return text.includes(':') ? AF_INET6 : AF_INET
}

function familyOfHops(multipath: unknown): number {
  const first: Given | undefined = Array.isArray(multipath) ? multipath[0] : undefined
  return familyOfText(first?.via) ?? AF_INET
}
