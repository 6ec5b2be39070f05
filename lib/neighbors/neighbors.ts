import { RecordFlag } from '../native/binding.ts'
import { bulk } from '../protocol/bulk/bulk.ts'
import type { Entries } from '../protocol/bulk/source.ts'
import { bulkVerbs } from '../protocol/bulk/verb.ts'
import { checkConditions, deleteAll } from '../protocol/delete-all.ts'
import type { Failure } from '../protocol/failure.ts'
import { type DumpedTable, FilteredDump } from '../protocol/filtered-dump.ts'
import { NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from '../protocol/flags.ts'
import type { CallOptions, Session } from '../protocol/session.ts'
import { settler, unwrap } from '../protocol/unwrap.ts'
import { checkObject } from '../schema/check-options.ts'
import { type NeighborFilter, NeighborMatcher } from './filter.ts'
import { lowerIdentity, lowerNeighbor } from './lower.ts'
import type { Neighbor, NeighborIdentity, NeighborOptions } from './neighbor.ts'
import { neighborHint } from './neighbor-hint.ts'
import { decodeNeighbor, neighborLocator } from './neighbor-table.ts'
import { type NeighborCondition, waitForNeighbor } from './wait.ts'

const ENOENT = 2

/** How the kernel's tables of neighbors are read. */
export const neighborDump: DumpedTable<Neighbor, NeighborFilter> = {
  call: 'getNeighbor',
  header: 'neighbor',
  decode: decodeNeighbor,
  locator: neighborLocator,
  match: (program, filter) => new NeighborMatcher(program, filter),
}

const settle = settler(neighborLocator, neighborHint)

const many = bulkVerbs<NeighborOptions, NeighborIdentity>({
  name: 'neighbors',
  header: 'neighbor',
  newCall: 'newNeighbor',
  deleteCall: 'deleteNeighbor',
  lower: lowerNeighbor,
  lowerDeletion: lowerIdentity,
  locator: neighborLocator,
  hint: neighborHint,
})

/** Neighbors of one namespace: which address on the link belongs to which IP address. Same as `ip neighbor`; the ARP table, and that of neighbor discovery. */
export class Neighbors {
  readonly #session: Session
  readonly #dump: FilteredDump<Neighbor, NeighborFilter>

  constructor(session: Session) {
    this.#session = session
    this.#dump = new FilteredDump(session, neighborDump)
  }

  /**
   * Adds a neighbor, for good unless `state` says otherwise. Same as `ip neighbor add`. Links' names are looked up when the request is sent, in
   * call order. Needs CAP_NET_ADMIN in the user namespace that owns this network namespace.
   * @throws {TypeError} for an unknown option or a value that cannot be meant, {RangeError} for a number out of range; nothing is sent.
   * @throws {NetlinkError} `EEXIST` when there is an entry for the address on the link, also one that the kernel found by itself (see `replace`), `EINVAL` when
   * `linkLayerAddress` is missing or too short, `ENODEV` when there is no such link, `ENOBUFS` when the table is full of entries that are not permanent
   * (see `neighborTables`), `EPERM` without the capability.
   */
  add(options: NeighborOptions, call?: CallOptions): Promise<void> {
    return this.#write('neighbors.add', options, NLM_F_CREATE | NLM_F_EXCL, call)
  }

  /**
   * Adds a neighbor, or changes what is known of it. Same as `ip neighbor replace`. A proxy entry is added or changed by `add` and `change` as well.
   * @throws {NetlinkError} as `add`, but never `EEXIST`.
   */
  replace(options: NeighborOptions, call?: CallOptions): Promise<void> {
    return this.#write('neighbors.replace', options, NLM_F_CREATE | NLM_F_REPLACE, call)
  }

  /**
   * Changes a neighbor; without `linkLayerAddress` the one that is known stays. Same as `ip neighbor change`.
   * @throws {NetlinkError} `ENOENT` when there is none; else as `add`.
   */
  change(options: NeighborOptions, call?: CallOptions): Promise<void> {
    return this.#write('neighbors.change', options, NLM_F_REPLACE, call)
  }

  #write(operation: string, options: NeighborOptions, flags: number, call: CallOptions | undefined): Promise<void> {
    try {
      const given = checkObject(operation, options)
      const program = this.#session.begin(operation, 'neighbor')
      lowerNeighbor(program, given)
      return this.#session.acknowledge('newNeighbor', program, flags, RecordFlag.bulk, call, given).then(settle)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * Deletes a neighbor, known by `link` and `address`, or a proxy entry with `proxy`; takes what `list` returns. Same as `ip neighbor delete`. An entry that
   * packets still wait for stays a while, as `'failed'`.
   * @throws {NetlinkError} `ENOENT` when there is none, `ENODEV` when there is no such link.
   */
  delete(neighbor: NeighborIdentity, call?: CallOptions): Promise<void> {
    try {
      return this.#delete('neighbors.delete', neighbor, call).then(settle)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  #delete(operation: string, neighbor: NeighborIdentity, call: CallOptions | undefined): Promise<undefined | Failure> {
    const given = checkObject(operation, neighbor)
    const program = this.#session.begin(operation, 'neighbor')
    lowerIdentity(program, given)
    return this.#session.acknowledge('deleteNeighbor', program, 0, RecordFlag.bulk, call, given)
  }

  /**
   * Adds many neighbors, each as `add` does, in order, and resolves with how many there were. Same as `ip -batch` with lines `neighbor add …`. The entries come from an array, a generator, or anything to iterate over, also asynchronously; memory stays flat, and the event loop has its turns. `timeout` is for each batch.
   * @throws {BulkError} when the kernel refused some, after all were tried; or when an entry is wrong (`[17].address`), the source has thrown, or `signal` was aborted, which ends it at once.
   */
  addAll(entries: Entries<NeighborOptions>, call?: CallOptions): Promise<number> {
    return bulk(this.#session, many.add, entries, call)
  }

  /**
   * As `addAll`, but neighbors that are there are changed. Same as `ip -batch` with lines `neighbor replace …`.
   * @throws {BulkError} as `addAll`.
   */
  replaceAll(entries: Entries<NeighborOptions>, call?: CallOptions): Promise<number> {
    return bulk(this.#session, many.replace, entries, call)
  }

  /**
   * Deletes many neighbors, each as `delete` does, and resolves with how many there were; takes what `list` and `stream` return. Same as `ip -batch` with lines `neighbor delete …`.
   * @throws {BulkError} as `addAll`.
   */
  deleteAll(entries: Entries<NeighborIdentity>, call?: CallOptions): Promise<number> {
    return bulk(this.#session, many.delete, entries, call)
  }

  /**
   * One neighbor, known by `link` and `address`, or a proxy entry with `proxy`. Same as `ip neighbor get`. Since Linux 5.0.
   * @throws {NetlinkError} `ENOENT` when there is none, `ENODEV` when there is no such link.
   */
  async get(neighbor: NeighborIdentity, call?: CallOptions): Promise<Neighbor> {
    const operation = 'neighbors.get'
    const given = checkObject(operation, neighbor)
    const program = this.#session.begin(operation, 'neighbor')
    lowerIdentity(program, given)
    const outcome = await this.#session.reply('getNeighbor', program, decodeNeighbor, 0, call)
    return unwrap(outcome, neighborLocator, given, neighborHint(operation))
  }

  /**
   * All neighbors, or those that match; with `proxy`, the proxy entries. Same as `ip neighbor show nud all`.
   * @throws {NetlinkError} `ENODEV` when the filter names a link that does not exist.
   * @throws {DumpInterruptedError} when the neighbors changed all the time; `partial` has what was read last.
   */
  async list(filter: NeighborFilter = {}, call?: CallOptions): Promise<Neighbor[]> {
    return await this.#dump.list('neighbors.list', filter, call)
  }

  /** As `list`, one by one while the kernel sends them: `for await (const neighbor of ns.neighbors.stream({ link: 'eth0' }))`. */
  stream(filter: NeighborFilter = {}, call?: CallOptions): AsyncGenerator<Neighbor, void, void> {
    return this.#dump.stream('neighbors.stream', filter, call)
  }

  /**
   * Resolves with a neighbor that matches once there is one, and once it passes the test, if there is one: `neighbors.waitFor({ link: 'eth0', to: '10.0.0.2',
   * state: 'reachable' })`. With `'gone'`: once there is none. The kernel's messages decide, nothing is polled. `timeout` is for the whole wait.
   * @throws {TypeError} without any condition. {@link TimeoutError} when that did not happen in time. {@link NetlinkError} `ENODEV` for a link that is not there.
   */
  waitFor(filter: NeighborFilter, condition: 'gone', call?: CallOptions): Promise<void>
  waitFor(filter: NeighborFilter, condition?: (neighbor: Neighbor) => boolean, call?: CallOptions): Promise<Neighbor>
  // biome-ignore lint/suspicious/noConfusingVoidType: it is what the two of them resolve with
  async waitFor(filter: NeighborFilter, condition?: NeighborCondition, call?: CallOptions): Promise<Neighbor | void> {
    return await waitForNeighbor(this.#session, this.#dump, filter, condition, call)
  }

  /**
   * Deletes all neighbors that match, and resolves with how many there were. Same as `ip neighbor flush nud all`: unlike `ip neighbor flush` alone, permanent
   * ones and those that need no check go too, if they match.
   * @throws {TypeError} without any condition.
   */
  async flush(filter: NeighborFilter, call?: CallOptions): Promise<number> {
    const operation = 'neighbors.flush'
    checkConditions(operation, checkObject(operation, filter), 'link')
    const neighbors = await this.#dump.list(operation, filter, call)
    return await deleteAll(neighbors, neighbor => this.#delete(operation, neighbor, call), ENOENT, settle)
  }
}
