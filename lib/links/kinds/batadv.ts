import { string } from '../../schema/octets.ts'
import { defineLinkKind } from '../kind.ts'

/**
 * A mesh (B.A.T.M.A.N. advanced): a switch across all nodes that its ports reach, over several hops. Links become its ports by `master`, up or not, and an IP address
 * belongs on it rather than on them. For its first 30 seconds it drops broadcasts, ARP among them, lest there be a loop. Its frames are up to 32 bytes longer than Ethernet's: give the ports an mtu of 1532, or it splits large ones. What else there is to
 * set goes through generic netlink (`batctl`). Same as `ip link add bat0 type batadv`.
 */
export const batadv = defineLinkKind(
  'batadv',
  {
    /** Routing algorithm, the same in the whole mesh: `'BATMAN_IV'` or, where the kernel has it, `'BATMAN_V'`. Default: that of the module, `'BATMAN_IV'`. Not reported. */
    algorithm: string(1, 'IFLA_BATADV_ALGO_NAME', { access: 'create' }),
  },
  {
    refusals: {
      add: { EINVAL: '"batadv.algorithm" may be one that this kernel lacks: BATMAN_V needs CONFIG_BATMAN_ADV_BATMAN_V' },
    },
    module: { config: 'CONFIG_BATMAN_ADV', name: 'batman-adv' },
  },
)
