import type { Matcher } from '../protocol/filtered-dump.ts'
import { checkKeys } from '../schema/check-options.ts'
import { Enumeration } from '../schema/enums.ts'
import type { Program } from '../schema/program.ts'
import { type LinkReference, linkNameOrIndex, putLinkIndex } from '../schema/references.ts'
import { checkInteger } from '../schema/scalars.ts'
import { FAMILIES } from '../values/family.ts'
import { PROTOCOLS } from '../values/routing.ts'
import { NHMSG } from './header.ts'
import { lowerDetails } from './lower.ts'
import type { NexthopBucket, NexthopDetails, NexthopObject } from './nexthop-object.ts'

const NHA_ID = 1
const NHA_OIF = 5
const NHA_GROUPS = 9
const NHA_MASTER = 10
const NHA_FDB = 11
const NHA_RES_BUCKET = 13
const NHA_RES_BUCKET_NH_ID = 3

const families = new Enumeration(FAMILIES)
const protocols = new Enumeration(PROTOCOLS)

/** Which nexthop objects to list or flush, and what of them. All given conditions hold for every object found. */
export interface NexthopFilter extends NexthopDetails {
  /** `'inet'` or `'inet6'`; groups have none, and are not found then. Filtered in the kernel. */
  family?: NexthopObject['family'] | undefined
  /** Nexthops that leave by this link; groups do not, their members do. Filtered in the kernel. */
  link?: LinkReference | undefined
  /** Nexthops that leave by links with this master. Filtered in the kernel. */
  master?: LinkReference | undefined
  /** Only groups. Filtered in the kernel. */
  groups?: true | undefined
  /** Only ends of tunnels. Filtered in the kernel. */
  fdb?: true | undefined
  /** Those that this protocol added. */
  protocol?: NexthopObject['protocol'] | undefined
}

const KEYS: readonly (keyof NexthopFilter)[] = [
  'family',
  'link',
  'master',
  'groups',
  'fdb',
  'protocol',
  'statistics',
  'hardwareStatistics',
]

/** A link by index, or by the name to be looked up. */
type Place = string | number | undefined

function placeOf(program: Program, option: string, value: LinkReference | undefined): Place {
  program.at(option)
  return value === undefined ? undefined : linkNameOrIndex(program, value)
}

function lowerPlace(program: Program, option: string, number: number, place: Place): void {
  program.at(option)
  if (place !== undefined) putLinkIndex(program, number, place)
}

export class NexthopMatcher implements Matcher<NexthopObject> {
  readonly linkName: string | undefined
  /** A nexthop is not found by guessing: every kernel that has nexthop objects knows these conditions. */
  readonly isStrict = false
  readonly #filter: NexthopFilter
  readonly #family: number
  readonly #link: Place
  readonly #master: Place
  readonly #protocol: NexthopObject['protocol'] | undefined

  constructor(program: Program, filter: NexthopFilter) {
    checkKeys(program.operation, filter, KEYS)
    this.#filter = filter
    const { family, link, master, protocol } = filter
    program.at('family')
    this.#family = family === undefined ? 0 : families.toNumber(program, family, 0xff)
    this.#link = placeOf(program, 'link', link)
    this.linkName = typeof this.#link === 'string' ? this.#link : undefined
    this.#master = placeOf(program, 'master', master)
    program.at('protocol')
    this.#protocol = protocol === undefined ? undefined : protocols.toName(protocols.toNumber(program, protocol, 0xff))
    for (const key of ['groups', 'fdb'] as const) {
      program.at(key)
      if (filter[key] !== undefined && filter[key] !== true) program.expected('true', filter[key])
    }
  }

  lower(program: Program): void {
    const { groups, fdb } = this.#filter
    program.header(NHMSG.family.word, this.#family)
    lowerPlace(program, 'link', NHA_OIF, this.#link)
    lowerPlace(program, 'master', NHA_MASTER, this.#master)
    if (groups) program.flag(NHA_GROUPS)
    if (fdb) program.flag(NHA_FDB)
    lowerDetails(program, this.#filter)
  }

  matches(nexthop: NexthopObject, link = typeof this.#link === 'number' ? this.#link : undefined): boolean {
    const { groups, fdb } = this.#filter
    if (link !== undefined && nexthop.link !== link) return false
    if (this.#family !== 0 && nexthop.family !== families.toName(this.#family)) return false
    if ((groups && nexthop.group === undefined) || (fdb && !nexthop.fdb)) return false
    return this.#protocol === undefined || nexthop.protocol === this.#protocol
  }
}

/** Which buckets of resilient groups to list. */
export interface NexthopBucketFilter {
  /** Those of this group. Filtered in the kernel. */
  id?: number | undefined
  /** Those that are sent to this member. Filtered in the kernel. */
  nexthopId?: number | undefined
  /** Those that leave by this link. Filtered in the kernel. */
  link?: LinkReference | undefined
  /** Those that leave by links with this master. Filtered in the kernel. */
  master?: LinkReference | undefined
}

const BUCKET_KEYS: readonly (keyof NexthopBucketFilter)[] = ['id', 'nexthopId', 'link', 'master']

export class BucketMatcher implements Matcher<NexthopBucket> {
  /** A bucket does not say by which link it leaves: there is nothing to compare. */
  readonly linkName = undefined
  readonly isStrict = false
  readonly #id: number | undefined
  readonly #nexthopId: number | undefined
  readonly #link: Place
  readonly #master: Place

  constructor(program: Program, filter: NexthopBucketFilter) {
    checkKeys(program.operation, filter, BUCKET_KEYS)
    const { id, nexthopId, link, master } = filter
    for (const [key, value] of Object.entries({ id, nexthopId })) {
      program.at(key)
      if (value !== undefined) checkInteger(program, value, 1, 0xffff_ffff)
    }
    this.#id = id
    this.#nexthopId = nexthopId
    this.#link = placeOf(program, 'link', link)
    this.#master = placeOf(program, 'master', master)
  }

  lower(program: Program): void {
    program.header(NHMSG.family.word, 0)
    if (this.#id !== undefined) program.u32(NHA_ID, this.#id)
    lowerPlace(program, 'link', NHA_OIF, this.#link)
    lowerPlace(program, 'master', NHA_MASTER, this.#master)
    if (this.#nexthopId === undefined) return
    program.nest(NHA_RES_BUCKET)
    program.u32(NHA_RES_BUCKET_NH_ID, this.#nexthopId)
    program.end()
  }

  matches(bucket: NexthopBucket): boolean {
    if (this.#id !== undefined && bucket.id !== this.#id) return false
    return this.#nexthopId === undefined || bucket.nexthopId === this.#nexthopId
  }
}
