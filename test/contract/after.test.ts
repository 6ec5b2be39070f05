import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CompletionCode, type NativeNamespace, RecordFlag } from '../../lib/native/binding.ts'
import { Inbox } from '../support/inbox.ts'
import { freshNamespace, NativeSession } from '../support/native-session.ts'
import { addBridge, addVeth, deleteLink, getLinkByName, type Request, request } from '../support/records.ts'
import { openDescriptors } from '../support/test-namespaces.ts'

const inbox = new Inbox()
const { done, refused, reply, skipped, cancelled } = CompletionCode
const awaited = { record: RecordFlag.renames | RecordFlag.awaited }

let namespace: NativeNamespace
let first: NativeSession
let second: NativeSession

beforeEach(async () => {
  namespace = await freshNamespace(inbox)
  first = new NativeSession(inbox, { namespace })
  second = new NativeSession(inbox, { namespace })
})
afterEach(() => {
  first.socket.close()
  second.socket.close()
  namespace.close()
})

const waitFor = (id: number): Request => request('after', [id], [], { flags: 0 })
const linked = { record: RecordFlag.reply | RecordFlag.linked }

describe('a record that waits for one of another socket', () => {
  it('lets what is behind it see what that one did', async () => {
    const created = first.queue(addBridge('b0', awaited))
    const waited = second.queue(waitFor(created.id))
    const found = second.queue(getLinkByName('b0', linked))
    second.socket.flush()
    first.socket.flush()
    const outcomes = await Promise.all([created.outcome, waited.outcome, found.outcome])
    expect(outcomes.map(({ code }) => code)).toEqual([done, done, reply])
  })

  it('is skipped with what is linked to it when that one fails', async () => {
    await first.run(addBridge('b0'))
    const created = first.queue(addBridge('b0', awaited))
    const waited = second.queue(waitFor(created.id))
    const removed = second.queue({ ...deleteLink('b0', RecordFlag.renames | RecordFlag.linked) })
    const found = second.queue(getLinkByName('b0', { record: RecordFlag.reply }))
    first.socket.flush()
    second.socket.flush()
    const outcomes = await Promise.all([created.outcome, waited.outcome, removed.outcome, found.outcome])
    expect(outcomes.map(({ code }) => code)).toEqual([refused, skipped, skipped, reply])
  })

  it('may wait in both directions', async () => {
    const created = first.queue(addVeth('v0', 'v1', awaited))
    const waited = second.queue(waitFor(created.id))
    const removed = second.queue(deleteLink('v1', RecordFlag.renames | RecordFlag.linked | RecordFlag.awaited))
    const back = first.queue(waitFor(removed.id))
    const again = first.queue(addBridge('v0', { record: RecordFlag.renames | RecordFlag.linked }))
    first.socket.flush()
    second.socket.flush()
    const outcomes = await Promise.all([created, waited, removed, back, again].map(({ outcome }) => outcome))
    expect(outcomes.map(({ code }) => code)).toEqual([done, done, done, done, done])
  })

  it('is skipped when the socket of that one is closed before it was sent', async () => {
    const created = first.queue(addBridge('b0', awaited))
    const waited = second.queue(waitFor(created.id))
    second.socket.flush()
    first.socket.close()
    const outcomes = await Promise.all([created.outcome, waited.outcome])
    expect(outcomes.map(({ code }) => code)).toEqual([cancelled, skipped])
  })

  it('is skipped at once for a request that nobody said would be waited for', async () => {
    expect((await second.one(waitFor(0xffff_fff0))).code).toBe(skipped)
  })

  it('leaves no descriptor behind', async () => {
    const before = openDescriptors()
    for (let i = 0; i < 100; i++) {
      const created = first.queue(addBridge(`b${i}`, awaited))
      const waited = second.queue(waitFor(created.id))
      first.socket.flush()
      second.socket.flush()
      await Promise.all([created.outcome, waited.outcome])
    }
    expect(openDescriptors()).toBeLessThanOrEqual(before + 4)
  })
})
