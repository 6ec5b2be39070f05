import type { Rows } from '../schema/field.ts'
import type { Program } from '../schema/program.ts'
import type { Struct } from '../schema/structs.ts'
import { type Phase, Table } from '../schema/table.ts'
import type { MtuRanges } from './mtu.ts'

/** How the driver of a kind takes a change that names only some of its options: as if the others were given with their defaults. */
export interface WholeChange {
  /** Options of creation that each change must repeat. */
  readonly repeats?: readonly string[]
  /** Options that the driver leaves alone all the same, as long as none of them is named. */
  readonly keeps?: readonly string[]
  /** The driver also sets the mtu anew, at every change. These are the options at which that is meant; with others the present one is sent along. */
  readonly resizedBy?: readonly string[]
}

/** What an errno means, by its name; a function tells by the kind's or the port's options whether it means that. */
export type Refusals = Readonly<Record<string, string | ((options: Readonly<Record<string, unknown>>) => string | undefined)>>

/** What a kind may say about itself, so that shared code never asks which kind it holds. */
export interface KindOptions<R extends Rows> {
  /** Property that holds the kind's options, where it is not the kernel's name of the kind. */
  key?: string
  /** Numbers of the kind's nest that are padding, by kernel constant. */
  padding?: Readonly<Record<string, number>>
  /** Checks options against each other before anything is sent, where the kernel's answer would be obscure. `now` is as for `complete`. */
  check?: (
    program: Program,
    options: { readonly [K in keyof R]?: unknown },
    phase: Phase,
    common: Readonly<Record<string, unknown>>,
    now: Readonly<Record<string, unknown>> | undefined,
  ) => void
  /** The kind's data must be there when a link is created, even when empty. */
  requiresData?: boolean
  /** The kind stands on another link: `link` must be given on creation. Without it the kernel says EINVAL and no more. */
  requiresLink?: boolean
  /** Range or ranges of the MTU, where the kernel refuses others without a word, or takes them on creation and should not. */
  mtu?: MtuRanges
  /** Options of every link that the kernel ignores when it creates one of the kind: they go into the message behind. */
  afterCreation?: readonly string[]
  /** Adds to the options what those given imply. `now`: what the link has, where it is there and the kind `changesWhole`. */
  complete?: (options: { readonly [K in keyof R]?: unknown }, now: Readonly<Record<string, unknown>> | undefined) => object
  /** A change resets what it does not name. `links.set` and `links.replace` read the link first, and send the rest along. */
  changesWhole?: WholeChange
  /** What an errno means, by its name, where the kernel says no more: `{ add: { EBUSY: '"link" is a port of a bridge' } }`. */
  refusals?: { readonly [V in 'add' | 'set']?: Refusals }
  /** What the kind reports as IFLA_INFO_XSTATS, for its row `statistics`. */
  statistics?: Struct<any>
  /** Kernel option and module that bring the kind, for the EOPNOTSUPP message. */
  module?: { readonly config: string; readonly name: string }
  /** Why rtnetlink cannot create the kind, and what can. */
  notCreatable?: string
  /** Path to the option of the kind's data that describes a second link, created along with the first. */
  peer?: string
}

/** One kind of link: the kernel's name of it and the rows of its IFLA_INFO_DATA. */
export interface LinkKind<K extends string = string, R extends Rows = Rows> extends Omit<KindOptions<R>, 'key' | 'padding'> {
  readonly kind: K
  readonly key: string
  readonly rows: R
  /** Built when the first link of the kind is seen: forty kinds should not cost a program that uses two. */
  readonly table: Table<R>
}

/** Declares a kind of link. The rows are the only place that knows its attributes. */
export function defineLinkKind<const K extends string, R extends Rows>(
  kind: K,
  rows: R,
  options: KindOptions<R> = {},
): LinkKind<K, R> {
  const { key = kind, padding, ...rest } = options
  let table: Table<R> | undefined
  return {
    ...rest,
    kind,
    key,
    rows,
    get table() {
      table ??= new Table(kind, rows, padding === undefined ? {} : { padding })
      return table
    },
  }
}

/** Data of a port, in IFLA_INFO_SLAVE_DATA: what a link has because it belongs to a master of that kind. */
export interface PortKind<K extends string = string, R extends Rows = Rows> extends Omit<PortKindOptions, 'padding'> {
  readonly kind: K
  readonly rows: R
  readonly table: Table<R>
}

export interface PortKindOptions {
  /** A link may become a port while it is up, so that both can stand in one message: the kernel brings it up first. */
  readonly joinsUp?: boolean
  /** Numbers of the nest that are padding, by kernel constant. */
  readonly padding?: Readonly<Record<string, number>>
  /** What an errno means, by its name, where the kernel says no more. */
  readonly refusals?: Refusals
}

export function definePortKind<const K extends string, R extends Rows>(
  kind: K,
  rows: R,
  options: PortKindOptions = {},
): PortKind<K, R> {
  const { padding = {}, ...rest } = options
  let table: Table<R> | undefined
  return {
    ...rest,
    kind,
    rows,
    get table() {
      table ??= new Table(`${kind}Port`, rows, { padding })
      return table
    },
  }
}
