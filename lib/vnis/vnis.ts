import { RecordFlag } from '../native/binding.ts'
import type { Hint } from '../protocol/failure.ts'
import { type DumpedTable, FilteredDump } from '../protocol/filtered-dump.ts'
import type { CallOptions, Session } from '../protocol/session.ts'
import { unwrap } from '../protocol/unwrap.ts'
import { checkObject } from '../schema/check-options.ts'
import { type VniFilter, VniMatcher } from './filter.ts'
import { lowerIdentity, lowerVni } from './lower.ts'
import type { Vni, VniIdentity, VniOptions } from './vni.ts'
import { decodeVnis, vniLocator } from './vni-table.ts'

const ENOENT = 2
const EOPNOTSUPP = 95

const vniDump: DumpedTable<Vni, VniFilter> = {
  call: 'getTunnel',
  header: 'tunnel',
  decode: decodeVnis,
  locator: vniLocator,
  match: (program, filter) => new VniMatcher(program, filter),
}

/**
 * Network ids that vxlan links of one namespace carry, where one link carries many: those made with `collectMetadata` and `vniFilter`. What arrives for another
 * id is dropped. Same as `bridge vni`. Since Linux 5.18.
 */
export class Vnis {
  readonly #session: Session
  readonly #dump: FilteredDump<Vni, VniFilter>

  constructor(session: Session) {
    this.#session = session
    this.#dump = new FilteredDump(session, vniDump)
  }

  /**
   * Adds an id to a link, or a range of them; ids that are there get the new `remote`. Same as `bridge vni add`. To give an id another remote, delete it first: the
   * kernel leaves the old one in the forwarding table, and frames would go to both. Of a range, the ids before one that is refused are there.
   * Needs CAP_NET_ADMIN in the user namespace that owns this network namespace.
   * @throws {TypeError} for an unknown option or a value that cannot be meant, {RangeError} for a number out of range; nothing is sent.
   * @throws {NetlinkError} `EOPNOTSUPP` when the link has no filter or this kernel none at all, `EINVAL` when it is no vxlan, or has no `link` for a multicast group,
   * `EEXIST` when another vxlan has the id on the same port, `ENODEV` when there is no such link, `EPERM` without the capability.
   */
  async add(options: VniOptions, call?: CallOptions): Promise<void> {
    const given = checkObject('vnis.add', options)
    const program = this.#session.begin('vnis.add', 'tunnel')
    lowerVni(program, given)
    unwrap(await this.#session.acknowledge('newTunnel', program, 0, RecordFlag.bulk, call), vniLocator, given, hint)
  }

  /**
   * Takes an id from a link, or a range of them; takes what `list` returns. Same as `bridge vni delete`. Of a range, the ids before one that is not there are gone.
   * @throws {NetlinkError} `ENOENT` when the link does not have one of them, `EOPNOTSUPP` when it has no filter, `ENODEV` when there is no such link.
   */
  async delete(vni: VniIdentity, call?: CallOptions): Promise<void> {
    const given = checkObject('vnis.delete', vni)
    const program = this.#session.begin('vnis.delete', 'tunnel')
    lowerIdentity(program, given)
    unwrap(await this.#session.acknowledge('deleteTunnel', program, 0, RecordFlag.bulk, call), vniLocator, given, hint)
  }

  /**
   * The ids of all links, or of one; neighbouring ids with the same remote come as a range, unless `statistics` are asked for. Same as `bridge vni show`.
   * @throws {NetlinkError} `ENODEV` when the filter names a link that does not exist.
   */
  async list(filter: VniFilter = {}, call?: CallOptions): Promise<Vni[]> {
    return await this.#dump.list('vnis.list', filter, call)
  }

  /** As `list`, one by one while the kernel sends them: `for await (const { vni, lastVni } of ns.vnis.stream())`. */
  stream(filter: VniFilter = {}, call?: CallOptions): AsyncGenerator<Vni, void, void> {
    return this.#dump.stream('vnis.stream', filter, call)
  }
}

const hint: Hint = (errno, message) => {
  if (message !== undefined) return undefined
  if (errno === EOPNOTSUPP)
    return '"link" must be a vxlan made with collectMetadata and vniFilter, and the kernel Linux 5.18 or newer'
  if (errno === ENOENT) return 'the link does not have one of these ids; those of the range before it are gone'
  return undefined
}
