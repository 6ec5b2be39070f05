import { DumpInterruptedError, invalidValue } from '../errors.ts'
import type { Hint } from '../protocol/failure.ts'
import type { CallOptions, MessageCall, Session } from '../protocol/session.ts'
import { unwrap } from '../protocol/unwrap.ts'
import { checkKeys, checkObject } from '../schema/check-options.ts'
import type { Program } from '../schema/program.ts'
import type { BridgeVlan, BridgeVlanChanges, BridgeVlanFilter, BridgeVlanIdentity, BridgeVlanOptions } from './bridge-vlan.ts'
import { bridgeVlanLocator, decodeBridgeVlans } from './bridge-vlan-table.ts'
import { lowerBridgeVlan, lowerFilter, lowerIdentity } from './lower.ts'

const ENODEV = 19
const EINVAL = 22
const EOPNOTSUPP = 95

/**
 * VLANs of bridges and of their ports. Same as `bridge vlan`. They keep frames apart while the bridge has `vlanFiltering`; without it they are kept and mean nothing.
 * A new port is in VLAN 1, untagged, unless `vlanDefaultPvid` of the bridge says otherwise: delete it where it is not wanted. For the machine itself to be in a VLAN, the bridge has to have it too.
 * Since Linux 5.6.
 */
export class BridgeVlans {
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  /**
   * Lets a port, or the bridge itself, take part in a VLAN or a range of them; if it does already, `pvid` and `untagged` become what is given. Same as
   * `bridge vlan add dev eth0 vid 2-10 untagged`. Needs CAP_NET_ADMIN in the user namespace that owns this network namespace.
   * @throws {NetlinkError} `ENODEV` when there is no such link, `EINVAL` when it is neither a bridge nor a port of one, `EOPNOTSUPP` when this kernel's bridges know no VLANs.
   */
  async add(options: BridgeVlanOptions, call?: CallOptions): Promise<void> {
    const given = checkObject('bridgeVlans.add', options)
    const program = this.#session.begin('bridgeVlans.add', 'bridgeVlan')
    lowerBridgeVlan(program, given, 'create')
    await this.#acknowledge('newBridgeVlan', program, given, call)
  }

  /**
   * Changes what a VLAN, or each of a range, has beside `pvid` and `untagged`, which `add` changes. Same as `bridge vlan set dev eth0 vid 2 state blocking`.
   * @throws {NetlinkError} `ENOENT` when the link is not in the VLAN.
   */
  async set(options: BridgeVlanChanges, call?: CallOptions): Promise<void> {
    const { link, vlan, lastVlan, ...changes } = checkObject('bridgeVlans.set', options)
    if (Object.values(changes).every(change => change === undefined))
      throw invalidValue('bridgeVlans.set', '', 'no option to change is given')
    const program = this.#session.begin('bridgeVlans.set', 'bridgeVlan')
    lowerBridgeVlan(program, options, 'change')
    await this.#acknowledge('newBridgeVlan', program, options, call)
  }

  /**
   * Takes a port, or the bridge itself, out of a VLAN or a range of them; takes what `list` returns. One that it is not in is no error: the kernel says nothing.
   * Same as `bridge vlan delete dev eth0 vid 1`.
   * @throws {NetlinkError} `ENODEV` when there is no such link, `EINVAL` when it is neither a bridge nor a port of one.
   */
  async delete(vlan: BridgeVlanIdentity, call?: CallOptions): Promise<void> {
    const given = checkObject('bridgeVlans.delete', vlan)
    const program = this.#session.begin('bridgeVlans.delete', 'bridgeVlan')
    lowerIdentity(program, given)
    await this.#acknowledge('deleteBridgeVlan', program, given, call)
  }

  async #acknowledge(message: MessageCall, program: Program, given: object, call: CallOptions | undefined): Promise<void> {
    unwrap(await this.#session.acknowledge(message, program, 0, 0, call), bridgeVlanLocator, given, hintFor(given))
  }

  /**
   * VLANs of all bridges and ports, or of one link. Neighboring VLANs that are alike share an entry, from `vlan` to `lastVlan`. Same as `bridge -compressvlans -d vlan show`.
   * @throws {NetlinkError} as `add`.
   * @throws {DumpInterruptedError} when the VLANs changed all the time; `partial` has what was read last.
   */
  async list(filter: BridgeVlanFilter = {}, call?: CallOptions): Promise<BridgeVlan[]> {
    const operation = 'bridgeVlans.list'
    checkKeys(operation, checkObject(operation, filter), ['link', 'statistics'])
    const program = this.#session.begin(operation, 'bridgeVlan')
    lowerFilter(program, filter)
    const outcome = await this.#session.dump('getBridgeVlan', program, decodeBridgeVlans, call)
    const { items, interrupted } = unwrap(outcome, bridgeVlanLocator, filter, hintFor(filter))
    if (interrupted) throw new DumpInterruptedError(operation, items)
    return items
  }
}

function hintFor(given: object): Hint {
  const { link } = given as { link?: unknown }
  const named = typeof link === 'string' ? `"${link}"` : 'the link'
  return (errno, message) => {
    if (errno === EOPNOTSUPP) return 'this kernel may lack VLANs of bridges: they need CONFIG_BRIDGE_VLAN_FILTERING'
    if (message !== undefined) return undefined
    if (errno === ENODEV && typeof link === 'string') return `there is no link ${named} in this namespace`
    if (errno === EINVAL && link !== undefined) return `${named} must be a bridge or a port of one`
    return undefined
  }
}
