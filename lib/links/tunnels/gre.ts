import { invalidValue } from '../../errors.ts'
import { switchesIn } from '../../schema/enums.ts'
import type { Program } from '../../schema/program.ts'
import { checkEncapsulation, ENCAPSULATION_KEYS } from './encapsulation.ts'
import { tunnelKey } from './key.ts'
import { RESIZES_TUNNEL6 } from './tunnel6.ts'
import { whole } from './whole.ts'

/** GRE_* of <linux/if_tunnel.h>. */
const GRE_FLAGS = { checksum: 0x8000, key: 0x2000, sequence: 0x1000 } as const

/** What the GRE headers carry, each way. */
export function greKeyRows() {
  return {
    /** What packets that arrive must carry: `key` (that of `inputKey`, which sets it), `checksum`, `sequence` (late ones are dropped). Those that carry a key or a checksum unasked are not taken. Default: none. `ip` calls them `ikey`, `icsum`, `iseq`. */
    inputFlags: switchesIn(2, 'IFLA_GRE_IFLAGS', 'be16', GRE_FLAGS),
    /** What packets are sent with: `key` (that of `outputKey`, which sets it), `checksum`, `sequence`. Default: none. `ip` calls them `okey`, `ocsum`, `oseq`. */
    outputFlags: switchesIn(3, 'IFLA_GRE_OFLAGS', 'be16', GRE_FLAGS),
    /** Key that arriving packets must have, 0–4294967295, or its four bytes with dots. Default: those without a key are taken. `ip` calls it `ikey`, and `key` for both ways. */
    inputKey: tunnelKey(4, 'IFLA_GRE_IKEY'),
    /** Key of what is sent. Default: none. `ip` calls it `okey`. */
    outputKey: tunnelKey(5, 'IFLA_GRE_OKEY'),
  }
}

type Options = Readonly<Record<string, unknown>>

const WAYS = [
  { key: 'inputKey', flags: 'inputFlags' },
  { key: 'outputKey', flags: 'outputFlags' },
] as const

/** A key means something only with its flag, and the kernel looks tunnels up by the key even without: so each brings the other along. */
export function completeKeys(given: Options): Options {
  const completed: Record<string, unknown> = { ...given }
  for (const { key, flags } of WAYS) {
    const asked = given[flags] ?? {}
    if (typeof asked !== 'object') continue
    const { key: on } = asked as Options
    if (given[key] !== undefined && on === undefined) completed[flags] = { ...asked, key: true }
    if (given[key] === undefined && on === false) completed[key] = 0
  }
  return completed
}

function checkKeys(program: Program, given: Options): void {
  for (const { key, flags } of WAYS) {
    const { key: on } = (given[flags] ?? {}) as Options
    if (on !== false || given[key] === undefined || given[key] === 0) continue
    program.at(key)
    throw invalidValue(program.operation, program.option, `goes only with ${flags}: { key: true }`)
  }
}

/** What two GRE tunnels of a namespace must not share. */
export const SAME_GRE = '"local", "remote", "link" and "inputKey", or also "collectMetadata"'

/** For erspan_validate() each change needs to say once more that there is no key of its own. */
export const GRE_CHANGES = { repeats: ['collectMetadata'], keeps: ENCAPSULATION_KEYS } as const

/** Over IPv6 the driver also sets the mtu anew at every change (ip6gre_tnl_link_config_route() in net/ipv6/ip6_gre.c). */
export const GRE6_CHANGES = {
  ...GRE_CHANGES,
  resizedBy: [...RESIZES_TUNNEL6, 'inputFlags', 'outputFlags', 'inputKey', 'outputKey', 'version'],
} as const

/** What ipgre_tunnel_validate() and ipgre_netlink_parms() in net/ipv4/ip_gre.c refuse without a word. */
export function checkGre(program: Program, given: Options, now: Options | undefined): void {
  checkKeys(program, given)
  checkEncapsulation(program, given, now)
  const { collectMetadata, encapsulation = 'none', ignoreDf, pmtuDiscovery } = whole(given, now)
  if (collectMetadata === true && encapsulation !== 'none') {
    program.at('encapsulation')
    throw invalidValue(program.operation, program.option, 'does not go with collectMetadata')
  }
  if (given.pmtuDiscovery === true && now?.ignoreDf === true) {
    program.at('pmtuDiscovery')
    throw invalidValue(program.operation, program.option, 'this tunnel has ignoreDf: turn that off first, in a call of its own')
  }
  if (ignoreDf === true && pmtuDiscovery !== false) {
    program.at('ignoreDf')
    throw invalidValue(program.operation, program.option, 'needs pmtuDiscovery: false')
  }
}
