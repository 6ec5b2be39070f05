import { linkReference } from '../../schema/references.ts'
import { defineLinkKind } from '../kind.ts'

/**
 * A port of a switch chip, as the Distributed Switch Architecture shows it: a link of its own, whose frames reach this machine through the link that the chip hangs on, the conduit.
 * The chip's driver makes it; as ports of a bridge such links are switched by the chip. Same as `ip link set lan1 type dsa conduit eth1`.
 */
export const dsa = defineLinkKind(
  'dsa',
  {
    /** The link between the chip and this machine. Another one can be given where the chip hangs on several, and its driver lets ports choose. Called `master` before Linux 6.7. */
    conduit: linkReference(1, 'IFLA_DSA_CONDUIT'),
  },
  {
    module: { config: 'CONFIG_NET_DSA', name: 'dsa_core' },
    notCreatable: 'the driver of a switch chip makes such links, one for each port',
  },
)
