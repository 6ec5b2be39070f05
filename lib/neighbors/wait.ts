import { invalidType, NetlinkError } from '../errors.ts'
import { checkConditions } from '../protocol/delete-all.ts'
import type { FilteredDump } from '../protocol/filtered-dump.ts'
import { GROUP, RTM } from '../protocol/notifications.ts'
import type { CallOptions, Session } from '../protocol/session.ts'
import { ASK, waitUntil } from '../protocol/wait.ts'
import { checkObject } from '../schema/check-options.ts'
import { AF_INET, AF_INET6 } from '../values/family.ts'
import { type NeighborFilter, NeighborMatcher } from './filter.ts'
import type { Neighbor } from './neighbor.ts'

const ENODEV = 19
const OPERATION = 'neighbors.waitFor'

/** A test of neighbors that match, or that there be none. */
export type NeighborCondition = ((neighbor: Neighbor) => boolean) | 'gone'

/** Waits until there is a neighbor that matches and passes the test; with `'gone'`, until none matches. */
export async function waitForNeighbor(
  session: Session,
  dump: FilteredDump<Neighbor, NeighborFilter>,
  filter: NeighborFilter,
  condition: NeighborCondition | undefined,
  call: CallOptions | undefined,
): Promise<Neighbor | undefined> {
  checkFilter(session, filter)
  if (condition !== undefined && condition !== 'gone' && typeof condition !== 'function')
    throw invalidType(OPERATION, 'condition', "a test, or 'gone'", condition)
  const text = JSON.stringify(filter)
  const list = async (options: CallOptions): Promise<Neighbor[]> => {
    try {
      return await dump.list(OPERATION, filter, options)
    } catch (error) {
      // They have gone with their link.
      if (condition === 'gone' && error instanceof NetlinkError && error.errno === ENODEV) return []
      throw error
    }
  }
  const found = await waitUntil<{ neighbor: Neighbor | undefined }>(
    session,
    {
      operation: OPERATION,
      failing: condition === 'gone' ? `neighbors that match ${text} did not go` : `no neighbor came that matches ${text}`,
      groups: [GROUP.neighbor],
      read: async options => {
        const neighbors = await list(options)
        if (condition === 'gone') return neighbors.length === 0 ? { neighbor: undefined } : undefined
        const neighbor = neighbors.find(condition ?? (() => true))
        return neighbor === undefined ? undefined : { neighbor }
      },
      heard: (type, message, start) => {
        const family = message.u8(start)
        const isNeighbor =
          (type === RTM.newNeighbor || type === RTM.deleteNeighbor) && (family === AF_INET || family === AF_INET6)
        return isNeighbor ? ASK : undefined
      },
    },
    call,
  )
  return found.neighbor
}

function checkFilter(session: Session, filter: NeighborFilter): void {
  new NeighborMatcher(session.begin(OPERATION, 'neighbor'), checkObject(OPERATION, filter))
  checkConditions(OPERATION, filter, 'to')
}
