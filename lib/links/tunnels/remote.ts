import { invalidValue } from '../../errors.ts'
import type { Program } from '../../schema/program.ts'

type Options = Readonly<Record<string, unknown>>

/**
 * A link is point-to-point or not from its creation on, and these drivers answer EINVAL, without a word, to a change of `remote` that does not
 * fit (ip_tunnel_changelink() in net/ipv4/ip_tunnel.c, ipip6_changelink() in net/ipv6/sit.c).
 */
export function checkRemote(program: Program, { remote }: Options, now: Options | undefined, sort = isThere): void {
  if (now === undefined || remote === undefined || sort(remote) === sort(now.remote)) return
  program.at('remote')
  throw invalidValue(
    program.operation,
    program.option,
    `a tunnel ${sort(now.remote)} cannot become one ${sort(remote)}: add it anew`,
  )
}

function isThere(remote: unknown): string {
  return remote === undefined || remote === null || remote === '0.0.0.0' ? 'without "remote"' : 'with "remote"'
}

/** A tunnel of frames may lack the other end from the start, but not be given none (ipgre_tap_validate() in net/ipv4/ip_gre.c). */
export function refuseNoRemote(program: Program, { remote }: Options): void {
  if (remote !== null && remote !== '0.0.0.0' && remote !== '::') return
  program.at('remote')
  throw invalidValue(program.operation, program.option, 'cannot be none; leave it out for a tunnel without')
}

/** GRE over IPv4 knows multicast as a third. */
export function sortOfRemote(remote: unknown): string {
  return isMulticast(remote) ? 'to a multicast group' : isThere(remote)
}

/** 224.0.0.0/4. */
export function isMulticast(address: unknown): boolean {
  return typeof address === 'string' && /^(22[4-9]|23\d)\./.test(address)
}
