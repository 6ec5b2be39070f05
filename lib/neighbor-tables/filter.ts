import type { Matcher } from '../protocol/filtered-dump.ts'
import { checkKeys } from '../schema/check-options.ts'
import { Enumeration } from '../schema/enums.ts'
import type { Message } from '../schema/message.ts'
import type { Program } from '../schema/program.ts'
import { type LinkReference, linkNameOrIndex } from '../schema/references.ts'
import { AF_INET, AF_INET6, FAMILIES } from '../values/family.ts'
import { NDTMSG_FAMILY } from './attributes.ts'
import type { NeighborTableEntry } from './neighbor-table-entry.ts'

const families = new Enumeration(FAMILIES)

/** Which tables to list. */
export interface NeighborTableFilter {
  /** `'inet'` or `'inet6'`. Filtered in the kernel. Default: both. */
  family?: NeighborTableEntry['family'] | undefined
  /** Only the parameters of this link. */
  link?: LinkReference | undefined
}

const KEYS: readonly (keyof NeighborTableFilter)[] = ['family', 'link']

export class NeighborTableMatcher implements Matcher<NeighborTableEntry> {
  readonly isStrict = false
  readonly linkName: string | undefined
  readonly #link: number | undefined
  readonly #family: number

  constructor(program: Program, { family, link, ...rest }: NeighborTableFilter) {
    checkKeys(program.operation, rest, KEYS)
    program.at('family')
    this.#family = family === undefined ? 0 : families.toNumber(program, family, 0xff)
    program.at('link')
    const reference = link === undefined ? undefined : linkNameOrIndex(program, link)
    this.linkName = typeof reference === 'string' ? reference : undefined
    this.#link = typeof reference === 'number' ? reference : undefined
  }

  lower(program: Program): void {
    program.header(NDTMSG_FAMILY.word, this.#family)
  }

  matchesHeader(message: Message, start: number): boolean {
    const family = message.bytes[start]
    return this.#family === 0 ? family === AF_INET || family === AF_INET6 : family === this.#family
  }

  matches(entry: NeighborTableEntry, link = this.#link): boolean {
    return link === undefined || entry.link === link
  }
}
