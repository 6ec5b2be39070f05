import { numberOr } from '../schema/enums.ts'
import { Field } from '../schema/field.ts'
import { type HeaderPlace, headerNumber } from '../schema/headers.ts'
import type { CreateOptions } from '../schema/infer.ts'
import { lowerAddress } from '../schema/octets.ts'
import type { Program } from '../schema/program.ts'
import { linkReference } from '../schema/references.ts'
import { be16, be32, checkBoolean, u32 } from '../schema/scalars.ts'
import { Table } from '../schema/table.ts'
import { AF_INET, AF_INET6, addressLength } from '../values/family.ts'
import { RTM_F_FIB_MATCH, RTM_F_LOOKUP_TABLE, RTMSG, RTMSG_SIZE } from './header.ts'
import { IP_PROTOCOLS } from './names.ts'

/** An address, all of whose bits count. */
function host<const A extends 'required' | 'readWrite'>(
  number: number,
  constant: string,
  place: HeaderPlace,
  access: A,
): Field<string, string, A, 'sometimes'> {
  return new Field<string, string, A, 'sometimes'>(
    'attribute',
    number,
    constant,
    { access },
    {
      wire: 'ip',
      allowed: 'an address',
      minLength: 4,
      lower: (program, value) => {
        const length = lowerAddress(program, number, value, addressLength(program.headerWord(RTMSG.family.word)))
        program.header(place.word, length * 8)
      },
      decode: () => '',
    },
  )
}

const fibMatch = new Field<boolean, boolean, 'readWrite', 'sometimes'>(
  'header',
  RTMSG.flags.offset,
  'RTM_F_FIB_MATCH',
  {},
  {
    wire: 'bit of rtm_flags',
    allowed: 'true, false',
    minLength: 4,
    lower: (program, value) => {
      checkBoolean(program, value)
      if (value) program.headerBits(RTMSG.flags.word, RTM_F_FIB_MATCH)
    },
    decode: () => false,
  },
)

/** What the kernel can be asked about a packet. */
export const lookupTable = new Table(
  'routeLookup',
  {
    /** Destination address of the packet. */
    to: host(1, 'RTA_DST', RTMSG.toLength, 'required'),
    /** Source address of the packet. With `iif`: a packet that comes in; alone: one that this machine sends from this address. */
    from: host(2, 'RTA_SRC', RTMSG.fromLength, 'readWrite'),
    /** Link that the packet comes in from: its name, its index, or a Link. Default: this machine sends it. */
    iif: linkReference(3, 'RTA_IIF'),
    /** Link that the packet is to leave by, as of a socket bound to it. */
    oif: linkReference(4, 'RTA_OIF'),
    /** Firewall mark of the packet, for rules that look at it. Default 0. */
    mark: u32(16, 'RTA_MARK'),
    /** User who sends the packet, for rules that look at it. Default: the one who asks. */
    uid: u32(25, 'RTA_UID'),
    /** Type of service, 0–255. Default 0. */
    tos: headerNumber(RTMSG.tos, 'rtm_tos'),
    /** IP protocol, for rules that look at it: `'tcp'`, `'udp'`, `'icmp'`, `'icmpv6'`, or a number. */
    ipProtocol: numberOr(27, 'RTA_IP_PROTO', 'u8', IP_PROTOCOLS),
    /** Source port, for rules that look at it. */
    sourcePort: be16(28, 'RTA_SPORT', { min: 1 }),
    /** Destination port, for rules that look at it. */
    destinationPort: be16(29, 'RTA_DPORT', { min: 1 }),
    /** Flow label of an IPv6 packet. Since Linux 6.14. */
    flowLabel: be32(31, 'RTA_FLOWLABEL', { max: 0xf_ffff }),
    /** Answers with the entry of the table, as `list` has it, rather than with what becomes of this packet. Default `false`. */
    fibMatch,
  },
  { headerLength: RTMSG_SIZE },
)

/** Options of `routes.get`. */
export type RouteLookup = CreateOptions<typeof lookupTable.rows>

/** Writes the question. IPv6 always says in which table it found the answer; IPv4 says so when asked, and IPv6 refuses to be. */
export function lowerLookup(program: Program, lookup: object): void {
  const { to } = lookup as { to?: unknown }
  const family = typeof to === 'string' && to.includes(':') ? AF_INET6 : AF_INET
  program.header(RTMSG.family.word, family)
  if (family === AF_INET) program.header(RTMSG.flags.word, RTM_F_LOOKUP_TABLE)
  lookupTable.lower(program, lookup, 'create')
}
