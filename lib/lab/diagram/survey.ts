import type { Address } from '../../addresses/address.ts'
import type { Link } from '../../links/link.ts'
import type { Netns } from '../../netns/netns.ts'
import { MADE_BY_THE_KERNEL } from '../plan.ts'

/** What is really there, as the kernel tells it. */
export interface Survey {
  readonly namespaces: readonly SurveyedNamespace[]
  readonly wires: readonly Wire[]
}

export interface SurveyedNamespace {
  readonly name: string
  /** Each master followed by its ports. */
  readonly links: readonly SurveyedLink[]
}

export interface SurveyedLink {
  readonly index: number
  /** As `ip` prints it: `eth0.5@eth0`, `v0@v1`; `eth0@if7` where the other end is in none of the namespaces. */
  readonly name: string
  readonly kind: string | undefined
  readonly state: LinkState
  readonly addresses: readonly string[]
  /** How many masters it is below: 0, or 1 for a port. */
  readonly depth: number
  /** Index of its master in this namespace. */
  readonly master: number | undefined
}

export type LinkState = 'up' | 'no carrier' | 'down'

/** Two links that belong together across namespaces: the ends of a pair, or one that stands on the other. */
export interface Wire {
  readonly kind: 'pair' | 'on'
  readonly ends: readonly [WireEnd, WireEnd]
}

/** A link by the number of its namespace in the survey, and by its index there. */
export interface WireEnd {
  readonly namespace: number
  readonly index: number
}

/** What was read of one namespace. */
interface Read {
  readonly name: string
  readonly netns: Netns
  readonly links: readonly Link[]
  readonly addresses: readonly Address[]
}

/** Reads links and addresses of the namespaces, and finds out how they are joined. */
export async function survey(namespaces: Readonly<Record<string, Netns>>): Promise<Survey> {
  const read = await Promise.all(
    Object.entries(namespaces).map(async ([name, netns]): Promise<Read> => {
      const [links, addresses] = await Promise.all([netns.links.list(), netns.addresses.list()])
      return { name, netns, links, addresses }
    }),
  )
  const wires = await new Matching(read).wires()
  const joined = new Set(wires.flatMap(({ ends }) => ends.map(({ namespace, index }) => `${namespace} ${index}`)))
  return { namespaces: read.map((one, i) => describe(one, index => joined.has(`${i} ${index}`))), wires }
}

/** Finds the other ends of links. Ids of namespaces are looked up only where they are not known from the other end. */
class Matching {
  readonly #read: readonly Read[]
  readonly #wires: Wire[] = []
  readonly #done = new Set<string>()

  constructor(read: readonly Read[]) {
    this.#read = read
  }

  async wires(): Promise<Wire[]> {
    const numbers = Array.from(this.#read.keys())
    // Who knows most others first: what it tells need not be asked of each of them.
    const known = numbers.map(number => new Set(this.#open(number).map(({ linkNetnsid }) => linkNetnsid)).size)
    for (const number of numbers.sort((a, b) => (known[b] ?? 0) - (known[a] ?? 0) || a - b)) await this.#match(number)
    return this.#wires.sort(({ ends: [a] }, { ends: [b] }) => a.namespace - b.namespace || a.index - b.index)
  }

  /** Links of a namespace whose other end is elsewhere and not found yet. */
  #open(number: number): Link[] {
    const links = this.#read[number]?.links ?? []
    return links.filter(
      ({ index, link, linkNetnsid }) => link && (linkNetnsid ?? -1) >= 0 && !this.#done.has(`${number} ${index}`),
    )
  }

  async #match(number: number): Promise<void> {
    const open = this.#open(number)
    if (open.length === 0) return
    const { netns } = this.#read[number] as Read
    const ids = await Promise.all(this.#read.map((other, i) => (i === number ? undefined : netns.namespaceIds.get(other.netns))))
    for (const link of open) {
      const namespace = ids.indexOf(link.linkNetnsid as number)
      const other = this.#read[namespace]?.links.find(({ index }) => index === link.link)
      if (other === undefined) continue
      const kind = other.link === link.index ? 'pair' : 'on'
      this.#done.add(`${number} ${link.index}`)
      if (kind === 'pair') this.#done.add(`${namespace} ${other.index}`)
      const ends = [
        { namespace: number, index: link.index },
        { namespace, index: other.index },
      ].sort((a, b) => a.namespace - b.namespace) as [WireEnd, WireEnd]
      this.#wires.push({ kind, ends })
    }
  }
}

function describe({ name, links, addresses }: Read, isJoined: (index: number) => boolean): SurveyedNamespace {
  const shown = links.filter(link => isWorthShowing(link, addressesOf(link, addresses))).sort((a, b) => a.index - b.index)
  const tell = (link: Link, depth: number): SurveyedLink[] => {
    const told: SurveyedLink = {
      index: link.index,
      name: nameOf(link, links, isJoined(link.index)),
      kind: link.kind === 'other' ? link.kernelKind : link.kind,
      state: stateOf(link),
      addresses: addressesOf(link, addresses),
      depth,
      master: depth === 0 ? undefined : link.master,
    }
    const ports = shown.filter(other => other.master === link.index && other.index !== link.index)
    return [told, ...ports.flatMap(port => tell(port, depth + 1))]
  }
  const first = shown.filter(link => !link.master || !shown.some(other => other.index === link.master))
  return { name, links: first.flatMap(link => tell(link, 0)) }
}

/** Not the loopback as it always is, and not the tunnels that are in every namespace once their modules are loaded. */
function isWorthShowing(link: Link, addresses: readonly string[]): boolean {
  if (link.name === 'lo') return addresses.some(address => address !== '127.0.0.1/8' && address !== '::1/128')
  return !MADE_BY_THE_KERNEL.has(link.name) || link.up || addresses.length > 0
}

/** Those that somebody gave; the link-local ones of IPv6 every link has. */
function addressesOf({ index }: Link, addresses: readonly Address[]): string[] {
  return addresses.filter(({ link, scope }) => link === index && scope !== 'link').map(({ address }) => address)
}

function nameOf({ name, link, linkNetnsid }: Link, links: readonly Link[], isJoined: boolean): string {
  if (!link || isJoined) return name
  const below = linkNetnsid === undefined ? links.find(({ index }) => index === link)?.name : undefined
  return `${name}@${below ?? `if${link}`}`
}

function stateOf({ up, flags }: Link): LinkState {
  if (!up) return 'down'
  return flags.includes('LOWER_UP') ? 'up' : 'no carrier'
}
