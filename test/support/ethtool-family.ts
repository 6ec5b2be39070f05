import { beginCommand, defineFamily, familyLocator, GENERIC_HEADER } from '../../lib/generic/family.ts'
import type { Netns } from '../../lib/netns/netns.ts'
import { namespaceDescriptor } from '../../lib/protocol/namespace-reference.ts'
import type { CallOptions, Session } from '../../lib/protocol/session.ts'
import { unwrap } from '../../lib/protocol/unwrap.ts'
import { nest } from '../../lib/schema/nests.ts'
import { linkName, linkReference } from '../../lib/schema/references.ts'
import { bool } from '../../lib/schema/scalars.ts'
import { Table } from '../../lib/schema/table.ts'

/** A family that every kernel has, for tests of generic netlink: what `ethtool` says of the carrier of links. */
export const ethtool = defineFamily({
  name: 'ethtool',
  version: 1,
  module: { config: 'CONFIG_ETHTOOL_NETLINK', name: 'none' },
  commands: { get: 6, nothing: 250 },
})

const header = new Table('testEthtoolHeader', {
  link: linkReference(1, 'ETHTOOL_A_HEADER_DEV_INDEX'),
  name: linkName(2, 'ETHTOOL_A_HEADER_DEV_NAME', { access: 'readOnly' }),
})

const table = new Table(
  'testLinkState',
  {
    about: nest(1, 'ETHTOOL_A_LINKSTATE_HEADER', header),
    carrier: bool(2, 'ETHTOOL_A_LINKSTATE_LINK', { access: 'readOnly' }),
  },
  { headerLength: GENERIC_HEADER },
)

const locator = familyLocator(ethtool, table)

/** The session of a namespace's handle, as features get it. */
export function sessionOf(ns: Netns): Session {
  const descriptor = ns[namespaceDescriptor]()!
  descriptor.pin.unpin()
  return descriptor.session
}

/** `ns.links`, as it were: link states of a namespace through generic netlink. */
export class LinkStates {
  readonly #session: Session

  constructor(ns: Netns) {
    this.#session = sessionOf(ns).generic
  }

  async get(link: string, call?: CallOptions, command: 'get' | 'nothing' = 'get') {
    const options = { about: { link } }
    const program = beginCommand(this.#session, 'linkStates.get', ethtool, command)
    table.lower(program, options, 'create')
    return unwrap(await this.#session.reply('generic', program, (...where) => table.decode(...where), 0, call), locator, options)
  }

  async list(call?: CallOptions) {
    const program = beginCommand(this.#session, 'linkStates.list', ethtool, 'get')
    const { items } = unwrap(await this.#session.dump('generic', program, (...where) => table.decode(...where), call), locator)
    return items
  }

  stream(call?: CallOptions) {
    const program = beginCommand(this.#session, 'linkStates.stream', ethtool, 'get')
    return this.#session.stream('generic', program, (...where) => table.decode(...where), call).items(locator)
  }
}
