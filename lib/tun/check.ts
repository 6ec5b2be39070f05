import { invalidValue } from '../errors.ts'
import { LARGEST_PACKET, type PacketFormat } from '../native/binding.ts'
import { checkKeys, checkObject } from '../schema/check-options.ts'
import { BitNames } from '../schema/enums.ts'
import { Program } from '../schema/program.ts'
import { optionalBoolean, optionalInteger } from '../schema/scalars.ts'
import { LONGEST_NAME, linkNameFault } from '../values/link-name.ts'
import { IFF_MULTI_QUEUE, IFF_NO_PI, IFF_TAP, IFF_TUN, IFF_TUN_EXCL, IFF_VNET_HDR, offloads } from './flags.ts'

/** Bytes of `struct virtio_net_hdr`. */
const VNET_HEADER = 10
const LARGEST_VNET_HEADER = 256
/** MAX_TAP_QUEUES of the drivers. */
const MOST_QUEUES = 256
const DEFAULT_MEMORY = 1024 * 1024
const SMALLEST_MEMORY = 4 * LARGEST_PACKET
const LARGEST_MEMORY = 1024 * 1024 * 1024
const PAGE = 4096
/** The last id means none. */
const LARGEST_ID = 0xffff_fffe
const PACKET_INFORMATION = 4
const ETHERNET_HEADER = 14

const FORMAT_KEYS = ['queues', 'multiQueue', 'vnetHeader', 'vnetHeaderSize', 'offloads', 'receiveMemory']
const LINK_KEYS = ['up', 'mtu', 'address', 'master', 'txQueueLength']
const PLACE_KEYS = ['netns', 'signal']
const SHARED_KEYS = [...FORMAT_KEYS, ...LINK_KEYS, ...PLACE_KEYS]
const TUN_KEYS = [...SHARED_KEYS, 'name', 'index', 'exclusive', 'persist', 'owner', 'group', 'packetInformation']
const TAP_KEYS = [...TUN_KEYS, 'hardwareAddress']
const TAP_LINK_KEYS = [...SHARED_KEYS, 'link', 'hardwareAddress']

const offloadNames = new BitNames(offloads)
/** Says where in the options a mistake is. */
const place: Program = new Program()

type Given = Readonly<Record<string, unknown>>

/** What was asked of packets, checked. */
export interface CheckedFormat {
  readonly native: PacketFormat
  readonly receiveMemory: number
  readonly packetInformation: boolean
  /** Bytes of the virtio header; 0 when there is none. */
  readonly vnetHeaderSize: number
  /** Bytes that a packet has at least: what stands before it, and of a frame its header. */
  readonly smallestPacket: number
}

/** What was asked of a tun or tap, checked. */
export interface CheckedTun {
  readonly format: CheckedFormat
  readonly name: string
  readonly index: number | undefined
  readonly persist: boolean | undefined
  readonly owner: number | undefined
  readonly group: number | undefined
}

/** Options of `openTun` and `openTap`. */
export function checkTun(operation: string, type: 'tun' | 'tap', options: object): CheckedTun {
  const given = checkObject(operation, options) as Given
  checkKeys(operation, given, type === 'tun' ? TUN_KEYS : TAP_KEYS)
  place.begin(operation, 0)
  const exclusive = optionalBoolean(place, given, 'exclusive') ?? false
  const flags = (type === 'tun' ? IFF_TUN : IFF_TAP) | (exclusive ? IFF_TUN_EXCL : 0)
  return {
    format: checkFormat(given, flags, optionalBoolean(place, given, 'packetInformation') ?? false),
    name: given.name === undefined ? `${type}%d` : checkName(given.name),
    index: optionalInteger(place, given, 'index', 1, 0x7fff_ffff),
    persist: optionalBoolean(place, given, 'persist'),
    owner: optionalInteger(place, given, 'owner', 0, LARGEST_ID),
    group: optionalInteger(place, given, 'group', 0, LARGEST_ID),
  }
}

/** Options of `openTap` with a `link`. */
export function checkTapLink(operation: string, options: object): CheckedFormat {
  const given = options as Given
  checkKeys(operation, given, TAP_LINK_KEYS)
  place.begin(operation, 0)
  return checkFormat(given, IFF_TAP, false)
}

function checkFormat(given: Given, type: number, packetInformation: boolean): CheckedFormat {
  const queues = optionalInteger(place, given, 'queues', 1, MOST_QUEUES) ?? 1
  const multiQueue = optionalBoolean(place, given, 'multiQueue') ?? queues > 1
  if (queues > 1 && !multiQueue) throw refusal('multiQueue', `is false, and "queues" is ${queues}`)
  const vnetHeader = optionalBoolean(place, given, 'vnetHeader') ?? false
  const asked = optionalInteger(place, given, 'vnetHeaderSize', VNET_HEADER, LARGEST_VNET_HEADER)
  if (asked !== undefined && !vnetHeader) throw refusal('vnetHeaderSize', 'goes only with vnetHeader: true')
  const vnetHeaderSize = vnetHeader ? (asked ?? VNET_HEADER) : 0
  const flags = [type, packetInformation ? 0 : IFF_NO_PI, vnetHeader ? IFF_VNET_HDR : 0, multiQueue ? IFF_MULTI_QUEUE : 0]
  const memory = optionalInteger(place, given, 'receiveMemory', SMALLEST_MEMORY, LARGEST_MEMORY) ?? DEFAULT_MEMORY
  const before = vnetHeaderSize + (packetInformation ? PACKET_INFORMATION : 0)
  return {
    native: {
      flags: flags.reduce((all, flag) => all | flag),
      queues,
      vnetHeaderSize,
      offloads: checkOffloads(given, vnetHeader),
    },
    receiveMemory: Math.ceil(memory / PAGE) * PAGE,
    packetInformation,
    vnetHeaderSize,
    smallestPacket: before + ((type & IFF_TAP) === 0 ? 1 : ETHERNET_HEADER),
  }
}

function checkOffloads(given: Given, vnetHeader: boolean): number {
  if (given.offloads === undefined) return 0
  place.at('offloads')
  const bits = offloadNames.toBits(place, given.offloads, 0xffff_ffff)
  if (bits === 0) return 0
  if (!vnetHeader) throw refusal('offloads', 'goes only with vnetHeader: true: that header says what was left undone')
  if ((bits & offloads.checksum) === 0)
    throw refusal('offloads', 'lacks "checksum": segments that are left together have no checksums yet')
  return bits
}

function checkName(value: unknown): string {
  place.at('name')
  if (typeof value !== 'string') place.expected('the name of a link', value)
  const fault = linkNameFault(value, LONGEST_NAME)
  if (fault !== undefined) throw refusal('name', fault)
  if (value.replace('%d', '').includes('%')) throw refusal('name', `${JSON.stringify(value)} has a "%" that is not one "%d"`)
  return value
}

function refusal(option: string, reason: string): TypeError {
  return invalidValue(place.operation, option, reason)
}
