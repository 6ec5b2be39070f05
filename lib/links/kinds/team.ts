import { defineLinkKind } from '../kind.ts'

/**
 * Several links that act as one; how they do is up to a program. Links become its ports by `master`: they must be down for that, and come up along with it, with its MTU.
 * Everything else are options of its own (`netns.team`): a new team has no mode, passes nothing, and takes a mode only as long as it has no ports. It has 16 queues, unless
 * `numTxQueues` and `numRxQueues` say otherwise, and cannot move into another namespace. Without a program that watches over it, such as teamd, `activebackup` does not
 * choose another port by itself: where that is wanted, take a bond. Same as `ip link add team0 type team`.
 */
export const team = defineLinkKind('team', {}, { module: { config: 'CONFIG_NET_TEAM', name: 'team' } })
