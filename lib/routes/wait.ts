import { invalidType, NetlinkError } from '../errors.ts'
import { checkConditions } from '../protocol/delete-all.ts'
import type { FilteredDump } from '../protocol/filtered-dump.ts'
import { GROUP, RTM } from '../protocol/notifications.ts'
import type { CallOptions, Session } from '../protocol/session.ts'
import { ASK, waitUntil } from '../protocol/wait.ts'
import { checkObject } from '../schema/check-options.ts'
import { decodeRoute } from './decode.ts'
import { type RouteFilter, RouteMatcher } from './filter.ts'
import type { Route } from './route.ts'

const OPERATION = 'routes.waitFor'
const ENODEV = 19

type Dump = FilteredDump<Route, RouteFilter>

/** A test of routes that match, or that there be none. */
export type RouteCondition = ((route: Route) => boolean) | 'gone'

/** Waits until there is a route that matches, and is as the test wants it. */
export function waitForRoute(
  session: Session,
  dump: Dump,
  filter: RouteFilter,
  condition: ((route: Route) => boolean) | undefined,
  call: CallOptions | undefined,
): Promise<Route> {
  const matcher = checkFilter(session, filter)
  if (condition !== undefined && typeof condition !== 'function')
    throw invalidType(OPERATION, 'condition', "a test, or 'gone'", condition)
  const fits = condition ?? (() => true)
  return waitUntil(
    session,
    {
      operation: OPERATION,
      failing: `no route came that matches ${JSON.stringify(filter)}`,
      groups: [GROUP.inetRoute, GROUP.inet6Route],
      read: async options => (await dump.list(OPERATION, filter, options)).find(fits),
      heard: (type, message, start, end) => {
        if (type !== RTM.newRoute || !matcher.matchesHeader(message, start)) return undefined
        // What has that name at the moment, the kernel knows.
        if (matcher.linkName !== undefined) return ASK
        const route = decodeRoute(message, start, end)
        return matcher.matches(route) && fits(route) ? route : undefined
      },
    },
    call,
  )
}

/** IPv4 says nothing of routes that go with their link or with an address (fib_flush() in net/ipv4/fib_frontend.c). */
const GOING = [GROUP.inetRoute, GROUP.inet6Route, GROUP.link, GROUP.inetAddress, GROUP.nexthop]

/** Waits until no route matches. */
export async function waitUntilNoRoute(
  session: Session,
  dump: Dump,
  filter: RouteFilter,
  call: CallOptions | undefined,
): Promise<void> {
  checkFilter(session, filter)
  const read = async (options: CallOptions): Promise<true | undefined> => {
    try {
      return (await dump.list(OPERATION, filter, options)).length === 0 ? true : undefined
    } catch (error) {
      if (error instanceof NetlinkError && error.errno === ENODEV) return true
      throw error
    }
  }
  await waitUntil<true>(
    session,
    {
      operation: OPERATION,
      failing: `routes that match ${JSON.stringify(filter)} did not go`,
      groups: GOING,
      read,
      heard: type => (type === RTM.newRoute ? undefined : ASK),
    },
    call,
  )
}

function checkFilter(session: Session, filter: RouteFilter): RouteMatcher {
  const matcher = new RouteMatcher(session.begin(OPERATION, 'route'), checkObject(OPERATION, filter))
  checkConditions(OPERATION, filter, 'to')
  return matcher
}
