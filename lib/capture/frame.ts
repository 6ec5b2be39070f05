import { type HardwareType, hardwareTypes } from '../links/hardware-type.ts'
import { FRAME_HEADER } from '../native/binding.ts'
import { Message } from '../schema/message.ts'
import { PACKET_OUTGOING, type PacketType, packetTypes } from './packet-type.ts'

/** A frame as it crossed a link. */
export interface Frame {
  /**
   * Its bytes, from the header of the link on, cut at the snap length. Nobody else writes to them. Frames that were captured together share one
   * ArrayBuffer, so one that is kept keeps up to 256 KiB: what is kept for long is better copied, `frame.bytes.slice()`.
   */
  readonly bytes: Uint8Array
  /** How many bytes it had. */
  readonly length: number
  /** When the kernel saw it: nanoseconds since 1970, UTC. */
  readonly timestamp: bigint
  /** Index of the link. */
  readonly link: number
  /** Name that the link had then; undefined when the link was gone before the frame was read. */
  readonly linkName: string | undefined
  /** What kind of header it begins with, as `ip link` calls it: `'ether'`, `'loopback'`, `'none'`, …, or a number. */
  readonly hardwareType: HardwareType
  /** Into the namespace, or out of it. */
  readonly direction: 'in' | 'out'
  readonly packetType: PacketType
  /** What it carries, as the kernel has it: an EtherType, behind the tag that the kernel takes out; on nlmon links the netlink protocol. */
  readonly protocol: number
  /** Where in `bytes` the network header begins, such as that of IP. Behind the end when the frame was cut before. */
  readonly networkOffset: number
}

const NAME_LENGTH = 16

/** The frames of a batch. binding.ts: FRAME_HEADER. */
export function readFrames(batch: Uint8Array): Frame[] {
  const message = new Message(batch)
  const frames: Frame[] = []
  for (let at = 0; at + FRAME_HEADER <= batch.length; ) {
    const captured = message.u32(at + 8)
    frames.push(readFrame(message, at, captured))
    at += (FRAME_HEADER + captured + 7) & ~7
  }
  return frames
}

function readFrame(message: Message, at: number, captured: number): Frame {
  const packetType = message.u8(at + 26)
  const name = message.string(at + 32, NAME_LENGTH)
  return {
    bytes: message.bytes.subarray(at + FRAME_HEADER, at + FRAME_HEADER + captured),
    length: message.u32(at + 12),
    timestamp: message.bigU64(at),
    link: message.u32(at + 16),
    linkName: name === '' ? undefined : name,
    hardwareType: hardwareTypes.toName(message.u16(at + 20)),
    direction: packetType === PACKET_OUTGOING ? 'out' : 'in',
    packetType: packetTypes.toName(packetType),
    protocol: message.u16(at + 22),
    networkOffset: message.u16(at + 24),
  }
}
