import { unknownOption } from '../../errors.ts'
import { switchesIn } from '../../schema/enums.ts'
import { Field } from '../../schema/field.ts'
import { mergeParts } from '../../schema/merge.ts'
import type { Program } from '../../schema/program.ts'
import { checkInteger } from '../../schema/scalars.ts'
import { ENCAPSULATION_KEYS } from './encapsulation.ts'

/** IP6_TNL_F_* of <linux/ip6_tunnel.h>, and those that the kernel finds out and reports along (include/net/ip6_tunnel.h). */
const FLAGS = {
  ignoreEncapLimit: 0x1,
  inheritTrafficClass: 0x2,
  inheritFlowLabel: 0x4,
  mobileIpv6: 0x8,
  copyDscp: 0x10,
  inheritFwmark: 0x20,
  allowLocalRemote: 0x40,
  canTransmit: 0x1_0000,
  canReceive: 0x2_0000,
  perPacket: 0x4_0000,
} as const

/** How tunnels over IPv6 build their headers. */
export function tunnel6Flags(number: number, constant: string) {
  return switchesIn(number, constant, 'u32', FLAGS)
}

/** Traffic class and flow label of an IPv6 header. */
export interface FlowInfo {
  readonly trafficClass: number
  readonly flowLabel: number
}

/** IPV6_FLOWINFO: 8 bits of traffic class and 20 of flow label; those not given are 0, or as they were in a kind that `changesWhole`. */
export function flowInfo(number: number, constant: string): Field<Partial<FlowInfo>, FlowInfo, 'readWrite', 'sometimes'> {
  return new Field('attribute', number, constant, {} as const, {
    wire: 'be32: trafficClass << 20 | flowLabel',
    allowed: '{ trafficClass, flowLabel }, 0…255 and 0…1048575',
    minLength: 4,
    lower: (program, value) => program.be32(number, flowBits(program, value)),
    decode: (message, offset) => {
      const bits = message.be32(offset)
      return { trafficClass: (bits >>> 20) & 0xff, flowLabel: bits & 0xf_ffff }
    },
    merge: mergeParts,
  })
}

const LARGEST: Readonly<Record<string, number>> = { trafficClass: 0xff, flowLabel: 0xf_ffff }

function flowBits(program: Program, value: unknown): number {
  if (typeof value !== 'object' || value === null) program.expected('an object with trafficClass and flowLabel', value)
  program.enter()
  for (const [key, item] of Object.entries(value)) {
    program.at(key)
    if (!Object.hasOwn(LARGEST, key)) throw unknownOption(program.operation, program.option, Object.keys(LARGEST))
    if (item !== undefined) checkInteger(program, item, 0, LARGEST[key] as number)
  }
  program.leave()
  const { trafficClass = 0, flowLabel = 0 } = value as Partial<FlowInfo>
  return ((trafficClass << 20) | flowLabel) >>> 0
}

/** Options at whose change the size of the outer headers, or their way, may be another one. */
export const RESIZES_TUNNEL6 = ['local', 'remote', 'link', 'fwmark', 'flags', ...ENCAPSULATION_KEYS] as const
