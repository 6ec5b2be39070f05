import type { CreateOptions, Reports } from '../schema/infer.ts'
import type { LinkReference } from '../schema/references.ts'
import type { addressRows } from './attributes.ts'

type Rows = { [K in keyof typeof addressRows as K extends `$${string}` ? never : K]: (typeof addressRows)[K] }

/** Options of `addresses.add` and `replace`. What `list` returns is taken too; what only the kernel says is passed over. */
export type AddressOptions = CreateOptions<Rows>

/** An address as the kernel reports it. A property that the kernel did not send is `undefined`. */
export type Address = Reports<Rows>

/** What `addresses.delete` needs to know the address by. */
export interface AddressIdentity {
  /** The link that has the address. */
  readonly link: LinkReference
  /** The address with its prefix length; without one it is /32 or /128. Both must be those of the address. */
  readonly address: string
  /** The far end, where the address has one. */
  readonly peer?: string | undefined
  /** Only if the address has this label. */
  readonly label?: string | undefined
  /** IPv6: the temporary addresses that were derived from it go too. */
  readonly manageTemporary?: boolean | undefined
}

export type { AddressFilter } from './filter.ts'
