import type { Matcher } from '../protocol/filtered-dump.ts'
import { checkKeys } from '../schema/check-options.ts'
import { Enumeration } from '../schema/enums.ts'
import type { Program } from '../schema/program.ts'
import { type LinkReference, linkNameOrIndex } from '../schema/references.ts'
import { checkInteger } from '../schema/scalars.ts'
import { AF_BRIDGE } from '../values/family.ts'
import { formatIp, parseIp } from '../values/ip.ts'
import { BR_PORT, MDB_STATES } from './entry-struct.ts'
import type { MdbEntry } from './mdb-entry.ts'

const states = new Enumeration(MDB_STATES)

/** Which entries to list. All given conditions hold for every entry found; the kernel filters by none of them. */
export interface MdbFilter {
  /** Entries of this port, of this bridge itself, or of this vxlan. */
  link?: LinkReference | undefined
  /** Entries of this bridge and of its ports, or of this vxlan. */
  master?: LinkReference | undefined
  group?: string | undefined
  vlan?: number | undefined
  state?: MdbEntry['state'] | undefined
}

const KEYS: readonly (keyof MdbFilter)[] = ['link', 'master', 'group', 'vlan', 'state']

type Test = (entry: MdbEntry) => boolean

export class MdbMatcher implements Matcher<MdbEntry> {
  readonly isStrict = false
  readonly linkName: string | undefined
  readonly masterName: string | undefined
  readonly #link: number | undefined
  readonly #master: number | undefined
  readonly #tests: Test[] = []

  constructor(program: Program, filter: MdbFilter) {
    checkKeys(program.operation, filter, KEYS)
    const { link, master, group, vlan, state } = filter
    program.at('link')
    const port = link === undefined ? undefined : linkNameOrIndex(program, link)
    this.linkName = typeof port === 'string' ? port : undefined
    this.#link = typeof port === 'number' ? port : undefined
    program.at('master')
    const bridge = master === undefined ? undefined : linkNameOrIndex(program, master)
    this.masterName = typeof bridge === 'string' ? bridge : undefined
    this.#master = typeof bridge === 'number' ? bridge : undefined
    if (group !== undefined) this.#addGroup(program, group)
    program.at('vlan')
    if (vlan !== undefined) checkInteger(program, vlan, 1, 4094)
    if (vlan !== undefined) this.#tests.push(entry => entry.vlan === vlan)
    program.at('state')
    if (state !== undefined) states.toNumber(program, state, 1)
    if (state !== undefined) this.#tests.push(entry => entry.state === state)
  }

  #addGroup(program: Program, group: unknown): void {
    program.at('group')
    if (typeof group !== 'string') program.expected('a multicast address', group)
    const bytes = new Uint8Array(16)
    const length = parseIp(group, bytes, 0)
    const wanted = length === 0 ? group.toLowerCase().replaceAll('-', ':') : formatIp(bytes, 0, length)
    this.#tests.push(entry => entry.group === wanted)
  }

  lower(program: Program): void {
    program.header(BR_PORT.familyWord, AF_BRIDGE)
  }

  matches(entry: MdbEntry, link = this.#link, master = this.#master): boolean {
    if (link !== undefined && entry.link !== link) return false
    if (master !== undefined && entry.master !== master) return false
    return this.#tests.every(test => test(entry))
  }
}
