import { numberOr } from '../schema/enums.ts'
import { Field } from '../schema/field.ts'
import { headerBit, headerEnum, headerFlags, headerNumber } from '../schema/headers.ts'
import { checkLinkName } from '../schema/references.ts'
import { realmsField, tableField } from '../schema/routing-rows.ts'
import { be32, bigBe64, checkInteger, flag, u8, u16, u32 } from '../schema/scalars.ts'
import { LONGEST_NAME } from '../values/link-name.ts'
import { IP_PROTOCOLS, PROTOCOLS } from '../values/routing.ts'
import { RULE } from './header.ts'
import { ACTIONS, RULE_FAMILIES, RULE_FLAGS } from './names.ts'
import { network } from './network.ts'
import { range } from './range.ts'

/** A link by name: the rule is kept by it, and follows whichever link has it. */
export type LinkNameReference = string | { readonly name: string }

const readOnly = { access: 'readOnly' } as const
const flags = { ...RULE.flags, size: 4 } as const
const ports = { bits: 16, min: 1, max: 65_534 } as const

function linkByName(number: number, constant: string): Field<LinkNameReference, string, 'readWrite', 'sometimes'> {
  return new Field('attribute', number, constant, {} as const, {
    wire: 'string',
    allowed: 'name or Link',
    minLength: 1,
    lower: (program, value) => {
      const name = typeof value === 'object' && value !== null ? value.name : value
      if (typeof name !== 'string') program.expected('the name of a link, or a Link: rules are kept by name', value)
      checkLinkName(program, name, LONGEST_NAME)
      program.string(number, name)
    },
    decode: (message, offset, length) => message.string(offset, length),
  })
}

/** The kernel reports -1 for none. */
const suppressPrefixLength = new Field<number, number, 'readWrite', 'sometimes'>(
  'attribute',
  14,
  'FRA_SUPPRESS_PREFIXLEN',
  {},
  {
    wire: 'u32',
    allowed: '0…128',
    minLength: 4,
    lower: (program, value) => {
      checkInteger(program, value, 0, 128)
      program.u32(14, value)
    },
    decode: (message, offset) => {
      const length = message.s32(offset)
      return length < 0 ? (undefined as never) : length
    },
  },
)

/** Rows of a rule (<linux/fib_rules.h>). */
export const ruleRows = {
  /**
   * `'inet'` or `'inet6'`, or `'ipmr'` and `'ip6mr'` for the rules of multicast routing (`ip mrule`); follows from `from` or `to`.
   * Default `'inet'`.
   */
  family: headerEnum(RULE.family, 'family', RULE_FAMILIES),
  /** Rules are tried from the lowest on, 0–4294967295. Default: one less than that of the first rule that is not 0. Same as `preference`. */
  priority: u32(6, 'FRA_PRIORITY', { present: 'always' }),
  /** Turns the conditions around: for what does not meet all of them. Default false. */
  not: headerBit(flags, 'FIB_RULE_INVERT', RULE_FLAGS.not),
  /** Packets from this network, or this address. Default: from anywhere. */
  from: network(2, 'FRA_SRC', RULE.fromLength),
  /** Packets to this network, or this address. Default: to anywhere. */
  to: network(1, 'FRA_DST', RULE.toLength),
  /**
   * Packets that come in on the link of this name; `'lo'` are those that this machine sends. The link need not be there: until one has the
   * name, `flags` has `'iif_detached'` and the rule is passed over.
   */
  iif: linkByName(3, 'FRA_IIFNAME'),
  /** Packets of sockets that are bound to the link of this name; see `iif`. */
  oif: linkByName(17, 'FRA_OIFNAME'),
  /** Packets with this firewall mark, in the bits of `fwmarkMask`. */
  fwmark: u32(10, 'FRA_FWMARK'),
  /** Bits of the mark that count. Default 0xffffffff, or 0 when `fwmark` is 0. Same as `fwmark 1/0xff`. */
  fwmarkMask: u32(16, 'FRA_FWMASK'),
  /** Packets with this type of service, 0–255 without the two lowest bits; of IPv4 up to 28. 0 is any. Default 0. See `dscp`. Same as `dsfield`. */
  tos: headerNumber(RULE.tos, 'tos'),
  /** Packets with this DSCP, 0–63, in the bits of `dscpMask`; 0 is 0. Not with `tos`. Since Linux 6.12; see `rules.add` for older ones. */
  dscp: u8(25, 'FRA_DSCP', { max: 63 }),
  /** Bits of the DSCP that count. Default 63. Since Linux 6.15; see `rules.add` for older ones. */
  dscpMask: u8(30, 'FRA_DSCP_MASK', { max: 63 }),
  /** IPv6 packets with this flow label, 0–1048575, in the bits of `flowLabelMask`. Since Linux 6.14; see `rules.add` for older ones. */
  flowLabel: be32(26, 'FRA_FLOWLABEL', { max: 0xf_ffff }),
  /** Bits of the flow label that count. Default 0xfffff. Since Linux 6.14; see `rules.add` for older ones. */
  flowLabelMask: be32(27, 'FRA_FLOWLABEL_MASK', { max: 0xf_ffff }),
  /** Packets of sockets of these users. Same as `uidrange`. */
  uidRange: range(20, 'FRA_UID_RANGE', { bits: 32, min: 0, max: 0xffff_fffe }),
  /** Packets of this IP protocol: `'tcp'`, `'udp'`, `'icmp'`, `'icmpv6'`, or a number from 1. Same as `ipproto`. */
  ipProtocol: numberOr(22, 'FRA_IP_PROTO', 'u8', IP_PROTOCOLS, { min: 1 }),
  /** Packets from these ports, 1–65534: `{ start: 80, end: 90 }`, or one alone. Same as `sport`. */
  sourcePort: range(23, 'FRA_SPORT_RANGE', ports),
  /** Bits of the source port that count; for one port, not for a range. Default 0xffff. Since Linux 6.15; see `rules.add` for older ones. */
  sourcePortMask: u16(28, 'FRA_SPORT_MASK'),
  /** Packets to these ports, 1–65534. Same as `dport`. */
  destinationPort: range(24, 'FRA_DPORT_RANGE', ports),
  /** Bits of the destination port that count; for one port, not for a range. Default 0xffff. Since Linux 6.15; see `rules.add` for older ones. */
  destinationPortMask: u16(29, 'FRA_DPORT_MASK'),
  /** Packets that came in a tunnel with this id, such as the VNI of a vxlan with `collectMetadata`. 0 is any. Same as `tun_id`. */
  tunnelId: bigBe64(12, 'FRA_TUN_ID'),
  /** Looks up the table of the vrf that the packet comes in on, or leaves by, in place of `table`. Default false. Needs CONFIG_NET_L3_MASTER_DEV. */
  l3mdev: flag(19, 'FRA_L3MDEV', { wire: 'u8' }),
  /**
   * What is done with the packets: `'lookup'` looks up `table`, and goes on with the next rule when it has no route; `'goto'` goes on with the
   * rule at `goto`; `'nop'` goes on; `'blackhole'` drops them, `'unreachable'` and `'prohibit'` drop them and say so. Default `'goto'` when `goto` is
   * given, else `'lookup'`.
   */
  action: headerEnum(RULE.action, 'action', ACTIONS),
  /** Table to look up, by name (`'main'`, `'local'`, `'default'`) or number. Default `'main'`. Reported as `'unspec'` for other actions, and with `l3mdev`. */
  table: tableField(15, 'FRA_TABLE', RULE.table),
  /** Priority of a rule further down to go on with. While there is none, `flags` has `'unresolved'` and the rule does nothing. */
  goto: u32(4, 'FRA_GOTO', { min: 1 }),
  /** Passes over routes of the table that are this long or shorter: 0 for default routes. Same as `suppress_prefixlength`. */
  suppressPrefixLength,
  /** Passes over routes of the table that leave by a link of this group. Same as `suppress_ifgroup`. */
  suppressGroup: u32(13, 'FRA_SUPPRESS_IFGROUP', { max: 0x7fff_ffff }),
  /** Realms of the routing classifier that packets get, in IPv4: `{ from: 1, to: 2 }`. */
  realms: realmsField(11, 'FRA_FLOW'),
  /** Who added the rule, by name or number. Default `'unspec'`; the kernel's own have `'kernel'`. */
  protocol: numberOr(21, 'FRA_PROTOCOL', 'u8', PROTOCOLS, { present: 'always' }),
  /** State, as `ip` prints it: `['iif_detached', 'unresolved']`. */
  flags: headerFlags(flags, 'flags', RULE_FLAGS, readOnly),
  $toLength: headerNumber(RULE.toLength, 'dst_len', readOnly),
  $fromLength: headerNumber(RULE.fromLength, 'src_len', readOnly),
  $table: headerNumber(RULE.table, 'table', readOnly),
}

/** Known, and without news: padding, and what no kernel uses any longer. */
export const rulePadding = { FRA_UNUSED2: 5, FRA_UNUSED3: 7, FRA_UNUSED4: 8, FRA_UNUSED5: 9, FRA_PAD: 18 } as const
