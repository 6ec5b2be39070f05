import { invalidValue, missingOption } from '../../errors.ts'
import { enumOf } from '../../schema/enums.ts'
import { nest, numberedListOf } from '../../schema/nests.ts'
import { ipv4, ipv6, mac } from '../../schema/octets.ts'
import type { Program } from '../../schema/program.ts'
import { linkReference } from '../../schema/references.ts'
import { bool, u8, u16, u32 } from '../../schema/scalars.ts'
import { type Phase, Table } from '../../schema/table.ts'
import { defineLinkKind } from '../kind.ts'

/** INT_MAX, up to which bond_options.c goes. */
const MOST = 0x7fff_ffff
/** BOND_MAX_ARP_TARGETS and BOND_MAX_NS_TARGETS. */
const TARGETS = 16

const modes = {
  'balance-rr': 0,
  'active-backup': 1,
  'balance-xor': 2,
  broadcast: 3,
  '802.3ad': 4,
  'balance-tlb': 5,
  'balance-alb': 6,
} as const

/** Modes that turn the MII monitor on by themselves (bond_option_mode_set() in drivers/net/bonding/bond_options.c). */
const monitored: readonly unknown[] = ['802.3ad', 'balance-tlb', 'balance-alb', 4, 5, 6]
const delays = ['upDelay', 'downDelay', 'peerNotifyDelay'] as const

interface Given {
  readonly mode?: unknown
  readonly miiInterval?: unknown
  readonly upDelay?: unknown
  readonly downDelay?: unknown
  readonly peerNotifyDelay?: unknown
  readonly arpIpTargets?: unknown
  readonly nsIp6Targets?: unknown
}

function check(program: Program, options: Given, phase: Phase): void {
  if (phase === 'create') checkDelays(program, options)
  checkTargets(program, options, 'arpIpTargets')
  checkTargets(program, options, 'nsIp6Targets')
}

/** _bond_option_delay_set(): EPERM, and no word. */
function checkDelays(program: Program, options: Given): void {
  const { mode, miiInterval = monitored.includes(mode) ? undefined : 0 } = options
  const delay = miiInterval === 0 ? delays.find(key => options[key] !== undefined) : undefined
  if (delay === undefined) return
  program.at('miiInterval')
  throw missingOption(program.operation, program.option, ` (more than 0) with ${delay}`)
}

/** The kernel forgets the old targets before it refuses one of the new. */
function checkTargets(program: Program, options: Given, key: 'arpIpTargets' | 'nsIp6Targets'): void {
  const targets = options[key]
  if (!Array.isArray(targets) || new Set(targets).size === targets.length) return
  program.at(key)
  throw invalidValue(program.operation, program.option, 'has the same address twice')
}

const adInfo = new Table('bondAdInfo', {
  /** Number of the aggregator in use. */
  aggregatorId: u16(1, 'IFLA_BOND_AD_INFO_AGGREGATOR', { access: 'readOnly' }),
  /** How many ports it has. */
  ports: u16(2, 'IFLA_BOND_AD_INFO_NUM_PORTS', { access: 'readOnly' }),
  /** Key of the ports: speed, duplex and `adUserPortKey` in one. */
  actorKey: u16(3, 'IFLA_BOND_AD_INFO_ACTOR_KEY', { access: 'readOnly' }),
  /** The same of the other side. */
  partnerKey: u16(4, 'IFLA_BOND_AD_INFO_PARTNER_KEY', { access: 'readOnly' }),
  /** Address of the other side's system; 00:00:00:00:00:00 while it does not speak LACP. */
  partnerAddress: mac(5, 'IFLA_BOND_AD_INFO_PARTNER_MAC', { access: 'readOnly' }),
})

/**
 * Several links as one. Links become its ports by `master`. A port must be down when it enters, and comes up with it: `links.set('eth0', { master: 'bond0', up: false })` takes it down first,
 * with which it loses its routes and IPv6 addresses. An IP address belongs on the bond, not on its ports: what arrives at a port is the bond's. A port gets the hardware address and the mtu of the bond, and its own back when it leaves;
 * without an `address` of its own the bond takes that of its first port.
 *
 * By default nothing looks whether a port works, and a cable that is pulled goes unnoticed: give `miiInterval` (100 is usual) or `arpInterval`. Only the modes 802.3ad, balance-tlb and balance-alb do so by themselves.
 *
 * `mode` can be set while the bond is down and has no ports. It is set before the other options of a call, in whatever order they stand, and an option that the mode does not have is refused.
 * `lacpRate`, `lacpActive`, `adSelect`, `adUserPortKey`, `coupledControl` and `tlbDynamic` can be set while the bond is down, `failOverMac` while it has no ports. All times but `learningPacketInterval` are in ms.
 * Same as `ip link add bond0 type bond mode active-backup miimon 100`.
 */
export const bond = defineLinkKind(
  'bond',
  {
    /**
     * How the ports share the work. `'balance-rr'`, the default: packet by packet in turn. `'active-backup'`: one port works, another takes over when it fails; needs nothing of the switch. `'balance-xor'`: by a hash of the packet.
     * `'broadcast'`: all send everything. `'802.3ad'`: as agreed with the switch by LACP. `'balance-tlb'`, `'balance-alb'`: by load, of what is sent, and of what arrives too; both need nothing of the switch.
     */
    mode: enumOf(1, 'IFLA_BOND_MODE', 'u8', modes),
    /** The port that works, in the modes active-backup, balance-tlb and balance-alb; it must be one that is up. `null`: the bond chooses. Absent while none works. `ip` calls it `active_slave`. */
    activePort: linkReference(2, 'IFLA_BOND_ACTIVE_SLAVE'),
    /** How often the ports' carrier is looked at, in ms; 0 for never. Default 0, and 100 in the modes 802.3ad, balance-tlb and balance-alb. Turns the ARP monitor off. `ip` calls it `miimon`. */
    miiInterval: u32(3, 'IFLA_BOND_MIIMON', { unit: 'ms', max: MOST }),
    /** How long a port must have had carrier before it is used, in ms; rounded down to a multiple of `miiInterval`. Default 0. Needs `miiInterval`. */
    upDelay: u32(4, 'IFLA_BOND_UPDELAY', { unit: 'ms', max: MOST }),
    /** How long a port must have been without carrier before it is given up, in ms; rounded down to a multiple of `miiInterval`. Default 0. Needs `miiInterval`. */
    downDelay: u32(5, 'IFLA_BOND_DOWNDELAY', { unit: 'ms', max: MOST }),
    /** The MII monitor asks for carrier rather than the driver's MII registers. Default true; newer kernels refuse false. */
    useCarrier: bool(6, 'IFLA_BOND_USE_CARRIER'),
    /** How often the targets are asked for their addresses, in ms; 0 for never. Default 0. Takes the place of the MII monitor; not in the modes 802.3ad, balance-tlb and balance-alb. */
    arpInterval: u32(7, 'IFLA_BOND_ARP_INTERVAL', { unit: 'ms', max: MOST }),
    /** Whom the ARP monitor asks over IPv4, at most 16. Given ones replace all; `[]` removes them. Default none. */
    arpIpTargets: numberedListOf(8, 'IFLA_BOND_ARP_IP_TARGET', i => ipv4(i, ''), { max: TARGETS }),
    /** On which ports only the targets' answers count as life (`'active'`, `'backup'`, `'all'`), or only ARP does, whosever (`'filter…'`). Default `'none'`: whatever arrives counts. Not in the modes 802.3ad, balance-tlb and balance-alb; a new `mode` resets it. */
    arpValidate: enumOf(9, 'IFLA_BOND_ARP_VALIDATE', 'u32', {
      none: 0,
      active: 1,
      backup: 2,
      all: 3,
      filter: 4,
      filterActive: 5,
      filterBackup: 6,
    }),
    /** A port works while any of the targets answers, or only while all do. Default `'any'`. With `arpValidate`. */
    arpAllTargets: enumOf(10, 'IFLA_BOND_ARP_ALL_TARGETS', 'u32', { any: 0, all: 1 }),
    /** The port that works whenever it can, in the modes active-backup, balance-tlb and balance-alb; `null` for none. It may become a port later, and is reported from then on. Default none. */
    primary: linkReference(11, 'IFLA_BOND_PRIMARY'),
    /** When the primary takes over again once it is back: at once, if it is faster or of better duplex, or only when the other fails. Default `'always'`. */
    primaryReselect: enumOf(12, 'IFLA_BOND_PRIMARY_RESELECT', 'u8', { always: 0, better: 1, failure: 2 }),
    /** Hardware addresses in mode active-backup. `'none'`, the default: all ports have the bond's. `'active'`: the bond has that of the port that works. `'follow'`: the port that works gets the bond's. */
    failOverMac: enumOf(13, 'IFLA_BOND_FAIL_OVER_MAC', 'u8', { none: 0, active: 1, follow: 2 }),
    /** What the hash over packets takes, in the modes balance-xor, 802.3ad and balance-tlb: hardware addresses, IP addresses, ports; of the inner packet with `'encap…'`. Default `'layer2'`. `ip` calls it `xmit_hash_policy`. */
    transmitHashPolicy: enumOf(14, 'IFLA_BOND_XMIT_HASH_POLICY', 'u8', {
      layer2: 0,
      'layer3+4': 1,
      'layer2+3': 2,
      'encap2+3': 3,
      'encap3+4': 4,
      'vlan+srcmac': 5,
    }),
    /** How many IGMP reports are sent after a change of ports, one each 200 ms, 0–255. Default 1. */
    resendIgmp: u32(15, 'IFLA_BOND_RESEND_IGMP', { max: 255 }),
    /** How many gratuitous ARPs and unsolicited neighbor advertisements tell of a new active port, 0–255. Default 1. `ip` calls it `num_grat_arp` and `num_unsol_na`. */
    peerNotifications: u8(16, 'IFLA_BOND_NUM_PEER_NOTIF'),
    /** Frames that arrive at ports which do not work are taken rather than dropped. Default false. `ip` calls it `all_slaves_active`. */
    allPortsActive: bool(17, 'IFLA_BOND_ALL_SLAVES_ACTIVE'),
    /** How many ports must have carrier before the bond has, in mode 802.3ad. Default 0, which is as good as 1. */
    minLinks: u32(18, 'IFLA_BOND_MIN_LINKS', { max: MOST }),
    /** Seconds between the packets by which switches learn where addresses are, in the modes balance-tlb and balance-alb, from 1. Default 1. `ip` calls it `lp_interval`. */
    learningPacketInterval: u32(19, 'IFLA_BOND_LP_INTERVAL', { unit: 's', min: 1, max: MOST }),
    /** How many packets go to a port before it is the next one's turn, in mode balance-rr, 0–65535; 0: at random. Default 1. `ip` calls it `packets_per_slave`. */
    packetsPerPort: u32(20, 'IFLA_BOND_PACKETS_PER_SLAVE', { max: 65_535 }),
    /** How often the other side is to send LACP packets: every 30 s, or every second. Default `'slow'`. Mode 802.3ad. */
    lacpRate: enumOf(21, 'IFLA_BOND_AD_LACP_RATE', 'u8', { slow: 0, fast: 1 }),
    /** Which aggregator is used: the one at hand until it has no port left, that of the largest bandwidth, that of most ports, or that whose ports have the best priorities (since Linux 6.18). Default `'stable'`. Mode 802.3ad. */
    adSelect: enumOf(22, 'IFLA_BOND_AD_SELECT', 'u8', { stable: 0, bandwidth: 1, count: 2, actorPortPriority: 3 }),
    /** What was agreed with the other side, in mode 802.3ad. */
    adInfo: nest(23, 'IFLA_BOND_AD_INFO', adInfo, { access: 'readOnly' }),
    /** Priority of this system in LACP, 1–65535; the lowest decides. Default 65535. Mode 802.3ad; reported to who has CAP_NET_ADMIN. */
    adActorSystemPriority: u16(24, 'IFLA_BOND_AD_ACTOR_SYS_PRIO', { min: 1 }),
    /** The upper ten bits of the ports' key in LACP, 0–1023. Default 0. Mode 802.3ad; reported to who has CAP_NET_ADMIN. */
    adUserPortKey: u16(25, 'IFLA_BOND_AD_USER_PORT_KEY', { max: 1023 }),
    /** Address of this system in LACP, no multicast address; 00:00:00:00:00:00, the default, for the bond's own. Mode 802.3ad; reported to who has CAP_NET_ADMIN. */
    adActorSystem: mac(26, 'IFLA_BOND_AD_ACTOR_SYSTEM'),
    /** Flows move to other ports as the load changes, rather than being spread by `transmitHashPolicy`. Default true. Modes balance-tlb and balance-alb. `ip` calls it `tlb_dynamic_lb`. */
    tlbDynamic: bool(27, 'IFLA_BOND_TLB_DYNAMIC_LB'),
    /** Time between the `peerNotifications`, in ms, 0–300000; rounded down to a multiple of `miiInterval`. Default 0: one for each look at the carrier. Needs `miiInterval`. */
    peerNotifyDelay: u32(28, 'IFLA_BOND_PEER_NOTIF_DELAY', { unit: 'ms', max: 300_000 }),
    /** LACP packets are sent unasked, rather than only in answer to others. Default true. Mode 802.3ad. Since Linux 5.15. */
    lacpActive: bool(29, 'IFLA_BOND_AD_LACP_ACTIVE'),
    /** How many questions of the ARP monitor in a row may stay without an answer before a port is given up, 1–255. Default 2. Not in the modes 802.3ad, balance-tlb and balance-alb. Since Linux 5.17. */
    arpMissedMax: u8(30, 'IFLA_BOND_MISSED_MAX', { min: 1 }),
    /** Whom the ARP monitor asks over IPv6, by neighbor solicitations, at most 16. Given ones replace all; `[]` removes them. Default none. Since Linux 5.18. */
    nsIp6Targets: numberedListOf(31, 'IFLA_BOND_NS_IP6_TARGET', i => ipv6(i, ''), { max: TARGETS }),
    /** A port begins to collect and to distribute frames at once, rather than one after the other. Default true. Mode 802.3ad. Since Linux 6.9. */
    coupledControl: bool(32, 'IFLA_BOND_COUPLED_CONTROL'),
    /** ARP and neighbor discovery packets leave by all ports, for switches that share the aggregate. Default false. Mode 802.3ad; a new `mode` resets it. Since Linux 6.17. */
    broadcastNeighbor: bool(33, 'IFLA_BOND_BROADCAST_NEIGH'),
    /** The bond has no carrier while no other side speaks LACP, rather than working with one port. Default false. Mode 802.3ad. Newer than Linux 6.18. */
    lacpStrict: bool(34, 'IFLA_BOND_LACP_STRICT'),
  },
  {
    check,
    refusals: { set: { EPERM: refusedDelay } },
    module: { config: 'CONFIG_BONDING', name: 'bonding' },
  },
)

function refusedDelay(options: Given): string | undefined {
  const delay = delays.find(key => options[key] !== undefined)
  return delay && `"bond.${delay}" needs "bond.miiInterval", which is 0 now; or the process lacks CAP_NET_ADMIN`
}
