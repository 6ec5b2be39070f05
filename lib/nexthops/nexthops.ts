import { UnknownOutcomeError } from '../errors.ts'
import { RecordFlag } from '../native/binding.ts'
import { bulk } from '../protocol/bulk/bulk.ts'
import type { Entries } from '../protocol/bulk/source.ts'
import { bulkVerbs } from '../protocol/bulk/verb.ts'
import { checkConditions, deleteAll } from '../protocol/delete-all.ts'
import type { Failure } from '../protocol/failure.ts'
import { type DumpedTable, FilteredDump } from '../protocol/filtered-dump.ts'
import { NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from '../protocol/flags.ts'
import type { CallOptions, Session } from '../protocol/session.ts'
import { unwrap } from '../protocol/unwrap.ts'
import { checkObject } from '../schema/check-options.ts'
import { checkInteger } from '../schema/scalars.ts'
import { BucketMatcher, type NexthopBucketFilter, type NexthopFilter, NexthopMatcher } from './filter.ts'
import { checkDetails, lowerDetails, lowerNexthop, lowerNumbered, lowerReference } from './lower.ts'
import { nexthopHint } from './nexthop-hint.ts'
import type {
  NexthopBucket,
  NexthopDetails,
  NexthopObject,
  NexthopObjectOptions,
  NexthopReference,
  NumberedNexthopOptions,
} from './nexthop-object.ts'
import { bucketLocator, decodeBucket, decodeNexthop, nexthopLocator } from './nexthop-table.ts'

const ENOENT = 2
const NHA_RES_BUCKET = 13
const NHA_RES_BUCKET_INDEX = 1

/** How the kernel's nexthop objects are read. */
export const nexthopDump: DumpedTable<NexthopObject, NexthopFilter> = {
  call: 'getNexthop',
  header: 'nexthop',
  decode: decodeNexthop,
  locator: nexthopLocator,
  match: (program, filter) => new NexthopMatcher(program, filter),
}

const bucketDump: DumpedTable<NexthopBucket, NexthopBucketFilter> = {
  call: 'getNexthopBucket',
  header: 'nexthop',
  decode: decodeBucket,
  locator: bucketLocator,
  match: (program, filter) => new BucketMatcher(program, filter),
}

const many = bulkVerbs<NumberedNexthopOptions, { readonly id: number }>({
  name: 'nexthops',
  header: 'nexthop',
  newCall: 'newNexthop',
  deleteCall: 'deleteNexthop',
  lower: lowerNumbered,
  lowerDeletion: lowerReference,
  locator: nexthopLocator,
  hint: () => nexthopHint,
})

/**
 * Nexthop objects of one namespace: ways that many routes share, by `nexthopId` of `routes.add`. What is changed here changes for all of them at once. Same as `ip nexthop`. Since Linux 5.3.
 */
export class Nexthops {
  readonly #session: Session
  readonly #dump: FilteredDump<NexthopObject, NexthopFilter>
  readonly #buckets: FilteredDump<NexthopBucket, NexthopBucketFilter>

  constructor(session: Session) {
    this.#session = session
    this.#dump = new FilteredDump(session, nexthopDump)
    this.#buckets = new FilteredDump(session, bucketDump)
  }

  /**
   * Adds a nexthop object, and resolves with its id. Same as `ip nexthop add`. Links' names are looked up when the request is sent, in call order.
   * Needs CAP_NET_ADMIN in the user namespace that owns this network namespace.
   * @throws {TypeError} for an unknown option or a value that cannot be meant, {RangeError} for a number out of range; nothing is sent.
   * @throws {NetlinkError} `EEXIST` when there is an object with the id, `EINVAL` when a member of the group is none or cannot be one, `ENETDOWN` when the link is
   * down (for a blackhole, `lo`), `EHOSTUNREACH` or `ENETUNREACH` when `via` is not reachable on it, `ENODEV` when there is no such link, `EPERM` without the capability.
   */
  async add(options: NexthopObjectOptions, call?: CallOptions): Promise<number> {
    return await this.#write('nexthops.add', options, NLM_F_CREATE | NLM_F_EXCL, call)
  }

  /**
   * Adds the object, or changes the one with the id; a group stays a group, and of its type. Same as `ip nexthop replace`.
   * @throws {NetlinkError} as `add`, but never `EEXIST`.
   */
  async replace(options: NumberedNexthopOptions, call?: CallOptions): Promise<number> {
    return await this.#write('nexthops.replace', options, NLM_F_CREATE | NLM_F_REPLACE, call)
  }

  async #write(operation: string, options: NexthopObjectOptions, flags: number, call: CallOptions | undefined): Promise<number> {
    const given = checkObject(operation, options)
    const program = this.#session.begin(operation, 'nexthop')
    lowerNexthop(program, given)
    if (given.id !== undefined) {
      const outcome = await this.#session.acknowledge('newNexthop', program, flags, RecordFlag.bulk, call)
      unwrap(outcome, nexthopLocator, given, nexthopHint)
      return given.id
    }
    if (operation === 'nexthops.replace') program.missing('id')
    const echo = await this.#session.echo('newNexthop', program, flags, decodeNexthop, 0, call)
    const nexthop = unwrap(echo, nexthopLocator, given, nexthopHint)
    if (nexthop === undefined) throw new UnknownOutcomeError(operation, 'the kernel did not say which id it chose')
    return nexthop.id
  }

  /**
   * Deletes a nexthop object; routes that use it go too, and groups that are left without members. Takes what `list` returns. Same as `ip nexthop delete id 1`.
   * @throws {NetlinkError} `ENOENT` when there is none.
   */
  async delete(nexthop: NexthopReference, call?: CallOptions): Promise<void> {
    unwrap(await this.#delete('nexthops.delete', nexthop, call), nexthopLocator, undefined, nexthopHint)
  }

  /**
   * Adds many nexthop objects, each as `add` does, in order, and resolves with how many there were; each says its `id`. Same as `ip -batch` with lines `nexthop add …`. The entries come from an array, a generator, or anything to iterate over, also asynchronously; memory stays flat, and the event loop has its turns. `timeout` is for each batch.
   * @throws {BulkError} when the kernel refused some, after all were tried; or when an entry is wrong (`[17].via`), the source has thrown, or `signal` was aborted, which ends it at once.
   */
  addAll(entries: Entries<NumberedNexthopOptions>, call?: CallOptions): Promise<number> {
    return bulk(this.#session, many.add, entries, call)
  }

  /**
   * As `addAll`, but objects that are there are changed. Same as `ip -batch` with lines `nexthop replace …`.
   * @throws {BulkError} as `addAll`.
   */
  replaceAll(entries: Entries<NumberedNexthopOptions>, call?: CallOptions): Promise<number> {
    return bulk(this.#session, many.replace, entries, call)
  }

  /**
   * Deletes many nexthop objects, each as `delete` does, and resolves with how many there were; takes what `list` and `stream` return. Same as `ip -batch` with lines `nexthop delete …`.
   * @throws {BulkError} as `addAll`.
   */
  deleteAll(entries: Entries<{ readonly id: number }>, call?: CallOptions): Promise<number> {
    return bulk(this.#session, many.delete, entries, call)
  }

  #delete(operation: string, nexthop: NexthopReference, call: CallOptions | undefined): Promise<undefined | Failure> {
    const program = this.#session.begin(operation, 'nexthop')
    lowerReference(program, nexthop)
    return this.#session.acknowledge('deleteNexthop', program, 0, RecordFlag.bulk, call)
  }

  /**
   * One nexthop object. Same as `ip nexthop get id 1`.
   * @throws {NetlinkError} `ENOENT` when there is none.
   */
  async get(nexthop: NexthopReference, details: NexthopDetails = {}, call?: CallOptions): Promise<NexthopObject> {
    const operation = 'nexthops.get'
    checkDetails(operation, checkObject(operation, details))
    const program = this.#session.begin(operation, 'nexthop')
    lowerReference(program, nexthop)
    lowerDetails(program, details)
    const outcome = await this.#session.reply('getNexthop', program, decodeNexthop, 0, call)
    return unwrap(outcome, nexthopLocator, details, nexthopHint)
  }

  /**
   * All nexthop objects, or those that match. Same as `ip nexthop show`.
   * @throws {NetlinkError} `ENODEV` when the filter names a link that does not exist.
   * @throws {DumpInterruptedError} when they changed all the time; `partial` has what was read last.
   */
  async list(filter: NexthopFilter = {}, call?: CallOptions): Promise<NexthopObject[]> {
    return await this.#dump.list('nexthops.list', filter, call)
  }

  /** As `list`, one by one while the kernel sends them. */
  stream(filter: NexthopFilter = {}, call?: CallOptions): AsyncGenerator<NexthopObject, void, void> {
    return this.#dump.stream('nexthops.stream', filter, call)
  }

  /**
   * Deletes all objects that match, and resolves with how many there were; groups that go with their last member are counted when they go by themselves only.
   * Same as `ip nexthop flush`.
   * @throws {TypeError} without any condition.
   */
  async flush(filter: NexthopFilter, call?: CallOptions): Promise<number> {
    const operation = 'nexthops.flush'
    const { statistics, hardwareStatistics, ...conditions } = checkObject(operation, filter)
    checkConditions(operation, conditions, 'protocol')
    const nexthops = await this.#dump.list(operation, conditions, call)
    return await deleteAll(
      nexthops,
      nexthop => this.#delete(operation, nexthop, call),
      ENOENT,
      (outcome, nexthop) => unwrap(outcome, nexthopLocator, nexthop, nexthopHint),
    )
  }

  /**
   * Buckets of all resilient groups, or those that match. Same as `ip nexthop bucket show`. Since Linux 5.13.
   * @throws {NetlinkError} `ENODEV` when the filter names a link that does not exist, `ENOENT` when there is no such group, `EINVAL` when it is not resilient.
   */
  async listBuckets(filter: NexthopBucketFilter = {}, call?: CallOptions): Promise<NexthopBucket[]> {
    return await this.#buckets.list('nexthops.listBuckets', filter, call)
  }

  /**
   * One bucket of a resilient group. Same as `ip nexthop bucket get id 1 index 2`.
   * @throws {NetlinkError} `ENOENT` when there is no such group or bucket, `EINVAL` when the group is not resilient.
   */
  async getBucket(bucket: { readonly id: number; readonly index: number }, call?: CallOptions): Promise<NexthopBucket> {
    const operation = 'nexthops.getBucket'
    const given = checkObject(operation, bucket)
    const program = this.#session.begin(operation, 'nexthop')
    lowerReference(program, given)
    program.at('index')
    checkInteger(program, given.index, 0, 0xffff)
    program.nest(NHA_RES_BUCKET)
    program.u16(NHA_RES_BUCKET_INDEX, given.index)
    program.end()
    const outcome = await this.#session.reply('getNexthopBucket', program, decodeBucket, 0, call)
    return unwrap(outcome, bucketLocator, given)
  }
}
