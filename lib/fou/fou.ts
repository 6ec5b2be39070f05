import { DumpInterruptedError } from '../errors.ts'
import { beginCommand } from '../generic/family.ts'
import type { Hint } from '../protocol/failure.ts'
import type { CallOptions, Session } from '../protocol/session.ts'
import { unwrap } from '../protocol/unwrap.ts'
import { checkObject } from '../schema/check-options.ts'
import type { FouPort, FouPortIdentity, FouPortOptions } from './fou-port.ts'
import { decodeFou, fouFamily, fouLocator } from './fou-table.ts'
import { lowerIdentity, lowerPort } from './lower.ts'

const ESRCH = 3
const EINVAL = 22
const EADDRINUSE = 98
const EADDRNOTAVAIL = 99

/**
 * UDP ports of one namespace at which tunnels in UDP arrive: foo over UDP, and GUE. Same as `ip fou`. Such a port only receives; what is sent
 * in UDP is an option of the tunnel (`encap` of gre, ipip, sit and their kin). The port belongs to the namespace, not to a link, and goes with it.
 */
export class Fou {
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  /**
   * Opens a port. Same as `ip fou add`. Needs CAP_NET_ADMIN in the initial user namespace: root of a container does not do.
   * @throws {TypeError} for an unknown option or a value that cannot be meant, {RangeError} for a number out of range; nothing is sent.
   * @throws {NetlinkError} `EADDRINUSE` when the port is taken, by whomever, `EADDRNOTAVAIL` when `local` is no address of this namespace,
   * `ENODEV` when there is no such link, `ENOENT` when this kernel has no fou, `EPERM` without the capability.
   */
  async add(options: FouPortOptions, call?: CallOptions): Promise<void> {
    const given = checkObject('fou.add', options)
    const program = beginCommand(this.#session, 'fou.add', fouFamily, 'add')
    lowerPort(program, given)
    unwrap(await this.#session.acknowledge('generic', program, 0, 0, call), fouLocator, given, hint)
  }

  /**
   * Closes a port, known by `port` and all that it is bound to; takes what `list` returns. Same as `ip fou del`.
   * @throws {NetlinkError} `EINVAL` when there is no such port.
   */
  async delete(port: FouPortIdentity, call?: CallOptions): Promise<void> {
    const given = checkObject('fou.delete', port)
    const program = beginCommand(this.#session, 'fou.delete', fouFamily, 'delete')
    lowerIdentity(program, given)
    unwrap(await this.#session.acknowledge('generic', program, 0, 0, call), fouLocator, given, noSuchPort)
  }

  /**
   * One port, known as for `delete`.
   * @throws {NetlinkError} `ESRCH` when there is no such port.
   */
  async get(port: FouPortIdentity, call?: CallOptions): Promise<FouPort> {
    const given = checkObject('fou.get', port)
    const program = beginCommand(this.#session, 'fou.get', fouFamily, 'get')
    lowerIdentity(program, given)
    return unwrap(await this.#session.reply('generic', program, decodeFou, 0, call), fouLocator, given, noSuchPort)
  }

  /** All ports. Same as `ip fou show`. */
  async list(call?: CallOptions): Promise<FouPort[]> {
    const program = beginCommand(this.#session, 'fou.list', fouFamily, 'get')
    const { items, interrupted } = unwrap(await this.#session.dump('generic', program, decodeFou, call), fouLocator)
    if (interrupted) throw new DumpInterruptedError('fou.list', items)
    return items
  }
}

const hint: Hint = errno => {
  if (errno === EADDRINUSE) return 'the UDP port is taken in this namespace, by another fou port or by a program'
  return errno === EADDRNOTAVAIL ? '"local" must be an address of this namespace' : undefined
}

const noSuchPort: Hint = errno =>
  errno === ESRCH || errno === EINVAL
    ? 'there is no such port: family, local, peer, peerPort and link must be those of the port, as fou.list reports them'
    : undefined
