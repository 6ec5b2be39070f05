import { invalidValue } from '../../errors.ts'
import { GROUP, RTM } from '../../protocol/notifications.ts'
import { decodeRoute } from '../../routes/decode.ts'
import { RTM_F_CLONED, RTMSG } from '../../routes/header.ts'
import type { Route, RouteFilter } from '../../routes/route.ts'
import { Routes, routeDump } from '../../routes/routes.ts'
import { AF_INET, AF_INET6 } from '../../values/family.ts'
import type { Watched } from '../watched.ts'
import { RouteCollection } from './route-collection.ts'
import { routeHints } from './route-hints.ts'

/** Which routes to watch. */
export type WatchRouteFilter = Omit<RouteFilter, 'cache'>

export const route: Watched<'route', Route, WatchRouteFilter> = {
  option: 'routes',
  object: 'route',
  groups: [GROUP.inetRoute, GROUP.inet6Route],
  messages: { new: RTM.newRoute, delete: RTM.deleteRoute },
  decode: (message, start, end) => {
    const family = message.u8(start)
    const isRoute = (family === AF_INET || family === AF_INET6) && (message.u32(start + RTMSG.flags.offset) & RTM_F_CLONED) === 0
    return isRoute ? decodeRoute(message, start, end) : undefined
  },
  list: (session, filter: WatchRouteFilter): Promise<Route[]> => new Routes(session).list(filter),
  match: (program, filter) => {
    if ('cache' in filter) throw invalidValue(program.operation, 'cache', 'can only be listed')
    return routeDump.match(program, filter)
  },
  collection: () => new RouteCollection(),
  hints: routeHints,
}
