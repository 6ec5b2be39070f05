import type { ChangeOptions, CreateOptions, Reports } from '../schema/infer.ts'
import type { LinkReference } from '../schema/references.ts'
import type { linkRows } from './attributes.ts'
import type { LinkKind, PortKind } from './kind.ts'
import type { linkKinds, portKinds } from './kinds.ts'

type Kinds = (typeof linkKinds)[number]
type Ports = (typeof portKinds)[number]

type KindName<K> = K extends LinkKind<infer Name, any> ? Name : never
type KindRows<K> = K extends LinkKind<any, infer R> ? R : never
type KindKey<K> = K extends { readonly key: infer Key extends string } ? (string extends Key ? KindName<K> : Key) : never
type PortName<P> = P extends PortKind<infer Name, any> ? Name : never
type PortRows<P> = P extends PortKind<any, infer R> ? R : never

/** Options that a link of any kind takes on creation. */
export type CommonLinkOptions = CreateOptions<typeof linkRows>

type HasRequired<R> = Record<never, never> extends CreateOptions<R & Record<string, any>> ? false : true

type KindOptions<K> = K extends Kinds
  ? { kind: KindName<K> } & (HasRequired<KindRows<K>> extends true
      ? { [Key in KindKey<K>]: CreateOptions<KindRows<K>> }
      : { [Key in KindKey<K>]?: CreateOptions<KindRows<K>> | undefined })
  : never

/** A link of a kind that the library does not know: the kernel's name of it, and the bytes of IFLA_INFO_DATA. */
export interface OtherKindOptions {
  kind: 'other'
  /** The kernel's name of the kind. */
  kernelKind: string
  /** Attributes of the kind's nest, ready encoded. */
  data?: Uint8Array | undefined
}

/** Data of the link as a port, by its master's kind: `{ kind: 'bridge', hairpin: true }`. */
export type PortOptions =
  | (Ports extends infer P ? (P extends Ports ? { kind: PortName<P> } & ChangeOptions<PortRows<P>> : never) : never)
  | { kind: 'other'; kernelKind: string; data: Uint8Array }

/** Options of `links.add`: the kind, what every link has, and the kind's own under its name. */
export type AddLinkOptions = CommonLinkOptions & MoreOptions & (KindOptions<Kinds> | OtherKindOptions)

interface MoreOptions {
  /** What the link is to be as a port of its master. `{ kind: 'bridge' }` alone says that the master is a bridge, which saves a message where the link is to come up. */
  port?: PortOptions | undefined
  /** Further names, of up to 127 bytes each. Same as `ip link property add altname`. */
  altNames?: string | readonly string[] | undefined
}

/** Kinds of which nothing changes are left out: their type would have no property, and so take any. */
type KindChanges = {
  [K in Kinds as keyof ChangeOptions<KindRows<K>> extends never ? never : KindKey<K>]?: ChangeOptions<KindRows<K>> | undefined
}

/** Options of `links.set`. The kind's data stands under its name, as on creation; `kind` itself need not be given. */
export type SetLinkOptions = ChangeOptions<typeof linkRows> &
  KindChanges & {
    port?: PortOptions | undefined
    /** Only with `kernelKind` and `data`, for a kind that the library does not know. */
    kind?: KindName<Kinds> | 'other' | undefined
    kernelKind?: string | undefined
    data?: Uint8Array | undefined
  }

/** An entry of `links.setAll`: the link that is meant, and what `set` takes. */
export type LinkChange = SetLinkOptions & { readonly link: LinkReference }

/** What a port reports: its data by the master's kind. */
export type LinkPort =
  | (Ports extends infer P ? (P extends Ports ? { readonly kind: PortName<P> } & Reports<PortRows<P>> : never) : never)
  | { readonly kind: 'other'; readonly kernelKind: string; readonly data: Uint8Array }

/** What a link of any kind reports. */
export type CommonLink = Reports<typeof linkRows> & { readonly port?: LinkPort | undefined }

type KnownLink<K> = K extends Kinds
  ? CommonLink & { readonly kind: KindName<K>; readonly kernelKind?: undefined } & {
      readonly [Key in KindKey<K>]: Reports<KindRows<K>>
    }
  : never

/** A link of a kind without rows here. */
type OtherLink = CommonLink & { readonly kind: 'other'; readonly kernelKind: string; readonly data?: Uint8Array | undefined }

/** A device that says nothing of its kind: loopback, hardware. */
type PlainLink = CommonLink & { readonly kind?: undefined; readonly kernelKind?: undefined }

/**
 * A link as the kernel reports it, narrowed by `kind`: `if (link.kind === 'vlan') link.vlan.id`. A property that the kernel did
 * not send is `undefined`. Counters are numbers, exact to 2^53.
 */
export type Link = KnownLink<Kinds> | OtherLink | PlainLink
