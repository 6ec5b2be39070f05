import { oneMessageEach } from '../protocol/bulk/verb.ts'
import { NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from '../protocol/flags.ts'
import { lowerDeletion, lowerRoute } from './lower.ts'
import type { RouteOptions } from './route.ts'
import { routeHint } from './route-hint.ts'
import { routeLocator } from './route-table.ts'

const write = { call: 'newRoute', header: 'route', lower: lowerRoute, locator: routeLocator } as const

export const addRoutes = oneMessageEach<RouteOptions>({
  operation: 'routes.addAll',
  flags: NLM_F_CREATE | NLM_F_EXCL,
  hint: () => routeHint('routes.add'),
  ...write,
})

export const replaceRoutes = oneMessageEach<RouteOptions>({
  operation: 'routes.replaceAll',
  flags: NLM_F_CREATE | NLM_F_REPLACE,
  hint: () => routeHint('routes.replace'),
  ...write,
})

export const deleteRoutes = oneMessageEach<RouteOptions>({
  operation: 'routes.deleteAll',
  call: 'deleteRoute',
  header: 'route',
  flags: 0,
  lower: lowerDeletion,
  locator: routeLocator,
  hint: () => routeHint('routes.delete'),
})
