import fc from 'fast-check'
import type { Field, NestedRows } from '../../lib/schema/field.ts'
import { declaredShapes } from '../../lib/schema/shape.ts'
import { clearHostBits } from '../../lib/values/cidr.ts'
import { formatIpv4, formatIpv6 } from '../../lib/values/ip.ts'
import { formatMac } from '../../lib/values/mac.ts'

/** What a caller gives, and what reading the bytes that come of it has to give back. */
export interface Case {
  readonly given: unknown
  readonly expected: unknown
}

type Cases = fc.Arbitrary<Case>

const octets = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })

/** Rows that do not come back as they go out, by constant; undefined where nothing comes back. */
const SPECIAL: Readonly<Record<string, Cases | undefined>> = {
  // A descriptor or process id goes in; the kernel never reports it.
  IFLA_NET_NS_FD: undefined,
  // Written as a nest by number, reported as an array.
  IFLA_INET_CONF: undefined,
  IFLA_PROTO_DOWN_REASON: fc.nat().map(value => ({ given: { mask: 0xff, value }, expected: value })),
  IFLA_VXLAN_RESERVED_BITS: same(fc.uint8Array({ minLength: 8, maxLength: 8 })),
  IFLA_GRE_FLOWINFO: flowInfo(),
  IFLA_IPTUN_FLOWINFO: flowInfo(),
  IFLA_MACSEC_SCI: same(
    fc.record({ address: octets(6).map(bytes => formatMac(bytes, 0, 6)), port: fc.integer({ min: 0, max: 0xffff }) }),
  ),
  IFLA_IFNAME: same(fc.stringMatching(/^[a-z][a-z0-9.]{0,14}$/)),
}

/** A peer comes up and gets its master in a message of its own, and its mtu has a narrower range. */
const OTHERWISE_IN_PEER = ['IFF_UP', 'IFLA_MASTER', 'IFLA_MTU']

function same<T>(values: fc.Arbitrary<T>): Cases {
  return values.map(value => ({ given: value, expected: value }))
}

function flowInfo(): Cases {
  return same(fc.record({ trafficClass: fc.nat({ max: 0xff }), flowLabel: fc.nat({ max: 0xf_ffff }) }))
}

const ipv4 = same(octets(4).map(bytes => formatIpv4(bytes, 0)))
const ipv6 = same(octets(16).map(bytes => formatIpv6(bytes, 0)))

/** Addresses without bits behind their prefix. */
function networks(length: 4 | 16): fc.Arbitrary<string> {
  const format = length === 4 ? formatIpv4 : formatIpv6
  return fc.tuple(octets(length), fc.nat({ max: length * 8 })).map(([bytes, prefix]) => {
    clearHostBits(bytes, 0, length, prefix)
    return `${format(bytes, 0)}/${prefix}`
  })
}

/** By the wire form that a row names; the others are numbers, names of numbers, nests and structs. */
const BY_WIRE: Readonly<Record<string, Cases>> = {
  flag: fc.boolean().map(given => ({ given, expected: given || undefined })),
  mac: same(octets(6).map(bytes => formatMac(bytes, 0, 6))),
  ipv4,
  ipv6,
  ip: fc.oneof(ipv4, ipv6),
  'ipv4 or ipv6': fc.oneof(ipv4, ipv6),
  'ipv4 and u16': same(networks(4)),
  'ipv6 and u16': same(networks(16)),
  bytes: same(fc.uint8Array({ maxLength: 64 })),
  string: same(
    fc.string({ unit: 'grapheme', maxLength: 20 }).filter(text => !text.includes('\0') && Buffer.byteLength(text) <= 200),
  ),
}

/** Values that a row takes, made from what the row says about itself. Undefined where none can come back. */
function casesOf(field: Field): Cases | undefined {
  if (field.constant in SPECIAL) return SPECIAL[field.constant]
  if (field.nested !== undefined) return nestCases(field, field.nested)
  const allowed = field.allowed ?? ''
  const names = Array.from(allowed.matchAll(/"([^"]+)"/g), ([, name]) => name)
  if (/^struct { u32 (value; u32 mask|mask; u32 value) }$/.test(field.wire)) return switchCases(allowed.split(', '))
  if (field.wire.endsWith(' of bits')) return switchCases(allowed.split(', '))
  if (field.wire.startsWith('struct ')) return structCases(field.wire.slice('struct '.length))
  if (allowed === 'true, false') return field.wire.startsWith('flag') ? BY_WIRE.flag : same(fc.boolean())
  if (allowed === 'name, index, Link or null') return linkCases(field)
  if (allowed.endsWith(', or null')) return orNone(BY_WIRE[field.wire] as Cases)
  const range = /(-?\d+)…(-?\d+)$/.exec(allowed)
  if (range !== null)
    return fc.oneof(numberCases(Number(range[1]), Number(range[2]), field, names), ...names.map(name => same(fc.constant(name))))
  if (names.length > 0) return field.decode.length === 2 ? nameCases(field, names) : undefined
  return BY_WIRE[field.wire]
}

/** No link is 0, or nothing. */
function linkCases(field: Field): Cases {
  const none = field.decode(oneNumber(0), 0, 4)
  return fc.oneof(fc.integer({ min: 1, max: 0x7fff_ffff }), fc.constant(null)).map(given => ({ given, expected: given ?? none }))
}

function orNone(addresses: Cases): Cases {
  const some = addresses.filter(({ given }) => given !== '0.0.0.0' && given !== '::')
  return fc.oneof(some, fc.constant({ given: null, expected: undefined }))
}

/** A number that has a name comes back as the name. */
function numberCases(min: number, max: number, field: Field, names: readonly string[]): Cases {
  const numbers = max > 2 ** 32 ? fc.maxSafeNat() : fc.integer({ min, max })
  return names.length === 0
    ? same(numbers)
    : same(numbers.filter(number => typeof field.decode(oneNumber(number), 0, 4) === 'number'))
}

/** A message that reads as this number in every width. */
function oneNumber(number: number): never {
  const get = () => number
  return { bytes: [number], u8: get, u16: get, u32: get, s32: get, be16: get, be32: get, bigU64: () => BigInt(number) } as never
}

/** One name, or for a row of flags some of them, in their order. */
function nameCases(field: Field, names: readonly string[]): Cases {
  return Array.isArray(field.decode(oneNumber(0), 0, 4)) ? same(fc.subarray([...names])) : same(fc.constantFrom(...names))
}

function switchCases(names: readonly string[]): Cases {
  const off = Object.fromEntries(names.map(name => [name, false]))
  const some = fc.record(Object.fromEntries(names.map(name => [name, fc.boolean()])), { requiredKeys: [] })
  return some.map(given => ({ given, expected: { ...off, ...given } }))
}

function structCases(name: string): Cases {
  const keys = declaredShapes.get(name) ?? []
  return same(fc.record(Object.fromEntries(keys.map(key => [key, fc.integer({ min: 0, max: 0xffff })]))))
}

function nestCases(field: Field, nested: NestedRows): Cases | undefined {
  if (field.wire.startsWith('struct ifinfomsg'))
    return optionCases(nested, row => !row.afterCreation && !OTHERWISE_IN_PEER.includes(row.constant))
  if (!field.wire.startsWith('nest of ')) return optionCases(nested)
  const element = casesOf(Object.values(nested.rows)[0] as Field)
  return (
    element &&
    fc
      .array(element, { maxLength: 5 })
      .map(list => ({ given: list.map(item => item.given), expected: list.map(item => item.expected) }))
  )
}

/** Rows that can be set and have no values here. */
export function rowsWithoutCases(table: NestedRows): string[] {
  const settable = (Object.values(table.rows) as Field[]).filter(field => field.access !== 'readOnly')
  return settable.filter(field => casesOf(field) === undefined).map(field => field.constant)
}

/** Options for the rows of a table: any of them may be missing, except those that must not. */
export function optionCases(table: NestedRows, include: (field: Field) => boolean = () => true): Cases {
  const fields = Object.entries(table.rows) as [string, Field][]
  const settable = fields.filter(([, field]) => field.access !== 'readOnly' && include(field))
  const cases = settable.flatMap(([key, field]) => {
    const values = casesOf(field)
    return values === undefined ? [] : [[key, values] as const]
  })
  const requiredKeys = settable.filter(([, field]) => field.access === 'required' || field.access === 'fixed').map(([key]) => key)
  return fc.record(Object.fromEntries(cases), { requiredKeys }).map(record => {
    const entries = Object.entries(record as Record<string, Case>)
    return {
      given: Object.fromEntries(entries.map(([key, { given }]) => [key, given])),
      expected: Object.fromEntries(
        entries.map(([key, { expected }]) => [key, expected]).filter(([, value]) => value !== undefined),
      ),
    }
  })
}
