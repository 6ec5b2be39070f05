import { RecordFlag } from '../native/binding.ts'
import { bulk } from '../protocol/bulk/bulk.ts'
import type { Entries } from '../protocol/bulk/source.ts'
import { bulkVerbs } from '../protocol/bulk/verb.ts'
import { type DumpedTable, FilteredDump } from '../protocol/filtered-dump.ts'
import { NLM_F_APPEND, NLM_F_BULK, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from '../protocol/flags.ts'
import type { CallOptions, Session } from '../protocol/session.ts'
import { settler, unwrap } from '../protocol/unwrap.ts'
import { checkObject } from '../schema/check-options.ts'
import type { FdbEntry, FdbEntryOptions, FdbFlush, FdbLookup } from './fdb-entry.ts'
import { fdbHint } from './fdb-hint.ts'
import { decodeFdbEntry, fdbLocator } from './fdb-table.ts'
import { type FdbFilter, FdbMatcher } from './filter.ts'
import { lowerFlush } from './flush.ts'
import { lowerDeletion, lowerEntry, lowerLookup } from './lower.ts'

const fdbDump: DumpedTable<FdbEntry, FdbFilter> = {
  call: 'getNeighbor',
  header: 'neighbor',
  decode: decodeFdbEntry,
  locator: fdbLocator,
  match: (program, filter) => new FdbMatcher(program, filter),
}

const settle = settler(fdbLocator, fdbHint)

/**
 * A vxlan allocates memory for each processor for each entry, atomically (vxlan_fdb_append() in drivers/net/vxlan/vxlan_core.c). What the allocator keeps ready for that is refilled by a worker of the same processor, which only
 * runs when the system call is over (pcpu_balance_workfn() in mm/percpu.c).
 */
const BATCH = 32

const many = bulkVerbs<FdbEntryOptions>({
  name: 'fdb',
  header: 'neighbor',
  newCall: 'newNeighbor',
  deleteCall: 'deleteNeighbor',
  lower: lowerEntry,
  lowerDeletion,
  locator: fdbLocator,
  hint: fdbHint,
  batch: BATCH,
})

/**
 * Forwarding tables of one namespace: which hardware address is behind which port of a bridge, and behind which other end of a vxlan. Same as `bridge fdb`. Without
 * more said, an entry is the bridge's whose port the link is; `bridge fdb` takes the link's own table then, so its `master` is the default here, and its default is `self`.
 */
export class Fdb {
  readonly #session: Session
  readonly #dump: FilteredDump<FdbEntry, FdbFilter>

  constructor(session: Session) {
    this.#session = session
    this.#dump = new FilteredDump(session, fdbDump)
  }

  /**
   * Adds an entry. Same as `bridge fdb add … master`, or `self`. Links' names are looked up when the request is sent, in call order.
   * Needs CAP_NET_ADMIN in the user namespace that owns this network namespace.
   * @throws {TypeError} for an unknown option or a value that cannot be meant, {RangeError} for a number out of range; nothing is sent.
   * @throws {NetlinkError} `EEXIST` when there is an entry for the address, `EOPNOTSUPP` when the link is not a port of a bridge (or, with `self`, has no table),
   * `EINVAL` when it is not in the VLAN, `EAFNOSUPPORT` when `remote` is of another family than the vxlan, `ENODEV` when there is no such link, `EPERM` without the capability.
   */
  add(options: FdbEntryOptions, call?: CallOptions): Promise<void> {
    return this.#write('fdb.add', options, NLM_F_CREATE | NLM_F_EXCL, call)
  }

  /**
   * Adds one more other end, for all zeros or a multicast address on a vxlan: frames go to each of them. Same as `bridge fdb append`.
   * @throws {NetlinkError} as `add`, but never `EEXIST`.
   */
  append(options: FdbEntryOptions, call?: CallOptions): Promise<void> {
    return this.#write('fdb.append', options, NLM_F_CREATE | NLM_F_APPEND, call)
  }

  /**
   * Adds the entry, or changes the one for the address. Same as `bridge fdb replace`.
   * @throws {NetlinkError} as `add`, but never `EEXIST`; `EOPNOTSUPP` for all zeros or a multicast address on a vxlan, which can have several.
   */
  replace(options: FdbEntryOptions, call?: CallOptions): Promise<void> {
    return this.#write('fdb.replace', options, NLM_F_CREATE | NLM_F_REPLACE, call)
  }

  #write(operation: string, options: FdbEntryOptions, flags: number, call: CallOptions | undefined): Promise<void> {
    try {
      const given = checkObject(operation, options)
      const program = this.#session.begin(operation, 'neighbor')
      lowerEntry(program, given)
      return this.#session.acknowledge('newNeighbor', program, flags, RecordFlag.bulk, call, given).then(settle)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * Deletes an entry; takes what `list` returns. Same as `bridge fdb delete`. On a vxlan, without `remote` all other ends for the address go; one that it does not
   * have is no error: the kernel says nothing.
   * @throws {NetlinkError} `ENOENT` when there is none, `EOPNOTSUPP` when the link has no such table, `ENODEV` when there is no such link.
   */
  delete(entry: FdbEntryOptions, call?: CallOptions): Promise<void> {
    try {
      const operation = 'fdb.delete'
      const given = checkObject(operation, entry)
      const program = this.#session.begin(operation, 'neighbor')
      lowerDeletion(program, given)
      return this.#session.acknowledge('deleteNeighbor', program, 0, RecordFlag.bulk, call, given).then(settle)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * Adds many entries, each as `add` does, in order, and resolves with how many there were. Same as `bridge -batch` with lines `fdb add …`. The entries come from an array, a generator, or anything to iterate over, also asynchronously; memory stays flat, and the event loop has its turns. `timeout` is for each batch.
   * @throws {BulkError} when the kernel refused some, after all were tried; or when an entry is wrong (`[17].macAddress`), the source has thrown, or `signal` was aborted, which ends it at once.
   */
  addAll(entries: Entries<FdbEntryOptions>, call?: CallOptions): Promise<number> {
    return bulk(this.#session, many.add, entries, call)
  }

  /**
   * As `addAll`, but entries that are there are changed. Same as `bridge -batch` with lines `fdb replace …`.
   * @throws {BulkError} as `addAll`.
   */
  replaceAll(entries: Entries<FdbEntryOptions>, call?: CallOptions): Promise<number> {
    return bulk(this.#session, many.replace, entries, call)
  }

  /**
   * Deletes many entries, each as `delete` does, and resolves with how many there were; takes what `list` and `stream` return. Same as `bridge -batch` with lines `fdb delete …`.
   * @throws {BulkError} as `addAll`.
   */
  deleteAll(entries: Entries<FdbEntryOptions>, call?: CallOptions): Promise<number> {
    return bulk(this.#session, many.delete, entries, call)
  }

  /**
   * The entry for an address; on a vxlan, with the first of its other ends. Same as `bridge fdb get`. Since Linux 5.0.
   * @throws {NetlinkError} `ENOENT` when there is none, `EINVAL` when the link is not a port of a bridge, `EOPNOTSUPP` when it has no table to look in.
   */
  async get(lookup: FdbLookup, call?: CallOptions): Promise<FdbEntry> {
    const operation = 'fdb.get'
    const given = checkObject(operation, lookup)
    const program = this.#session.begin(operation, 'neighbor')
    lowerLookup(program, given)
    const outcome = await this.#session.reply('getNeighbor', program, decodeFdbEntry, 0, call)
    return unwrap(outcome, fdbLocator, given, fdbHint(operation))
  }

  /**
   * All entries of all tables, or those that match; each other end of a vxlan is an entry of its own. Same as `bridge fdb show`.
   * @throws {NetlinkError} `ENODEV` when the filter names a link that does not exist.
   * @throws {DumpInterruptedError} when the tables changed all the time; `partial` has what was read last.
   */
  async list(filter: FdbFilter = {}, call?: CallOptions): Promise<FdbEntry[]> {
    return await this.#dump.list('fdb.list', filter, call)
  }

  /** As `list`, one by one while the kernel sends them. */
  stream(filter: FdbFilter = {}, call?: CallOptions): AsyncGenerator<FdbEntry, void, void> {
    return this.#dump.stream('fdb.stream', filter, call)
  }

  /**
   * Deletes all entries of a bridge, a port or a vxlan that match, in the kernel and at once. Same as `bridge fdb flush`. Permanent ones go too, the ports' own addresses among them, unless
   * `permanent: false` or `dynamic: true` is said. Since Linux 6.0 for bridges, 6.7 for vxlans.
   * @throws {NetlinkError} `EOPNOTSUPP` when the link is neither, `EINVAL` when the kernel is older, or for a condition that a table of that kind does not know.
   */
  async flush(flush: FdbFlush, call?: CallOptions): Promise<void> {
    const operation = 'fdb.flush'
    const given = checkObject(operation, flush)
    const program = this.#session.begin(operation, 'neighbor')
    lowerFlush(program, given)
    const outcome = await this.#session.acknowledge('deleteNeighbor', program, NLM_F_BULK, 0, call)
    unwrap(outcome, fdbLocator, given, fdbHint(operation))
  }
}
