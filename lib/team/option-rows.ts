import { invalidValue } from '../errors.ts'
import { Field } from '../schema/field.ts'
import type { ChangeOptions, Reports } from '../schema/infer.ts'
import type { Message } from '../schema/message.ts'
import { bytes, string } from '../schema/octets.ts'
import type { Program } from '../schema/program.ts'
import { type LinkReference, linkNameOrIndex, putLinkIndex } from '../schema/references.ts'
import { flag, s32, u32 } from '../schema/scalars.ts'
import { Table } from '../schema/table.ts'
import { OPTION_DATA } from './messages.ts'

/** A row whose attribute is the same for all: the driver knows its options by name, which stands in for the constant. */
function option<F extends Field>(row: F): F {
  return new Field('none', row.number, row.constant, row, { ...row, lower: row.lower, decode: row.decode } as Field) as F
}

type TextOf<Names extends string> = Field<Names | (string & {}), Names | (string & {}), 'readWrite', 'sometimes'>

/** Text, of which some is known; a newer kernel may know more. */
function text<const Names extends string>(name: string, known: readonly Names[], none?: string): TextOf<Names> {
  const row = string(OPTION_DATA, name, { max: 31 })
  return new Field('none', row.number, name, row as object, {
    ...row,
    allowed: known.map(word => `"${word}"`).join(', '),
    lower: row.lower,
    decode: (message: Message, offset: number, length: number) => {
      const word = row.decode(message, offset, length)
      return word === none ? (undefined as never) : word
    },
  }) as unknown as TextOf<Names>
}

/** A port of the team. The kernel reports 0 for none, and cannot be asked for none. */
function port(name: string): Field<LinkReference, number, 'readWrite', 'sometimes'> {
  return new Field<LinkReference, number, 'readWrite', 'sometimes'>(
    'none',
    OPTION_DATA,
    name,
    {},
    {
      wire: 'u32',
      allowed: 'name, index or Link',
      minLength: 4,
      lower: lowerPort,
      decode: (message, offset) => message.u32(offset) || (undefined as never),
    },
  )
}

function lowerPort(program: Program, value: unknown): void {
  putLinkIndex(program, OPTION_DATA, linkNameOrIndex(program, value))
}

/** One value for each of the 256 hashes; read as an array, of which what is not there is undefined. */
function ofEachHash<In, Out>(element: Field<In, Out, any, any>, access: 'readWrite' | 'readOnly') {
  return new Field<readonly (In | undefined)[], readonly (Out | undefined)[], 'readWrite' | 'readOnly', 'sometimes'>(
    'none',
    element.number,
    element.constant,
    { access, unit: element.unit as string },
    {
      wire: `${element.wire} of each hash`,
      ...(element.allowed === undefined ? {} : { allowed: element.allowed }),
      minLength: element.minLength,
      lower: element.lower as never,
      decode: element.decode as never,
    },
  )
}

export function isOfEachHash({ wire }: Field): boolean {
  return wire.endsWith(' of each hash')
}

/** `struct lb_stats`: nothing but a counter. */
function txBytes(name: string): Field<number, number, 'readOnly', 'sometimes'> {
  return new Field<number, number, 'readOnly', 'sometimes'>(
    'none',
    OPTION_DATA,
    name,
    { access: 'readOnly', unit: 'bytes' },
    {
      wire: 'struct { u64 }',
      minLength: 8,
      lower: () => {},
      decode: (message, offset) => message.u64(offset),
    },
  )
}

const INSTRUCTION = 8

/** A classic BPF program, as `struct sock_filter` has its instructions. */
function program(name: string): Field<Uint8Array, Uint8Array, 'readWrite', 'sometimes'> {
  const row = bytes(OPTION_DATA, name)
  return new Field(
    'none',
    row.number,
    name,
    {},
    {
      ...row,
      lower: (into, value) => {
        if (value instanceof Uint8Array && value.length % INSTRUCTION !== 0)
          throw invalidValue(into.operation, into.option, `is ${value.length} bytes long; a program has 8 for each instruction`)
        row.lower(into, value)
      },
      decode: (message, offset, length) => (length === 0 ? (undefined as never) : row.decode(message, offset, length)),
    },
  )
}

const loadBalanceRows = {
  /** Classic BPF program whose result, its four bytes combined, is the hash of a packet, 0–255; empty for none. Default none: every hash is 0. */
  hashFunction: program('bpf_hash_func'),
  /** How the hash of a packet gives the port: `'hash'` by arithmetic, `'hash_to_port_mapping'` by `hashToPort` where that has one. Default `'hash'`. */
  txMethod: text('lb_tx_method', ['hash', 'hash_to_port_mapping']),
  /** The port of each hash, for the method of that name, by position; entries that are `undefined` stay as they are. The port must be enabled. An entry cannot be emptied. */
  hashToPort: ofEachHash(port('lb_tx_hash_to_port_mapping'), 'readWrite') as Field<
    readonly (LinkReference | undefined)[],
    readonly (number | undefined)[],
    'readWrite',
    'sometimes'
  >,
  /** Bytes sent of each hash, by position, as of the last refresh. */
  hashTxBytes: ofEachHash(txBytes('lb_hash_stats'), 'readOnly') as Field<
    readonly number[],
    readonly number[],
    'readOnly',
    'sometimes'
  >,
  /** How often `hashTxBytes` and the `txBytes` of ports are brought up to date, in 1/10 s; 0 for never. Default 0. */
  refreshInterval: option(u32(OPTION_DATA, 'lb_stats_refresh_interval', { unit: '1/10 s' })),
}

export const loadBalanceTable = new Table('teamLoadBalance', loadBalanceRows, { acceptsListed: true })

const portRows = {
  /** The port. */
  link: new Field<LinkReference, number, 'required', 'always'>(
    'none',
    -1,
    'ifindex',
    { access: 'required', present: 'always' },
    {
      wire: 'u32',
      allowed: 'name, index or Link',
      minLength: 0,
      lower: () => {},
      decode: () => undefined as never,
    },
  ),
  /** The port takes part. Default true. */
  enabled: option(flag(OPTION_DATA, 'enabled')),
  /** What the program that watches says of the link; counts only with `userLinkUpEnabled`. Default false. */
  userLinkUp: option(flag(OPTION_DATA, 'user_linkup')),
  /** The link of this port is up when `userLinkUp` says so, whatever its carrier. Default false. */
  userLinkUpEnabled: option(flag(OPTION_DATA, 'user_linkup_enabled')),
  /** Priority among the ports with the same `queueId`, the highest first. Default 0. */
  priority: option(s32(OPTION_DATA, 'priority')),
  /** What is sent by this queue of the team leaves by this port, whatever the mode. Below the team's number of transmit queues; 0 for none. Default 0. */
  queueId: option(u32(OPTION_DATA, 'queue_id', { max: 0xffff })),
  /** Bytes sent by the port in mode `'loadbalance'`, as of the last refresh: see `loadBalance.refreshInterval`. */
  txBytes: txBytes('lb_port_stats'),
}

export const portOptionTable = new Table('teamPortOptions', portRows, { acceptsListed: true })

/** Options that stand together under one key. */
function group<In, Out>(constant: string, wire: string, nested: Table<any>): Field<In, Out, 'readWrite', 'sometimes'> {
  return new Field<In, Out, 'readWrite', 'sometimes'>(
    'none',
    -1,
    constant,
    {},
    {
      wire,
      nested,
      minLength: 0,
      lower: () => {},
      decode: () => undefined as never,
    },
  )
}

/** An option of a port to be set; what is not given stays. */
export type TeamPortChanges = { readonly link: LinkReference } & ChangeOptions<Omit<typeof portRows, 'link'>>
/** Options of a port as the kernel reports them. */
export type TeamPortOptions = Reports<typeof portRows>

const optionRows = {
  /**
   * How the ports share the work: `'roundrobin'` in turns, `'activebackup'` by `activePort` alone, `'loadbalance'` by a hash, `'random'`,
   * `'broadcast'` each packet by all. Can be set only while the team has no ports, and only to another one. A new team has none, reported as `undefined`, and passes nothing.
   */
  mode: text('mode', ['roundrobin', 'activebackup', 'loadbalance', 'random', 'broadcast'], '*NOMODE*'),
  /** The port in use, in mode `'activebackup'`. Reported as the index; `undefined` for none, which cannot be set. */
  activePort: port('activeport'),
  /** How often the neighbors are told where the team is, by gratuitous ARP and unasked neighbor advertisements, when a port is enabled. Default 0. */
  notifyPeersCount: option(u32(OPTION_DATA, 'notify_peers_count')),
  /** Time between two of these, in ms. Default 0. */
  notifyPeersInterval: option(u32(OPTION_DATA, 'notify_peers_interval', { unit: 'ms' })),
  /** How often multicast groups are joined again, when a port is enabled. Default 0. */
  multicastRejoinCount: option(u32(OPTION_DATA, 'mcast_rejoin_count')),
  /** Time between two of these, in ms. Default 0. */
  multicastRejoinInterval: option(u32(OPTION_DATA, 'mcast_rejoin_interval', { unit: 'ms' })),
  /** Options that the team has in mode `'loadbalance'`. */
  loadBalance: group<ChangeOptions<typeof loadBalanceRows>, Reports<typeof loadBalanceRows>>('lb_*', 'options', loadBalanceTable),
  /** Options of single ports, in any order. */
  ports: group<readonly TeamPortChanges[], readonly TeamPortOptions[]>('per port', 'options of each port', portOptionTable),
}

export const optionTable = new Table('teamOptions', optionRows, { acceptsListed: true })

/** An option that the library does not know. */
export interface OtherTeamOption {
  /** The driver's name of it. */
  readonly name: string
  /** How its value travels; a number for a type that has no name here. */
  readonly type: 'u32' | 's32' | 'bool' | 'string' | 'binary' | number
  readonly value: number | boolean | string | Uint8Array
  /** The port whose option it is. */
  readonly port?: LinkReference | undefined
  /** Which one, of an option that is an array. */
  readonly index?: number | undefined
}

/** Options of a team as the kernel reports them. What its mode does not have is `undefined`. */
export type TeamOptions = Omit<Reports<typeof optionRows>, 'unknown'> & {
  readonly unknown?: readonly OtherTeamOption[] | undefined
}

/** Options of `team.setOptions`; what is not given stays. */
export type TeamChanges = ChangeOptions<typeof optionRows> & {
  /** Options that the library does not know, as the driver names them. */
  other?: readonly OtherTeamOption[] | undefined
}
