import { invalidType, invalidValue } from '../../errors.ts'
import { HARDWARE_TYPES } from '../../links/hardware-type.ts'
import type { Frame } from '../frame.ts'

/**
 * A frame to be written: one that was captured, or any other, of which only `bytes` must be there. Without the others it is a whole Ethernet frame,
 * written now. Bytes of an IP packet without a link header have the `hardwareType` `'none'`.
 */
export interface PcapngFrame extends Partial<Frame> {
  readonly bytes: Uint8Array
}

/** Refuses what cannot be written. */
export function checkFrame(operation: string, frame: unknown): PcapngFrame {
  if (typeof frame !== 'object' || frame === null) throw invalidType(operation, 'frame', 'a frame', frame)
  const { bytes, length, timestamp, hardwareType } = frame as Record<string, unknown>
  if (!(bytes instanceof Uint8Array)) throw invalidType(operation, 'frame.bytes', 'a Uint8Array', bytes)
  if (timestamp !== undefined && typeof timestamp !== 'bigint')
    throw invalidType(operation, 'frame.timestamp', 'nanoseconds since 1970, a bigint', timestamp)
  if (length !== undefined && typeof length !== 'number') throw invalidType(operation, 'frame.length', 'a whole number', length)
  if (typeof hardwareType === 'string' && !Object.hasOwn(HARDWARE_TYPES, hardwareType))
    throw invalidValue(operation, 'frame.hardwareType', `${JSON.stringify(hardwareType)} is none that is known`)
  return frame as PcapngFrame
}
