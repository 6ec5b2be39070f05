import type { Locator } from '../protocol/failure.ts'
import type { Message } from '../schema/message.ts'
import { Table } from '../schema/table.ts'
import { routePadding, routeRows } from './attributes.ts'
import { RTMSG_SIZE } from './header.ts'
import { tables } from './names.ts'
import { formatNetwork } from './network-text.ts'
import type { Route } from './route.ts'

export const routeTable = new Table('route', routeRows, { headerLength: RTMSG_SIZE, padding: routePadding, acceptsListed: true })

const { rows } = routeTable

/** Reads a route from its `rtmsg` at `start`, with any attributes. */
export function decodeAnyRoute(message: Message, start: number, end: number): Route {
  return routeTable.shape(message, start, end, construct)
}

function construct(slots: unknown[], shape: (slots: readonly unknown[]) => object): Route {
  slots[rows.to.slot] = formatNetwork(slots[rows.to.slot] as string | undefined, slots[rows.$toLength.slot] as number)
  if (slots[rows.from.slot] !== undefined) {
    slots[rows.from.slot] = formatNetwork(slots[rows.from.slot] as string, slots[rows.$fromLength.slot] as number)
  }
  slots[rows.table.slot] ??= tables.toName(slots[rows.$table.slot] as number)
  fillTimes(slots)
  return shape(slots) as Route
}

type CacheInfo = NonNullable<Route['cacheInfo']>

function fillTimes(slots: unknown[]): void {
  const info = slots[rows.cacheInfo.slot] as CacheInfo | undefined
  if (info === undefined) return
  // Rounded up: a route that is added again must not end before its time.
  const { expires, ...others } = info
  if (expires !== 0) slots[rows.expires.slot] = Math.max(0, Math.ceil(expires / 100))
  if (Object.values(others).every(value => !value)) slots[rows.cacheInfo.slot] = undefined
}

export const routeLocator: Locator = {
  locate(message, start, end, target) {
    const path = routeTable.locate(message, start, end, target)
    if (path === '$table') return 'table'
    return path === '$toLength' ? 'to' : path === '$fromLength' ? 'from' : path
  },
  keyOf: number => routeTable.keyOf(number),
  kernelWords: { via: 'gateway', multipath: 'nexthop', preferredSource: 'prefsrc', nexthopId: 'nexthop id' },
}
