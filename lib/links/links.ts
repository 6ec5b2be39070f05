import { DumpInterruptedError } from '../errors.ts'
import { RecordFlag } from '../native/binding.ts'
import { bulk } from '../protocol/bulk/bulk.ts'
import type { Entries } from '../protocol/bulk/source.ts'
import type { CallOptions, Session } from '../protocol/session.ts'
import { unwrap } from '../protocol/unwrap.ts'
import { checkObject } from '../schema/check-options.ts'
import type { Program } from '../schema/program.ts'
import type { LinkReference } from '../schema/references.ts'
import { checkInteger } from '../schema/scalars.ts'
import { lowerAltNames } from './alt-names.ts'
import { change, changeMany, changeWhole } from './change.ts'
import { create, replaceWhole } from './create.ts'
import { createAll } from './create-all.ts'
import { callOf, type LinkDetail, type LinkFilter, lowerDetail, lowerFilter, matches } from './filter.ts'
import type { AddLinkOptions, Link, LinkChange, SetLinkOptions } from './link.ts'
import { linkHint } from './link-hint.ts'
import { decodeLink, linkTable } from './link-table.ts'
import { lowerTarget, targetLocator } from './target.ts'
import { Turns } from './turns.ts'
import { type LinkCondition, waitForLink, waitUntilGone } from './wait.ts'
import { kindChangedWhole, kindReplacedWhole } from './whole.ts'

const IFLA_GROUP = 27

/** All links of one group, for `links.delete`. */
export interface LinkGroup {
  readonly group: number
}

/** Links of one namespace. Same as `ip link`. */
export class Links {
  readonly #session: Session
  readonly #turns = new Turns()

  constructor(session: Session) {
    this.#session = session
  }

  /**
   * Adds a link and resolves with it as the kernel made it. Same as `ip link add`. Carrier, and with it `operationalState`, may follow a
   * moment later: the kernel brings them from a work queue of its own.
   *
   * What the kernel does not take on creation (`alias`, `carrier`, `protoDown`, `families`, `port`, alternative names, `up` of a port,
   * `veth.peer.up`) follows in messages right behind; if one of those fails, the link is removed again and the error says so.
   * Needs CAP_NET_ADMIN in the user namespace that owns this network namespace.
   * @throws {TypeError} for an unknown option or a value that cannot be meant, {RangeError} for a number out of range; nothing is sent.
   * @throws {NetlinkError} `EEXIST` when the name is taken, `EOPNOTSUPP` when this kernel lacks the kind, `EPERM` without the capability.
   */
  async add(options: AddLinkOptions, call?: CallOptions): Promise<Link> {
    return await create(this.#session, 'links.add', checkObject('links.add', options), call)
  }

  /**
   * Makes many links, in order, and resolves with how many there were, without reading any back. The entries are those of `add`, each with a name, in an array, a generator, or anything to iterate
   * over, also asynchronously. The event loop has its turn every millisecond. Faster than as many `add`s, and the more so where both ends of a veth come up: first all links are made, then each gets what the kernel does not
   * take on creation; as with `add`, a link that does not get all of it is removed again. Await it before what needs the links.
   *
   * `signal` ends the making; what is made already still gets what follows. `timeout` is for each slice of up to 128 entries, and for each message that follows by itself.
   * @throws {BulkError} when the kernel refused some, after all were tried; or when an entry is wrong (`[17].veth.peer.name`), the source has thrown, or `signal` was aborted, after which no more are made.
   */
  async addAll(entries: Entries<AddLinkOptions & { readonly name: string }>, call?: CallOptions): Promise<number> {
    return await createAll(this.#session, 'links.addAll', entries, call)
  }

  /**
   * Adds the link, or changes the one that has the name where the kind allows it; options not given stay. What `ip link replace` should be:
   * that is refused by the kernel whenever the link is there. Tunnels are read first, as `set` does.
   * @throws {NetlinkError} `EOPNOTSUPP` when the kind cannot be changed so, or options of the kind are given and the link is of another one.
   */
  async replace(options: AddLinkOptions, call?: CallOptions): Promise<Link> {
    // NLM_F_REPLACE answers EOPNOTSUPP whenever the link is there (rtnl_changelink() in net/core/rtnetlink.c).
    const given = checkObject('links.replace', options)
    const whole = kindReplacedWhole(given)
    if (whole === undefined) return await create(this.#session, 'links.replace', given, call, false)
    return await replaceWhole(this.#session, 'links.replace', given, call, whole, this.#turns)
  }

  /**
   * Changes a link; what is not given stays. `name` renames it and `netns` moves it, both in one message if both are given.
   * Same as `ip link set`. Names of links in `options` are looked up when the request is sent, in call order. With a `master`, `up: true` and
   * `port` follow in messages right behind; if one of those fails, the error says that the rest was done.
   *
   * Drivers of tunnels (`gre`, `gretap`, `erspan`, the same over IPv6, `ipip`, `sit`, `ip6tnl`) reset what a change does not name. So with options of such a
   * kind the link is read first, and what is not given is sent along; `ip` does the same. Two such calls wait for each other. Await them before
   * what must come later: other calls of the same tick may reach the kernel between the reading and the writing. What another session or
   * program changes in between is lost.
   * @throws {NetlinkError} `ENODEV` when there is no such link, `EBUSY` for what cannot change while the link is up, `EOPNOTSUPP` for what
   * its kind cannot change.
   */
  async set(link: LinkReference, options: SetLinkOptions, call?: CallOptions): Promise<void> {
    const given = checkObject('links.set', options)
    const whole = kindChangedWhole(given)
    if (whole === undefined) await change(this.#session, 'links.set', link, given, call)
    else await changeWhole(this.#session, 'links.set', link, given, call, whole, this.#turns)
  }

  /**
   * Changes many links, in order, and resolves with how many it changed: each entry has what `set` takes, with the `link` that is meant, as in `{ link: 'eth0', up: true }`. From an array, a generator, or anything to iterate over, also
   * asynchronously. The event loop has its turn every millisecond. Names are looked up when the entry is sent. Tunnels whose data `set` has to read first are changed by `set` alone; what is not of their kind may be changed here.
   *
   * `timeout` is for each slice of up to 128 entries.
   * @throws {BulkError} when the kernel refused some, after all were tried; or when an entry is wrong (`[17].mtu`), the source has thrown, or `signal` was aborted, after which no more are tried.
   */
  async setAll(entries: Entries<LinkChange>, call?: CallOptions): Promise<number> {
    return await bulk(this.#session, changeMany, entries, call)
  }

  /**
   * Deletes a link, or every link of a group: `{ group: 7 }`. Same as `ip link delete`. Deletions that are called one after another
   * run at the same time: each takes the kernel some 16 ms, alone or not. A group takes as long as one.
   * @throws {NetlinkError} `ENODEV` when there is none, `EOPNOTSUPP` for a device that cannot be deleted.
   */
  async delete(link: LinkReference | LinkGroup, call?: CallOptions): Promise<void> {
    const program = this.#session.begin('links.delete', 'link')
    const record = RecordFlag.renames | (lowerVictim(program, link) ? 0 : RecordFlag.overlap)
    unwrap(await this.#session.acknowledge('deleteLink', program, 0, record, call), targetLocator, { link }, linkHint({ link }))
  }

  /**
   * One link, by index, name, or alternative name of any length. Same as `ip -d -s link show dev NAME`.
   * @throws {NetlinkError} `ENODEV` when there is none.
   */
  async get(link: LinkReference, options: LinkDetail = {}): Promise<Link> {
    const program = this.#session.begin('links.get', 'link')
    lowerTarget(program, link)
    lowerDetail(program, options)
    return unwrap(
      await this.#session.reply('getLink', program, decodeLink, 0, callOf(options)),
      targetLocator,
      { link },
      linkHint({ link }),
    )
  }

  /**
   * All links, or those that match. Same as `ip -d -s link show [master NAME] [type KIND] [up]`.
   * @throws {DumpInterruptedError} when the links changed all the time; `partial` has what was read last.
   */
  async list(filter: LinkFilter = {}, options: LinkDetail = {}): Promise<Link[]> {
    const program = this.#lowerList('links.list', filter, options)
    const decode = filtered(filter)
    const dumped = unwrap(await this.#session.dump('getLink', program, decode, callOf(options)), linkTable, filter)
    if (dumped.interrupted) throw new DumpInterruptedError('links.list', dumped.items)
    return dumped.items
  }

  /** As `list`, one by one while the kernel sends them: `for await (const link of ns.links.stream())`. */
  async *stream(filter: LinkFilter = {}, options: LinkDetail = {}): AsyncGenerator<Link, void, void> {
    const program = this.#lowerList('links.stream', filter, options)
    yield* this.#session.stream('getLink', program, filtered(filter), callOf(options)).items(linkTable, filter)
  }

  /**
   * Resolves once the link is as `condition` says: a test, or properties that are to be equal, such as `{ operationalState: 'up' }`. By name, it
   * may be a link that does not exist yet. With `'gone'`: once there is no such link. The kernel's messages decide, nothing is polled;
   * what is so already takes one request. `timeout` is for the whole wait.
   * @throws {TimeoutError} when that did not happen in time.
   */
  waitFor(link: LinkReference, condition: 'gone', call?: CallOptions): Promise<void>
  waitFor(link: LinkReference, condition: LinkCondition, call?: CallOptions): Promise<Link>
  // biome-ignore lint/suspicious/noConfusingVoidType: it is what the two of them resolve with
  async waitFor(link: LinkReference, condition: LinkCondition | 'gone', call?: CallOptions): Promise<Link | void> {
    if (condition === 'gone') return await waitUntilGone(this.#session, link, call)
    return await waitForLink(this.#session, link, condition, call)
  }

  #lowerList(operation: string, filter: LinkFilter, options: LinkDetail): Program {
    const program = this.#session.begin(operation, 'link')
    lowerFilter(program, checkObject(operation, filter))
    lowerDetail(program, options)
    return program
  }

  /**
   * Gives a link further names, of up to 127 bytes each. Same as `ip link property add altname`.
   * @throws {NetlinkError} `EEXIST` when one is taken in this namespace.
   */
  async addAltNames(link: LinkReference, names: string | readonly string[], call?: CallOptions): Promise<void> {
    const program = this.#session.begin('links.addAltNames', 'link')
    lowerAltNames(program, link, names)
    unwrap(
      await this.#session.acknowledge('newLinkProperty', program, 0, RecordFlag.renames, call),
      targetLocator,
      { link, names },
      linkHint({ link }),
    )
  }

  /**
   * Takes names away again. Same as `ip link property del altname`.
   * @throws {NetlinkError} `ENOENT` when the link does not have one of them.
   */
  async deleteAltNames(link: LinkReference, names: string | readonly string[], call?: CallOptions): Promise<void> {
    const program = this.#session.begin('links.deleteAltNames', 'link')
    lowerAltNames(program, link, names)
    unwrap(
      await this.#session.acknowledge('deleteLinkProperty', program, 0, RecordFlag.renames, call),
      targetLocator,
      { link, names },
      linkHint({ link }),
    )
  }
}

function filtered(filter: LinkFilter): (...args: Parameters<typeof decodeLink>) => Link | undefined {
  return (message, start, end) => {
    const link = decodeLink(message, start, end)
    return matches(link, filter) ? link : undefined
  }
}

/** Answers whether a whole group is meant. */
function lowerVictim(program: Program, link: LinkReference | LinkGroup): boolean {
  if (typeof link === 'object' && link !== null && 'group' in link && !('index' in link)) {
    program.at('group')
    checkInteger(program, link.group, 0, 0xffff_ffff)
    program.u32(IFLA_GROUP, link.group)
    return true
  }
  lowerTarget(program, link as LinkReference)
  return false
}
