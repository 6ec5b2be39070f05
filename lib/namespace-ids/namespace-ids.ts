import { DumpInterruptedError, invalidType } from '../errors.ts'
import { lowerNamespace, type NamespaceReference } from '../protocol/namespace-reference.ts'
import type { CallOptions, Session } from '../protocol/session.ts'
import { unwrap } from '../protocol/unwrap.ts'
import type { Message } from '../schema/message.ts'
import type { Program } from '../schema/program.ts'
import { checkInteger, s32, u32 } from '../schema/scalars.ts'
import { Table } from '../schema/table.ts'

/** `struct rtgenmsg`, padded. */
const HEADER_LENGTH = 4
const ANY_ID = -1

/** Rows of RTM_*NSID messages (<linux/net_namespace.h>). */
export const namespaceIdTable = new Table(
  'namespaceId',
  {
    /** Id of a namespace, as the asking one sees it; -1 when it has none. */
    id: s32(1, 'NETNSA_NSID'),
    pid: u32(2, 'NETNSA_PID'),
    netns: u32(3, 'NETNSA_FD'),
    target: s32(4, 'NETNSA_TARGET_NSID'),
    current: s32(5, 'NETNSA_CURRENT_NSID'),
  },
  { headerLength: HEADER_LENGTH },
)

/**
 * Small numbers by which this namespace knows others: `link.linkNetnsid` is one. They are handed out when first needed, or set
 * by hand. Same as `ip netns list-id`, `ip netns set`.
 */
export class NamespaceIds {
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  /** Id of the other namespace here; undefined while it has none. */
  async get(netns: NamespaceReference, call?: CallOptions): Promise<number | undefined> {
    const program = this.#session.begin('namespaceIds.get', 'namespaceId')
    lowerReference(program, netns)
    const id = unwrap(await this.#session.reply('getNamespaceId', program, decodeId, 0, call), namespaceIdTable)
    return id === undefined || id === ANY_ID ? undefined : id
  }

  /**
   * Gives the other namespace an id here, and resolves with it; without `id` the kernel chooses. Same as `ip netns set NAME ID`.
   * @throws {NetlinkError} `EEXIST` when it has one already, or the id is taken.
   */
  async set(netns: NamespaceReference, id?: number, call?: CallOptions): Promise<number> {
    const program = this.#session.begin('namespaceIds.set', 'namespaceId')
    lowerReference(program, netns)
    if (id !== undefined) {
      program.at('id')
      checkInteger(program, id, 0, 0x7fff_ffff)
    }
    program.u32(1, (id ?? ANY_ID) >>> 0)
    unwrap(await this.#session.acknowledge('newNamespaceId', program, 0, 0, call), namespaceIdTable)
    return id ?? ((await this.get(netns, call)) as number)
  }

  /** All ids that this namespace has given. */
  async list(call?: CallOptions): Promise<number[]> {
    const program = this.#session.begin('namespaceIds.list', 'namespaceId')
    const dumped = unwrap(await this.#session.dump('getNamespaceId', program, decodeId, call), namespaceIdTable)
    if (dumped.interrupted) throw new DumpInterruptedError('namespaceIds.list', dumped.items)
    return dumped.items
  }
}

function lowerReference(program: Program, netns: NamespaceReference): void {
  if (netns === undefined) throw invalidType(program.operation, 'netns', 'a namespace', netns)
  program.at('netns')
  const reference = lowerNamespace(program, netns)
  if ('pid' in reference) program.u32(2, reference.pid)
  else program.u32(3, reference.fd)
}

function decodeId(message: Message, start: number, end: number): number | undefined {
  return namespaceIdTable.decode(message, start, end).id
}
