import { constants } from 'node:os'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CompletionCode, FAMILY_OFFSET, type NativeNamespace, Protocol, RecordFlag } from '../../lib/native/binding.ts'
import { Inbox, type Outcome } from '../support/inbox.ts'
import { attributesIn, messagesIn, numberOf } from '../support/messages.ts'
import { freshNamespace, NativeSession } from '../support/native-session.ts'
import {
  addAlternativeName,
  addBridge,
  addVeth,
  deleteLink,
  family,
  generic,
  getLinkByName,
  getLinkState,
  listLinkStates,
  manyAlternativeNames,
  Nlm,
  request,
  u16,
  u32,
} from '../support/records.ts'

const inbox = new Inbox()
const { ENODEV, ENOENT, EOPNOTSUPP } = constants.errno
const { done, reply, refused, unresolved, skipped, cancelled, dumpDone } = CompletionCode
const NO_FAMILY = 'rtnl-nothing'
const NO_COMMAND = 250

let namespace: NativeNamespace
let route: NativeSession
let session: NativeSession

beforeEach(async () => {
  namespace = await freshNamespace(inbox)
  route = new NativeSession(inbox, { namespace })
  session = new NativeSession(inbox, { namespace, protocol: Protocol.generic })
})
afterEach(() => {
  route.socket.close()
  session.socket.close()
  namespace.close()
})

/** The link that a message of `ethtool` is about. */
function linkOf(payload: Uint8Array): number {
  const [message] = messagesIn(payload)
  const header = attributesIn(message!.body, 4).get(1)!
  return numberOf(attributesIn(header).get(1)!)
}

const sequenceOf = ({ payload }: Outcome) => numberOf(payload.subarray(8))

describe('a message of a generic netlink family', () => {
  it('reaches the family by its name, and names links as other messages do', async () => {
    await route.run(addVeth('v0', 'v1'))
    const outcome = await session.one(getLinkState('v1'))
    const link = await route.one(getLinkByName('v1'))
    expect(outcome.code).toBe(reply)
    expect(linkOf(outcome.payload)).toBe(numberOf(messagesIn(link.payload)[0]!.body.subarray(4)))
  })

  it('names links of more than 15 bytes, too', async () => {
    await route.run(addVeth('v0', 'v1'), addAlternativeName('v1', 'a-name-of-26-bytes-in-all.'))
    const [long, short] = await session.run(getLinkState('a-name-of-26-bytes-in-all.'), getLinkState('v1'))
    expect([long!.code, short!.code]).toEqual([reply, reply])
    expect(linkOf(long!.payload)).toBe(linkOf(short!.payload))
  })

  it('is unresolved when there is no link of a long name', async () => {
    const outcome = await session.one(getLinkState('a-name-of-26-bytes-in-all.'))
    expect(outcome).toMatchObject({ code: unresolved, error: ENODEV })
    expect(outcome.detail).toBeGreaterThan(FAMILY_OFFSET)
  })

  it('is unresolved where the kernel lacks the family, and what is behind it goes on', async () => {
    await route.run(addVeth('v0', 'v1'))
    const [lacking, behind] = await session.run(generic(NO_FAMILY, 1), getLinkState('v0'))
    expect(lacking).toMatchObject({ code: unresolved, error: ENOENT, detail: FAMILY_OFFSET })
    expect(behind!.code).toBe(reply)
  })

  it('is refused by the family, not by the lookup, for a command that it lacks', async () => {
    expect(await session.one(generic('ethtool', NO_COMMAND))).toMatchObject({ code: refused, error: EOPNOTSUPP })
  })

  it('asks the controller for a family once', async () => {
    await route.run(addVeth('v0', 'v1'))
    const rounds: Outcome[][] = []
    for (let i = 0; i < 3; i++) rounds.push(await session.run(getLinkState('v0'), getLinkState('v1')))
    const [first, second, third] = rounds.map(([outcome]) => sequenceOf(outcome!))
    expect([second! - first!, third! - second!]).toEqual([3, 2])
  })

  it('believes an ENOENT once it has asked for the family again', async () => {
    const CTRL_GETFAMILY = 3
    const unknownFamily = generic('nlctrl', CTRL_GETFAMILY, u16(1, 0x3fe))
    expect(await session.one(unknownFamily)).toMatchObject({ code: refused, error: ENOENT })
  })

  it('can be followed by one that is linked to it', async () => {
    await route.run(addVeth('v0', 'v1'))
    const linked = { record: RecordFlag.reply | RecordFlag.linked }
    const [, after, , skippedOne] = await session.run(
      getLinkState('v0'),
      getLinkState('v1', linked),
      generic('ethtool', NO_COMMAND),
      getLinkState('v1', linked),
    )
    expect([after!.code, skippedOne!.code]).toEqual([reply, skipped])
  })
})

describe('a dump of a generic netlink family', () => {
  beforeEach(async () => {
    await route.run(addVeth('v0', 'v1'), addBridge('b0'))
  })

  it.each([
    ['at once', 0],
    ['as a stream', RecordFlag.stream],
  ])('is read %s', async (_, record) => {
    const outcome = await session.one(listLinkStates(record))
    expect(outcome.code).toBe(dumpDone)
    const links = outcome.parts.flatMap(({ payload }) => messagesIn(payload))
    expect(links.length).toBeGreaterThanOrEqual(3)
  })

  it('is unresolved where the kernel lacks the family', async () => {
    const dump = generic(NO_FAMILY, 1, [], { flags: Nlm.dump, record: RecordFlag.dump })
    expect(await session.one(dump)).toMatchObject({ code: unresolved, error: ENOENT, detail: FAMILY_OFFSET })
  })

  it('is asked for without NLM_F_DUMP when it is multipart', async () => {
    // The family knows the command only as a question about one link, and says so.
    const multipart = generic('ethtool', 6, [], { flags: 0, record: RecordFlag.dump | RecordFlag.multipart })
    expect(await session.one(multipart)).toMatchObject({ code: refused })
  })
})

describe('a generic record', () => {
  it.each([
    ['without a family', request('generic', [1, 1], [])],
    ['with something before the family', request('generic', [1, 1], [...u32(1, 1), ...family('ethtool')])],
    ['with two families', request('generic', [1, 1], [...family('ethtool'), ...family('ethtool')])],
    ['with a family without a name', request('generic', [1, 1], family(''))],
    ['with a family of a certain type', request('generic', [1, 1], [family('ethtool')[0]! | (1 << 16), ...family('x').slice(1)])],
    ['with a command of more than 8 bits', request('generic', [256, 1], family('ethtool'))],
    ['that is multipart without being a dump', generic('ethtool', 1, [], { record: RecordFlag.multipart })],
  ])('%s is malformed', (_, record) => {
    expect(() => session.send(record)).toThrow(TypeError)
  })

  it('goes over no other socket, and no other record over its own', () => {
    expect(() => route.send(getLinkState('v0'))).toThrow(/of another protocol/)
    expect(() => session.send(getLinkByName('v0'))).toThrow(/of another protocol/)
  })

  it('is the only one that has a family', () => {
    expect(() => route.send(request('newLink', [0, 0, 0, 0, 0], family('ethtool')))).toThrow(TypeError)
  })
})

describe('call order between a routing and a generic socket', () => {
  const mark = request('after', [0], [], { flags: 0, record: RecordFlag.awaited })
  const waitFor = (id: number) => request('after', [id], [], { flags: 0 })

  it('is kept by a mark behind what was asked first', async () => {
    const created = route.queue(addVeth('v0', 'v1'))
    const marked = route.queue(mark)
    const waited = session.queue(waitFor(marked.id))
    const asked = session.queue(getLinkState('v0'))
    const markedToo = session.queue(mark)
    const waitedToo = route.queue(waitFor(markedToo.id))
    const deleted = route.queue(deleteLink('v0'))
    session.socket.flush()
    route.socket.flush()
    const outcomes = await Promise.all(
      [created, marked, waited, asked, markedToo, waitedToo, deleted].map(({ outcome }) => outcome),
    )
    expect(outcomes.map(({ code }) => code)).toEqual([done, done, done, reply, done, done, done])
  })

  it('holds nobody up for good when the socket with the mark closes', async () => {
    const marked = route.queue(mark)
    const waited = session.queue(waitFor(marked.id))
    const asked = session.queue(getLinkState('lo'))
    session.socket.flush()
    route.socket.close()
    const outcomes = await Promise.all([marked, waited, asked].map(({ outcome }) => outcome))
    expect(outcomes.map(({ code }) => code)).toEqual([cancelled, skipped, reply])
  })
})

describe('the socket that a generic one opens for long names', () => {
  it('closes with it', async () => {
    await route.run(addVeth('v0', 'v1'), ...manyAlternativeNames('v0', 1))
    const other = new NativeSession(inbox, { namespace, protocol: Protocol.generic })
    const before = inbox.addon.counters().sockets
    await other.one(getLinkState(`${'x'.repeat(123)}1000`))
    expect(inbox.addon.counters().sockets).toBe(before + 2)
    other.socket.close()
    await expect.poll(() => inbox.addon.counters().sockets).toBe(before)
  })
})
