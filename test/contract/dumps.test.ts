import { constants } from 'node:os'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CompletionCode, DumpFlag, RecordFlag, STREAM_AHEAD } from '../../lib/native/binding.ts'
import { Inbox, type Outcome } from '../support/inbox.ts'
import { linkIn, messagesIn } from '../support/messages.ts'
import { type FreshSession, freshSession, NativeSession } from '../support/native-session.ts'
import {
  addBridge,
  addRoute,
  addVeth,
  deleteLink,
  Family,
  getLinkByIndex,
  getLinkByName,
  headerIndex,
  linkIndex,
  listLinks,
  listRoutes,
  manyAlternativeNames,
  Nlm,
  request,
  setMtu,
  setUp,
  u32,
} from '../support/records.ts'
import { eventually, openDescriptors } from '../support/test-namespaces.ts'

const inbox = new Inbox()
const { EINVAL } = constants.errno
const IFLA_MASTER = 10
const { dumpDone, dumpRestart, part, refused, reply, unresolved, cancelled, done, truncated } = CompletionCode

let session: FreshSession

beforeEach(async () => {
  session = await freshSession(inbox)
})
afterEach(() => session.close())

const messagesOf = ({ parts }: Outcome) => {
  const lastRestart = parts.findLastIndex(({ code }) => code === dumpRestart)
  return parts.slice(lastRestart + 1).flatMap(({ payload }) => messagesIn(payload))
}
const linkNames = (outcome: Outcome) => messagesOf(outcome).map(message => linkIn(message).name)

async function addBridges(count: number) {
  const outcomes = await session.run(...Array.from({ length: count }, (_, i) => addBridge(`br${i}`)))
  expect(outcomes.every(({ code }) => code === done)).toBe(true)
}
async function addRoutes(count: number) {
  await session.run(addBridge('br0'), setUp(headerIndex('br0')))
  const { payload } = await session.one(getLinkByName('br0'))
  const { index } = linkIn(messagesIn(payload)[0]!)
  const outcomes = await session.run(...Array.from({ length: count }, (_, i) => addRoute(i, index)))
  expect(outcomes.every(({ code }) => code === done)).toBe(true)
}

describe('a dump', () => {
  it('brings every message once, without the NLMSG_DONE', async () => {
    await addBridges(3)
    const outcome = await session.one(listLinks())
    expect(outcome).toMatchObject({ code: dumpDone, error: 0, detail: 0 })
    expect(linkNames(outcome)).toEqual(['lo', 'br0', 'br1', 'br2'])
  })

  it('of many messages comes in several parts', async () => {
    await addRoutes(5000)
    const outcome = await session.one(listRoutes())
    expect(outcome.parts.length).toBeGreaterThan(5)
    expect(messagesOf(outcome)).toHaveLength(5000)
  })

  it('of nothing is only done', async () => {
    const outcome = await session.one(listRoutes())
    expect(outcome.code === dumpDone || outcome.code === refused).toBe(true)
    expect(messagesOf(outcome)).toEqual([])
  })

  it('runs after what was asked before it, and before what was asked after', async () => {
    const [, before, , after] = await session.run(addBridge('a'), listLinks(), addBridge('b'), listLinks())
    expect([linkNames(before!), linkNames(after!)]).toEqual([
      ['lo', 'a'],
      ['lo', 'a', 'b'],
    ])
  })

  it('may be filtered by the link of a name', async () => {
    const outcomes = await session.run(
      addBridge('br0'),
      addVeth('inside', 'outside'),
      listLinks(0, linkIndex(IFLA_MASTER, 'br0')),
    )
    expect(outcomes.map(({ code }) => code)).toEqual([done, done, dumpDone])
    expect(linkNames(outcomes[2]!)).toEqual([])
  })

  it('says when the kernel has filtered it', async () => {
    await addRoutes(1)
    expect((await session.one(listRoutes())).detail).toBe(DumpFlag.filtered)
  })

  it('with a name that no link has is unresolved', async () => {
    expect((await session.one(listLinks(0, linkIndex(IFLA_MASTER, 'nothere')))).code).toBe(unresolved)
  })

  it('that strict checking refuses is refused', async () => {
    const invalid = request('getLink', [Family.unspecified, 0, 5, 0, 0], [], { flags: Nlm.dump, record: RecordFlag.dump })
    expect(await session.one(invalid)).toMatchObject({ code: refused, error: EINVAL })
  })

  it('without strict checking is not looked at that closely', async () => {
    const lenient = new NativeSession(inbox, { namespace: session.namespace, strict: false })
    const sloppy = request('getLink', [Family.unspecified, 0, 5, 0, 0], [], { flags: Nlm.dump, record: RecordFlag.dump })
    expect(await lenient.one(sloppy)).toMatchObject({ code: dumpDone })
    lenient.socket.close()
  })

  it('that is interrupted begins anew, and ends with what is there then', async () => {
    await addBridges(60)
    const other = new NativeSession(inbox, { namespace: session.namespace })
    let restarts = 0
    for (let round = 0; round < 300 && restarts === 0; round++) {
      const [outcome] = await Promise.all([
        session.one(listLinks()),
        other.run(setMtu('br1', 1400 + (round % 50)), addVeth('a', 'b'), deleteLink('a')),
      ])
      expect(outcome.code).toBe(dumpDone)
      expect(outcome.detail).toBe(0)
      expect(linkNames(outcome).filter(name => name.startsWith('br'))).toHaveLength(60)
      restarts = outcome.parts.filter(({ code }) => code === dumpRestart).length
    }
    other.socket.close()
    if (restarts === 0) console.log('dumps: no dump was interrupted in 300 rounds')
  })
})

describe('a part larger than the buffer it is received in', () => {
  const IFLA_EXT_MASK = 29
  const RTEXT_FILTER_VF = 1
  /** With this filter the kernel makes room in a part for the largest link. */
  const everything = u32(IFLA_EXT_MASK, RTEXT_FILTER_VF)
  beforeEach(async () => {
    await session.run(addBridge('br0'), ...manyAlternativeNames('br0', 490), addBridge('br1'))
  })

  it('lets a dump begin anew', async () => {
    const outcome = await session.one(listLinks(0, everything))
    expect(outcome.code).toBe(dumpDone)
    expect(linkNames(outcome)).toEqual(['lo', 'br0', 'br1'])
  })

  it('lets a stream begin anew while nothing of it was read, or is its end', async () => {
    const outcome = session.send(listLinks(RecordFlag.stream, everything))
    const id = session.lastId
    session.socket.flush()
    let ended = false
    outcome.then(() => {
      ended = true
    })
    for (let seen = 0; !ended; seen = inbox.partsOf(id)) {
      // Dying bridges of the namespaces before hold up a dump of links for as long as they take.
      await eventually(() => ended || inbox.partsOf(id) > seen, 60_000)
      session.socket.resume(id)
    }
    const { code } = await outcome
    if (code === dumpDone) expect(linkNames(await outcome)).toEqual(['lo', 'br0', 'br1'])
    else expect(code).toBe(truncated)
  })
})

describe('a stream', () => {
  /** Begins a stream and resumes it after each part, once `onPart` is through. */
  async function stream(
    onPart: (count: number) => Promise<void> | void,
    requested = listRoutes(RecordFlag.stream),
  ): Promise<Outcome> {
    const outcome = session.send(requested)
    const id = session.lastId
    session.socket.flush()
    let ended = false
    outcome.then(() => {
      ended = true
    })
    for (let seen = 0; !ended || seen < inbox.partsOf(id); ) {
      // Dying bridges of the namespaces before hold up a dump of links for as long as they take.
      await eventually(() => ended || inbox.partsOf(id) > seen, 60_000)
      if (seen === inbox.partsOf(id)) break
      await onPart(++seen)
      session.socket.resume(id)
    }
    return outcome
  }

  it('brings the same as a dump', async () => {
    await addRoutes(5000)
    const outcome = await stream(() => {})
    expect(outcome.code).toBe(dumpDone)
    expect(messagesOf(outcome)).toHaveLength(5000)
  })

  it('waits a few parts ahead until it is resumed', async () => {
    await addRoutes(5000)
    const outcome = session.send(listRoutes(RecordFlag.stream))
    const id = session.lastId
    session.socket.flush()
    await eventually(() => inbox.partsOf(id) >= STREAM_AHEAD)
    await new Promise(resolve => setTimeout(resolve, 50))
    expect(inbox.partsOf(id)).toBe(STREAM_AHEAD)
    session.socket.cancel(id)
    await outcome
  })

  it('does not hold up later requests', async () => {
    await addRoutes(5000)
    const outcome = session.send(listRoutes(RecordFlag.stream))
    const id = session.lastId
    session.socket.flush()
    expect((await session.one(getLinkByIndex(1))).code).toBe(reply)
    session.socket.cancel(id)
    await outcome
  })

  it('sees what earlier requests of the same flush did', async () => {
    const first = session.send(addBridge('br0'))
    const outcome = await stream(() => {}, listLinks(RecordFlag.stream))
    await first
    expect(linkNames(outcome)).toEqual(['lo', 'br0'])
  })

  it('is not repeated but says so when it was interrupted', async () => {
    await addBridges(300)
    const change = async (count: number) => {
      if (count === 1) await session.one(addBridge('late'))
    }
    const outcome = await stream(change, listLinks(RecordFlag.stream))
    expect(outcome.code).toBe(dumpDone)
    expect(outcome.detail & DumpFlag.interrupted).toBe(DumpFlag.interrupted)
    expect(outcome.parts.every(({ code }) => code === part)).toBe(true)
  })

  it('that is cancelled completes as cancelled and lets go of its socket', async () => {
    await addRoutes(5000)
    const before = openDescriptors()
    const outcome = session.send(listRoutes(RecordFlag.stream))
    const id = session.lastId
    session.socket.flush()
    await eventually(() => inbox.partsOf(id) > 0)
    expect(session.socket.cancel(id)).toBe(false)
    expect((await outcome).code).toBe(cancelled)
    expect(await eventually(() => openDescriptors() <= before)).toBe(true)
  })

  it('ends as cancelled when its session is closed', async () => {
    await addRoutes(5000)
    const outcome = session.send(listRoutes(RecordFlag.stream))
    const id = session.lastId
    session.socket.flush()
    await eventually(() => inbox.partsOf(id) > 0)
    session.socket.close()
    expect((await outcome).code).toBe(cancelled)
  })

  it('that was not begun can be taken back', async () => {
    const outcome = session.send(listRoutes(RecordFlag.stream))
    expect(session.socket.cancel(session.lastId)).toBe(true)
    session.socket.flush()
    expect((await outcome).code).toBe(cancelled)
  })

  it('that is the only thing left keeps many others going beside it', async () => {
    await addRoutes(5000)
    const ids: number[] = []
    const outcomes = Array.from({ length: 20 }, () => {
      const outcome = session.send(listRoutes(RecordFlag.stream))
      ids.push(session.lastId)
      return outcome
    })
    session.socket.flush()
    await eventually(() => ids.every(id => inbox.partsOf(id) === STREAM_AHEAD))
    expect(ids.map(id => inbox.partsOf(id))).toEqual(ids.map(() => STREAM_AHEAD))
    session.socket.close()
    expect((await Promise.all(outcomes)).every(({ code }) => code === cancelled)).toBe(true)
  })
})

describe('a completion larger than the inbox', () => {
  it('comes by itself', async () => {
    // This environment's inbox has 64 KiB: only an answer to a record of that size is larger.
    const { code, payload } = await session.one(
      request('getLink', [0, 0, 0, 0, 0], [9 | (20 << 16), 65_500, ...Array(16_375).fill(0), ...headerIndex('nothere')], {
        flags: 0,
        record: RecordFlag.reply,
      }),
    )
    expect(code).toBe(unresolved)
    expect(payload.length).toBe(16 + 16 + 65_504)
  })
})
