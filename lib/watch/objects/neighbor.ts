import { invalidValue } from '../../errors.ts'
import type { Neighbor, NeighborFilter } from '../../neighbors/neighbor.ts'
import { decodeNeighbor } from '../../neighbors/neighbor-table.ts'
import { Neighbors, neighborDump } from '../../neighbors/neighbors.ts'
import { GROUP, RTM } from '../../protocol/notifications.ts'
import { AF_INET, AF_INET6 } from '../../values/family.ts'
import { NDMSG, NTF } from '../../values/ndmsg.ts'
import { KeyedCollection } from '../collection.ts'
import type { Watched } from '../watched.ts'

/** Which neighbors to watch. */
export type WatchNeighborFilter = Omit<NeighborFilter, 'master' | 'proxy'>

/** Entries that the kernel makes without a word, such as those of multicast addresses. `ip neighbor` does not show them either. */
const UNTOLD: ReadonlySet<unknown> = new Set(['noarp', 'none'])

/** Of proxy entries the kernel says nothing, and no neighbor says what master its link has. */
export const neighbor: Watched<'neighbor', Neighbor, WatchNeighborFilter> = {
  option: 'neighbors',
  object: 'neighbor',
  groups: [GROUP.neighbor],
  messages: { new: RTM.newNeighbor, delete: RTM.deleteNeighbor },
  decode: (message, start, end) => {
    const family = message.u8(start)
    const isNeighbor = (family === AF_INET || family === AF_INET6) && (message.u8(start + NDMSG.flags.offset) & NTF.proxy) === 0
    return isNeighbor ? decodeNeighbor(message, start, end) : undefined
  },
  list: (session, filter) => new Neighbors(session).list(filter),
  match: (program, filter) => {
    for (const option of ['master', 'proxy'])
      if (option in filter) throw invalidValue(program.operation, option, 'can only be listed')
    const matcher = neighborDump.match(program, filter)
    const { linkName } = matcher
    return { linkName, matches: (item, index) => !UNTOLD.has(item.state) && matcher.matches(item, index) }
  },
  collection: () => new KeyedCollection<Neighbor>(({ link, address }) => `${link} ${address}`),
}
