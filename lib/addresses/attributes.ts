import { invalidValue } from '../errors.ts'
import { Enumeration, numberOr } from '../schema/enums.ts'
import { Field } from '../schema/field.ts'
import { derived, headerEnum, headerNumber } from '../schema/headers.ts'
import type { Message } from '../schema/message.ts'
import { ip, string } from '../schema/octets.ts'
import type { Program } from '../schema/program.ts'
import { type LinkReference, lowerHeaderLink } from '../schema/references.ts'
import { checkInteger, s32, u32 } from '../schema/scalars.ts'
import { Struct, structOf } from '../schema/structs.ts'
import { FAMILIES } from '../values/family.ts'
import { formatIp, parseIpv4 } from '../values/ip.ts'
import { addressSwitch } from './flags.ts'
import { IFADDR } from './header.ts'
import { subject } from './subject.ts'

const IFA_ADDRESS = 1
const IFA_LOCAL = 2
const IFA_BROADCAST = 4

/** A lifetime that never ends, on the wire. */
export const FOREVER = 0xffff_ffff

/** Seconds, or `'forever'`. */
export type Lifetime = number | 'forever'

const readOnly = { access: 'readOnly' } as const
const always = { access: 'readOnly', present: 'always' } as const

const link = new Field<LinkReference, number, 'required', 'always'>(
  'header',
  IFADDR.index.offset,
  'ifa_index',
  { access: 'required', present: 'always' },
  {
    wire: 'u32',
    allowed: 'name, index or Link',
    minLength: 4,
    lower: (program, value) => lowerHeaderLink(program, IFADDR.index.word, value),
    decode: (message, offset) => message.u32(offset),
  },
)

function decodeIp(message: Message, offset: number, length: number): string {
  return formatIp(message.bytes, offset, length) ?? ''
}

const address = new Field<string, string, 'required', 'always'>(
  'attribute',
  IFA_LOCAL,
  'IFA_LOCAL',
  { access: 'required', present: 'always' },
  {
    wire: 'ip',
    allowed: 'an address, with or without its prefix length',
    minLength: 4,
    lower: program => {
      const own = subject.local.subarray(0, subject.length)
      program.octets(IFA_LOCAL, own)
      if (!subject.hasPeer) program.octets(IFA_ADDRESS, own)
    },
    decode: decodeIp,
  },
)

const peer = new Field<string, string, 'readWrite', 'sometimes'>(
  'attribute',
  IFA_ADDRESS,
  'IFA_ADDRESS',
  {},
  {
    wire: 'ip',
    allowed: 'an address, with or without its prefix length',
    minLength: 4,
    lower: program => program.octets(IFA_ADDRESS, subject.peer.subarray(0, subject.length)),
    decode: decodeIp,
  },
)

const quad = new Uint8Array(4)

const broadcast = new Field<string, string, 'readWrite', 'sometimes'>(
  'attribute',
  IFA_BROADCAST,
  'IFA_BROADCAST',
  {},
  {
    wire: 'ipv4',
    allowed: '"+", "-" or an IPv4 address',
    minLength: 4,
    lower: lowerBroadcast,
    decode: decodeIp,
  },
)

function lowerBroadcast(program: Program, value: unknown): void {
  if (value === '+' || value === '-') {
    const bytes = subject.broadcast(value === '+' ? 1 : 0)
    if (bytes !== undefined) program.octets(IFA_BROADCAST, bytes)
    return
  }
  if (typeof value !== 'string' || !parseIpv4(value, quad, 0)) program.expected('"+", "-" or an IPv4 address', value)
  if (subject.length !== 4) throw invalidValue(program.operation, program.option, 'only IPv4 addresses have a broadcast address')
  program.octets(IFA_BROADCAST, quad)
}

function lifetime(constant: string, keep: (seconds: number) => void): Field<Lifetime, Lifetime, 'readWrite', 'sometimes'> {
  return derived<Lifetime, Lifetime, 'readWrite'>(constant, 'u32', { access: 'readWrite', unit: 's' }, (program, value) => {
    if (value !== 'forever') {
      if (typeof value !== 'number') program.expected('a number of seconds or "forever"', value)
      checkInteger(program, value, 0, FOREVER - 1)
    }
    keep(value === 'forever' ? FOREVER : value)
  })
}

/** RT_SCOPE_* as `ip` prints them. */
const SCOPES = { global: 0, site: 200, link: 253, host: 254, nowhere: 255, universe: 0 } as const

/** IFAPROT_* as `ip` prints them. */
const PROTOCOLS = { unspec: 0, kernel_lo: 1, kernel_ra: 2, kernel_ll: 3 } as const

const cacheInfo = new Struct('addressCacheInfo', { preferred: 'u32', valid: 'u32', created: 'u32', updated: 'u32' })

/** Rows of an address. */
export const addressRows = {
  /** The link that has the address: its name, its index, or a Link. Reported as its index. */
  link,
  /** `'inet'` or `'inet6'`; follows from `address`. */
  family: headerEnum(IFADDR.family, 'ifa_family', FAMILIES, readOnly),
  /**
   * The address with its prefix length: `'192.168.1.10/24'`, `'fd00::1/64'`. Without one it is the only address of its network, /32 or
   * /128, as `ip` has it.
   */
  address,
  /** Address of the far end of a point-to-point link, in whose network the prefix length then counts: `'10.0.0.2/24'`. */
  peer,
  /** The address without its prefix length. */
  local: derived<unknown, string, 'readOnly', 'always'>('IFA_LOCAL', 'ip', always),
  /** The prefix length by itself. */
  prefixLength: headerNumber(IFADDR.prefixLength, 'ifa_prefixlen', { access: 'readOnly' }),
  /**
   * Broadcast address, for IPv4: `'+'` has all host bits of the network set and `'-'` none, both without effect on /31 and /32. Default: none.
   * Same as `ip address add … broadcast`.
   */
  broadcast,
  /** Name shown by old tools, of at most 15 bytes; they want the link's name and a colon at its start. IPv4 only. Default: the link's name. */
  label: string(3, 'IFA_LABEL', { max: 15 }),
  /** How far the address is valid: `'global'`, `'site'`, `'link'`, `'host'`, or a number. Default `'global'`; `'host'` for 127.0.0.0/8. IPv6 derives its own. */
  scope: headerEnum(IFADDR.scope, 'ifa_scope', SCOPES),
  /** Seconds until the address is removed, or `'forever'`. Default `'forever'`. */
  validLifetime: lifetime('IFA_CACHEINFO', seconds => {
    subject.validLifetime = seconds
  }),
  /** Seconds until the address is no longer used for new connections, or `'forever'`; at most `validLifetime`, which is the default. */
  preferredLifetime: lifetime('IFA_CACHEINFO', seconds => {
    subject.preferredLifetime = seconds
  }),
  /** When the address was added, in seconds since the machine started, to 1/100 s. */
  created: derived<unknown, number>('IFA_CACHEINFO', 'u32', { ...readOnly, unit: 's' }),
  /** When the address was last changed, in seconds since the machine started, to 1/100 s. */
  updated: derived<unknown, number>('IFA_CACHEINFO', 'u32', { ...readOnly, unit: 's' }),
  /** Metric of the route to the network that comes with the address. Default: the kernel's own (0 for IPv4, 256 for IPv6). */
  metric: u32(9, 'IFA_RT_PRIORITY'),
  /** Who added the address: `'kernel_lo'`, `'kernel_ra'`, `'kernel_ll'` as `ip` has them, or a number up to 255. Since Linux 5.18. */
  protocol: numberOr(11, 'IFA_PROTO', 'u8', PROTOCOLS),
  /** Skips duplicate address detection: usable at once. IPv6 only. Default `false`. Same as `nodad`. */
  noDad: addressSwitch('IFA_F_NODAD', 0x2),
  /** Usable while duplicate address detection still runs. IPv6 only, where the kernel is built with it. Default `false`. */
  optimistic: addressSwitch('IFA_F_OPTIMISTIC', 0x4),
  /** Home address of Mobile IPv6. Default `false`. */
  home: addressSwitch('IFA_F_HOMEADDRESS', 0x10),
  /** Derives temporary addresses from this one, which needs prefix length 64. IPv6 only. Default `false`. Same as `mngtmpaddr`. */
  manageTemporary: addressSwitch('IFA_F_MANAGETEMPADDR', 0x100),
  /** Adds no route to the network. Default `false`. Same as `noprefixroute`. */
  noPrefixRoute: addressSwitch('IFA_F_NOPREFIXROUTE', 0x200),
  /** Joins the multicast group that the address is. Default `false`. Same as `autojoin`. */
  autoJoin: addressSwitch('IFA_F_MCAUTOJOIN', 0x400),
  /** All flags as `ip` prints them, such as `['permanent', 'nodad']`. */
  flags: derived<unknown, readonly string[], 'readOnly', 'always'>('IFA_FLAGS', 'u32', always),
  /** Whether another address of the same network comes before this one (IPv4). */
  secondary: derived<unknown, boolean, 'readOnly', 'always'>('IFA_F_SECONDARY', 'bit 1 of IFA_FLAGS', always),
  /** Whether the address was derived from another for privacy (IPv6). */
  temporary: derived<unknown, boolean, 'readOnly', 'always'>('IFA_F_TEMPORARY', 'bit 1 of IFA_FLAGS', always),
  /** Whether duplicate address detection still runs: the address cannot be used yet (IPv6). */
  tentative: addressSwitch('IFA_F_TENTATIVE', 0x40, always),
  /** Whether duplicate address detection found another owner (IPv6). */
  dadFailed: addressSwitch('IFA_F_DADFAILED', 0x8, always),
  /** Whether the preferred lifetime is over: not used for new connections. */
  deprecated: addressSwitch('IFA_F_DEPRECATED', 0x20, always),
  /** Whether the address has no end of its lifetime. */
  permanent: addressSwitch('IFA_F_PERMANENT', 0x80, always),
  /** Whether the interface identifier is opaque and stable, after RFC 7217 (IPv6). */
  stablePrivacy: addressSwitch('IFA_F_STABLE_PRIVACY', 0x800, always),
  /** Anycast address; only in lists of those. */
  anycast: ip(5, 'IFA_ANYCAST', readOnly),
  /** Multicast address; only in lists of those. */
  multicast: ip(7, 'IFA_MULTICAST', readOnly),
  /** Id of the namespace that was asked, where `targetNetnsid` was given. */
  targetNetnsid: s32(10, 'IFA_TARGET_NETNSID', readOnly),
  $flags: u32(8, 'IFA_FLAGS', readOnly),
  $headerFlags: headerNumber(IFADDR.flags, 'ifa_flags', { access: 'readOnly' }),
  $cacheInfo: structOf(6, 'IFA_CACHEINFO', cacheInfo, readOnly),
}

export const scopes = new Enumeration(SCOPES)
export const protocols = new Enumeration(PROTOCOLS)
