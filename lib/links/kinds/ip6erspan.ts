import { enumOf } from '../../schema/enums.ts'
import { u8, u16, u32 } from '../../schema/scalars.ts'
import { defineLinkKind } from '../kind.ts'
import { checkErspan, completeErspan } from '../tunnels/erspan.ts'
import { checkGre, GRE6_CHANGES, SAME_GRE } from '../tunnels/gre.ts'
import { tunnel6Refusals } from '../tunnels/refusals.ts'
import { refuseNoRemote } from '../tunnels/remote.ts'
import { ip6gretap } from './ip6gretap.ts'

/**
 * Copies of Ethernet frames for an analyser, over GRE and IPv6 (ERSPAN of types II and III). The key, 0–1023, is the session; key and sequence are always there, and set along.
 * A change of `remote`, `local`, `link`, `fwmark` or of what the headers carry sets the mtu anew, unless `mtu` is given too. `ip` sends `hoplimit 64` and `encaplimit 4`
 * by itself; the kernel's defaults are others.
 * Same as `ip link add span1 type ip6erspan seq key 100 local 2001:db8::1 remote 2001:db8::2 erspan_ver 1 erspan 123`.
 */
export const ip6erspan = defineLinkKind(
  'ip6erspan',
  {
    ...ip6gretap.rows,
    /** Index of the port that is mirrored, 0–1048575. With `version` 1 only. Default 0. `ip` calls it `erspan`. */
    index: u32(21, 'IFLA_GRE_ERSPAN_INDEX', { max: 0xf_ffff }),
    /** `1`: type II, with `index`; `2`: type III, with `direction` and `hardwareId`. Default 1. `ip` calls it `erspan_ver`. */
    version: u8(22, 'IFLA_GRE_ERSPAN_VER', { min: 1, max: 2 }),
    /** Whether the frames came in at the mirrored port or went out. With `version` 2 only. Default `'ingress'`. `ip` calls it `erspan_dir`. */
    direction: enumOf(23, 'IFLA_GRE_ERSPAN_DIR', 'u8', { ingress: 0, egress: 1 }),
    /** Id of the mirroring device, 0–63. With `version` 2 only. Default 0. `ip` calls it `erspan_hwid`. */
    hardwareId: u16(24, 'IFLA_GRE_ERSPAN_HWID', { max: 63 }),
  },
  {
    module: { config: 'CONFIG_IPV6_GRE', name: 'ip6_gre' },
    requiresData: true,
    refusals: tunnel6Refusals(SAME_GRE),
    changesWhole: GRE6_CHANGES,
    complete: completeErspan,
    check: (program, given, _phase, _common, now) => {
      checkGre(program, given, now)
      checkErspan(program, given, now)
      refuseNoRemote(program, given)
    },
  },
)
