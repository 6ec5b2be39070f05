import { DumpInterruptedError, invalidValue, NetlinkError } from '../errors.ts'
import { RecordFlag } from '../native/binding.ts'
import { Failure } from '../protocol/failure.ts'
import { NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from '../protocol/flags.ts'
import { Flattened } from '../protocol/flattened.ts'
import { linkIndexOf } from '../protocol/link-index.ts'
import type { Dumped } from '../protocol/request.ts'
import type { CallOptions, Session } from '../protocol/session.ts'
import { unwrap } from '../protocol/unwrap.ts'
import { checkObject } from '../schema/check-options.ts'
import type { Message } from '../schema/message.ts'
import type { Address, AddressIdentity, AddressOptions } from './address.ts'
import { addressHint } from './address-hint.ts'
import { addressLocator, decodeAddress } from './address-table.ts'
import { type AddressFilter, AddressMatcher } from './filter.ts'
import { lowerAddress, lowerIdentity } from './lower.ts'

const EINVAL = 22
const EADDRNOTAVAIL = 99

/** IPv4 and IPv6 addresses of one namespace. Same as `ip address`. */
export class Addresses {
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
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
   * All addresses, or those that match. Same as `ip address show`.
   * @throws {NetlinkError} `ENODEV` when the filter names a link that does not exist.
   * @throws {DumpInterruptedError} when the addresses changed all the time; `partial` has what was read last.
   */
  async list(filter: AddressFilter = {}, call?: CallOptions): Promise<Address[]> {
    return await this.#list('addresses.list', filter, call)
  }

  async #list(operation: string, filter: AddressFilter, call: CallOptions | undefined): Promise<Address[]> {
    const matcher = new AddressMatcher(this.#session.begin(operation, 'address'), checkObject(operation, filter))
    const link = linkIndexOf(this.#session, operation, matcher.linkName, call)
    let outcome = await this.#dump(operation, matcher, false, call)
    if (outcome instanceof Failure && outcome.errno === EINVAL && matcher.isStrict) {
      outcome = await this.#dump(operation, matcher, true, call)
    }
    const index = link === undefined ? undefined : unwrap(await link, addressLocator, filter)
    const { items, interrupted } = unwrap(outcome, addressLocator, filter)
    const found = items.filter(address => matcher.matches(address, index))
    if (interrupted) throw new DumpInterruptedError(operation, found)
    return found
  }

  #dump(
    operation: string,
    matcher: AddressMatcher,
    loose: boolean,
    call: CallOptions | undefined,
  ): Promise<Dumped<Address> | Failure> {
    const program = this.#session.begin(operation, 'address')
    matcher.lower(program, loose)
    return this.#session.dump('getAddress', program, decodeAddress, call)
  }

  /** As `list`, one by one while the kernel sends them: `for await (const address of ns.addresses.stream())`. */
  stream(filter: AddressFilter = {}, call?: CallOptions): AsyncGenerator<Address, void, void> {
    return new Flattened(this.#parts(filter, call))
  }

  async *#parts(filter: AddressFilter, call: CallOptions | undefined): AsyncGenerator<readonly Address[], void, void> {
    const operation = 'addresses.stream'
    const matcher = new AddressMatcher(this.#session.begin(operation, 'address'), checkObject(operation, filter))
    const link = linkIndexOf(this.#session, operation, matcher.linkName, call)
    const index = link === undefined ? undefined : unwrap(await link, addressLocator, filter)
    const decode = (message: Message, start: number, end: number) => {
      const address = decodeAddress(message, start, end)
      return matcher.matches(address, index) ? address : undefined
    }
    try {
      yield* this.#stream(operation, matcher, decode, false, call).parts(addressLocator, filter)
    } catch (error) {
      // The kernel refuses a filter that it does not know before it sends anything.
      if (!(error instanceof NetlinkError) || error.errno !== EINVAL || !matcher.isStrict) throw error
      yield* this.#stream(operation, matcher, decode, true, call).parts(addressLocator, filter)
    }
  }

  #stream(
    operation: string,
    matcher: AddressMatcher,
    decode: (message: Message, start: number, end: number) => Address | undefined,
    loose: boolean,
    call: CallOptions | undefined,
  ) {
    const program = this.#session.begin(operation, 'address')
    matcher.lower(program, loose)
    return this.#session.stream('getAddress', program, decode, call)
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
    if (Object.values(conditions).every(condition => condition === undefined)) {
      throw invalidValue(operation, '', 'give at least one condition, such as "link"')
    }
    const addresses = await this.#list(operation, conditions, call)
    const outcomes = await Promise.all(addresses.map(address => this.#delete(operation, address, call)))
    const gone = outcomes.filter(outcome => outcome instanceof Failure && outcome.errno === EADDRNOTAVAIL)
    for (const [i, outcome] of outcomes.entries()) if (!gone.includes(outcome)) unwrap(outcome, addressLocator, addresses[i])
    return outcomes.length - gone.length
  }
}
