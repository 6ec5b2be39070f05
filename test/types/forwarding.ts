import type {
  FdbEntry,
  FdbEntryOptions,
  MdbEntry,
  MdbEntryOptions,
  Neighbor,
  NeighborOptions,
  NexthopObject,
  NexthopObjectOptions,
  Rule,
  RuleOptions,
} from '../../lib/index.ts'

/** What is listed is taken as it is. */
export const again = (rule: Rule, neighbor: Neighbor, entry: FdbEntry, group: MdbEntry, nexthop: NexthopObject) => {
  const options: [RuleOptions, NeighborOptions, FdbEntryOptions, MdbEntryOptions, NexthopObjectOptions] = [
    rule,
    neighbor,
    entry,
    group,
    nexthop,
  ]
  return options
}

// @ts-expect-error rules are kept by the names of links
export const iif: RuleOptions = { iif: 3 }
// @ts-expect-error only the kernel says that a link is not there
export const detached: RuleOptions = { flags: ['iif_detached'] }
// @ts-expect-error a neighbor has an address
export const nobody: NeighborOptions = { link: 'eth0' }
// @ts-expect-error only hardware offloads
export const offloaded: NeighborOptions = { link: 'eth0', address: '10.0.0.1', offloaded: true }
// @ts-expect-error an entry has a link
export const nowhere: FdbEntryOptions = { macAddress: '02:00:00:00:00:01' }
// @ts-expect-error a reachable entry is called dynamic
export const reachable: FdbEntryOptions = { link: 'eth0', macAddress: '02:00:00:00:00:01', state: 'reachable' }
// @ts-expect-error an entry is permanent or temporary
export const perm: MdbEntryOptions = { link: 'eth0', group: '239.1.1.1', state: 'perm' }
// @ts-expect-error members are ids, or objects with one
export const members: NexthopObjectOptions = { group: ['1'] }
// @ts-expect-error the kernel says how far it is
export const scope: NexthopObjectOptions = { link: 'eth0', scope: 'link' }

export const ways = (nexthop: NexthopObject): number[] => nexthop.group?.map(({ id, weight }) => id * weight) ?? []
