import type { Matcher } from '../protocol/filtered-dump.ts'
import { checkKeys } from '../schema/check-options.ts'
import { Enumeration } from '../schema/enums.ts'
import type { Message } from '../schema/message.ts'
import type { Program } from '../schema/program.ts'
import { type LinkReference, linkNameOrIndex, putLinkIndex } from '../schema/references.ts'
import { checkBoolean } from '../schema/scalars.ts'
import { type Cidr, contains, readCidr } from '../values/cidr.ts'
import { AF_INET, AF_INET6, FAMILIES } from '../values/family.ts'
import { NDMSG, NEIGHBOR_STATES, NTF } from '../values/ndmsg.ts'
import { PROTOCOLS } from '../values/routing.ts'
import type { Neighbor } from './neighbor.ts'

const NDA_IFINDEX = 8
const NDA_MASTER = 9
/** Of links without a master. */
const NO_MASTER = 0xffff_ffff

const families = new Enumeration(FAMILIES)
const states = new Enumeration(NEIGHBOR_STATES)
const protocols = new Enumeration(PROTOCOLS)

/** Which neighbors to list or flush. All given conditions hold for every neighbor found. */
export interface NeighborFilter {
  /** `'inet'` or `'inet6'`. Filtered in the kernel. Default: both. */
  family?: Neighbor['family'] | undefined
  /** Neighbors on this link. Filtered in the kernel. */
  link?: LinkReference | undefined
  /** Neighbors on links with this master; `null`: on links without one. Filtered in the kernel. */
  master?: LinkReference | null | undefined
  /** The proxy entries, in place of the neighbors. Filtered in the kernel. Default false. */
  proxy?: boolean | undefined
  /** The neighbor with this address, or those in this network. */
  to?: string | undefined
  /** Neighbors in this state, or in one of these. */
  state?: Neighbor['state'] | readonly Neighbor['state'][] | undefined
  /** Neighbors that this protocol added. */
  protocol?: Neighbor['protocol'] | undefined
}

const KEYS: readonly (keyof NeighborFilter)[] = ['family', 'link', 'master', 'proxy', 'to', 'state', 'protocol']

type Test = (neighbor: Neighbor) => boolean

export class NeighborMatcher implements Matcher<Neighbor> {
  readonly linkName: string | undefined
  readonly #link: number | undefined
  readonly #master: string | number | undefined
  readonly #family: number
  readonly #proxy: boolean
  readonly #tests: Test[] = []

  constructor(program: Program, filter: NeighborFilter) {
    checkKeys(program.operation, filter, KEYS)
    const { family, link, master, proxy = false, to, state, protocol } = filter
    program.at('family')
    this.#family = family === undefined ? 0 : families.toNumber(program, family, 0xff)
    program.at('proxy')
    checkBoolean(program, proxy)
    this.#proxy = proxy
    program.at('master')
    this.#master = master === null ? NO_MASTER : master === undefined ? undefined : linkNameOrIndex(program, master)
    program.at('link')
    const reference = link === undefined ? undefined : linkNameOrIndex(program, link)
    this.linkName = typeof reference === 'string' ? reference : undefined
    this.#link = typeof reference === 'number' ? reference : undefined
    if (to !== undefined) this.#addNetwork(program, to)
    if (state !== undefined) this.#addStates(program, state)
    if (protocol !== undefined) this.#addProtocol(program, protocol)
  }

  #addNetwork(program: Program, to: unknown): void {
    program.at('to')
    const network = typeof to === 'string' ? readCidr(to) : undefined
    if (network === undefined) program.expected('an address, or a network such as "10.0.0.0/8"', to)
    this.#tests.push(({ address }) => contains(network, readCidr(address) as Cidr))
  }

  #addStates(program: Program, state: unknown): void {
    program.at('state')
    const wanted = (Array.isArray(state) ? state : [state]).map(one => states.toName(states.toNumber(program, one, 0xffff)))
    this.#tests.push(neighbor => wanted.includes(neighbor.state))
  }

  #addProtocol(program: Program, protocol: unknown): void {
    program.at('protocol')
    const wanted = protocols.toName(protocols.toNumber(program, protocol, 0xff))
    this.#tests.push(neighbor => (neighbor.protocol ?? 'unspec') === wanted)
  }

  /** A neighbor says nothing of its link's master: a kernel that cannot filter by it is not asked again without. */
  get isStrict(): boolean {
    return this.#master === undefined && (this.linkName !== undefined || this.#link !== undefined)
  }

  lower(program: Program, loose: boolean): void {
    program.header(NDMSG.family.word, this.#family)
    if (this.#proxy) program.header(NDMSG.flags.word, NTF.proxy)
    if (loose) return
    program.at('link')
    const link = this.#link ?? this.linkName
    if (link !== undefined) putLinkIndex(program, NDA_IFINDEX, link)
    program.at('master')
    if (this.#master !== undefined) putLinkIndex(program, NDA_MASTER, this.#master)
  }

  matchesHeader(message: Message, start: number): boolean {
    const family = message.bytes[start]
    return this.#family === 0 ? family === AF_INET || family === AF_INET6 : family === this.#family
  }

  matches(neighbor: Neighbor, link = this.#link): boolean {
    if (link !== undefined && neighbor.link !== link) return false
    return this.#tests.every(test => test(neighbor))
  }
}
