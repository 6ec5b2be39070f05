import { invalidValue } from '../../errors.ts'
import type { NexthopFilter } from '../../nexthops/filter.ts'
import type { NexthopObject } from '../../nexthops/nexthop-object.ts'
import { decodeNexthop } from '../../nexthops/nexthop-table.ts'
import { Nexthops, nexthopDump } from '../../nexthops/nexthops.ts'
import { GROUP, RTM } from '../../protocol/notifications.ts'
import { KeyedCollection } from '../collection.ts'
import type { Watched } from '../watched.ts'

/** Which nexthop objects to watch. */
export type WatchNexthopFilter = Omit<NexthopFilter, 'master' | 'statistics' | 'hardwareStatistics'>

/** Flags of a nexthop follow its link without a word. */
export const nexthop: Watched<'nexthop', NexthopObject, WatchNexthopFilter> = {
  option: 'nexthops',
  object: 'nexthop',
  groups: [GROUP.nexthop],
  messages: { new: RTM.newNexthop, delete: RTM.deleteNexthop },
  decode: (message, start, end) => decodeNexthop(message, start, end),
  list: (session, filter) => new Nexthops(session).list(filter),
  match: (program, filter) => {
    for (const option of ['master', 'statistics', 'hardwareStatistics'])
      if (option in filter) throw invalidValue(program.operation, option, 'can only be listed')
    return nexthopDump.match(program, filter)
  },
  collection: () => new KeyedCollection<NexthopObject>(({ id }) => id),
}
