import { defineLinkKind } from '../kind.ts'
import { ipvlan, parentRefusals, refuseBothFlags } from './ipvlan.ts'

/**
 * An ipvlan whose frames a program reads and writes at /dev/tap<index>, as virtual machines do. Options are ipvlan's, and so is what to beware of: it has
 * its parent's hardware address and cannot talk to it, and mode and flags are one for all of a parent.
 * Same as `ip link add link eth0 name tap0 type ipvtap mode l2`.
 */
export const ipvtap = defineLinkKind('ipvtap', ipvlan.rows, {
  requiresLink: true,
  check: refuseBothFlags,
  refusals: { add: parentRefusals },
  module: { config: 'CONFIG_IPVTAP', name: 'ipvtap' },
})
