import type { AddressOptions } from '../addresses/address.ts'
import { invalidValue } from '../errors.ts'
import type { AddLinkOptions } from '../links/link.ts'
import type { Netns } from '../netns/netns.ts'
import { type NamespaceDescriptor, type NamespaceHandle, namespaceDescriptor } from '../protocol/namespace-reference.ts'
import type { RouteOptions } from '../routes/route.ts'
import { LONGEST_NAME } from '../values/link-name.ts'
import { type Locate, OPERATION } from './option-path.ts'

/** Everything to be made, checked and with every name known. */
export interface Plan {
  readonly places: readonly Place[]
  /** In an order in which each comes behind those that it stands on. */
  readonly links: readonly PlannedLink[]
  /** The namespace of the bridges that name no other; undefined when there are none. */
  readonly hub: Place | undefined
}

/** Something to be done in a namespace, and what of the description it is for. */
export interface Planned<T> {
  readonly locate: Locate
  readonly what: T
}

export type PlannedSetting = Planned<(netns: Netns) => Promise<void>>

/** A link by the place that it is in and its name there. */
export interface LinkName {
  readonly place: Place
  readonly name: string
}

/** One request for a link, which may bring two. */
export interface PlannedLink {
  readonly locate: Locate
  /** Where it is made. */
  readonly place: Place
  readonly options: AddLinkOptions
  /** What it brings: itself, and the other end of a pair. */
  readonly brings: readonly LinkName[]
  /** What it stands on. */
  readonly needs: readonly Planned<LinkName>[]
  /** Both ends come up, so that there will be carrier. */
  readonly carries: boolean
}

/** One namespace of a lab, before it is made and after. Stands for its handle in the options of links. */
export class Place implements NamespaceHandle {
  readonly name: string
  readonly path: string
  /** What is written before there are links. */
  readonly settings: PlannedSetting[] = []
  /** What is written once there are links, before they come up. */
  readonly linkSettings: PlannedSetting[] = []
  readonly addresses: Planned<AddressOptions>[] = []
  readonly routes: Planned<RouteOptions>[] = []
  /** Links that come up only behind `linkSettings`. */
  readonly upLater: Planned<string>[] = []
  readonly #links = new Map<string, string>()
  netns: Netns | undefined

  constructor(name: string, path: string) {
    this.name = name
    this.path = path
  }

  [namespaceDescriptor](): NamespaceDescriptor | undefined {
    return this.netns?.[namespaceDescriptor]()
  }

  /** An address of IPv6 is to be here. */
  get hasIpv6(): boolean {
    return this.addresses.some(({ what }) => what.address.includes(':'))
  }

  get linkNames(): readonly string[] {
    return [...this.#links.keys()]
  }

  has(link: string): boolean {
    return this.#links.has(link) || MADE_BY_THE_KERNEL.has(link)
  }

  /** Takes a name for what is described at `path`. */
  claim(name: string, path: string): void {
    const other = this.#links.get(name) ?? (MADE_BY_THE_KERNEL.has(name) ? 'the kernel' : undefined)
    if (other !== undefined)
      throw invalidValue(OPERATION, path, `namespace "${this.name}" has a link "${name}" already, of ${other}`)
    this.#links.set(name, path)
  }

  /** Takes the first free one of `eth0`, `eth1` and so on. */
  claimEthernet(path: string): string {
    for (let number = 0; ; number++) {
      const name = `eth${number}`
      if (this.has(name)) continue
      this.#links.set(name, path)
      return name
    }
  }

  /** Takes a name like the one that is wanted, which is cut and numbered as need be. */
  claimLike(wanted: string, path: string): string {
    const plain = [...wanted].map(character => (/[\w.-]/.test(character) ? character : '-')).join('')
    for (let number = 1; ; number++) {
      const tail = number === 1 ? '' : `~${number}`
      const name = plain.slice(0, LONGEST_NAME - tail.length) + tail
      if (this.has(name)) continue
      this.#links.set(name, path)
      return name
    }
  }
}

/** Those that are in a new namespace, all of them where the modules of tunnels are loaded (net.core.fb_tunnels_only_for_init_net). */
export const MADE_BY_THE_KERNEL: ReadonlySet<string> = new Set(
  'lo tunl0 gre0 gretap0 erspan0 sit0 ip6tnl0 ip6gre0 ip_vti0 ip6_vti0'.split(' '),
)
