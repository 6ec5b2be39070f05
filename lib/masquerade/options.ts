import { invalidType, invalidValue, missingOption, outOfRange } from '../errors.ts'
import { checkKeys, checkObject } from '../schema/check-options.ts'
import type { LinkReference } from '../schema/references.ts'
import { type Cidr, clearHostBits, readCidr } from '../values/cidr.ts'
import { parseIp } from '../values/ip.ts'
import { LONGEST_NAME, linkNameFault } from '../values/link-name.ts'
import type { TableFamily } from './nf-tables.ts'

/** Whose packets get another source address, and which. At least one of `source` and `out` must be given. */
export interface MasqueradeOptions {
  /** Network that packets come from, or several, IPv4 or IPv6: `'192.168.1.0/24'`. Default: all of IPv4, or of the family of `to`; `'::/0'` is all of IPv6. */
  source?: string | readonly string[] | undefined
  /**
   * Link that packets leave by, or several. A name is that of whichever link has it when a packet comes along, and may end in `*`: `'eth*'`. An index, or a Link, is one certain link.
   * Default: any link.
   */
  out?: LinkReference | readonly LinkReference[] | undefined
  /** Source address to give to packets, or a range: `'203.0.113.1'`, `'203.0.113.1-203.0.113.9'`. Default: the address that the link they leave by has, whatever it is. */
  to?: string | undefined
  /** Source ports to give to TCP and UDP, from and to: `[1024, 65535]`. Default: the port stays, unless it is taken. */
  ports?: readonly [first: number, last: number] | undefined
  /** Chooses source ports at random, by a hash of the destination. Default false. */
  random?: boolean | undefined
  /** Chooses source ports at random. Default false. */
  fullyRandom?: boolean | undefined
  /** Gives a client the same address of a range for all its connections. Default false. */
  persistent?: boolean | undefined
  /** Stays when the namespace's handle is closed and when the process ends, until `close()`, `nft delete table`, or the end of the namespace. Default false. */
  keep?: boolean | undefined
}

const KEYS = ['source', 'out', 'to', 'ports', 'random', 'fullyRandom', 'persistent', 'keep']

/** A value, and the path of the option that gave it. */
export interface Given<T> {
  readonly option: string
  readonly value: T
}

/** A link by the start of its name, by its whole name, or by its index. */
export type OutLink = { readonly name: string; readonly wildcard: boolean } | { readonly index: number }

/** What is to be done, checked. */
export interface Plan {
  readonly sources: readonly Given<Cidr>[]
  /** None for any link. */
  readonly out: readonly Given<OutLink>[]
  /** None for the address of the link. One, or first and last. */
  readonly addresses: readonly Uint8Array[]
  readonly ports: readonly number[]
  /** NF_NAT_RANGE_*. */
  readonly flags: number
  readonly keep: boolean
}

/** <linux/netfilter/nf_nat.h>. */
const Range = { protocol: 2, random: 4, persistent: 8, fullyRandom: 16 } as const

export function readOptions(operation: string, options: MasqueradeOptions): Plan {
  checkKeys(operation, checkObject(operation, options), KEYS)
  const { source, out, to, ports, keep = false } = options
  if (source === undefined && out === undefined) throw missingOption(operation, 'out', ', unless "source" is given')
  for (const key of ['random', 'fullyRandom', 'persistent', 'keep'] as const)
    if (options[key] !== undefined && typeof options[key] !== 'boolean')
      throw invalidType(operation, key, 'true or false', options[key])
  const addresses = to === undefined ? [] : readAddresses(operation, to)
  const everything = addresses[0]?.length === 16 ? '::/0' : '0.0.0.0/0'
  const sources = listed('source', source ?? everything).map(given => readSource(operation, given, addresses[0]?.length))
  return {
    sources,
    out: out === undefined ? [] : listed('out', out).map(given => readOut(operation, given)),
    addresses,
    ports: ports === undefined ? [] : readPorts(operation, ports),
    flags: flagsOf(options),
    keep,
  }
}

function flagsOf({ ports, random, fullyRandom, persistent }: MasqueradeOptions): number {
  const bits = [
    ports === undefined ? 0 : Range.protocol,
    random ? Range.random : 0,
    persistent ? Range.persistent : 0,
    fullyRandom ? Range.fullyRandom : 0,
  ]
  return bits.reduce((all, bit) => all | bit)
}

function listed<T>(option: string, value: T | readonly T[]): Given<T>[] {
  if (!Array.isArray(value)) return [{ option, value: value as T }]
  return value.map((item, i) => ({ option: `${option}.${i}`, value: item }))
}

function readSource(operation: string, { option, value }: Given<unknown>, bytes: number | undefined): Given<Cidr> {
  if (typeof value !== 'string') throw invalidType(operation, option, 'a network, such as "192.168.1.0/24"', value)
  const network = readCidr(value)
  if (network === undefined) throw invalidType(operation, option, 'a network, such as "192.168.1.0/24"', value)
  if (bytes !== undefined && network.bytes.length !== bytes)
    throw invalidValue(operation, option, `${value} is no network of the family of "to"`)
  clearHostBits(network.bytes, 0, network.bytes.length, network.prefix)
  return { option, value: network }
}

function readOut(operation: string, { option, value }: Given<unknown>): Given<OutLink> {
  if (typeof value === 'string') return { option, value: readName(operation, option, value) }
  const index = typeof value === 'object' && value !== null ? (value as { index?: unknown }).index : value
  if (typeof index !== 'number') throw invalidType(operation, option, 'a link: its name, its index, or a Link', value)
  if (!Number.isInteger(index) || index < 1 || index > 0x7fff_ffff)
    throw outOfRange(operation, option, 'a whole number from 1 to 2147483647', index)
  return { option, value: { index } }
}

function readName(operation: string, option: string, text: string): OutLink {
  const wildcard = text.endsWith('*')
  const name = wildcard ? text.slice(0, -1) : text
  const fault = name === '' && wildcard ? 'names every link: leave it out instead' : linkNameFault(name, LONGEST_NAME)
  if (fault === undefined) return { name, wildcard }
  const next = Buffer.byteLength(name) > LONGEST_NAME ? '; rules do not know alternative names: give the index, or a Link' : ''
  throw invalidValue(operation, option, `${fault}${next}`)
}

function readAddresses(operation: string, to: unknown): Uint8Array[] {
  const expected = 'an address, or a range such as "203.0.113.1-203.0.113.9"'
  if (typeof to !== 'string') throw invalidType(operation, 'to', expected, to)
  const addresses = to.split('-').map(text => readAddress(text.trim()))
  const [first, last] = addresses
  if (first === undefined || addresses.length > 2 || addresses.includes(undefined))
    throw invalidType(operation, 'to', expected, to)
  if (last === undefined) return [first]
  if (last.length !== first.length) throw invalidValue(operation, 'to', 'the ends of the range are of different families')
  if (Buffer.compare(first, last) > 0) throw invalidValue(operation, 'to', 'the range ends before it begins')
  return [first, last]
}

function readAddress(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(16)
  const length = parseIp(text, bytes, 0)
  return length === 0 ? undefined : bytes.slice(0, length)
}

function readPorts(operation: string, ports: unknown): number[] {
  if (!Array.isArray(ports) || ports.length !== 2) throw invalidType(operation, 'ports', 'two ports, first and last', ports)
  for (const [i, port] of ports.entries())
    if (!Number.isInteger(port) || port < 1 || port > 0xffff)
      throw outOfRange(operation, `ports.${i}`, 'a whole number from 1 to 65535', port)
  if (ports[0] > ports[1]) throw invalidValue(operation, 'ports', 'the range ends before it begins')
  return ports
}

export function familyOf({ value }: Given<Cidr>): TableFamily {
  return value.bytes.length === 4 ? 'ip' : 'ip6'
}
