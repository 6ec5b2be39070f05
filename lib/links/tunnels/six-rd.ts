import { invalidValue, missingOption } from '../../errors.ts'
import type { Program } from '../../schema/program.ts'
import { readCidr } from '../../values/cidr.ts'
import { whole } from './whole.ts'

type Options = Readonly<Record<string, unknown>>

const LARGEST = 64
const NO_RELAY = '0.0.0.0/0'

/** What ipip6_tunnel_update_6rd() in net/ipv6/sit.c refuses without a word. */
export function checkSixRd(program: Program, given: Options, now: Options | undefined): void {
  if (given.sixRdPrefix === undefined && given.sixRdRelayPrefix === undefined) return
  const { sixRdPrefix, sixRdRelayPrefix = NO_RELAY } = whole(given, now)
  program.at('sixRdPrefix')
  if (sixRdPrefix === undefined) throw missingOption(program.operation, program.option, ' with "sixRdRelayPrefix"')
  const prefix = prefixOf(sixRdPrefix, 0)
  const rest = 32 - prefixOf(sixRdRelayPrefix, 32)
  if (prefix + rest <= LARGEST) return
  const text = `its ${prefix} bits and the ${rest} of an IPv4 address behind "sixRdRelayPrefix" are more than ${LARGEST}`
  throw invalidValue(program.operation, program.option, text)
}

/** What is no network is for its row to refuse. */
function prefixOf(network: unknown, otherwise: number): number {
  return typeof network === 'string' && network.includes('/') ? (readCidr(network)?.prefix ?? otherwise) : otherwise
}
