import { type CallOptions, checkCallOptions } from '../protocol/session.ts'
import { checkKeys } from '../schema/check-options.ts'
import { checkText } from '../schema/octets.ts'
import type { Program } from '../schema/program.ts'
import { type LinkReference, linkNameOrIndex, putLinkIndex } from '../schema/references.ts'
import { checkBoolean } from '../schema/scalars.ts'
import type { Link } from './link.ts'
import { INFO_KIND, linkInfo } from './link-info.ts'

const IFLA_MASTER = 10
const IFLA_EXT_MASK = 29
const RTEXT_FILTER_VF = 1
const RTEXT_FILTER_SKIP_STATS = 8

/** Which links to list. All given conditions hold for every link listed. */
export interface LinkFilter {
  /** Ports of this bridge, bond, vrf…; by index or as a Link the kernel filters, by name the index is looked up first. */
  master?: LinkReference | undefined
  /** Links of this kind, by the kernel's name of it. Filtered in the kernel. */
  kind?: Link['kind'] | (string & {}) | undefined
  /** Links that are administratively up, or down. */
  up?: boolean | undefined
  /** Links of this group. */
  group?: number | undefined
}

/** How much to ask about links. */
export interface LinkDetail extends CallOptions {
  /** SR-IOV functions too. They make answers large, and the kernel slow; default `false`. */
  virtualFunctions?: boolean | undefined
  /** IPv6 and ICMPv6 counters (`families.inet6`). Default `true`; without them the answer is smaller. The kernel sends `statistics` in any case. */
  statistics?: boolean | undefined
}

const DETAIL_KEYS: readonly string[] = ['virtualFunctions', 'statistics'] satisfies (keyof LinkDetail)[]

/** The options of the call among them. */
export function callOf({ signal, timeout }: LinkDetail): CallOptions {
  return { signal, timeout }
}

export function lowerDetail(program: Program, options: LinkDetail): void {
  checkCallOptions(program.operation, options, DETAIL_KEYS)
  const { virtualFunctions = false, statistics = true } = options
  const mask = (virtualFunctions ? RTEXT_FILTER_VF : 0) | (statistics ? 0 : RTEXT_FILTER_SKIP_STATS)
  if (mask !== 0) program.u32(IFLA_EXT_MASK, mask)
}

const KEYS: readonly (keyof LinkFilter)[] = ['master', 'kind', 'up', 'group']

/** Refuses what is no filter. */
export function checkFilter(program: Program, filter: LinkFilter): void {
  checkKeys(program.operation, filter, KEYS)
  if (filter.up === undefined) return
  program.at('up')
  checkBoolean(program, filter.up)
}

/** Writes what the kernel can filter. */
export function lowerFilter(program: Program, filter: LinkFilter): void {
  checkFilter(program, filter)
  if (filter.master !== undefined) lowerMaster(program, filter.master)
  if (filter.kind !== undefined) lowerKind(program, filter.kind)
}

function lowerMaster(program: Program, master: LinkReference): void {
  program.at('master')
  putLinkIndex(program, IFLA_MASTER, linkNameOrIndex(program, master))
}

function lowerKind(program: Program, kind: unknown): void {
  program.at('kind')
  checkText(program, kind, 55)
  program.nest(linkInfo.number)
  program.string(INFO_KIND, kind)
  program.end()
}

/** The same conditions again, for kernels that ignore them and for those that only we know. A master by name stays the kernel's. */
export function matches(link: Link, filter: LinkFilter): boolean {
  const { master, kind, up, group } = filter
  if (kind !== undefined && link.kind !== kind && link.kernelKind !== kind) return false
  if (up !== undefined && link.up !== up) return false
  if (group !== undefined && link.group !== group) return false
  if (master === undefined) return true
  if (typeof master === 'string') return link.master !== undefined
  return link.master === (typeof master === 'number' ? master : master.index)
}
