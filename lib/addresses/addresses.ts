import { invalidValue } from '../errors.ts'
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
import type { LinkReference } from '../schema/references.ts'
import type { Address, AddressIdentity, AddressOptions } from './address.ts'
import { addressHint } from './address-hint.ts'
import { addressLocator, decodeAddress } from './address-table.ts'
import { type AddressFilter, AddressMatcher } from './filter.ts'
import { lowerAddress, lowerIdentity } from './lower.ts'
import { waitUsable } from './wait.ts'

const EADDRNOTAVAIL = 99

/** How the kernel's table of addresses is read. */
export const addressDump: DumpedTable<Address, AddressFilter> = {
  call: 'getAddress',
  header: 'address',
  decode: decodeAddress,
  locator: addressLocator,
  match: (program, filter) => new AddressMatcher(program, filter),
}

const many = bulkVerbs<AddressOptions, AddressIdentity>({
  name: 'addresses',
  header: 'address',
  newCall: 'newAddress',
  deleteCall: 'deleteAddress',
  lower: lowerAddress,
  lowerDeletion: lowerIdentity,
  locator: addressLocator,
  hint: addressHint,
})

/** IPv4 and IPv6 addresses of one namespace. Same as `ip address`. */
export class Addresses {
  readonly #session: Session
  readonly #dump: FilteredDump<Address, AddressFilter>

  constructor(session: Session) {
    this.#session = session
    this.#dump = new FilteredDump(session, addressDump)
  }

  /**
   * Adds an address to a link. Same as `ip address add`. The link's name is looked up when the request is sent, in call order.
   * Needs CAP_NET_ADMIN in the user namespace that owns this network namespace.
   * @throws {TypeError} for an unknown option or a value that cannot be meant, {RangeError} for a number out of range; nothing is sent.
   * @throws {NetlinkError} `EEXIST` when the link has the address, `ENODEV` when there is no such link, `EACCES` when IPv6 is disabled on it,
   * `EPERM` without the capability.
   */
  async add(options: AddressOptions, call?: CallOptions): Promise<void> {
    await this.#write('addresses.add', options, NLM_F_CREATE | NLM_F_EXCL, call)
  }

  /**
   * Adds the address, or changes lifetimes, metric, protocol and flags of the one that the link has. Same as `ip address replace`.
   * @throws {NetlinkError} as `add`, but never `EEXIST`.
   */
  async replace(options: AddressOptions, call?: CallOptions): Promise<void> {
    await this.#write('addresses.replace', options, NLM_F_CREATE | NLM_F_REPLACE, call)
  }

  async #write(operation: string, options: AddressOptions, flags: number, call: CallOptions | undefined): Promise<void> {
    const given = checkObject(operation, options)
    const program = this.#session.begin(operation, 'address')
    lowerAddress(program, given)
    const outcome = await this.#session.acknowledge('newAddress', program, flags, RecordFlag.bulk, call)
    unwrap(outcome, addressLocator, given, addressHint(operation, given))
  }

  /**
   * Removes an address, known by `link`, `address` with its prefix length, and `peer` where it has one; takes what `list` returns. Same as
   * `ip address delete`. Unlike `ip`, an address without a prefix length is /32 or /128 and nothing else.
   * @throws {NetlinkError} `EADDRNOTAVAIL` when the link has no such address, `ENODEV` when there is no such link.
   */
  async delete(address: AddressIdentity, call?: CallOptions): Promise<void> {
    unwrap(
      await this.#delete('addresses.delete', address, call),
      addressLocator,
      address,
      addressHint('addresses.delete', address),
    )
  }

  #delete(operation: string, address: AddressIdentity, call: CallOptions | undefined): Promise<undefined | Failure> {
    const program = this.#session.begin(operation, 'address')
    lowerIdentity(program, checkObject(operation, address))
    return this.#session.acknowledge('deleteAddress', program, 0, RecordFlag.bulk, call)
  }

  /**
   * Adds many addresses, each as `add` does, in order, and resolves with how many there were. Same as `ip -batch` with lines `address add …`. The entries come from an array, a generator, or anything to iterate over, also asynchronously; memory stays flat, and the event loop has its turns. `timeout` is for each batch.
   * @throws {BulkError} when the kernel refused some, after all were tried; or when an entry is wrong (`[17].address`), the source has thrown, or `signal` was aborted, which ends it at once.
   */
  addAll(entries: Entries<AddressOptions>, call?: CallOptions): Promise<number> {
    return bulk(this.#session, many.add, entries, call)
  }

  /**
   * As `addAll`, but addresses that are there are changed. Same as `ip -batch` with lines `address replace …`.
   * @throws {BulkError} as `addAll`.
   */
  replaceAll(entries: Entries<AddressOptions>, call?: CallOptions): Promise<number> {
    return bulk(this.#session, many.replace, entries, call)
  }

  /**
   * Deletes many addresses, each as `delete` does, and resolves with how many there were; takes what `list` and `stream` return. Same as `ip -batch` with lines `address delete …`.
   * @throws {BulkError} as `addAll`.
   */
  deleteAll(entries: Entries<AddressIdentity>, call?: CallOptions): Promise<number> {
    return bulk(this.#session, many.delete, entries, call)
  }

  /**
   * All addresses, or those that match. Same as `ip address show`.
   * @throws {NetlinkError} `ENODEV` when the filter names a link that does not exist.
   * @throws {DumpInterruptedError} when the addresses changed all the time; `partial` has what was read last.
   */
  async list(filter: AddressFilter = {}, call?: CallOptions): Promise<Address[]> {
    return await this.#dump.list('addresses.list', filter, call)
  }

  /** As `list`, one by one while the kernel sends them: `for await (const address of ns.addresses.stream())`. */
  stream(filter: AddressFilter = {}, call?: CallOptions): AsyncGenerator<Address, void, void> {
    return this.#dump.stream('addresses.stream', filter, call)
  }

  /**
   * Resolves with the addresses of a link once it has one and all can be used: IPv6 has made sure that nobody else has them (duplicate address
   * detection takes a second or so, and begins once the link is up). The kernel's messages decide, nothing is polled. `timeout` is for the whole wait.
   * @throws {DuplicateAddressError} when somebody has. {@link TimeoutError} when it did not happen in time. {@link NetlinkError} `ENODEV`.
   */
  async waitUsable(link: LinkReference, call?: CallOptions): Promise<Address[]> {
    return await waitUsable(this.#session, this.#dump, link, call)
  }

  /**
   * Deletes all addresses that match, and resolves with how many there were. Same as `ip address flush`. Addresses that go with
   * another one, such as the secondary addresses of a network, are counted when they go by themselves only.
   * @throws {TypeError} without any condition.
   */
  async flush(filter: AddressFilter, call?: CallOptions): Promise<number> {
    const operation = 'addresses.flush'
    const { targetNetnsid, ...conditions } = checkObject(operation, filter)
    if (targetNetnsid !== undefined) throw invalidValue(operation, 'targetNetnsid', 'can only be listed')
    checkConditions(operation, conditions, 'link')
    const addresses = await this.#dump.list(operation, conditions, call)
    return await deleteAll(
      addresses,
      address => this.#delete(operation, address, call),
      EADDRNOTAVAIL,
      (outcome, address) => unwrap(outcome, addressLocator, address),
    )
  }
}
