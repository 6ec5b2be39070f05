import { formatMac } from '../values/mac.ts'
import { ETHER_TYPES, type NameOrNumber, naming } from './numbers.ts'
import { checkLength, u16 } from './reading.ts'
import { Writing } from './writing.ts'

/** What an Ethernet frame carries: `'ipv4'`, `'arp'`, `'ipv6'`, … or a number. Below 1536 it is a length (IEEE 802.3), not a type. */
export type EtherType = NameOrNumber<typeof ETHER_TYPES>

/** One IEEE 802.1Q tag. */
export interface VlanTag {
  /** Default `'802.1Q'`; the outer one of two is `'802.1ad'`. */
  readonly protocol?: '802.1Q' | '802.1ad'
  /** VLAN id, 0–4095; 0 carries a priority only. */
  readonly id: number
  /** 0–7. Default 0. */
  readonly priority?: number
  /** May be dropped first. Default false. */
  readonly dropEligible?: boolean
}

/** An Ethernet frame without its checksum, as taps carry it. */
export interface EthernetFrame {
  readonly destination: string
  readonly source: string
  /** Of the payload, behind the tags. */
  readonly etherType: EtherType
  /** From the outermost in; empty when there are none. */
  readonly tags: readonly Required<VlanTag>[]
  /** A view, not a copy. Short frames are padded: what is in it says how long it is. */
  readonly payload: Uint8Array
}

/** Options of `ethernet.build`. */
export interface EthernetOptions {
  destination: string
  source: string
  etherType: EtherType
  /** From the outermost in. */
  tags?: readonly VlanTag[] | undefined
  payload?: Uint8Array | undefined
}

const HEADER = 14
const TAG = 4
const OPTIONS = ['destination', 'source', 'etherType', 'tags', 'payload']
const TAG_OPTIONS = ['protocol', 'id', 'priority', 'dropEligible']
const TAG_PROTOCOLS = { '802.1Q': ETHER_TYPES['802.1Q'], '802.1ad': ETHER_TYPES['802.1ad'] } as const
const nameOf = naming(ETHER_TYPES)

function parse(bytes: Uint8Array): EthernetFrame {
  checkLength('ethernet', bytes, HEADER)
  const tags: Required<VlanTag>[] = []
  let at = HEADER - 2
  for (let type = nameOf(u16(bytes, at)); type === '802.1Q' || type === '802.1ad'; type = nameOf(u16(bytes, at))) {
    checkLength('ethernet', bytes, at + TAG + 2)
    tags.push(tagOf(type, u16(bytes, at + 2)))
    at += TAG
  }
  return {
    destination: formatMac(bytes, 0, 6),
    source: formatMac(bytes, 6, 6),
    etherType: nameOf(u16(bytes, at)),
    tags,
    payload: bytes.subarray(at + 2),
  }
}

function tagOf(protocol: '802.1Q' | '802.1ad', control: number): Required<VlanTag> {
  return { protocol, id: control & 0xfff, priority: control >> 13, dropEligible: (control & 0x1000) !== 0 }
}

function build(options: EthernetOptions): Uint8Array {
  const tags = options?.tags ?? []
  const writing = new Writing('ethernet.build', options, OPTIONS, HEADER + tags.length * TAG)
  writing.putMac(0, 'destination')
  writing.putMac(6, 'source')
  tags.forEach((tag, i) => {
    writing.bytes.set(buildTag(tag, i), 12 + i * TAG)
  })
  writing.putU16(12 + tags.length * TAG, writing.named('etherType', ETHER_TYPES, 0xffff))
  return writing.bytes
}

function buildTag(tag: VlanTag, i: number): Uint8Array {
  const writing = new Writing('ethernet.build', tag, TAG_OPTIONS, TAG, `tags[${i}].`)
  writing.putU16(0, writing.named('protocol', TAG_PROTOCOLS, 0xffff, TAG_PROTOCOLS['802.1Q']))
  const control =
    (writing.number('priority', 7, 0) << 13) | (writing.flag('dropEligible') ? 0x1000 : 0) | writing.number('id', 0xfff)
  writing.putU16(2, control)
  return writing.bytes
}

/** Ethernet frames (IEEE 802.3), with IEEE 802.1Q tags. */
export const ethernet = {
  /**
   * Reads a frame.
   * @throws {PacketError} `ERR_PACKET_TRUNCATED`
   */
  parse,
  /** Puts a frame together. Nothing pads it: the kernel takes short frames from a tap. */
  build,
} as const
