import { invalidValue, outOfRange } from '../../errors.ts'
import type { Program } from '../../schema/program.ts'
import { completeKeys } from './gre.ts'
import { keyNumber } from './key.ts'
import { whole } from './whole.ts'

type Options = Readonly<Record<string, unknown>>

/** Bits of a session, for which GRE's key stands. */
const LARGEST_SESSION = 0x3ff
const KEYS = ['inputKey', 'outputKey']
const FLAGS = ['inputFlags', 'outputFlags']
/** Options that one version has and the others do not. */
const VERSION_OF: Readonly<Record<string, number>> = { index: 1, direction: 2, hardwareId: 2 }

/** Types II and III come with key and sequence, which erspan_validate() wants to be said. */
export function completeErspan(given: Options, now: Options | undefined): Options {
  const completed: Record<string, unknown> = { ...completeKeys(given) }
  if (!hasSession(whole(given, now))) return completed
  for (const flags of FLAGS) {
    const asked = completed[flags] ?? {}
    if (typeof asked === 'object') completed[flags] = { key: true, sequence: true, ...asked }
  }
  return completed
}

function hasSession({ version = 1, collectMetadata }: Options): boolean {
  return version !== 0 && collectMetadata !== true
}

/** What erspan_validate() in net/ipv4/ip_gre.c and ip6erspan_tap_validate() in net/ipv6/ip6_gre.c refuse without a word, or ignore. */
export function checkErspan(program: Program, given: Options, now: Options | undefined): void {
  const all = whole(given, now)
  const { version = 1 } = all
  for (const [key, its] of Object.entries(VERSION_OF)) {
    if (given[key] === undefined || version === its) continue
    program.at(key)
    throw invalidValue(program.operation, program.option, `goes only with version ${its}, and this is ${version}`)
  }
  if (hasSession(all)) checkSession(program, all)
}

function checkSession(program: Program, all: Options): void {
  for (const key of KEYS) {
    program.at(key)
    if ((keyNumber(all[key]) ?? 0) > LARGEST_SESSION)
      throw outOfRange(program.operation, program.option, `a session from 0 to ${LARGEST_SESSION}`, all[key])
  }
  const [input = {}, output = {}] = FLAGS.map(flags => all[flags] as Options | undefined)
  const has = (name: string) => input[name] === true || output[name] === true
  program.at(FLAGS[1] as string)
  if (!has('key') || !has('sequence') || has('checksum'))
    throw invalidValue(
      program.operation,
      program.option,
      'key and sequence are always on in versions 1 and 2, and checksum is off',
    )
}
