import type { Message } from '../schema/message.ts'
import { LITTLE_ENDIAN } from '../schema/message.ts'
import type { Program } from '../schema/program.ts'
import { formatIpv4, formatIpv6, parseIp } from '../values/ip.ts'
import { formatMac, parseMac } from '../values/mac.ts'

/** `struct br_port_msg`, which messages about multicast groups start with. */
export const BR_PORT = { size: 8, familyWord: 0, indexWord: 1, index: 4 } as const

/** Bytes of `struct br_mdb_entry`, and what stands where in it. */
export const MDB_ENTRY_SIZE = 28
const STATE = 4
const FLAGS = 5
const VLAN = 6
const ADDRESS = 8
const PROTOCOL = 24

const ETH_P_IP = 0x0800
const ETH_P_IPV6 = 0x86dd

export const MDB_STATES = { temporary: 0, permanent: 1 } as const

/** MDB_FLAGS_*, as `bridge -j` prints them. */
export const MDB_FLAGS = { offload: 0x1, fast_leave: 0x2, added_by_star_ex: 0x4, blocked: 0x8, offload_failed: 0x10 } as const

/** What is behind the link's index in the struct. */
export interface EntryFields {
  readonly state: number
  readonly vlan: number
  readonly group: string | undefined
}

/** Writes the struct as the payload of an attribute. `link` is a name that is looked up when the request is sent, or an index; 0 is none. */
export function lowerEntry(program: Program, number: number, link: string | number, { state, vlan, group }: EntryFields): void {
  const rest = new Uint8Array(MDB_ENTRY_SIZE)
  const view = new DataView(rest.buffer)
  view.setUint8(STATE, state)
  view.setUint16(VLAN, vlan, LITTLE_ENDIAN)
  if (group !== undefined) view.setUint16(PROTOCOL, putGroup(program, rest, group), false)
  // Not a nest to the kernel: it only stands like one.
  program.plainNest(number)
  if (typeof link === 'string') {
    program.rawIndex(link)
    program.raw(rest.subarray(4))
  } else {
    view.setUint32(0, link, LITTLE_ENDIAN)
    program.raw(rest)
  }
  program.end()
}

/** Writes the group's address, and answers the protocol that it is of: 0 for a hardware address. */
function putGroup(program: Program, bytes: Uint8Array, group: string): number {
  const length = parseIp(group, bytes, ADDRESS)
  if (length !== 0) return length === 4 ? ETH_P_IP : ETH_P_IPV6
  bytes.fill(0, ADDRESS, PROTOCOL)
  if (parseMac(group, bytes, ADDRESS, 6) !== 6) program.expected('a multicast address: IPv4, IPv6 or of the link', group)
  return 0
}

/** The parts of a struct at `start`. */
export const entryParts = {
  link: (message: Message, start: number): number => message.u32(start),
  state: (message: Message, start: number): number => message.bytes[start + STATE],
  flags: (message: Message, start: number): number => message.bytes[start + FLAGS],
  vlan: (message: Message, start: number): number | undefined => message.u16(start + VLAN) || undefined,
  group(message: Message, start: number): string {
    const protocol = message.be16(start + PROTOCOL)
    if (protocol === ETH_P_IP) return formatIpv4(message.bytes, start + ADDRESS)
    if (protocol === ETH_P_IPV6) return formatIpv6(message.bytes, start + ADDRESS)
    return formatMac(message.bytes, start + ADDRESS, 6)
  },
} as const
