import { invalidValue, missingOption } from '../../errors.ts'
import { enumOf } from '../../schema/enums.ts'
import { ipOfEither } from '../../schema/octets.ts'
import type { Program } from '../../schema/program.ts'
import { flag, u8, u32 } from '../../schema/scalars.ts'
import type { Phase } from '../../schema/table.ts'
import { defineLinkKind } from '../kind.ts'

interface Sockets {
  readonly fd0?: unknown
  readonly fd1?: unknown
  readonly createSockets?: unknown
  readonly local?: unknown
}

/** gtp_newlink() in drivers/net/gtp.c: EINVAL without any socket, and one way of getting them silently wins. */
function checkSockets(program: Program, { fd0, fd1, createSockets = false, local }: Sockets, phase: Phase): void {
  if (phase !== 'create') return
  const given = fd0 !== undefined || fd1 !== undefined
  program.at('createSockets')
  if (createSockets === true && given) throw invalidValue(program.operation, program.option, 'does not go with "fd0" and "fd1"')
  if (createSockets !== true && !given) throw missingOption(program.operation, program.option, ' (true), or "fd0" or "fd1"')
  if (createSockets === true || local === undefined) return
  program.at('local')
  throw invalidValue(program.operation, program.option, 'goes only with createSockets: true: sockets of yours are bound already')
}

const create = { access: 'create' } as const

/**
 * GPRS tunnelling protocol: the user plane of a mobile network, IP packets in UDP between its nodes. The link carries no address of its own sort; what goes where is set by PDP contexts through the generic
 * netlink family `gtp`, and a route to the subscribers' network leads to the link. `mtu` starts at 1452 over IPv4 and 1432 over IPv6. Nothing of it can be changed later. Same as `ip link add gtp0 type gtp role ggsn`.
 */
export const gtp = defineLinkKind(
  'gtp',
  {
    /** Descriptor of a UDP socket for GTP version 0, usually at port 3386. It must stay open, and be IPv6-only if it is IPv6. Both sockets are of one family. Not reported. */
    fd0: u32(1, 'IFLA_GTP_FD0', { access: 'create', max: 0x7fff_ffff }),
    /** Descriptor of a UDP socket for GTP-U version 1, usually at port 2152. Not reported. */
    fd1: u32(2, 'IFLA_GTP_FD1', { access: 'create', max: 0x7fff_ffff }),
    /** Buckets of the table of PDP contexts. Default 1024; the kernel takes 0 for the default too. `ip` calls it `hsize`. */
    hashSize: u32(3, 'IFLA_GTP_PDP_HASHSIZE', create),
    /** `'ggsn'`: faces the outside networks, and tells subscribers by the destination of what it sends. `'sgsn'`: faces the radio network, and tells them by the source. Default `'ggsn'`. */
    role: enumOf(4, 'IFLA_GTP_ROLE', 'u32', { ggsn: 0, sgsn: 1 }, create),
    /** The kernel opens the sockets, at ports 3386 and 2152 of `local`: one such link for each address of a namespace. Default false. Not reported. Since Linux 5.18. */
    createSockets: flag(5, 'IFLA_GTP_CREATE_SOCKETS', { access: 'create', wire: 'u8' }),
    /** What answers to echo requests say of how often this node was restarted, 0–255. Default 0. Since Linux 5.18. */
    restartCount: u8(6, 'IFLA_GTP_RESTART_COUNT', create),
    /** Address that `createSockets` binds to, of either family. Default: any, of IPv4. Not reported. Since Linux 6.10. */
    local: ipOfEither([7, 'IFLA_GTP_LOCAL'], [8, 'IFLA_GTP_LOCAL6'], create),
  },
  {
    check: checkSockets,
    refusals: {
      add: {
        EADDRINUSE: 'port 3386 or 2152 of "local" is taken: by another gtp with createSockets, or by a program',
        EADDRNOTAVAIL: '"local" must be an address of this namespace, and a socket of IPv6 must be IPv6-only',
        EBADF: '"fd0" or "fd1" is not open',
        ENOTSOCK: '"fd0" or "fd1" is no socket',
        EBUSY: 'the socket of "fd0" or "fd1" serves another tunnel',
        EINVAL: '"fd0" and "fd1" must be UDP sockets of one family',
      },
    },
    module: { config: 'CONFIG_GTP', name: 'gtp' },
  },
)
