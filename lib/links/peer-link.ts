import { invalidValue } from '../errors.ts'
import { Field } from '../schema/field.ts'
import type { CreateOptions, Reports } from '../schema/infer.ts'
import type { Program } from '../schema/program.ts'
import type { Phase } from '../schema/table.ts'
import { linkAttributes, type linkRows } from './attributes.ts'
import { IFINFO } from './flags.ts'
import { checkMtu, type MtuRanges } from './mtu.ts'

/** Options of the other end of a pair: those that every link has, each by itself optional. */
export type PeerOptions = Partial<CreateOptions<typeof linkRows>>

/** Words of the record's link header beyond the struct's: family and type share one word there. */
const HEADER_SKEW = 1

/** A link described inside another one: `struct ifinfomsg`, then attributes. What cannot be set on creation is left to a message behind. */
export function peerLink(
  number: number,
  constant: string,
  mtu: MtuRanges,
): Field<PeerOptions, Reports<typeof linkRows>, 'create', 'sometimes'> {
  return new Field(
    'attribute',
    number,
    constant,
    { access: 'create' },
    {
      wire: 'struct ifinfomsg, then IFLA_*',
      minLength: IFINFO.size,
      lower: (program, value) => lowerPeer(program, number, value, mtu),
      decode: (message, offset, length) => linkAttributes.decode(message, offset, offset + length),
      locate: (message, start, end, target) => linkAttributes.locate(message, start, end, target),
      keyOf: below => linkAttributes.keyOf(below),
      nested: linkAttributes,
    },
  )
}

function lowerPeer(program: Program, number: number, value: unknown, mtu: MtuRanges): void {
  if (typeof value !== 'object' || value === null) program.expected('an object of link options', value)
  // IFF_UP in here answers ENOTCONN: the other end is not there yet (veth_open() in drivers/net/veth.c, vxcan_open() in
  // drivers/net/can/vxcan.c; netkit_new_link() in drivers/net/netkit.c does not look at it), and a master is ignored (only
  // rtnl_newlink_create() in net/core/rtnetlink.c sets one). links.add() sends both afterwards, in the peer's namespace.
  const { up: _up, master: _master, ...options } = value as PeerOptions
  program.nestWithHeader(number, IFINFO.size, HEADER_SKEW)
  program.enter()
  checkMtu(program, mtu, options.mtu)
  linkAttributes.lower(program, options, 'create')
  program.leave()
  program.endWithHeader()
}

/** The kernel looks at the peer's index only when the link has one of its own (veth_newlink() in drivers/net/veth.c, and its likes). */
export function checkPeerIndex(
  program: Program,
  { peer }: { readonly peer?: unknown },
  _phase: Phase,
  common: Readonly<Record<string, unknown>>,
): void {
  if ((peer as PeerOptions | undefined)?.index === undefined || common.index !== undefined) return
  program.at('peer')
  program.enter()
  program.at('index')
  throw invalidValue(program.operation, program.option, 'goes only with an "index" of the link itself')
}
