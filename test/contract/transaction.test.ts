import { constants } from 'node:os'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CompletionCode, Op, Protocol, RecordFlag } from '../../lib/native/binding.ts'
import { Inbox, type Outcome } from '../support/inbox.ts'
import { messagesIn } from '../support/messages.ts'
import { type FreshSession, freshSession, NativeSession } from '../support/native-session.ts'
import { addVeth, be32, headerIndex, linkIndex, nest, type RecordOptions, raw, request, string, u32 } from '../support/records.ts'

const inbox = new Inbox()
const { EEXIST, ENODEV, ENOENT } = constants.errno
const { done, refused, unresolved, skipped, failed } = CompletionCode
const NLM_F_CREATE = 0x400
const NLM_F_EXCL = 0x200
const IPV4 = 2
const [NEWTABLE, GETTABLE, DELTABLE] = [0xa00, 0xa01, 0xa02]
const NFTABLES = 10

let session: FreshSession

beforeEach(async () => {
  session = await freshSession(inbox, { protocol: Protocol.netfilter })
})
afterEach(() => session.close())

const message = (type: number, flags: number, ...program: number[][]) => [
  Op.message,
  type,
  flags,
  IPV4,
  ...program.flat(),
  Op.end,
]
const newTable = (name: string) => message(NEWTABLE, NLM_F_CREATE | NLM_F_EXCL, string(1, name))
const deleteTable = (name: string) => message(DELTABLE, 0, string(1, name))
function transaction(messages: number[][], { record = 0 }: RecordOptions = {}, resource = NFTABLES) {
  return request('transaction', [0, 0, resource], messages.flat(), { flags: 0, record })
}
/** Which message was refused. */
const numberIn = ({ detail }: Outcome) => detail >>> 16

describe('a transaction', () => {
  it('is acknowledged once, as a whole', async () => {
    expect(await session.one(transaction([newTable('a'), newTable('b')]))).toMatchObject({ code: done, error: 0, parts: [] })
    expect(await session.one(transaction([deleteTable('a'), deleteTable('b')]))).toMatchObject({ code: done })
  })

  it('has no effect when one of its messages is refused, and says which', async () => {
    await session.one(transaction([newTable('b')]))
    const outcome = await session.one(transaction([newTable('a'), newTable('b'), newTable('c')]))
    expect(outcome).toMatchObject({ code: refused, error: EEXIST })
    expect(numberIn(outcome)).toBe(2)
    const gone = await session.one(transaction([deleteTable('a')]))
    expect(gone).toMatchObject({ code: refused, error: ENOENT })
  })

  it('shows the message that was refused behind the extended ack', async () => {
    const outcome = await session.one(transaction([newTable('a'), deleteTable('nothing')]))
    const [shown, ...more] = messagesIn(outcome.payload.subarray(((outcome.detail & 0xffff) + 3) & ~3))
    expect(shown!.type).toBe(DELTABLE)
    expect(more).toEqual([])
  })

  it('tells of the first that was refused', async () => {
    const outcome = await session.one(transaction([deleteTable('x'), deleteTable('y')]))
    expect(numberIn(outcome)).toBe(1)
  })

  it('is refused as number 0 when nobody takes it', async () => {
    const NOBODY = 200
    const outcome = await session.one(transaction([newTable('a')], {}, NOBODY))
    expect(outcome.code).toBe(refused)
    expect(numberIn(outcome)).toBe(0)
  })

  it('leaves nothing that the next one could mistake for its own', async () => {
    const outcomes = await session.run(
      transaction([deleteTable('x'), newTable('a'), deleteTable('y')]),
      transaction([newTable('a')]),
      transaction([newTable('a')]),
      transaction([deleteTable('a')]),
    )
    expect(outcomes.map(({ code }) => code)).toEqual([refused, done, refused, done])
  })

  it('is skipped behind one that failed, when it is linked to that', async () => {
    const [, linked] = await session.run(
      transaction([deleteTable('x')]),
      transaction([newTable('a')], { record: RecordFlag.linked }),
    )
    expect(linked!.code).toBe(skipped)
  })

  it('may hold hundreds of messages', async () => {
    const names = Array.from({ length: 400 }, (_, i) => `t${i}`)
    expect(await session.one(transaction(names.map(newTable)))).toMatchObject({ code: done })
    const outcome = await session.one(transaction([...names.map(deleteTable), deleteTable('x')]))
    expect([outcome.code, numberIn(outcome)]).toEqual([refused, 401])
  })

  it('has failed, and not begun, when it is larger than what can be sent', async () => {
    const names = Array.from({ length: 9000 }, (_, i) => `t${i}`)
    expect(await session.one(transaction(names.map(newTable)))).toMatchObject({ code: failed })
    expect(await session.one(transaction([deleteTable('t0')]))).toMatchObject({ code: refused, error: ENOENT })
  })

  it('names links as other messages do', async () => {
    const route = new NativeSession(inbox, { namespace: session.namespace })
    await route.run(addVeth('v0', 'v1'))
    const withLink = (name: string) => transaction([message(NEWTABLE, NLM_F_CREATE, string(1, 'a'), linkIndex(99, name))])
    const [there, missing] = await session.run(withLink('v0'), withLink('nope'))
    expect(there!.code).toBe(done)
    expect(missing).toMatchObject({ code: unresolved, error: ENODEV })
    route.socket.close()
  })
})

describe('a record of a transaction', () => {
  it.each([
    ['without messages', transaction([])],
    ['with an attribute beside its messages', transaction([u32(1, 1)])],
    ['with a message in a message', transaction([[Op.message, NEWTABLE, 0, IPV4, ...newTable('a'), Op.end]])],
    ['with a message that is left open', transaction([[Op.message, NEWTABLE, 0, IPV4]])],
    ['with a message in a nest', transaction([message(NEWTABLE, 0, nest(1, newTable('a')))])],
    ['with a message whose operands are missing', transaction([[Op.message, NEWTABLE]])],
    ['with a type of more than 16 bits', transaction([message(0x10000, 0)])],
    ['with a family of more than 8 bits', transaction([[Op.message, NEWTABLE, 0, 256, Op.end]])],
    ['with bytes beside its messages', transaction([raw([1])])],
    ['that is a dump', transaction([message(GETTABLE, 0)], { record: RecordFlag.dump })],
    ['that is a reply', transaction([message(GETTABLE, 0)], { record: RecordFlag.reply })],
    ['with the index of a header', transaction([message(NEWTABLE, 0, headerIndex('lo'))])],
  ])('%s is malformed', (_, record) => {
    expect(() => session.send(record)).toThrow(TypeError)
  })

  it('goes over a socket of netfilter, and messages go into a transaction only', () => {
    const route = new NativeSession(inbox, { namespace: session.namespace })
    try {
      expect(() => route.send(transaction([newTable('a')]))).toThrow(/of another protocol/)
      expect(() => session.send(addVeth('v0', 'v1'))).toThrow(/of another protocol/)
      expect(() => route.send(request('newLink', [0, 0, 0, 0, 0], newTable('a')))).toThrow(TypeError)
    } finally {
      route.socket.close()
    }
  })

  it('has the bytes that were meant, between a beginning and an end', () => {
    const { words } = transaction([message(NEWTABLE, NLM_F_CREATE, string(1, 't'), be32(2, 0))])
    const record = Uint32Array.of(1, ...words)
    const bytes = Buffer.from(inbox.addon.encode('transaction', record, record.length)).toString('hex')
    expect(bytes).toBe(
      [
        '14000000 1000 0100 00000000 00000000 00 00 000a', // NFNL_MSG_BATCH_BEGIN, res_id NFNL_SUBSYS_NFTABLES
        '24000000 000a 0104 01000000 00000000 02 00 0000', // NFT_MSG_NEWTABLE, NLM_F_REQUEST | NLM_F_CREATE, IPv4
        '0600 0100 7400 0000', // NFTA_TABLE_NAME
        '0800 0200 00000000', // NFTA_TABLE_FLAGS
        '14000000 1100 0100 02000000 00000000 00 00 000a', // NFNL_MSG_BATCH_END
      ]
        .join('')
        .replaceAll(' ', ''),
    )
  })
})
