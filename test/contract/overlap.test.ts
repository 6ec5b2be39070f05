import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CompletionCode, RecordFlag } from '../../lib/native/binding.ts'
import { Inbox } from '../support/inbox.ts'
import { linkIn, messagesIn } from '../support/messages.ts'
import { type FreshSession, freshNamespace, freshSession, NativeSession } from '../support/native-session.ts'
import { addBridge, addVeth, deleteLink, getLinkByIndex, listLinks, setMtu } from '../support/records.ts'
import { eventually, lastingStrayThreads, openDescriptors } from '../support/test-namespaces.ts'

const inbox = new Inbox()
const { done, refused, reply, skipped, cancelled } = CompletionCode

let session: FreshSession

beforeEach(async () => {
  session = await freshSession(inbox)
})
afterEach(() => session.close())

const codes = (outcomes: { code: number }[]) => outcomes.map(({ code }) => code)
const remove = (name: string) => deleteLink(name, RecordFlag.overlap | RecordFlag.renames)
const pairs = (count: number) => Array.from({ length: count }, (_, i) => i)

async function linkNames(): Promise<string[]> {
  const { parts } = await session.one(listLinks())
  return parts.flatMap(({ payload }) => messagesIn(payload)).map(message => linkIn(message).name)
}
async function addPairs(count: number) {
  const outcomes = await session.run(...pairs(count).map(i => addVeth(`a${i}`, `b${i}`)))
  expect(codes(outcomes).every(code => code === done)).toBe(true)
}

describe('a run of overlapping records', () => {
  it('completes each by itself', async () => {
    await addPairs(40)
    const outcomes = await session.run(
      ...pairs(20).map(i => remove(`a${i}`)),
      remove('nothere'),
      ...pairs(20).map(i => remove(`a${i + 20}`)),
    )
    expect(codes(outcomes)).toEqual([...pairs(20).map(() => done), refused, ...pairs(20).map(() => done)])
    expect(await linkNames()).toEqual(['lo'])
  })

  it('is over before the next record is sent', async () => {
    await addPairs(10)
    const outcomes = await session.run(
      ...pairs(10).map(i => remove(`a${i}`)),
      ...pairs(10).map(i => addBridge(`a${i}`)),
      listLinks(),
    )
    expect(codes(outcomes.slice(0, 20)).every(code => code === done)).toBe(true)
    expect((await linkNames()).length).toBe(11)
  })

  it('begins after the record before it was executed', async () => {
    await addPairs(2)
    const outcomes = await session.run(addVeth('last', 'tsal'), remove('last'), remove('a0'), remove('a1'))
    expect(codes(outcomes)).toEqual([done, done, done, done])
  })

  it('of one is an ordinary record', async () => {
    await addPairs(1)
    expect(codes(await session.run(remove('a0'), getLinkByIndex(1)))).toEqual([done, reply])
  })

  it('tells a linked record how its last one ended', async () => {
    await addPairs(2)
    const linked = () => setMtu('lo', 1400, { record: RecordFlag.linked })
    expect(codes(await session.run(remove('a0'), remove('a1'), linked()))).toEqual([done, done, done])
    expect(codes(await session.run(remove('no0'), remove('no1'), linked()))).toEqual([refused, refused, skipped])
  })

  it('can be cancelled where it was not taken yet', async () => {
    await addPairs(64)
    const outcomes = pairs(64).map(i => session.send(remove(`a${i}`)))
    const last = session.lastId
    session.socket.flush()
    const taken = pairs(32).map(i => session.socket.cancel(last - i))
    const ended = codes(await Promise.all(outcomes)).reverse()
    expect(taken.map((back, i) => (back ? cancelled : done) === ended[i])).toEqual(pairs(32).map(() => true))
  })

  it('leaves no socket and no thread behind', async () => {
    await addPairs(30)
    const before = { descriptors: openDescriptors(), ...inbox.addon.counters() }
    await session.run(...pairs(30).map(i => remove(`a${i}`)))
    expect(await eventually(() => inbox.addon.counters().threads <= before.threads)).toBe(true)
    expect(inbox.addon.counters().sockets).toBe(before.sockets)
    expect(openDescriptors()).toBe(before.descriptors)
    expect(await lastingStrayThreads()).toEqual([])
  })

  it('deletes nothing outside the namespace of its session', async () => {
    const other = await freshNamespace(inbox)
    const there = new NativeSession(inbox, { namespace: other })
    await addPairs(10)
    await there.run(...pairs(10).map(i => addVeth(`a${i}`, `b${i}`)))
    await session.run(...pairs(10).map(i => remove(`a${i}`)))
    const { parts } = await there.one(listLinks())
    expect(parts.flatMap(({ payload }) => messagesIn(payload))).toHaveLength(21)
    there.socket.close()
    other.close()
  })
})
