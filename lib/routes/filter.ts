import { invalidType } from '../errors.ts'
import type { Matcher } from '../protocol/filtered-dump.ts'
import { checkKeys } from '../schema/check-options.ts'
import type { Message } from '../schema/message.ts'
import type { Program } from '../schema/program.ts'
import { type LinkReference, linkNameOrIndex, putLinkIndex } from '../schema/references.ts'
import { checkBoolean, checkInteger } from '../schema/scalars.ts'
import { type Cidr, contains, readCidr } from '../values/cidr.ts'
import { AF_INET, AF_INET6 } from '../values/family.ts'
import { formatIp, parseIp } from '../values/ip.ts'
import { RTM_F_CLONED, RTMSG } from './header.ts'
import { families } from './lower.ts'
import { protocols, scopes, TABLES, tables, types } from './names.ts'
import { formatNetwork } from './network-text.ts'
import type { Route } from './route.ts'

const ENOENT = 2
const RTA_OIF = 4
const RTA_TABLE = 15

/** Which routes to list or flush. All given conditions hold for every route found. */
export interface RouteFilter {
  /** `'inet'` or `'inet6'`. Filtered in the kernel. Default: both. */
  family?: Route['family'] | undefined
  /** Routes of this table, by name or number. Filtered in the kernel. Default: all tables (`ip route` shows `main`). */
  table?: Route['table'] | undefined
  /** Routes that leave by this link, alone or among others. Filtered in the kernel. */
  link?: LinkReference | undefined
  /** Routes that this protocol added. Filtered in the kernel. */
  protocol?: Route['protocol'] | undefined
  /** Routes of this type. Filtered in the kernel. */
  type?: Route['type'] | undefined
  scope?: Route['scope'] | undefined
  /** The route to this very network, or `'default'`. */
  to?: string | undefined
  /** Routes to networks inside this one. Same as `ip route show root`. */
  root?: string | undefined
  /** Routes to networks that this one lies in. Same as `ip route show match`. */
  match?: string | undefined
  /** Routes through this router, alone or among others. */
  via?: string | undefined
  metric?: number | undefined
  preferredSource?: string | undefined
  tos?: number | undefined
  /** Lists the exceptions that the kernel has learned (redirects, path MTUs) instead of the tables. Same as `ip route show cache`. Default `false`. */
  cache?: boolean | undefined
}

const KEYS: readonly (keyof RouteFilter)[] = [
  'family',
  'table',
  'link',
  'protocol',
  'type',
  'scope',
  'to',
  'root',
  'match',
  'via',
  'metric',
  'preferredSource',
  'tos',
  'cache',
]

type Test = (route: Route) => boolean

export class RouteMatcher implements Matcher<Route> {
  readonly #tests: Test[] = []
  readonly linkName: string | undefined
  readonly #link: number | undefined
  readonly #family: number
  readonly #table: number
  readonly #protocol: number
  readonly #type: number
  readonly #cache: boolean

  constructor(program: Program, filter: RouteFilter) {
    checkKeys(program.operation, filter, KEYS)
    this.#family = numberOf(program, 'family', families, filter.family, 0xff)
    this.#table = numberOf(program, 'table', tables, filter.table, 0xffff_ffff)
    this.#protocol = numberOf(program, 'protocol', protocols, filter.protocol, 0xff)
    this.#type = numberOf(program, 'type', types, filter.type, 0xff)
    this.#cache = checkCache(program, filter.cache)
    program.at('link')
    const link = filter.link === undefined ? undefined : linkNameOrIndex(program, filter.link)
    this.linkName = typeof link === 'string' ? link : undefined
    this.#link = typeof link === 'number' ? link : undefined
    this.#addTests(program, filter)
  }

  #addTests(program: Program, filter: RouteFilter): void {
    const { table, protocol, type, scope, to, root, match, via, metric, preferredSource, tos } = filter
    if (table !== undefined) this.#equal('table', tables.toName(this.#table))
    if (protocol !== undefined) this.#equal('protocol', protocols.toName(this.#protocol))
    if (type !== undefined) this.#equal('type', types.toName(this.#type))
    if (scope !== undefined) this.#equal('scope', scopes.toName(numberOf(program, 'scope', scopes, scope, 0xff)))
    if (metric !== undefined) this.#addMetric(checkWhole(program, 'metric', metric, 0xffff_ffff))
    if (tos !== undefined) this.#equal('tos', checkWhole(program, 'tos', tos, 0xff))
    if (preferredSource !== undefined) this.#equal('preferredSource', address(program, 'preferredSource', preferredSource))
    if (via !== undefined) this.#addVia(address(program, 'via', via))
    if (to !== undefined) this.#addTo(program, to)
    if (root !== undefined) this.#addNetwork(program, 'root', root, (own, other) => contains(own, other))
    if (match !== undefined) this.#addNetwork(program, 'match', match, (own, other) => contains(other, own))
  }

  #equal<K extends keyof Route>(key: K, wanted: Route[K]): void {
    this.#tests.push(route => route[key] === wanted)
  }

  /** IPv4 does not send a metric of 0. */
  #addMetric(metric: number): void {
    this.#tests.push(route => (route.metric ?? 0) === metric)
  }

  #addVia(via: string): void {
    this.#tests.push(route => route.via === via || (route.multipath?.some(nexthop => nexthop.via === via) ?? false))
  }

  #addTo(program: Program, to: string): void {
    if (to === 'default') {
      this.#equal('to', to)
      return
    }
    const { bytes, prefix } = network(program, 'to', to)
    this.#equal('to', formatNetwork(formatIp(bytes, 0, bytes.length), prefix))
    this.#equal('family', bytes.length === 4 ? 'inet' : 'inet6')
  }

  #addNetwork(program: Program, option: string, text: string, test: (own: Cidr, other: Cidr) => boolean): void {
    const own = network(program, option, text)
    const any: Cidr = { bytes: new Uint8Array(own.bytes.length), prefix: 0 }
    const family = own.bytes.length === 4 ? 'inet' : 'inet6'
    this.#tests.push(route => {
      if (route.family !== family) return false
      return test(own, route.to === 'default' ? any : (readCidr(route.to) as Cidr))
    })
  }

  get isStrict(): boolean {
    const { linkName } = this
    return linkName !== undefined || this.#link !== undefined || (this.#table | this.#protocol | this.#type) !== 0 || this.#cache
  }

  lower(program: Program, loose: boolean): void {
    program.header(RTMSG.family.word, this.#family)
    if (loose) return
    if (this.#table > 0xff) program.u32(RTA_TABLE, this.#table)
    else program.header(RTMSG.table.word, this.#table)
    program.header(RTMSG.protocol.word, this.#protocol)
    program.header(RTMSG.type.word, this.#type)
    if (this.#cache) program.header(RTMSG.flags.word, RTM_F_CLONED)
    program.at('link')
    const link = this.#link ?? this.linkName
    if (link !== undefined) putLinkIndex(program, RTA_OIF, link)
  }

  /** What can be told from the header, before a route is decoded: the family, and exceptions that belong to no table. */
  matchesHeader(message: Message, start: number): boolean {
    const family = message.bytes[start]
    if (this.#family === 0 ? family !== AF_INET && family !== AF_INET6 : family !== this.#family) return false
    return ((message.u32(start + RTMSG.flags.offset) & RTM_F_CLONED) !== 0) === this.#cache
  }

  matches(route: Route, link = this.#link): boolean {
    if (link !== undefined && route.link !== link && !route.multipath?.some(nexthop => nexthop.link === link)) return false
    for (const test of this.#tests) if (!test(route)) return false
    return true
  }

  /** A table without routes may not exist. */
  meansNothing(errno: number): boolean {
    return errno === ENOENT && this.#table !== TABLES.unspec
  }
}

function numberOf(
  program: Program,
  option: string,
  names: { toNumber(program: Program, value: unknown, max: number): number },
  value: unknown,
  max: number,
): number {
  if (value === undefined) return 0
  program.at(option)
  return names.toNumber(program, value, max)
}

function checkWhole(program: Program, option: string, value: unknown, max: number): number {
  program.at(option)
  checkInteger(program, value, 0, max)
  return value
}

function checkCache(program: Program, cache: unknown): boolean {
  if (cache === undefined) return false
  program.at('cache')
  checkBoolean(program, cache)
  return cache
}

const parsed = new Uint8Array(16)

/** The text of an address as it is reported. */
function address(program: Program, option: string, text: unknown): string {
  const length = typeof text === 'string' ? parseIp(text, parsed, 0) : 0
  if (length === 0) throw invalidType(program.operation, option, 'an IP address', text)
  return formatIp(parsed, 0, length) as string
}

function network(program: Program, option: string, text: unknown): Cidr {
  const cidr = typeof text === 'string' ? readCidr(text) : undefined
  if (cidr === undefined) throw invalidType(program.operation, option, 'a network such as "10.0.0.0/8", or an address', text)
  return cidr
}
