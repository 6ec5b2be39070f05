import { invalidValue } from '../errors.ts'
import { RecordFlag } from '../native/binding.ts'
import { bulk } from '../protocol/bulk/bulk.ts'
import type { Entries } from '../protocol/bulk/source.ts'
import { bulkVerbs } from '../protocol/bulk/verb.ts'
import { checkConditions, deleteAll } from '../protocol/delete-all.ts'
import type { Failure } from '../protocol/failure.ts'
import { type DumpedTable, FilteredDump } from '../protocol/filtered-dump.ts'
import { NLM_F_APPEND, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from '../protocol/flags.ts'
import type { CallOptions, Session } from '../protocol/session.ts'
import { settler, unwrap } from '../protocol/unwrap.ts'
import { checkObject } from '../schema/check-options.ts'
import { decodeRoute } from './decode.ts'
import { type RouteFilter, RouteMatcher } from './filter.ts'
import { lookupTable, lowerLookup, type RouteLookup } from './lookup.ts'
import { lowerDeletion, lowerRoute } from './lower.ts'
import type { Route, RouteOptions } from './route.ts'
import { lookupHint, routeHint } from './route-hint.ts'
import { routeLocator } from './route-table.ts'
import { type RouteCondition, waitForRoute, waitUntilNoRoute } from './wait.ts'

const ESRCH = 3

/** How the kernel's tables of routes are read. */
export const routeDump: DumpedTable<Route, RouteFilter> = {
  call: 'getRoute',
  header: 'route',
  decode: decodeRoute,
  locator: routeLocator,
  match: (program, filter) => new RouteMatcher(program, filter),
}

const settle = settler(routeLocator, routeHint)

const many = bulkVerbs<RouteOptions>({
  name: 'routes',
  header: 'route',
  newCall: 'newRoute',
  deleteCall: 'deleteRoute',
  lower: lowerRoute,
  lowerDeletion,
  locator: routeLocator,
  hint: routeHint,
})

/** IPv4 and IPv6 routes of one namespace, in all tables. Same as `ip route`. */
export class Routes {
  readonly #session: Session
  readonly #dump: FilteredDump<Route, RouteFilter>

  constructor(session: Session) {
    this.#session = session
    this.#dump = new FilteredDump(session, routeDump)
  }

  /**
   * Adds a route. Same as `ip route add`. Links' names are looked up when the request is sent, in call order.
   * Needs CAP_NET_ADMIN in the user namespace that owns this network namespace.
   * @throws {TypeError} for an unknown option or a value that cannot be meant, {RangeError} for a number out of range; nothing is sent.
   * @throws {NetlinkError} `EEXIST` when there is a route to the same network with the same metric and tos (for IPv6, even one on another
   * link: see `append`), `ENETUNREACH` when `via` is not reachable, `ENETDOWN` when the link is down, `ENODEV` when there is no such link,
   * `EPERM` without the capability.
   */
  add(options: RouteOptions, call?: CallOptions): Promise<void> {
    return this.#write('routes.add', options, NLM_F_CREATE | NLM_F_EXCL, call)
  }

  /**
   * Adds many routes, in order, and resolves with how many there were. Same as `ip -batch` with a line `route add …` for each, in one process. The entries are those of `add`, in an array, a generator, or anything to iterate
   * over, also asynchronously; of a long source only a few thousand are in memory at a time, and the event loop has its turn every millisecond. The kernel is asked for an acknowledgement at the end of each batch only.
   * `timeout` is for each batch. What else is called meanwhile takes place between two batches.
   * @throws {BulkError} when the kernel refused some, after all were tried; or when an entry is wrong (`[17].via`), the source has thrown, or `signal` was aborted, which ends it at once.
   */
  addAll(entries: Entries<RouteOptions>, call?: CallOptions): Promise<number> {
    return bulk(this.#session, many.add, entries, call)
  }

  /**
   * As `addAll`, but routes that are there are changed. Same as `ip -batch` with lines `route replace …`.
   * @throws {BulkError} as `addAll`.
   */
  replaceAll(entries: Entries<RouteOptions>, call?: CallOptions): Promise<number> {
    return bulk(this.#session, many.replace, entries, call)
  }

  /**
   * Deletes many routes, each as `delete` does, and resolves with how many there were; takes what `list` and `stream` return. Same as `ip -batch` with lines `route delete …`.
   * @throws {BulkError} as `addAll`.
   */
  deleteAll(entries: Entries<RouteOptions>, call?: CallOptions): Promise<number> {
    return bulk(this.#session, many.delete, entries, call)
  }

  /**
   * Adds a route behind others to the same network. For IPv6, one through a router becomes one more way of a multipath route. Same as
   * `ip route append`.
   * @throws {NetlinkError} as `add`; `EEXIST` only for the very same route.
   */
  append(options: RouteOptions, call?: CallOptions): Promise<void> {
    return this.#write('routes.append', options, NLM_F_CREATE | NLM_F_APPEND, call)
  }

  /**
   * Adds a route before others to the same network with the same metric and tos; for IPv6, behind them. Same as `ip route prepend`.
   * @throws {NetlinkError} as `add`; `EEXIST` only for the very same route.
   */
  prepend(options: RouteOptions, call?: CallOptions): Promise<void> {
    return this.#write('routes.prepend', options, NLM_F_CREATE, call)
  }

  /**
   * Adds the route, or changes the one to the same network with the same metric and tos. Same as `ip route replace`.
   * @throws {NetlinkError} as `add`, but never `EEXIST` for that one.
   */
  replace(options: RouteOptions, call?: CallOptions): Promise<void> {
    return this.#write('routes.replace', options, NLM_F_CREATE | NLM_F_REPLACE, call)
  }

  /**
   * Changes the route to the same network with the same metric and tos. Same as `ip route change`.
   * @throws {NetlinkError} `ENOENT` when there is none; else as `add`.
   */
  change(options: RouteOptions, call?: CallOptions): Promise<void> {
    return this.#write('routes.change', options, NLM_F_REPLACE, call)
  }

  #write(operation: string, options: RouteOptions, flags: number, call: CallOptions | undefined): Promise<void> {
    try {
      const given = checkObject(operation, options)
      const program = this.#session.begin(operation, 'route')
      lowerRoute(program, given)
      return this.#session.acknowledge('newRoute', program, flags, RecordFlag.bulk, call, given).then(settle)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * Deletes one route: the first to that network for which everything given agrees. Takes what `list` returns. Same as `ip route delete`.
   * @throws {NetlinkError} `ESRCH` when there is none.
   */
  delete(route: RouteOptions, call?: CallOptions): Promise<void> {
    try {
      return this.#delete('routes.delete', route, call).then(settle)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  #delete(operation: string, route: RouteOptions, call: CallOptions | undefined): Promise<undefined | Failure> {
    const given = checkObject(operation, route)
    const program = this.#session.begin(operation, 'route')
    lowerDeletion(program, given)
    return this.#session.acknowledge('deleteRoute', program, 0, RecordFlag.bulk, call, given)
  }

  /**
   * Asks the kernel where a packet would go. Same as `ip route get`.
   * @throws {NetlinkError} `ENETUNREACH` when nowhere; `EHOSTUNREACH`, `EACCES` or `EINVAL` when an unreachable, prohibit or blackhole route
   * says so; `ENODEV` when a link does not exist.
   */
  async get(lookup: RouteLookup, call?: CallOptions): Promise<Route> {
    const given = checkObject('routes.get', lookup)
    const program = this.#session.begin('routes.get', 'route')
    lowerLookup(program, given)
    return unwrap(await this.#session.reply('getRoute', program, decodeRoute, 0, call), lookupTable, given, lookupHint)
  }

  /**
   * All routes of all tables, or those that match. Same as `ip route show table all`.
   * @throws {NetlinkError} `ENODEV` when the filter names a link that does not exist.
   * @throws {DumpInterruptedError} when the routes changed all the time; `partial` has what was read last.
   */
  async list(filter: RouteFilter = {}, call?: CallOptions): Promise<Route[]> {
    return await this.#dump.list('routes.list', filter, call)
  }

  /**
   * As `list`, one by one while the kernel sends them: `for await (const route of ns.routes.stream({ table: 'main' }))`. Memory stays flat,
   * however long the table.
   */
  stream(filter: RouteFilter = {}, call?: CallOptions): AsyncGenerator<Route, void, void> {
    return this.#dump.stream('routes.stream', filter, call)
  }

  /**
   * Resolves with a route that matches once there is one, and once it passes the test, if there is one: `routes.waitFor({ to: 'default' })`. With
   * `'gone'`: once there is none. The kernel's messages decide, nothing is polled. `timeout` is for the whole wait.
   * @throws {TypeError} without any condition. {@link TimeoutError} when that did not happen in time.
   */
  waitFor(filter: RouteFilter, condition: 'gone', call?: CallOptions): Promise<void>
  waitFor(filter: RouteFilter, condition?: (route: Route) => boolean, call?: CallOptions): Promise<Route>
  // biome-ignore lint/suspicious/noConfusingVoidType: it is what the two of them resolve with
  async waitFor(filter: RouteFilter, condition?: RouteCondition, call?: CallOptions): Promise<Route | void> {
    if (condition === 'gone') return await waitUntilNoRoute(this.#session, this.#dump, filter, call)
    return await waitForRoute(this.#session, this.#dump, filter, condition, call)
  }

  /**
   * Deletes all routes that match, and resolves with how many there were. Same as `ip route flush`. The kernel's own routes go too, if they match.
   * @throws {TypeError} without any condition.
   */
  async flush(filter: RouteFilter, call?: CallOptions): Promise<number> {
    const operation = 'routes.flush'
    const { cache, ...conditions } = checkObject(operation, filter)
    if (cache !== undefined) throw invalidValue(operation, 'cache', 'can only be listed')
    checkConditions(operation, conditions, 'table')
    const routes = await this.#dump.list(operation, conditions, call)
    return await deleteAll(routes, route => this.#delete(operation, route, call), ESRCH, settle)
  }
}
