import { invalidType, invalidValue } from '../errors.ts'
import { parseIp } from '../values/ip.ts'
import { LONGEST_NAME, linkNameFault } from '../values/link-name.ts'

/** A host that was given as an address. */
export interface Literal {
  /** Without its zone. */
  readonly address: string
  /** 4 or 16. */
  readonly bytes: Uint8Array
  readonly family: 4 | 6
  /** The link behind the `%`, by name. */
  readonly zone: string | undefined
}

/** The address that a host is, or undefined when it is a name. */
export function literalOf(host: string): Literal | undefined {
  const percent = host.indexOf('%')
  const address = percent < 0 ? host : host.slice(0, percent)
  const zone = percent < 0 ? undefined : host.slice(percent + 1)
  const bytes = new Uint8Array(16)
  const length = parseIp(address, bytes, 0)
  if (length === 0 || (length === 4 && zone !== undefined)) return undefined
  return { address, bytes: bytes.subarray(0, length), family: length === 4 ? 4 : 6, zone }
}

/**
 * The link that a socket is bound to: the one asked for, or the zone of an address. Node would look a zone up in the namespace of its own
 * thread, so it never gets to see one.
 */
export function linkOf(
  operation: string,
  option: string,
  link: string | undefined,
  zone: string | undefined,
): string | undefined {
  if (link !== undefined && zone !== undefined && link !== zone)
    throw invalidValue(operation, option, `the address is in the zone "${zone}", the socket is bound to the interface "${link}"`)
  return link ?? zone
}

export function checkLinkName(operation: string, option: string, name: unknown): string | undefined {
  if (name === undefined) return undefined
  if (typeof name !== 'string') throw invalidType(operation, option, 'the name of a link', name)
  const fault = linkNameFault(name, LONGEST_NAME)
  if (fault !== undefined) throw invalidValue(operation, option, fault)
  return name
}

export function checkHost(operation: string, option: string, host: unknown): string | undefined {
  if (host === undefined || typeof host === 'string') return host
  throw invalidType(operation, option, 'an address or a name', host)
}
