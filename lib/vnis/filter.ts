import type { Matcher } from '../protocol/filtered-dump.ts'
import { checkKeys } from '../schema/check-options.ts'
import type { Program } from '../schema/program.ts'
import { type LinkReference, linkNameOrIndex } from '../schema/references.ts'
import { checkBoolean } from '../schema/scalars.ts'
import { AF_BRIDGE } from '../values/family.ts'
import { TUNNEL } from './header.ts'
import type { Vni } from './vni.ts'

const TUNNEL_MSG_FLAG_STATS = 1

/** Which network ids to list, and how much of each. */
export interface VniFilter {
  /** Those of this vxlan. Filtered in the kernel. A link without a filter has none. */
  link?: LinkReference | undefined
  /** With counters; then each id is listed by itself. Default `false`. Same as `bridge -s vni show`. */
  statistics?: boolean | undefined
}

const KEYS: readonly (keyof VniFilter)[] = ['link', 'statistics']

export class VniMatcher implements Matcher<Vni> {
  readonly linkName: string | undefined
  readonly #link: number | undefined
  readonly #statistics: boolean

  constructor(program: Program, filter: VniFilter) {
    const { link, statistics = false } = filter
    checkKeys(program.operation, filter, KEYS)
    program.at('statistics')
    checkBoolean(program, statistics)
    this.#statistics = statistics
    program.at('link')
    const reference = link === undefined ? undefined : linkNameOrIndex(program, link)
    this.linkName = typeof reference === 'string' ? reference : undefined
    this.#link = typeof reference === 'number' ? reference : undefined
  }

  /** The kernel refuses to list a link without a filter. */
  get isStrict(): boolean {
    return this.linkName !== undefined || this.#link !== undefined
  }

  lower(program: Program, loose: boolean): void {
    program.header(TUNNEL.family.word, AF_BRIDGE)
    if (this.#statistics) program.header(TUNNEL.flags.word, TUNNEL_MSG_FLAG_STATS)
    if (loose) return
    program.at('link')
    if (this.#link !== undefined) program.header(TUNNEL.index.word, this.#link)
    if (this.linkName !== undefined) program.headerIndex(this.linkName)
  }

  matches(vni: Vni, link = this.#link): boolean {
    return link === undefined || vni.link === link
  }
}
