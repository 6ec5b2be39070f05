import { describe, expect, it } from 'vitest'
import { addMasquerade } from '../../../lib/masquerade/masquerade.ts'
import { CompletionCode, HEADER_WORDS } from '../../../lib/native/binding.ts'
import { loadAddon } from '../../../lib/native/load.ts'
import { Failure } from '../../../lib/protocol/failure.ts'
import type { Session } from '../../../lib/protocol/session.ts'
import { Program } from '../../../lib/schema/program.ts'

const [ENOENT, EINVAL, EOPNOTSUPP] = [2, 22, 95]
const [NEWTABLE, DELTABLE] = [0xa00, 0xa02]

/** A session with a kernel that answers what it is told to, and with success from then on. */
class ToldSession {
  readonly closed = false
  /** Of each transaction, the messages about tables: type, family, and flags where it has any. */
  readonly tables: string[][] = []
  readonly #answers: (Failure | undefined)[]

  constructor(...answers: (Failure | undefined)[]) {
    this.#answers = answers
  }

  get netfilter(): this {
    return this
  }

  begin(operation: string, header: keyof typeof HEADER_WORDS): Program {
    return new Program().begin(operation, HEADER_WORDS[header])
  }

  async acknowledge(call: string, program: Program): Promise<Failure | undefined> {
    this.tables.push(tablesIn(loadAddon().encode(call, program.words, program.length)))
    return this.#answers.shift()
  }
}

function tablesIn(bytes: Uint8Array): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const found: string[] = []
  for (let at = 0; at < bytes.length; at += view.getUint32(at, true)) {
    const type = view.getUint16(at + 4, true)
    const family = { 2: 'ip', 10: 'ip6' }[bytes[at + 16]]
    // The flags are the last attribute of a new table.
    if (type === NEWTABLE) found.push(`new ${family} ${view.getUint32(at + view.getUint32(at, true) - 4, false)}`)
    if (type === DELTABLE) found.push(`delete ${family}`)
  }
  return found
}

const refused = (errno: number, message: number) =>
  new Failure('netns.masquerade', CompletionCode.refused, errno, message << 16, new Uint8Array(20))

const BOTH = { source: ['10.0.0.0/8', 'fd00::/8'] }
const add = (session: ToldSession, options: object = BOTH) => addMasquerade(session as unknown as Session, options)

describe('a masquerade', () => {
  it.each([
    ['before Linux 5.12', EINVAL],
    ['that know other flags', EOPNOTSUPP],
  ])('has no owner on kernels %s', async (_, errno) => {
    const session = new ToldSession(refused(errno, 1))
    const nat = await add(session)
    expect(session.tables).toEqual([
      ['new ip 2', 'new ip6 2'],
      ['new ip 0', 'new ip6 0'],
    ])
    await nat.close()
    expect(session.tables[2]).toEqual(['delete ip', 'delete ip6'])
  })

  it('is not tried again for what is no table’s fault, nor without an owner to begin with', async () => {
    const ofChain = new ToldSession(refused(EINVAL, 2))
    await expect(add(ofChain)).rejects.toMatchObject({ code: 'EINVAL' })
    const kept = new ToldSession(refused(EINVAL, 1))
    await expect(add(kept, { ...BOTH, keep: true })).rejects.toMatchObject({ code: 'EINVAL' })
    expect([ofChain.tables.length, kept.tables]).toEqual([1, [['new ip 0', 'new ip6 0']]])
  })

  it.each([
    ['timed out', Failure.timedOut('netns.masquerade', 1, true)],
    ['was aborted', Failure.aborted('netns.masquerade', new Error('no longer'))],
    ['got lost', new Failure('netns.masquerade', CompletionCode.unknown, 105, 0, new Uint8Array())],
  ])('is taken away again when the call %s, for nobody has a handle of it', async (_, failure) => {
    const session = new ToldSession(failure)
    await expect(add(session)).rejects.toThrow()
    expect(session.tables).toEqual([
      ['new ip 2', 'new ip6 2'],
      ['delete ip', 'delete ip6'],
    ])
  })

  it('takes the other table away where one is gone already', async () => {
    const session = new ToldSession(undefined, refused(ENOENT, 1))
    const nat = await add(session)
    await nat.close()
    expect(session.tables.slice(1)).toEqual([['delete ip', 'delete ip6'], ['delete ip6']])
    expect(nat.closed).toBe(true)
  })

  it('can be closed again after it could not', async () => {
    const session = new ToldSession(undefined, Failure.timedOut('masquerade.close', 1, false))
    const nat = await add(session)
    await expect(nat.close()).rejects.toMatchObject({ code: 'ETIMEDOUT' })
    expect(nat.closed).toBe(false)
    await nat.close()
    expect(nat.closed).toBe(true)
  })
})
