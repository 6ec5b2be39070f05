import type { AddressOptions } from '../addresses/address.ts'
import type { AddLinkOptions, CommonLinkOptions, PortOptions } from '../links/link.ts'
import type { LinkSettingOptions } from '../netns/link-settings.ts'
import type { SysctlValue } from '../netns/sysctl.ts'
import type { RouteOptions } from '../routes/route.ts'

/**
 * What a lab is made of. Everything in it can be JSON. `N` are the names of its namespaces, `B` those of its bridges; both follow from what is written.
 */
export interface LabDescription<N extends string = string, B extends string = string> {
  /** The namespaces, by name. */
  readonly namespaces: { readonly [K in N]: NamespaceDescription | null }
  /** Bridges, by name: each joins namespaces. They live in a namespace of the lab's own, `lab.hub`, unless they say another. */
  readonly bridges?: { readonly [K in B]: BridgeDescription<NoInfer<N>> | null } | undefined
  /** Cables: each joins two namespaces, as in `{ left: '10.0.0.1/30', right: '10.0.0.2/30' }`. */
  readonly cables?: readonly CableDescription<NoInfer<N>>[] | undefined
}

/**
 * One namespace. `lo` and all links are up, and what the bridges and cables of the lab bring need not be said again. Where it has an address of IPv6, its links do without
 * duplicate address detection, unless `settings` say otherwise: addresses can be used at once.
 */
export interface NamespaceDescription {
  /** Routes packets of others: `net.ipv4.ip_forward` and `net.ipv6.conf.all.forwarding`. Default: as the kernel has it in a new namespace. */
  readonly forwarding?: boolean | undefined
  /** Links made here beside those that bridges and cables bring, as in `links.add`. They may come before their `link` and their `master`. */
  readonly links?: readonly LabLink[] | undefined
  /** Further addresses, by link: `{ lo: '192.0.2.1/32' }`. */
  readonly addresses?: { readonly [link: string]: LabAddresses } | undefined
  /**
   * Routes, by where they lead: `{ default: '10.0.0.1', '10.9.0.0/16': { via: '10.0.0.2', metric: 100 } }`. Text is the router: its address, or the name of a bridge
   * or of a namespace that is reached directly, which stands for its address there.
   */
  readonly routes?: { readonly [to: string]: string | LabRoute | readonly (string | LabRoute)[] } | undefined
  /** Settings of links, as in `sysctl.setLink`; also of `all`, and of `default`, which is set before links are made. */
  readonly settings?: { readonly [link: string]: LinkSettingOptions } | undefined
  /** Any other setting, as in `sysctl.set`: `{ 'net.ipv4.tcp_syncookies': 0 }`. */
  readonly sysctl?: { readonly [name: string]: SysctlValue } | undefined
}

/** A link: options of `links.add`, where `netns` is the name of a namespace of the lab, and what belongs to the link. Up unless `up: false`. */
export type LabLink = AddLinkOptions & { readonly name: string } & OfLink

/** What a link of a lab has besides options of its own. */
interface OfLink {
  /** Its IP addresses; `address` is its hardware address. */
  readonly addresses?: LabAddresses | undefined
  /** Its settings, as in `sysctl.setLink`. They are in force before the link comes up. */
  readonly settings?: LinkSettingOptions | undefined
}

/** One address or several: text such as `'10.0.0.1/24'`, or options of `addresses.add`. */
export type LabAddresses = string | LabAddress | readonly (string | LabAddress)[]

export type LabAddress = Omit<AddressOptions, 'link'>

export type LabRoute = Omit<RouteOptions, 'to'>

/** A bridge, up unless `up: false`: options of `links.add` with `kind: 'bridge'`. */
export type BridgeDescription<N extends string = string> = Omit<
  Extract<AddLinkOptions, { kind: 'bridge' }>,
  'kind' | 'name' | 'netns'
> &
  OfLink & {
    /** The namespace that it lives in. Default: the lab's own, `lab.hub`. */
    readonly namespace?: N | undefined
    /** The namespaces on it, each with a link of its own: `{ web: '10.0.0.2/24', db: '10.0.0.3/24' }`. */
    readonly ports?: { readonly [K in N]?: PortDescription | null } | undefined
  }

/** The end of a cable that is in a namespace: its address, or more. */
export type EndDescription = string | EndOptions

/** The end in the namespace of what leads to a bridge: its address, or more. */
export type PortDescription = string | (EndOptions & { readonly port?: BridgePort | undefined })

/** What the bridge does with what comes from there: `{ hairpin: true }`. */
export type BridgePort = Omit<Extract<PortOptions, { kind: 'bridge' }>, 'kind'>

/** Options that every link has, and what belongs to it. Its name is `eth0`, `eth1` and so on, in the order of the description, unless given. */
export type EndOptions = Omit<Partial<CommonLinkOptions>, 'netns' | 'link' | 'linkNetnsid' | 'index'> & OfLink

/** Two namespaces, each with its end. */
export type CableDescription<N extends string = string> = { readonly [K in N]?: EndDescription | null }
