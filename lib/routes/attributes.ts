import { invalidValue, outOfRange } from '../errors.ts'
import { TextForm } from '../native/binding.ts'
import { enumOf, numberOr } from '../schema/enums.ts'
import { type Access, Field, type RowOptions } from '../schema/field.ts'
import { type HeaderPlace, headerEnum, headerNumber } from '../schema/headers.ts'
import type { Message } from '../schema/message.ts'
import { bytes } from '../schema/octets.ts'
import type { Program } from '../schema/program.ts'
import { linkReference } from '../schema/references.ts'
import { encapField, encapTypeField, realmsField, tableField } from '../schema/routing-rows.ts'
import { be16, be32, bool, checkInteger, u32 } from '../schema/scalars.ts'
import { Struct, structOf } from '../schema/structs.ts'
import { clearHostBits, hasHostBits, NO_PREFIX, parseCidr } from '../values/cidr.ts'
import { addressLength, FAMILIES } from '../values/family.ts'
import { formatIp, parseIp } from '../values/ip.ts'
import { formatMac } from '../values/mac.ts'
import { RTNH_F_ONLINK, RTNH_F_PERVASIVE, routeFlags, routeFlagsPlace, routeSwitch } from './flags.ts'
import { RTMSG } from './header.ts'
import { metricsField } from './metrics.ts'
import { multipathField } from './multipath.ts'
import { IP_PROTOCOLS, PREFERENCES, PROTOCOLS, SCOPES, TYPES } from './names.ts'
import { viaField } from './via.ts'

const RTA_DST = 1
const RTA_SRC = 2
const RTA_PREFSRC = 7
const RTA_EXPIRES = 23

const readOnly = { access: 'readOnly' } as const
const EXPECTED = 'a network such as "10.0.0.0/8", an address, or "default"'

function decodeIp(message: Message, offset: number, length: number): string {
  return formatIp(message.bytes, offset, length) ?? formatMac(message.bytes, offset, length)
}

/** The one that was parsed last. */
const address = new Uint8Array(16)

/** A network: the address in an attribute, the prefix length in the header. The address alone is decoded; see route-table.ts. */
function network<const A extends Access, const P extends 'always' | 'sometimes'>(
  number: number,
  constant: string,
  place: HeaderPlace,
  options: RowOptions<A, P>,
): Field<string, string, A, P> {
  return new Field<string, string, A, P>('attribute', number, constant, options, {
    wire: 'ip',
    allowed: EXPECTED,
    minLength: 4,
    lower: (program, value) => lowerNetwork(program, number, place, value),
    decode: decodeIp,
  })
}

function lowerNetwork(program: Program, number: number, { word }: HeaderPlace, value: unknown): void {
  if (typeof value !== 'string') program.expected(EXPECTED, value)
  const length = addressLength(program.headerWord(RTMSG.family.word))
  const form = length === 4 ? TextForm.ipv4Network : TextForm.ipv6Network
  if (value === 'default') program.header(word, 0)
  else if (!program.addressLater(number, form, length, value, word))
    program.header(word, lowerPrefix(program, number, value, length))
}

/** Writes the address and answers the prefix length. */
function lowerPrefix(program: Program, number: number, value: string, length: number): number {
  const parsed = parseCidr(value, address, 0)
  if (parsed === 0) program.expected(EXPECTED, value)
  if (parsed < 0)
    throw outOfRange(program.operation, program.option, `a prefix length from 0 to ${-parsed * 8}`, JSON.stringify(value))
  if (parsed >> 8 !== length) throw otherFamily(program, length)
  const prefix = parsed & 0xff
  if (prefix !== NO_PREFIX && length === 4 && hasHostBits(address, 0, 4, prefix)) throw hostBits(program, prefix)
  program.fewOctets(number, address, length)
  return prefix === NO_PREFIX ? length * 8 : prefix
}

function otherFamily(program: Program, length: number): TypeError {
  const [own, route] = length === 4 ? ['IPv6', 'IPv4'] : ['IPv4', 'IPv6']
  return invalidValue(program.operation, program.option, `is ${own}, and the route is ${route}`)
}

/** The kernel answers EINVAL, for IPv4 only; IPv6 clears the bits silently. */
function hostBits(program: Program, prefix: number): TypeError {
  clearHostBits(address, 0, 4, prefix)
  const right = `${formatIp(address, 0, 4)}/${prefix}`
  return invalidValue(program.operation, program.option, `has bits set behind its prefix (did you mean "${right}"?)`)
}

const preferredSource = new Field<string, string, 'readWrite', 'sometimes'>(
  'attribute',
  RTA_PREFSRC,
  'RTA_PREFSRC',
  {},
  {
    wire: 'ip',
    allowed: "an address of the route's family",
    minLength: 4,
    lower: (program, value) => {
      if (typeof value !== 'string') program.expected('an IP address', value)
      const length = parseIp(value, address, 0)
      if (length === 0) program.expected('an IP address', value)
      const own = addressLength(program.headerWord(RTMSG.family.word))
      if (length !== own) throw otherFamily(program, own)
      program.fewOctets(RTA_PREFSRC, address, length)
    },
    decode: decodeIp,
  },
)

/** IPv6 takes seconds here and reports hundredths in RTA_CACHEINFO; multicast routes report their age here, in hundredths. */
const expires = new Field<number, number, 'readWrite', 'sometimes'>(
  'attribute',
  RTA_EXPIRES,
  'RTA_EXPIRES',
  { unit: 's' } as const,
  {
    wire: 'u32',
    allowed: '0…4294967295',
    minLength: 4,
    lower: (program, value) => {
      checkInteger(program, value, 0, 0xffff_ffff)
      program.u32(RTA_EXPIRES, value)
    },
    decode: (message, offset, length) => (length >= 8 ? message.u64(offset) / 100 : message.u32(offset)),
  },
)

export const cacheInfo = new Struct('routeCacheInfo', {
  references: 'u32',
  lastUse: 'u32',
  expires: 's32',
  error: 's32',
  used: 'u32',
  id: 'u32',
  timestamp: 'u32',
  timestampAge: 'u32',
})

const multicastStatistics = new Struct('routeMulticastStatistics', { packets: 'u64', bytes: 'u64', wrongLink: 'u64' })

/** Rows of a route. */
export const routeRows = {
  /** `'inet'` or `'inet6'`; follows from `to`, or from `via`, `from` and `preferredSource` where that is `'default'`. Default `'inet'`. */
  family: headerEnum(RTMSG.family, 'rtm_family', FAMILIES),
  /**
   * Destination: `'10.0.0.0/8'`, `'fd00::/64'`, an address for itself alone, or `'default'`. Reported with its prefix length, or as
   * `'default'`.
   */
  to: network(RTA_DST, 'RTA_DST', RTMSG.toLength, { access: 'required', present: 'always' }),
  /** What the kernel does with packets: `'unicast'`, `'local'`, `'blackhole'`… Default `'unicast'`. */
  type: headerEnum(RTMSG.type, 'rtm_type', TYPES),
  /** Table by name (`'main'`, `'local'`, `'default'`) or number. Default `'main'`; `'local'` for types local, broadcast, anycast and nat. */
  table: tableField(15, 'RTA_TABLE', RTMSG.table),
  /** Who added the route, by name or number. Default `'boot'`, as `ip` has it. The kernel only knows redirect, kernel and boot apart. */
  protocol: headerEnum(RTMSG.protocol, 'rtm_protocol', PROTOCOLS),
  /**
   * How far the destination is: `'link'` for what is reached without a router, `'host'` for this machine. Default, for IPv4: `'host'` for types
   * local and nat, `'link'` for broadcast, multicast, anycast, and for unicast without `via`, `multipath` and `nexthopId`; else `'global'`.
   */
  scope: headerEnum(RTMSG.scope, 'rtm_scope', SCOPES),
  /** The next router. One of another family than the route's is taken too: IPv4 through an IPv6 router. */
  via: viaField(),
  /** The link to send to: its name, its index, or a Link. Default: the one on which `via` is reachable. Reported as its index. Same as `dev`. */
  link: linkReference(4, 'RTA_OIF'),
  /** Routes with a lower one are preferred. Default 0 for IPv4, 1024 for IPv6 (which 0 means too). Same as `metric`. */
  metric: u32(6, 'RTA_PRIORITY'),
  /** Source address of what this machine sends along the route. It has to be an address of this machine. Same as `src`. */
  preferredSource,
  /** Type of service that packets must have, 0–255. IPv4 only. Default 0: any. */
  tos: headerNumber(RTMSG.tos, 'rtm_tos'),
  /** Router preference, for IPv6: `'low'`, `'medium'`, `'high'`. Default `'medium'`. Same as `pref`. */
  preference: enumOf(20, 'RTA_PREF', 'u8', PREFERENCES),
  /** Takes `via` for reachable on `link`, whatever the addresses say. Default `false`. Same as `onlink`. */
  onLink: routeSwitch(routeFlagsPlace, 'RTNH_F_ONLINK', RTNH_F_ONLINK),
  /** Looks up `via` once more. Default `false`. */
  pervasive: routeSwitch(routeFlagsPlace, 'RTNH_F_PERVASIVE', RTNH_F_PERVASIVE),
  /** State as `ip` prints it: `['linkdown', 'offload']`. */
  flags: routeFlags(routeFlagsPlace, 'rtm_flags'),
  /** Only for packets from this network. IPv6 only, in kernels built for it. */
  from: network(RTA_SRC, 'RTA_SRC', RTMSG.fromLength, { access: 'readWrite', present: 'sometimes' }),
  /** What connections over the route start with: `{ mtu: 1400, lock: ['mtu'], congestionControl: 'bbr' }`. */
  metrics: metricsField,
  /** Several ways, among which traffic is divided: `[{ via: '10.0.0.1', weight: 2 }, { link: 'ppp0' }]`. Same as `nexthop`. */
  multipath: multipathField,
  /**
   * The nexthop object to use. What is reported beside it as `via`, `link` and `multipath` is that object's, and is not sent along with it.
   * Same as `nhid`.
   */
  nexthopId: u32(30, 'RTA_NH_ID'),
  /** Seconds until the route is removed. IPv6 only. Reported is what is left. */
  expires,
  /** Realms of the routing classifier: `{ from: 1, to: 2 }`. */
  realms: realmsField(11, 'RTA_FLOW'),
  /** Kind of tunnel that packets are put into, such as `'mpls'`. */
  encapType: encapTypeField(21, 'RTA_ENCAP_TYPE'),
  /** Attributes of that tunnel, ready encoded. */
  encap: encapField(22, 'RTA_ENCAP'),
  /** Whether an MPLS packet's TTL continues the packet's own. */
  ttlPropagate: bool(26, 'RTA_TTL_PROPAGATE'),
  /** MPLS labels that replace the destination's, as on the wire. */
  newDestination: bytes(19, 'RTA_NEWDST'),
  /** What the kernel keeps about the route; times in 1/100 s. Missing when it says no more than `expires`. `error` is a negative errno. */
  cacheInfo: structOf(12, 'RTA_CACHEINFO', cacheInfo, readOnly),
  /** Link that the packets come from, as asked or found. */
  iif: u32(3, 'RTA_IIF', readOnly),
  /** Firewall mark that was looked up. */
  mark: u32(16, 'RTA_MARK', readOnly),
  /** User that was looked up. */
  uid: u32(25, 'RTA_UID', readOnly),
  /** IP protocol that was looked up. */
  ipProtocol: numberOr(27, 'RTA_IP_PROTO', 'u8', IP_PROTOCOLS, readOnly),
  /** Source port that was looked up. */
  sourcePort: be16(28, 'RTA_SPORT', readOnly),
  /** Destination port that was looked up. */
  destinationPort: be16(29, 'RTA_DPORT', readOnly),
  /** Flow label that was looked up. */
  flowLabel: be32(31, 'RTA_FLOWLABEL', readOnly),
  /** Counters of a multicast route. */
  multicastStatistics: structOf(17, 'RTA_MFC_STATS', multicastStatistics, readOnly),
  $toLength: headerNumber(RTMSG.toLength, 'rtm_dst_len', readOnly),
  $fromLength: headerNumber(RTMSG.fromLength, 'rtm_src_len', readOnly),
  $table: headerNumber(RTMSG.table, 'rtm_table', readOnly),
}

/** Known, and without news: what no kernel uses any longer, and padding. */
export const routePadding = { RTA_PROTOINFO: 10, RTA_SESSION: 13, RTA_MP_ALGO: 14, RTA_PAD: 24 } as const
