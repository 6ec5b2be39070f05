import { DumpInterruptedError } from '../errors.ts'
import { RecordFlag } from '../native/binding.ts'
import { bulk } from '../protocol/bulk/bulk.ts'
import type { Entries } from '../protocol/bulk/source.ts'
import { bulkVerbs } from '../protocol/bulk/verb.ts'
import { type DumpedTable, FilteredDump } from '../protocol/filtered-dump.ts'
import { NLM_F_BULK, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from '../protocol/flags.ts'
import type { CallOptions, Session } from '../protocol/session.ts'
import { settler, unwrap } from '../protocol/unwrap.ts'
import { checkObject } from '../schema/check-options.ts'
import { AF_BRIDGE } from '../values/family.ts'
import { BR_PORT } from './entry-struct.ts'
import { type MdbFilter, MdbMatcher } from './filter.ts'
import { lowerDeletion, lowerFlush, lowerLookup, lowerMdb } from './lower.ts'
import type { MdbEntry, MdbEntryOptions, MdbFlush, MdbLookup, MdbRouterPort } from './mdb-entry.ts'
import { mdbHint } from './mdb-hint.ts'
import { decodeMdb, decodeRouterPorts, mdbLocator } from './mdb-table.ts'

const mdbDump: DumpedTable<MdbEntry, MdbFilter> = {
  call: 'getMulticastGroup',
  header: 'multicastGroup',
  decode: decodeMdb,
  locator: mdbLocator,
  match: (program, filter) => new MdbMatcher(program, filter),
}

const settle = settler(mdbLocator, mdbHint)

const many = bulkVerbs<MdbEntryOptions>({
  name: 'mdb',
  header: 'multicastGroup',
  newCall: 'newMulticastGroup',
  deleteCall: 'deleteMulticastGroup',
  lower: lowerMdb,
  lowerDeletion,
  locator: mdbLocator,
  hint: mdbHint,
})

/**
 * Multicast databases of one namespace: behind which ports of a bridge, and which other ends of a vxlan, somebody listens to a group. Same as `bridge mdb`. A bridge keeps one
 * while it is up and its multicast snooping is on.
 */
export class Mdb {
  readonly #session: Session
  readonly #dump: FilteredDump<MdbEntry, MdbFilter>

  constructor(session: Session) {
    this.#session = session
    this.#dump = new FilteredDump(session, mdbDump)
  }

  /**
   * Adds an entry. Same as `bridge mdb add dev br0 port eth0 grp 239.1.1.1`. Links' names are looked up when the request is sent, in call order.
   * Needs CAP_NET_ADMIN in the user namespace that owns this network namespace.
   * @throws {TypeError} for an unknown option or a value that cannot be meant, {RangeError} for a number out of range; nothing is sent.
   * @throws {NetlinkError} `EEXIST` when the group has an entry at the port, `EINVAL` when `link` is no port of `master`, `master` is down or its snooping off, or the group is none
   * that can be forwarded (such as 224.0.0.1), `EOPNOTSUPP` when `master` has no multicast database, `ENODEV` when there is no such link, `EPERM` without the capability.
   */
  add(options: MdbEntryOptions, call?: CallOptions): Promise<void> {
    return this.#write('mdb.add', options, NLM_F_CREATE | NLM_F_EXCL, call)
  }

  /**
   * Adds the entry, or changes the one of the group at the port. Same as `bridge mdb replace`. Since Linux 6.2.
   * @throws {NetlinkError} as `add`, but never `EEXIST`.
   */
  replace(options: MdbEntryOptions, call?: CallOptions): Promise<void> {
    return this.#write('mdb.replace', options, NLM_F_CREATE | NLM_F_REPLACE, call)
  }

  #write(operation: string, options: MdbEntryOptions, flags: number, call: CallOptions | undefined): Promise<void> {
    try {
      const given = checkObject(operation, options)
      const program = this.#session.begin(operation, 'multicastGroup')
      lowerMdb(program, given)
      return this.#session.acknowledge('newMulticastGroup', program, flags, RecordFlag.bulk, call, given).then(settle)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * Deletes an entry; takes what `list` returns. Same as `bridge mdb delete`.
   * @throws {NetlinkError} `EINVAL` when a bridge has none, `ENOENT` when a vxlan has none; else as `add`.
   */
  delete(entry: MdbEntryOptions, call?: CallOptions): Promise<void> {
    try {
      const operation = 'mdb.delete'
      const given = checkObject(operation, entry)
      const program = this.#session.begin(operation, 'multicastGroup')
      lowerDeletion(program, given)
      return this.#session.acknowledge('deleteMulticastGroup', program, 0, RecordFlag.bulk, call, given).then(settle)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * Adds many entries, each as `add` does, in order, and resolves with how many there were. Same as `bridge -batch` with lines `mdb add …`. The entries come from an array, a generator, or anything to iterate over, also asynchronously; memory stays flat, and the event loop has its turns. `timeout` is for each batch.
   * @throws {BulkError} when the kernel refused some, after all were tried; or when an entry is wrong (`[17].group`), the source has thrown, or `signal` was aborted, which ends it at once.
   */
  addAll(entries: Entries<MdbEntryOptions>, call?: CallOptions): Promise<number> {
    return bulk(this.#session, many.add, entries, call)
  }

  /**
   * As `addAll`, but entries that are there are changed. Same as `bridge -batch` with lines `mdb replace …`.
   * @throws {BulkError} as `addAll`.
   */
  replaceAll(entries: Entries<MdbEntryOptions>, call?: CallOptions): Promise<number> {
    return bulk(this.#session, many.replace, entries, call)
  }

  /**
   * Deletes many entries, each as `delete` does, and resolves with how many there were; takes what `list` and `stream` return. Same as `bridge -batch` with lines `mdb delete …`.
   * @throws {BulkError} as `addAll`.
   */
  deleteAll(entries: Entries<MdbEntryOptions>, call?: CallOptions): Promise<number> {
    return bulk(this.#session, many.delete, entries, call)
  }

  /**
   * The entries of a group, one for each port or other end. Same as `bridge mdb get`. Since Linux 6.7.
   * @throws {NetlinkError} `ENOENT` when there is none, `EOPNOTSUPP` when the link has no multicast database or the kernel is older.
   */
  async get(lookup: MdbLookup, call?: CallOptions): Promise<MdbEntry[]> {
    const operation = 'mdb.get'
    const given = checkObject(operation, lookup)
    const program = this.#session.begin(operation, 'multicastGroup')
    lowerLookup(program, given)
    const outcome = await this.#session.reply('getMulticastGroup', program, decodeMdb, 0, call)
    return unwrap(outcome, mdbLocator, given, mdbHint(operation))
  }

  /**
   * All entries of all bridges and vxlans, or those that match. Same as `bridge -d mdb show`.
   * @throws {NetlinkError} `ENODEV` when the filter names a link that does not exist.
   * @throws {DumpInterruptedError} when they changed all the time; `partial` has what was read last.
   */
  async list(filter: MdbFilter = {}, call?: CallOptions): Promise<MdbEntry[]> {
    return await this.#dump.list('mdb.list', filter, call)
  }

  /** As `list`, one by one while the kernel sends them. */
  stream(filter: MdbFilter = {}, call?: CallOptions): AsyncGenerator<MdbEntry, void, void> {
    return this.#dump.stream('mdb.stream', filter, call)
  }

  /** Ports behind which multicast routers are, of all bridges. Same as `bridge -d mdb show`. */
  async listRouterPorts(call?: CallOptions): Promise<MdbRouterPort[]> {
    const operation = 'mdb.listRouterPorts'
    const program = this.#session.begin(operation, 'multicastGroup')
    program.header(BR_PORT.familyWord, AF_BRIDGE)
    const { items, interrupted } = unwrap(await this.#session.dump('getMulticastGroup', program, decodeRouterPorts, call))
    if (interrupted) throw new DumpInterruptedError(operation, items)
    return items
  }

  /**
   * Deletes all entries of a bridge or vxlan that match, in the kernel and at once. Same as `bridge mdb flush dev br0`. Since Linux 6.8.
   * @throws {NetlinkError} `EOPNOTSUPP` when the link has no multicast database, `EINVAL` when the kernel is older, or for a condition that the database does not know.
   */
  async flush(flush: MdbFlush, call?: CallOptions): Promise<void> {
    const operation = 'mdb.flush'
    const given = checkObject(operation, flush)
    const program = this.#session.begin(operation, 'multicastGroup')
    lowerFlush(program, given)
    const outcome = await this.#session.acknowledge('deleteMulticastGroup', program, NLM_F_BULK, 0, call)
    unwrap(outcome, mdbLocator, given, mdbHint(operation))
  }
}
