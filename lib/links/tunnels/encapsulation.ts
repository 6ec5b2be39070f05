import { invalidValue, missingOption } from '../../errors.ts'
import { enumOf, numberOr, switchesIn } from '../../schema/enums.ts'
import type { Program } from '../../schema/program.ts'
import { be16 } from '../../schema/scalars.ts'
import { whole } from './whole.ts'

type Options = Readonly<Record<string, unknown>>

/** UDP around the tunnel's packets (FOU, GUE). The attributes follow each other in the enum of every tunnel, from `first`. */
export function encapsulationRows(prefix: 'IFLA_GRE' | 'IFLA_IPTUN', first: number) {
  return {
    /** Packs the tunnel's packets into UDP: `'fou'` (foo over UDP) as they are, `'gue'` behind a header of its own. The other end needs a port that unpacks them (`fou.add`). Needs `encapsulationPort`. Default `'none'`. `ip` calls it `encap`. */
    encapsulation: enumOf(first, `${prefix}_ENCAP_TYPE`, 'u16', { none: 0, fou: 1, gue: 2, mpls: 3 }),
    /** `checksum`: UDP checksums over IPv4; `checksum6`: over IPv6, where others than Linux may drop packets without; `remoteChecksum`: checksums of inner packets are left to the receiver, with `'gue'` only. Default: none, and `checksum6` where `ip` makes a tunnel over IPv6. `ip` calls them `encap-csum`, `encap-udp6-csum`, `encap-remcsum`. */
    encapsulationFlags: switchesIn(first + 1, `${prefix}_ENCAP_FLAGS`, 'u16', { checksum: 1, checksum6: 2, remoteChecksum: 4 }),
    /** UDP source port, or `'auto'` (0): one for each flow. Default `'auto'`. `ip` calls it `encap-sport`. */
    encapsulationSourcePort: numberOr(first + 2, `${prefix}_ENCAP_SPORT`, 'be16', { auto: 0 }),
    /** UDP port of the other end, 1–65535; 0 without encapsulation. `ip` calls it `encap-dport`. */
    encapsulationPort: be16(first + 3, `${prefix}_ENCAP_DPORT`),
  }
}

/** The driver keeps these together: naming one resets the others, naming none of them leaves all. */
export const ENCAPSULATION_KEYS = ['encapsulation', 'encapsulationFlags', 'encapsulationSourcePort', 'encapsulationPort'] as const

/** The kernel takes options that say nothing without others. */
export function checkEncapsulation(program: Program, given: Options, now: Options | undefined): void {
  if (ENCAPSULATION_KEYS.every(key => given[key] === undefined)) return
  const { encapsulation = 'none', encapsulationPort = 0 } = whole(given, now)
  if (encapsulation === 'none' || encapsulation === 0) refuseBare(program, given)
  else if (encapsulationPort === 0) refusePortless(program, encapsulation)
  const { remoteChecksum } = (given.encapsulationFlags ?? {}) as Options
  if (remoteChecksum !== true || encapsulation !== 'fou') return
  program.at('encapsulationFlags')
  throw invalidValue(program.operation, program.option, 'remoteChecksum goes only with encapsulation: "gue"')
}

function refuseBare(program: Program, given: Options): void {
  const means = (key: string) => given[key] !== undefined && given[key] !== 0 && given[key] !== 'auto'
  const key = ['encapsulationPort', 'encapsulationSourcePort'].find(means)
  if (key === undefined) return
  program.at(key)
  throw invalidValue(program.operation, program.option, 'says nothing without "encapsulation"')
}

function refusePortless(program: Program, encapsulation: unknown): void {
  if (encapsulation !== 'fou' && encapsulation !== 'gue') return
  program.at('encapsulationPort')
  throw missingOption(program.operation, program.option, ` with encapsulation: "${encapsulation}"`)
}
