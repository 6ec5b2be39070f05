import { Enumeration } from '../schema/enums.ts'

/** PACKET_* of <linux/if_packet.h>. */
export const PACKET_TYPES = {
  host: 0,
  broadcast: 1,
  multicast: 2,
  otherHost: 3,
  outgoing: 4,
  loopback: 5,
  user: 6,
  kernel: 7,
} as const

export const PACKET_OUTGOING = PACKET_TYPES.outgoing

/** For whom the kernel takes a frame to be: itself, everybody, a group, somebody else; or it goes out. */
export type PacketType = keyof typeof PACKET_TYPES | (number & {})

export const packetTypes = new Enumeration(PACKET_TYPES)
