import type { Hint } from '../protocol/failure.ts'
import { type DumpedTable, FilteredDump } from '../protocol/filtered-dump.ts'
import type { CallOptions, Session } from '../protocol/session.ts'
import { unwrap } from '../protocol/unwrap.ts'
import { checkObject } from '../schema/check-options.ts'
import { type NeighborTableFilter, NeighborTableMatcher } from './filter.ts'
import { lowerTable } from './lower.ts'
import type { NeighborTableChanges, NeighborTableEntry } from './neighbor-table-entry.ts'
import { decodeNeighborTable, neighborTableLocator } from './table.ts'

const ENOENT = 2

const tableDump: DumpedTable<NeighborTableEntry, NeighborTableFilter> = {
  call: 'getNeighborTable',
  header: 'neighborTable',
  decode: decodeNeighborTable,
  locator: neighborTableLocator,
  match: (program, filter) => new NeighborTableMatcher(program, filter),
}

/**
 * The kernel's tables of neighbors, one for IPv4 and one for IPv6, and how they are kept on each link of one namespace. Same as `ip ntable`. The tables are
 * one for all namespaces, and only the initial namespace can change their thresholds and the parameters of links to come.
 */
export class NeighborTables {
  readonly #session: Session
  readonly #dump: FilteredDump<NeighborTableEntry, NeighborTableFilter>

  constructor(session: Session) {
    this.#session = session
    this.#dump = new FilteredDump(session, tableDump)
  }

  /**
   * Changes settings of a table, or with `link` the parameters of one link. Same as `ip ntable change name arp_cache dev eth0 base_reachable 20000`.
   * Needs CAP_NET_ADMIN in the user namespace that owns this network namespace.
   * @throws {NetlinkError} `ENOENT` when there is no such table, or it cannot be changed in this namespace; `ENODEV` when there is no such link.
   */
  async set(changes: NeighborTableChanges, call?: CallOptions): Promise<void> {
    const operation = 'neighborTables.set'
    const given = checkObject(operation, changes)
    const program = this.#session.begin(operation, 'neighborTable')
    lowerTable(program, given)
    const outcome = await this.#session.acknowledge('setNeighborTable', program, 0, 0, call)
    unwrap(outcome, neighborTableLocator, given, given.link === undefined ? hint : linkHint)
  }

  /**
   * The tables, each followed by the parameters of the links. Same as `ip ntable show`.
   * @throws {NetlinkError} `ENODEV` when the filter names a link that does not exist.
   */
  async list(filter: NeighborTableFilter = {}, call?: CallOptions): Promise<NeighborTableEntry[]> {
    return await this.#dump.list('neighborTables.list', filter, call)
  }
}

const hint: Hint = errno => {
  if (errno !== ENOENT) return undefined
  return 'there is no such table, or this is not the initial namespace: elsewhere only the parameters of a link can be changed, so give "link"'
}

const linkHint: Hint = errno => {
  if (errno !== ENOENT) return undefined
  return 'there is no such table, or the link has no part in it, or a setting is of the whole table and this is not the initial namespace'
}
