import { CompletionCode } from '../native/binding.ts'
import { Failure } from '../protocol/failure.ts'
import type { CallOptions, Session } from '../protocol/session.ts'
import { familiesOf, lowerPlan, lowerRemoval, type Step } from './lower.ts'
import { beginTransaction, type TableFamily } from './nf-tables.ts'
import { type MasqueradeOptions, type Plan, readOptions } from './options.ts'
import { errorOf } from './refusals.ts'

const ADD = 'netns.masquerade'
const CLOSE = 'masquerade.close'
const ENOENT = 2
const EINVAL = 22
const EOPNOTSUPP = 95

/** Source NAT that is in force until it is closed. */
export class Masquerade implements AsyncDisposable {
  /** Name of its tables in nf_tables: one in each family, of which nothing but this is. `nft list table ip NAME` shows it. */
  readonly table: string
  /** Families that it has a table in. */
  readonly families: readonly TableFamily[]
  readonly #session: Session
  readonly #owned: boolean
  #closing: Promise<void> | undefined
  #closed = false

  /** @internal */
  constructor(session: Session, table: string, families: readonly TableFamily[], owned: boolean) {
    this.#session = session
    this.table = table
    this.families = families
    this.#owned = owned
  }

  /** Whether it was taken away, or is gone with the namespace's handle. */
  get closed(): boolean {
    return this.#closed || (this.#owned && this.#session.closed)
  }

  /**
   * Takes it away again, and nothing else. Connections that are under way keep their translation until they end. Idempotent; one that somebody else has taken away is no error.
   * @throws {ClosedError} when the namespace's handle is closed before one that is to stay (`keep`).
   */
  async close(call?: CallOptions): Promise<void> {
    if (this.closed) return
    this.#closing ??= this.#close(call)
    try {
      await this.#closing
      this.#closed = true
    } finally {
      this.#closing = undefined
    }
  }

  async #close(call: CallOptions | undefined): Promise<void> {
    await removeTables(this.#session, this.table, this.families, call)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

/**
 * Adds source NAT: all tables, chains and rules in one transaction. With an owner, the tables end with the socket: when the namespace's handle is closed, and when the process
 * ends, however it ends. Linux before 5.12 knows no owners; there they stay until they are closed or the namespace ends.
 */
export async function addMasquerade(session: Session, options: MasqueradeOptions, call?: CallOptions): Promise<Masquerade> {
  const plan = readOptions(ADD, options)
  const table = `rtnetlink_masquerade_${Buffer.from(crypto.getRandomValues(new Uint8Array(6))).toString('hex')}`
  const owned = !plan.keep
  const outcome = await send(session, plan, table, owned, options, call)
  if (outcome === undefined) return new Masquerade(session.netfilter, table, familiesOf(plan), owned)
  if (!owned || !knowsNoOwners(outcome)) throw outcome.error
  const second = await send(session, plan, table, false, options, call)
  if (second !== undefined) throw second.error
  return new Masquerade(session.netfilter, table, familiesOf(plan), false)
}

/** How it went wrong. */
interface Refused {
  readonly failure: Failure
  readonly step: Step | undefined
  readonly error: unknown
}

async function send(
  session: Session,
  plan: Plan,
  table: string,
  owned: boolean,
  given: MasqueradeOptions,
  call: CallOptions | undefined,
): Promise<Refused | undefined> {
  const program = beginTransaction(session.netfilter, ADD)
  const steps = lowerPlan(program, plan, table, owned)
  const failure = await session.netfilter.acknowledge('transaction', program, 0, 0, call)
  if (!(failure instanceof Failure)) return undefined
  if (!UNDONE.has(failure.code)) undo(session.netfilter, table, familiesOf(plan))
  return { failure, step: steps[failure.message], error: errorOf(failure, steps, given) }
}

/** How a transaction ends of which the kernel has kept nothing. */
const UNDONE: ReadonlySet<number> = new Set([
  CompletionCode.refused,
  CompletionCode.failed,
  CompletionCode.tooLarge,
  CompletionCode.skipped,
  CompletionCode.cancelled,
])

/** The caller has given it up, and has nothing to close. Behind it in the queue, so that it finds what may have come of it. */
function undo(session: Session, table: string, families: readonly TableFamily[]): void {
  if (!session.closed) void removeTables(session, table, families, undefined).catch(() => {})
}

/** A flag that is not known is EINVAL of older kernels (nf_tables_newtable() in net/netfilter/nf_tables_api.c). */
function knowsNoOwners({ failure, step }: Refused): boolean {
  return step?.what === 'table' && (failure.errno === EOPNOTSUPP || failure.errno === EINVAL)
}

/** A table that is not there refuses the transaction for the others, too. */
async function removeTables(
  session: Session,
  table: string,
  families: readonly TableFamily[],
  call: CallOptions | undefined,
): Promise<void> {
  if (families.length === 0) return
  const program = beginTransaction(session, CLOSE)
  const steps = lowerRemoval(program, families, table)
  const failure = await session.acknowledge('transaction', program, 0, 0, call)
  if (!(failure instanceof Failure)) return
  const { what, family } = steps[failure.message] ?? {}
  if (failure.code !== CompletionCode.refused || failure.errno !== ENOENT || what !== 'table') throw errorOf(failure, steps, {})
  await removeTables(
    session,
    table,
    families.filter(other => other !== family),
    call,
  )
}
