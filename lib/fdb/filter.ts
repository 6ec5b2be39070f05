import type { Matcher } from '../protocol/filtered-dump.ts'
import { checkKeys } from '../schema/check-options.ts'
import type { Message } from '../schema/message.ts'
import type { Program } from '../schema/program.ts'
import { type LinkReference, linkNameOrIndex, putLinkIndex } from '../schema/references.ts'
import { checkBoolean, checkInteger } from '../schema/scalars.ts'
import { AF_BRIDGE } from '../values/family.ts'
import { formatMac, parseMac } from '../values/mac.ts'
import { NDMSG } from '../values/ndmsg.ts'
import type { FdbEntry } from './fdb-entry.ts'
import { stateNames } from './state.ts'

const NDA_IFINDEX = 8
const NDA_MASTER = 9

/** Which entries to list. All given conditions hold for every entry found. */
export interface FdbFilter {
  /** Entries of this port, vxlan or bridge. Filtered in the kernel. */
  link?: LinkReference | undefined
  /** Entries of this bridge and of its ports. Filtered in the kernel. */
  master?: LinkReference | undefined
  /** Only those in links' own tables, or only those in tables of bridges. */
  self?: boolean | undefined
  macAddress?: string | undefined
  vlan?: number | undefined
  state?: FdbEntry['state'] | undefined
}

const KEYS: readonly (keyof FdbFilter)[] = ['link', 'master', 'self', 'macAddress', 'vlan', 'state']

type Test = (entry: FdbEntry) => boolean

export class FdbMatcher implements Matcher<FdbEntry> {
  readonly linkName: string | undefined
  readonly #link: number | undefined
  /** The kernel knows, and looks the name up. */
  readonly master: string | number | undefined
  readonly #tests: Test[] = []

  constructor(program: Program, filter: FdbFilter) {
    checkKeys(program.operation, filter, KEYS)
    const { link, master, self, macAddress, vlan, state } = filter
    program.at('master')
    this.master = master === undefined ? undefined : linkNameOrIndex(program, master)
    program.at('link')
    const reference = link === undefined ? undefined : linkNameOrIndex(program, link)
    this.linkName = typeof reference === 'string' ? reference : undefined
    this.#link = typeof reference === 'number' ? reference : undefined
    program.at('self')
    if (self !== undefined) checkBoolean(program, self)
    if (self !== undefined) this.#tests.push(entry => entry.self === self)
    program.at('vlan')
    if (vlan !== undefined) checkInteger(program, vlan, 1, 4094)
    if (vlan !== undefined) this.#tests.push(entry => entry.vlan === vlan)
    if (macAddress !== undefined) this.#addMac(program, macAddress)
    if (state !== undefined) this.#addState(program, state)
  }

  #addMac(program: Program, text: unknown): void {
    program.at('macAddress')
    const bytes = new Uint8Array(6)
    if (typeof text !== 'string' || parseMac(text, bytes, 0, 6) !== 6) program.expected('a hardware address', text)
    const wanted = formatMac(bytes, 0, 6)
    this.#tests.push(entry => entry.macAddress === wanted)
  }

  #addState(program: Program, state: FdbEntry['state']): void {
    program.at('state')
    stateNames.toNumber(program, state, 0xffff)
    this.#tests.push(entry => entry.state === state)
  }

  /** Before Linux 5.0 the kernel read a request of another form, without these. */
  get isStrict(): boolean {
    return this.master === undefined && (this.linkName !== undefined || this.#link !== undefined)
  }

  lower(program: Program, loose: boolean): void {
    program.header(NDMSG.family.word, AF_BRIDGE)
    if (loose) return
    program.at('link')
    const link = this.#link ?? this.linkName
    if (link !== undefined) putLinkIndex(program, NDA_IFINDEX, link)
    program.at('master')
    if (this.master !== undefined) putLinkIndex(program, NDA_MASTER, this.master)
  }

  matchesHeader(message: Message, start: number): boolean {
    return message.bytes[start] === AF_BRIDGE
  }

  matches(entry: FdbEntry, link = this.#link): boolean {
    if (link !== undefined && entry.link !== link) return false
    return this.#tests.every(test => test(entry))
  }
}
