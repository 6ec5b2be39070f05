import { constants } from 'node:os'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { COMPLETION_WORDS, CompletionCode, HEADER, MessageType, RecordFlag } from '../../lib/native/binding.ts'
import { Inbox, type Outcome } from '../support/inbox.ts'
import { type FreshSession, freshSession } from '../support/native-session.ts'
import {
  addAddress,
  addVeth,
  bytes,
  deleteLink,
  getLinkByName,
  listAddresses,
  Nlm,
  type RecordOptions,
  type Request,
  request,
  setMtu,
  setUp,
  string,
} from '../support/records.ts'

const inbox = new Inbox()
const { EEXIST, ENODEV, EADDRNOTAVAIL } = constants.errno
const { done, reply, part, refused, unresolved, skipped, cancelled, sliceDone } = CompletionCode
const bulk = { flags: Nlm.create | Nlm.exclusive, record: RecordFlag.bulk } as const

let session: FreshSession

beforeEach(async () => {
  session = await freshSession(inbox)
})
afterEach(() => session.close())

type Sliced = Omit<Request, 'method'> & { readonly method: keyof typeof MessageType }

/** Each record's id is its number. */
function slice(records: readonly Request[], options: RecordOptions = {}, count = records.length, batch = 0): Request {
  const words = records.flatMap((record, id) => {
    const { method, words } = record as Sliced
    return [words.length + 1, MessageType[method], id, ...words]
  })
  return request('slice', [count, batch], words, { flags: 0, record: 0, ...options })
}

/** The completions in a slice's own: id, code and errno of each. */
function completionsIn({ payload }: Outcome): [id: number, code: number, error: number][] {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength)
  const found: [number, number, number][] = []
  for (let at = 0; at < payload.length; ) {
    found.push([view.getUint32(at, true), view.getUint32(at + 4, true), view.getUint32(at + 8, true)])
    at += COMPLETION_WORDS * 4 + ((view.getUint32(at + 16, true) + 7) & ~7)
  }
  return found
}

const address = (i: number) => addAddress('v0', [10, 0, i >> 8, i & 255], bulk)
const countAddresses = async () => {
  const { parts } = await session.one(listAddresses())
  return parts.reduce((all, { payload }) => all + payload.length, 0)
}

describe('a slice', () => {
  beforeEach(async () => {
    await session.run(addVeth('v0', 'v1'), setUp(string(3, 'v0')))
  })

  it('completes as one, and has nothing to say of what succeeded', async () => {
    const before = await countAddresses()
    const outcome = await session.one(slice(Array.from({ length: 300 }, (_, i) => address(i))))
    expect(outcome).toMatchObject({ code: sliceDone, error: 0, parts: [] })
    expect(completionsIn(outcome)).toEqual([])
    expect(await countAddresses()).toBeGreaterThan(before + 300 * 16)
  })

  it('tries every record, and says by its id which one failed: first those that could not be sent', async () => {
    const missing = addAddress('nothing', [10, 0, 1, 1], bulk)
    const outcome = await session.one(slice([address(1), address(1), missing, address(2), address(2)]))
    expect(completionsIn(outcome)).toEqual([
      [2, unresolved, ENODEV],
      [1, refused, EEXIST],
      [4, refused, EEXIST],
    ])
  })

  it('reports those that are refused in any of its batches', async () => {
    const twice = Array.from({ length: 400 }, (_, i) => address(i >> 1))
    const outcome = await session.one(slice(twice))
    expect(completionsIn(outcome)).toEqual(Array.from({ length: 200 }, (_, i) => [2 * i + 1, refused, EEXIST]))
  })

  it.each([1, 7, 128, 1000])('goes out in batches of %i', async batch => {
    const twice = Array.from({ length: 300 }, (_, i) => address(i >> 1))
    const outcome = await session.one(slice(twice, {}, twice.length, batch))
    expect(completionsIn(outcome)).toEqual(Array.from({ length: 150 }, (_, i) => [2 * i + 1, refused, EEXIST]))
  })

  it('keeps call order with what is around it, and names mean what they mean then', async () => {
    const [gone, made, sliced, link] = await session.run(
      deleteLink('v0'),
      addVeth('v0', 'v1'),
      slice([address(1), setMtu('v0', 1400)]),
      getLinkByName('v0'),
    )
    expect([gone!.code, made!.code, sliced!.code, link!.code]).toEqual([done, done, sliceDone, reply])
    expect(completionsIn(sliced!)).toEqual([])
  })

  it('skips a linked record behind one that failed, and goes on with those behind', async () => {
    const linked = { record: RecordFlag.renames | RecordFlag.linked }
    const outcome = await session.one(
      slice([setMtu('v0', 1), setMtu('v0', 1300, linked), setMtu('v0', 1400), setMtu('v0', 1350, linked), address(1)]),
    )
    expect(completionsIn(outcome).map(([id, code]) => [id, code])).toEqual([
      [0, refused],
      [1, skipped],
    ])
  })

  it('hands on an echo', async () => {
    const echoed = addVeth('w0', 'w1', { flags: Nlm.create | Nlm.exclusive | Nlm.ack | Nlm.echo })
    const outcome = await session.one(slice([echoed, address(1)]))
    expect(completionsIn(outcome)).toEqual([[0, part, 0]])
  })

  it('is skipped as a whole when it is linked to what failed', async () => {
    const [, whole] = await session.run(setMtu('v0', 1), slice([address(1)], { record: RecordFlag.linked }))
    expect(whole!.code).toBe(skipped)
  })

  it('is cancelled as a whole when the socket closes before its turn', async () => {
    const outcome = session.send(slice([address(1)]))
    session.socket.close()
    expect((await outcome).code).toBe(cancelled)
  })
})

describe('a record of a slice', () => {
  const nothing = request('deleteAddress', [2, 32, 0, 0, 1], bytes(2, [10, 0, 0, 1]), { flags: 0, record: RecordFlag.bulk })
  it.each<[string, Request]>([
    ['that there is none of', slice([])],
    ['of which there are others than it says', slice([nothing], {}, 2)],
    ['that is linked to nothing', slice([request('deleteAddress', [2, 32, 0, 0, 1], [], { record: RecordFlag.linked })])],
    ['that is a dump', slice([request('deleteAddress', [2, 32, 0, 0, 1], [], { record: RecordFlag.dump })])],
    ['that another socket waits for', slice([request('deleteAddress', [2, 32, 0, 0, 1], [], { record: RecordFlag.awaited })])],
    ['that is longer than the slice', request('slice', [1, 0], [99, MessageType.deleteAddress, 0, 0, 0, 2, 32, 0, 0, 1])],
    ['of no message', request('slice', [1, 0], [HEADER + 1, 3, 0, 0, 0, 1])],
    ['whose header does not fit', slice([request('deleteAddress', [2, 256, 0, 0, 1], [])])],
    ['whose program is malformed', slice([request('deleteAddress', [2, 32, 0, 0, 1], [99])])],
    ['of a slice with replies of its own', slice([nothing], { record: RecordFlag.reply })],
  ])('%s is malformed', (_, record) => {
    expect(() => session.send(record)).toThrow(TypeError)
  })

  it('is found by the word at which it is wrong', () => {
    expect(() => session.send(slice([nothing, request('deleteAddress', [2, 256, 0, 0, 1], [])]))).toThrow(/at word 24$/)
  })

  it('is refused by the kernel like any other', async () => {
    expect(completionsIn(await session.one(slice([nothing])))).toEqual([[0, refused, EADDRNOTAVAIL]])
  })
})
