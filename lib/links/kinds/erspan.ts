import { enumOf } from '../../schema/enums.ts'
import { u8, u16, u32 } from '../../schema/scalars.ts'
import { defineLinkKind } from '../kind.ts'
import { checkErspan, completeErspan } from '../tunnels/erspan.ts'
import { checkGre, GRE_CHANGES, SAME_GRE } from '../tunnels/gre.ts'
import { tunnelRefusals } from '../tunnels/refusals.ts'
import { refuseNoRemote } from '../tunnels/remote.ts'
import { gretap } from './gretap.ts'

/**
 * Copies of Ethernet frames for an analyser, over GRE and IPv4 (ERSPAN of types I, II and III). The key, 0–1023, is the session; versions 1 and 2 always have key and
 * sequence, which are set along. `erspan0`, which may be in a namespace from the start, can be neither changed nor deleted, and a deletion of it is ignored.
 * A change of `link` or `fwmark` sets the mtu anew, unless `mtu` is given too.
 * Same as `ip link add span1 type erspan seq key 100 local 192.0.2.1 remote 192.0.2.2 erspan_ver 1 erspan 123`.
 */
export const erspan = defineLinkKind(
  'erspan',
  {
    ...gretap.rows,
    /** Index of the port that is mirrored, 0–1048575. With `version` 1 only. Default 0. `ip` calls it `erspan`. */
    index: u32(21, 'IFLA_GRE_ERSPAN_INDEX', { max: 0xf_ffff }),
    /** `0`: type I, without a header; `1`: type II, with `index`; `2`: type III, with `direction` and `hardwareId`. Default 1. The mtu stays as it is when it changes. `ip` calls it `erspan_ver`. */
    version: u8(22, 'IFLA_GRE_ERSPAN_VER', { max: 2 }),
    /** Whether the frames came in at the mirrored port or went out. With `version` 2 only. Default `'ingress'`. `ip` calls it `erspan_dir`. */
    direction: enumOf(23, 'IFLA_GRE_ERSPAN_DIR', 'u8', { ingress: 0, egress: 1 }),
    /** Id of the mirroring device, 0–63. With `version` 2 only. Default 0. `ip` calls it `erspan_hwid`. */
    hardwareId: u16(24, 'IFLA_GRE_ERSPAN_HWID', { max: 63 }),
  },
  {
    module: { config: 'CONFIG_NET_IPGRE', name: 'ip_gre' },
    requiresData: true,
    refusals: tunnelRefusals(SAME_GRE),
    changesWhole: GRE_CHANGES,
    complete: completeErspan,
    check: (program, given, _phase, _common, now) => {
      checkGre(program, given, now)
      checkErspan(program, given, now)
      refuseNoRemote(program, given)
    },
  },
)
