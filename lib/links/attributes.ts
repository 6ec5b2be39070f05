import { enumOf } from '../schema/enums.ts'
import { type Access, Field, type RowOptions } from '../schema/field.ts'
import { listOf, nest } from '../schema/nests.ts'
import { bytes, mac, string } from '../schema/octets.ts'
import { checkLinkIndex, checkLinkName, linkName, linkReference } from '../schema/references.ts'
import { bool, s32, u16, u32, uint } from '../schema/scalars.ts'
import { Struct, structOf } from '../schema/structs.ts'
import { Table } from '../schema/table.ts'
import { LONGEST_ALTNAME } from '../values/link-name.ts'
import { familySpecific } from './family-specific.ts'
import { IFINFO, linkFlags, linkSwitch } from './flags.ts'
import { hardwareType } from './hardware-type.ts'
import { namespaceOption } from './namespace-option.ts'
import { protoDownReason } from './proto-down-reason.ts'
import { virtualFunctions } from './virtual-functions.ts'

const readOnly = { access: 'readOnly' } as const
/** Ethernet 6, IPv4 tunnels 4, IPv6 tunnels 16, InfiniBand 20; others as the kernel allows, 32 at most. */
const HARDWARE_ADDRESS_LENGTHS = Array.from({ length: 32 }, (_, i) => i + 1)

/** Index in the header: chosen by the caller on creation, always reported. */
const headerIndex = new Field<number, number, 'create', 'always'>(
  'header',
  IFINFO.index,
  'ifi_index',
  { access: 'create', present: 'always' },
  {
    wire: 's32',
    allowed: '1…2147483647',
    minLength: 4,
    lower: (program, value) => {
      checkLinkIndex(program, value)
      program.header(IFINFO.indexWord, value)
    },
    decode: (message, offset) => message.s32(offset),
  },
)

const altName = string(53, 'IFLA_ALT_IFNAME', { check: (program, text) => checkLinkName(program, text, LONGEST_ALTNAME) })

/** IFLA_MAP: I/O resources, of a time when network cards had jumpers. */
const resources = new Struct(
  'linkResources',
  {
    memoryStart: 'u64',
    memoryEnd: 'u64',
    baseAddress: 'u64',
    irq: 'u16',
    dma: 'u8',
    port: 'u8',
    end: 'pad4',
  },
  { shared: true },
)

const statistics = new Struct('linkStatistics', {
  rxPackets: 'u64',
  txPackets: 'u64',
  rxBytes: 'u64',
  txBytes: 'u64',
  rxErrors: 'u64',
  txErrors: 'u64',
  rxDropped: 'u64',
  txDropped: 'u64',
  multicast: 'u64',
  collisions: 'u64',
  rxLengthErrors: 'u64',
  rxOverErrors: 'u64',
  rxCrcErrors: 'u64',
  rxFrameErrors: 'u64',
  rxFifoErrors: 'u64',
  rxMissedErrors: 'u64',
  txAbortedErrors: 'u64',
  txCarrierErrors: 'u64',
  txFifoErrors: 'u64',
  txHeartbeatErrors: 'u64',
  txWindowErrors: 'u64',
  rxCompressed: 'u64',
  txCompressed: 'u64',
  rxNoHandler: 'u64',
  rxOtherHostDropped: 'u64',
})

const xdp = new Table('linkXdp', {
  /** Where a program is attached. */
  attached: enumOf(2, 'IFLA_XDP_ATTACHED', 'u8', { none: 0, driver: 1, generic: 2, hardware: 3, several: 4 }, readOnly),
  flags: u32(3, 'IFLA_XDP_FLAGS', readOnly),
  /** Id of the program, as bpf has it. */
  programId: u32(4, 'IFLA_XDP_PROG_ID', readOnly),
  driverProgramId: u32(5, 'IFLA_XDP_DRV_PROG_ID', readOnly),
  genericProgramId: u32(6, 'IFLA_XDP_SKB_PROG_ID', readOnly),
  hardwareProgramId: u32(7, 'IFLA_XDP_HW_PROG_ID', readOnly),
})

const devlinkPort = new Table('linkDevlinkPort', {
  busName: string(1, 'DEVLINK_ATTR_BUS_NAME', readOnly),
  deviceName: string(2, 'DEVLINK_ATTR_DEV_NAME', readOnly),
  portIndex: u32(3, 'DEVLINK_ATTR_PORT_INDEX', readOnly),
})

const dpllPin = new Table('linkDpllPin', {
  id: u32(1, 'DPLL_A_PIN_ID', readOnly),
})

function rawNest<const A extends Access>(number: number, constant: string, options: RowOptions<A>) {
  return bytes(number, constant, options)
}

/** Rows that a link of every kind has. `kinds/*` nest them; the kind's own data and the port's are added in link-table.ts. */
export const linkRows = {
  /** Number of the link in its namespace. Chosen by the kernel unless given on creation. Moving a link to another namespace may change it. */
  index: headerIndex,
  /** Name, of 1 to 15 bytes; no `/`, `:` or white space. A pattern such as `'veth%d'` lets the kernel choose, at the cost of a scan. */
  name: linkName(3, 'IFLA_IFNAME'),
  /** Hardware type, such as `'ether'` or `'loopback'`. */
  type: hardwareType,
  /** Flags as `ip link` shows them, such as `['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP']`. */
  flags: linkFlags,
  /** Whether the link is administratively up. Same as `ip link set up`. */
  up: linkSwitch('IFF_UP', 0x1),
  /** Whether ARP and neighbor discovery are used. Default `true` on Ethernet. Same as `ip link set arp`. */
  arp: linkSwitch('IFF_NOARP', 0x80, { inverted: true }),
  /** Whether the link was set to receive every frame. A packet socket or a bridge may do so too: see `promiscuity`. Same as `ip link set promisc`. */
  promiscuous: linkSwitch('IFF_PROMISC', 0x100),
  /** Whether all multicast frames are received. Same as `ip link set allmulticast`. */
  allMulticast: linkSwitch('IFF_ALLMULTI', 0x200),
  /** Whether the link carries multicast. Same as `ip link set multicast`. */
  multicast: linkSwitch('IFF_MULTICAST', 0x1000),
  /** Whether addresses are lost when the link goes down. Same as `ip link set dynamic`. */
  dynamic: linkSwitch('IFF_DYNAMIC', 0x8000),
  /** Whether trailers are avoided (a flag of BSD days that Linux keeps and ignores). Same as `ip link set trailers off`. */
  noTrailers: linkSwitch('IFF_NOTRAILERS', 0x20),
  /** Hardware address, such as `'02:00:00:00:00:01'`. Default: random for virtual kinds. A bridge that is given one keeps it. */
  address: mac(1, 'IFLA_ADDRESS', { lengths: HARDWARE_ADDRESS_LENGTHS }),
  /** Hardware broadcast address; the far end on point-to-point links. */
  broadcast: mac(2, 'IFLA_BROADCAST', { lengths: HARDWARE_ADDRESS_LENGTHS }),
  /** Largest packet in bytes, without the link header. Allowed is `minMtu`…`maxMtu` of the link. */
  mtu: u32(4, 'IFLA_MTU', { unit: 'bytes', max: 0x7fff_ffff, present: 'always' }),
  /** Smallest MTU that the device takes, in bytes. */
  minMtu: u32(50, 'IFLA_MIN_MTU', { ...readOnly, unit: 'bytes' }),
  /** Largest MTU that the device takes, in bytes; 0 is no limit. */
  maxMtu: u32(51, 'IFLA_MAX_MTU', { ...readOnly, unit: 'bytes' }),
  /** The link below (a VLAN's parent), or the other end of a veth, whose index belongs to the namespace `linkNetnsid` when that is set. */
  link: linkReference(5, 'IFLA_LINK', { access: 'create' }),
  /** Id, in this namespace, of the namespace that `link` is in; undefined when it is this one, -1 when it has no id here. */
  linkNetnsid: s32(37, 'IFLA_LINK_NETNSID', { access: 'create' }),
  /** The bridge, bond, vrf… that the link is a port of; `null` takes it out. Same as `ip link set master`, `nomaster`. */
  master: linkReference(10, 'IFLA_MASTER'),
  /** Free text of at most 255 bytes; `''` removes it. Same as `ip link set alias`. (With a NUL behind, the kernel refuses 255 bytes.) */
  alias: string(20, 'IFLA_IFALIAS', { max: 255, bare: true, afterCreation: true }),
  /** Names beside `name`, of up to 127 bytes. Changed by `addAltNames` and `deleteAltNames`. */
  altNames: listOf(52, 'IFLA_PROP_LIST', altName, readOnly),
  /** Group number, for requests on all links of a group. Default 0. Same as `ip link set group`. */
  group: u32(27, 'IFLA_GROUP'),
  /** Length of the sending queue in packets. Default by device, often 1000. */
  txQueueLength: u32(13, 'IFLA_TXQLEN', { unit: 'packets' }),
  /** Number of sending queues, 1–4096. The default of a veth is one a CPU; 1 makes creation faster. */
  numTxQueues: u32(31, 'IFLA_NUM_TX_QUEUES', { access: 'create', min: 1, max: 4096 }),
  /** Number of receiving queues, 1–4096. */
  numRxQueues: u32(32, 'IFLA_NUM_RX_QUEUES', { access: 'create', min: 1, max: 4096 }),
  /** Name of the root queueing discipline. */
  qdisc: string(6, 'IFLA_QDISC', readOnly),
  /** RFC 2863 state; `'up'` means that traffic can pass. Writable for userspace supplicants, from `'dormant'` to `'up'`. */
  operationalState: enumOf(16, 'IFLA_OPERSTATE', 'u8', {
    unknown: 0,
    notPresent: 1,
    down: 2,
    lowerLayerDown: 3,
    testing: 4,
    dormant: 5,
    up: 6,
  }),
  /** `'dormant'`: a supplicant, not the driver, says when the link is up. Same as `ip link set mode`. */
  linkMode: enumOf(17, 'IFLA_LINKMODE', 'u8', { default: 0, dormant: 1, testing: 2 }),
  /** Whether the device has carrier. Writable on dummy and some other virtual kinds. Same as `ip link set carrier`. */
  carrier: bool(33, 'IFLA_CARRIER', { afterCreation: true }),
  /** How often the carrier changed. */
  carrierChanges: u32(35, 'IFLA_CARRIER_CHANGES', readOnly),
  carrierUpCount: u32(47, 'IFLA_CARRIER_UP_COUNT', readOnly),
  carrierDownCount: u32(48, 'IFLA_CARRIER_DOWN_COUNT', readOnly),
  /** Whether a protocol, such as MLAG, keeps the link down. Where the driver supports it (macvlan, vxlan). Same as `ip link set protodown`. */
  protoDown: bool(39, 'IFLA_PROTO_DOWN', { afterCreation: true }),
  /** Reasons of `protoDown`, as bits: `{ mask, value }` sets those in the mask. The link cannot come up while one is set. */
  protoDownReason: protoDownReason(55, 'IFLA_PROTO_DOWN_REASON'),
  /** How many users need the link promiscuous. */
  promiscuity: u32(30, 'IFLA_PROMISCUITY', readOnly),
  /** How many users need all multicast frames. */
  allMulticastCount: u32(61, 'IFLA_ALLMULTI', readOnly),
  /** Largest packet handed down for segmentation, in bytes. */
  gsoMaxSize: u32(41, 'IFLA_GSO_MAX_SIZE', { unit: 'bytes' }),
  /** Most segments of one packet, 1–65535. */
  gsoMaxSegments: u32(40, 'IFLA_GSO_MAX_SEGS'),
  /** Largest packet put together on receipt, in bytes. */
  groMaxSize: u32(58, 'IFLA_GRO_MAX_SIZE', { unit: 'bytes' }),
  /** As `gsoMaxSize`, for IPv4. Since Linux 6.3. */
  gsoIpv4MaxSize: u32(63, 'IFLA_GSO_IPV4_MAX_SIZE', { unit: 'bytes' }),
  /** As `groMaxSize`, for IPv4. Since Linux 6.3. */
  groIpv4MaxSize: u32(64, 'IFLA_GRO_IPV4_MAX_SIZE', { unit: 'bytes' }),
  /** Largest packet that the device segments, in bytes. */
  tsoMaxSize: u32(59, 'IFLA_TSO_MAX_SIZE', { ...readOnly, unit: 'bytes' }),
  tsoMaxSegments: u32(60, 'IFLA_TSO_MAX_SEGS', readOnly),
  /** Counters since the device was made. */
  statistics: structOf(23, 'IFLA_STATS64', statistics, readOnly),
  /** I/O resources of old hardware. */
  resources: structOf(14, 'IFLA_MAP', resources, readOnly),
  /** What address families keep about the link: `{ inet6: { addressGenerationMode: 'none' } }`. */
  families: nest(26, 'IFLA_AF_SPEC', familySpecific, { afterCreation: true }),
  /** Permanent hardware address of the device. */
  permanentAddress: mac(54, 'IFLA_PERM_ADDRESS', { ...readOnly, lengths: HARDWARE_ADDRESS_LENGTHS }),
  /** Name of the device on its bus, such as `'0000:03:00.0'`; the kinds that attach to a bus device take it on creation. */
  parentDeviceName: string(56, 'IFLA_PARENT_DEV_NAME', { access: 'create' }),
  /** Name of the bus. */
  parentDeviceBusName: string(57, 'IFLA_PARENT_DEV_BUS_NAME', readOnly),
  physicalPortId: bytes(34, 'IFLA_PHYS_PORT_ID', readOnly),
  physicalPortName: string(38, 'IFLA_PHYS_PORT_NAME', readOnly),
  physicalSwitchId: bytes(36, 'IFLA_PHYS_SWITCH_ID', readOnly),
  /** How many SR-IOV functions there are; sent only when asked for. */
  numVirtualFunctions: u32(21, 'IFLA_NUM_VF', readOnly),
  /** SR-IOV functions, sent only when asked for (`virtualFunctions: true` of get and list). */
  virtualFunctions,
  /** Ports of virtual functions, as the kernel sends them. */
  virtualFunctionPorts: rawNest(24, 'IFLA_VF_PORTS', readOnly),
  portSelf: rawNest(25, 'IFLA_PORT_SELF', readOnly),
  /** The devlink port behind the link. */
  devlinkPort: nest(62, 'IFLA_DEVLINK_PORT', devlinkPort, { ...readOnly, emptyIsNothing: true }),
  /** The clock pin of the link. */
  dpllPin: nest(65, 'IFLA_DPLL_PIN', dpllPin, { ...readOnly, emptyIsNothing: true }),
  /** Farthest point in time to which the device paces packets, in nanoseconds. */
  maxPacingOffloadHorizon: uint(66, 'IFLA_MAX_PACING_OFFLOAD_HORIZON', { ...readOnly, unit: 'ns' }),
  /** Whether the link is bound to its namespace and cannot be moved. */
  netnsImmutable: bool(67, 'IFLA_NETNS_IMMUTABLE', readOnly),
  /** Room that the device needs before a packet, in bytes. */
  headroom: u16(68, 'IFLA_HEADROOM', { ...readOnly, unit: 'bytes' }),
  /** Room that the device needs behind a packet, in bytes. */
  tailroom: u16(69, 'IFLA_TAILROOM', { ...readOnly, unit: 'bytes' }),
  /** Why a notification was sent. */
  event: u32(44, 'IFLA_EVENT', readOnly),
  /** Id of the namespace that the link was moved to; in the notification of its departure. */
  newNetnsid: s32(45, 'IFLA_NEW_NETNSID', readOnly),
  /** Index that the link has there. */
  newIndex: s32(49, 'IFLA_NEW_IFINDEX', readOnly),
  /** Namespace id that the request was for. */
  targetNetnsid: s32(46, 'IFLA_TARGET_NETNSID', readOnly),
  weight: u32(15, 'IFLA_WEIGHT', readOnly),
  /** XDP programs on the link. */
  xdp: nest(43, 'IFLA_XDP', xdp, readOnly),
  /** Namespace that the link is created in or moved to. Same as `ip link set netns`. Reported never: a namespace does not know its own name. */
  netns: namespaceOption(28, 'IFLA_NET_NS_FD', { number: 19, constant: 'IFLA_NET_NS_PID' }),
}

/** Known, and without news: older forms of rows above, what only other requests use, and padding. */
export const linkPadding = {
  IFLA_STATS: 7,
  IFLA_COST: 8,
  IFLA_PRIORITY: 9,
  IFLA_WIRELESS: 11,
  IFLA_PROTINFO: 12,
  IFLA_EXT_MASK: 29,
  IFLA_PAD: 42,
  IFLA_ALT_IFNAME: 53,
} as const

/** The rows by themselves, for a link that is described inside another one (the peer of a veth). */
export const linkAttributes = new Table('linkAttributes', linkRows, { headerLength: IFINFO.size, padding: linkPadding })
