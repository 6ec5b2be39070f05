import { defineLinkKind } from '../kind.ts'
import { checkSources, completeSources, macvlan, macvlanRefusals } from './macvlan.ts'

/**
 * A macvlan whose frames a program reads and writes at /dev/tap<index>, as virtual machines do. Options are macvlan's, and so is what to
 * beware of: it and its parent cannot talk to each other. Same as `ip link add link eth0 name tap0 type macvtap mode bridge`.
 */
export const macvtap = defineLinkKind('macvtap', macvlan.rows, {
  requiresLink: true,
  complete: completeSources,
  check: checkSources,
  refusals: macvlanRefusals,
  module: { config: 'CONFIG_MACVTAP', name: 'macvtap' },
})
