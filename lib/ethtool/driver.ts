import type { Failure } from '../protocol/failure.ts'
import type { CallOptions, Session } from '../protocol/session.ts'
import type { Message } from '../schema/message.ts'
import type { LinkReference } from '../schema/references.ts'
import { ETHTOOL, ethtoolIoctl } from './link-ioctl.ts'

/** Which driver a link has. */
export interface LinkDriver {
  /** Name of the driver: `'veth'`. */
  readonly name: string
  /** Its version; the kernel's, for drivers without one. */
  readonly version: string | undefined
  readonly firmwareVersion: string | undefined
  readonly expansionRomVersion: string | undefined
  /** Address of the device on its bus: `'0000:02:00.0'`. */
  readonly bus: string | undefined
  /** How many statistics, private flags and self-tests it has. */
  readonly statistics: number
  readonly privateFlags: number
  readonly tests: number
  /** Bytes of its EEPROM, and of a dump of its registers; 0 where it gives none. */
  readonly eepromLength: number
  readonly registerDumpLength: number
}

/** <linux/ethtool.h>: `struct ethtool_drvinfo`. */
const TEXT = 32
const At = {
  name: 4,
  version: 36,
  firmware: 68,
  bus: 100,
  rom: 132,
  flags: 176,
  statistics: 180,
  tests: 184,
  eeprom: 188,
  registers: 192,
}
const SIZE = 196

export function readDriver(
  session: Session,
  operation: string,
  link: LinkReference,
  call: CallOptions | undefined,
): Promise<LinkDriver | Failure> {
  return ethtoolIoctl(session, operation, link, [ETHTOOL.ETHTOOL_GDRVINFO], SIZE, decodeDriver, call)
}

export function decodeDriver(message: Message, start: number): LinkDriver {
  const text = (offset: number) => message.string(start + offset, TEXT) || undefined
  return {
    name: text(At.name) ?? '',
    version: text(At.version),
    firmwareVersion: text(At.firmware),
    expansionRomVersion: text(At.rom),
    bus: text(At.bus),
    statistics: message.u32(start + At.statistics),
    privateFlags: message.u32(start + At.flags),
    tests: message.u32(start + At.tests),
    eepromLength: message.u32(start + At.eeprom),
    registerDumpLength: message.u32(start + At.registers),
  }
}
