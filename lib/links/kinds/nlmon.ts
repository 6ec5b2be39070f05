import { invalidValue } from '../../errors.ts'
import type { Program } from '../../schema/program.ts'
import type { Phase } from '../../schema/table.ts'
import { defineLinkKind } from '../kind.ts'

/** nlmon_validate() in drivers/net/nlmon.c: EINVAL, and no word. */
function refuseAddress(program: Program, _data: object, _phase: Phase, { address }: { readonly address?: unknown }): void {
  if (address !== undefined) throw invalidValue(program.operation, 'address', 'does not go with kind: "nlmon", which has none')
}

/**
 * Shows netlink itself: while it is up, a packet socket on it receives a copy of each message between programs of this network namespace and the kernel, requests and answers alike
 * (route, generic, netfilter, xfrm, sock_diag; not audit or uevents). Bare messages without a link header, of hardware type `'netlink'`; the packet's protocol is netlink's.
 * Same as `ip link add nlmon0 type nlmon`.
 */
export const nlmon = defineLinkKind('nlmon', {}, { check: refuseAddress, module: { config: 'CONFIG_NLMON', name: 'nlmon' } })
