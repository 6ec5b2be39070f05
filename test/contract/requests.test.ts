import { constants } from 'node:os'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CompletionCode, type NativeNamespace, RecordFlag, SystemCall } from '../../lib/native/binding.ts'
import { Inbox } from '../support/inbox.ts'
import { attributesIn, linkIn, messagesIn, numberOf, textOf } from '../support/messages.ts'
import { type FreshSession, freshNamespace, freshSession, NativeSession } from '../support/native-session.ts'
import {
  addAddress,
  addAlternativeName,
  addBridge,
  addLinkOfKind,
  addRoute,
  addVeth,
  bytes,
  deleteLink,
  getLinkByIndex,
  getLinkByName,
  headerIndex,
  headerIndexOfPrevious,
  headerIndexOfPreviousLink,
  IFF_UP,
  listAddresses,
  listRoutes,
  manyAlternativeNames,
  Nlm,
  rename,
  request,
  setMtu,
  setUp,
  string,
} from '../support/records.ts'
import { lastingStrayThreads } from '../support/test-namespaces.ts'

const inbox = new Inbox()
const { EEXIST, ENOBUFS, ENODEV, EOPNOTSUPP, ERANGE } = constants.errno
const { done, reply, refused, unresolved, unknown, skipped, cancelled, failed, tooLarge } = CompletionCode
const LOOPBACK = 1

let session: FreshSession

beforeEach(async () => {
  session = await freshSession(inbox)
})
afterEach(() => session.close())

const codes = (outcomes: { code: number }[]) => outcomes.map(({ code }) => code)
const linkOf = (payload: Uint8Array) => linkIn(messagesIn(payload)[0]!)
const acknowledged = { code: done, error: 0, detail: 0, payload: new Uint8Array(), parts: [] }

/** For longer than the addon hands over before the event loop has its turn. */
function dawdle(): void {
  const start = performance.now()
  while (performance.now() - start < 2);
}

/** What is counted in each turn of the event loop, until `end` is called. */
function countTurns() {
  const counts = [0]
  let counting = true
  const turn = () => {
    counts.push(0)
    if (counting) setImmediate(turn)
  }
  setImmediate(turn)
  return {
    counts,
    count: () => void counts[counts.length - 1]!++,
    end: () => {
      counting = false
    },
  }
}

describe('what takes long to hand over', () => {
  it('lets the event loop have its turn in between', async () => {
    const turns = countTurns()
    inbox.onDelivery = () => {
      turns.count()
      dawdle()
    }
    await session.run(...Array.from({ length: 300 }, () => getLinkByIndex(LOOPBACK)))
    turns.end()
    inbox.onDelivery = () => {}
    expect(turns.counts.reduce((all, deliveries) => all + deliveries)).toBeGreaterThan(10)
    expect(Math.max(...turns.counts)).toBeLessThanOrEqual(2)
  })

  it('is all there in the end', async () => {
    inbox.onDelivery = dawdle
    const outcomes = await session.run(...Array.from({ length: 300 }, () => getLinkByIndex(LOOPBACK)))
    inbox.onDelivery = () => {}
    expect(outcomes.every(({ code, payload }) => code === reply && linkOf(payload).name === 'lo')).toBe(true)
  })
})

describe('what takes long behind an answer', () => {
  const answers = 100
  const run = (behind: () => void) =>
    Promise.all(
      Array.from({ length: answers }, async () => {
        await session.send(getLinkByIndex(LOOPBACK))
        behind()
      }),
    )

  it('lets the event loop have its turn between two of them, also when they come at once', async () => {
    const turns = countTurns()
    const all = run(() => {
      turns.count()
      dawdle()
    })
    session.socket.flush()
    await all
    turns.end()
    // The first portions are of the size that was right for what came before.
    expect(turns.counts.filter(behind => behind > 0).length).toBeGreaterThan(answers / 10)
  })
})

describe('comeBehind', () => {
  it('is done behind all that waited to be handed over', async () => {
    const order: string[] = []
    const answers = Array.from({ length: 300 }, () => session.send(getLinkByIndex(LOOPBACK)).then(() => order.push('answer')))
    session.socket.flush()
    await new Promise(setImmediate)
    const end = performance.now() + 300
    while (performance.now() < end);
    const behind = inbox
      .request(id => inbox.addon.comeBehind(id))
      .then(outcome => {
        order.push('behind')
        return outcome
      })
    expect(await behind).toEqual(acknowledged)
    await Promise.all(answers)
    expect(order.indexOf('behind')).toBe(300)
  })
})

describe('a reply', () => {
  it('is the one message that was asked for', async () => {
    const outcome = await session.one(getLinkByIndex(LOOPBACK))
    expect(outcome.code).toBe(reply)
    expect(linkOf(outcome.payload)).toMatchObject({ index: LOOPBACK, name: 'lo' })
  })

  it('comes for each of many in one flush', async () => {
    const outcomes = await session.run(...Array.from({ length: 500 }, () => getLinkByIndex(LOOPBACK)))
    expect(outcomes.every(({ code, payload }) => code === reply && linkOf(payload).name === 'lo')).toBe(true)
  })

  it('arrives without a flush once a batch is full', async () => {
    const outcomes = Array.from({ length: 129 }, () => session.send(getLinkByIndex(LOOPBACK)))
    expect((await outcomes[0]!).code).toBe(reply)
    session.socket.flush()
    await Promise.all(outcomes)
  })
})

describe('an acknowledgement', () => {
  it('is done, with nothing else', async () => {
    expect(await session.one(addBridge('br0'))).toEqual(acknowledged)
  })

  it('follows the echo of the request, where one was asked for', async () => {
    const { code, parts } = await session.one(addBridge('br0', { flags: Nlm.create | Nlm.ack | Nlm.echo }))
    expect(code).toBe(done)
    expect(parts.map(({ payload }) => linkOf(payload).name)).toEqual(['br0'])
  })
})

describe('a refusal', () => {
  it('carries errno, the extended ack and the request', async () => {
    const outcome = await session.one(addLinkOfKind('a0', 'nonesuch'))
    expect(outcome).toMatchObject({ code: refused, error: EOPNOTSUPP })
    const extendedAck = attributesIn(outcome.payload.subarray(0, outcome.detail))
    expect(textOf(extendedAck.get(1))).toBe('Unknown device type')
    const [sent] = messagesIn(outcome.payload.subarray(Math.ceil(outcome.detail / 4) * 4))
    expect(textOf(attributesIn(sent!.body, 16).get(3))).toBe('a0')
  })

  it('names the offending attribute by its offset in the request', async () => {
    await session.one(addBridge('br0'))
    const outcome = await session.one(request('setLink', [0, 0, 0, 0, 0], [...headerIndex('br0'), ...bytes(4, [1, 2])]))
    const extendedAck = attributesIn(outcome.payload.subarray(0, outcome.detail))
    expect(outcome).toMatchObject({ code: refused, error: ERANGE })
    expect(numberOf(extendedAck.get(2)!)).toBe(16 + 16)
  })

  it('leaves the others of its batch alone', async () => {
    const outcomes = await session.run(addBridge('br0'), addBridge('br0'), addBridge('br1'))
    expect(codes(outcomes)).toEqual([done, refused, done])
    expect(outcomes[1]!.error).toBe(EEXIST)
  })

  it('answers a reply record for what is not there', async () => {
    expect(await session.one(getLinkByIndex(12345))).toMatchObject({ code: refused, error: ENODEV })
  })
})

describe('a name', () => {
  it('may be of a link that an earlier request of the same flush creates', async () => {
    const outcomes = await session.run(addBridge('br0'), addAddress('br0', [10, 0, 0, 1]), getLinkByName('br0'))
    expect(codes(outcomes)).toEqual([done, done, reply])
  })

  it('means the new link after one of the same name was deleted and added', async () => {
    await session.one(addBridge('a'))
    const outcomes = await session.run(deleteLink('a'), addBridge('a'), addAddress('a', [10, 0, 0, 1]), getLinkByName('a'))
    expect(codes(outcomes)).toEqual([done, done, done, reply])
    const addresses = await session.one(listAddresses())
    const index = addresses.parts.flatMap(({ payload }) => messagesIn(payload)).map(({ body }) => body[4])
    expect(index).toEqual([linkOf(outcomes[3]!.payload).index])
  })

  it('means another link after a renaming', async () => {
    await session.run(addBridge('a'), addBridge('b'))
    const outcomes = await session.run(rename('a', 'c'), rename('b', 'a'), getLinkByName('a'), getLinkByName('c'))
    const [, , a, c] = outcomes
    expect(linkOf(a!.payload).index).toBeGreaterThan(linkOf(c!.payload).index)
  })

  it('may be an alternative name', async () => {
    await session.run(addBridge('br0'), addAlternativeName('br0', 'other'))
    expect(linkOf((await session.one(getLinkByName('other'))).payload).name).toBe('br0')
  })

  it('may be an alternative name of any length, also one given in the same flush', async () => {
    const long = 'a-name-much-longer-than-fifteen-bytes'
    const outcomes = await session.run(
      addBridge('br0'),
      addAlternativeName('br0', long),
      addAddress(long, [10, 0, 0, 1]),
      getLinkByName(long),
    )
    expect(codes(outcomes)).toEqual([done, done, done, reply])
  })

  it('that no link has leaves the request unsent, with the offset at which the index would stand', async () => {
    const outcome = await session.one(getLinkByName('nothere'))
    expect(outcome).toMatchObject({ code: unresolved, error: ENODEV, detail: 16 + 4 })
    expect(messagesIn(outcome.payload)).toHaveLength(1)
  })

  it.each([16, 127, 128, 300])('of %i bytes that no link has is unresolved, too', async length => {
    expect(await session.one(getLinkByName('x'.repeat(length)))).toMatchObject({ code: unresolved, error: ENODEV })
  })

  it('that no link has does not stop the others', async () => {
    const outcomes = await session.run(addBridge('br0'), setMtu('nothere', 1400), setMtu('br0', 1400), getLinkByName('br0'))
    expect(codes(outcomes)).toEqual([done, unresolved, done, reply])
    expect(linkOf(outcomes[3]!.payload).mtu).toBe(1400)
  })

  it('is looked up in the namespace of the socket', async () => {
    const other = await freshNamespace(inbox)
    const there = new NativeSession(inbox, { namespace: other })
    await session.run(addBridge('first'), addBridge('same'))
    await there.one(addBridge('same'))
    await Promise.all([session.one(setMtu('same', 1401)), there.one(setMtu('same', 1402))])
    const [here, elsewhere] = await Promise.all([session.one(getLinkByName('same')), there.one(getLinkByName('same'))])
    expect([linkOf(here.payload).mtu, linkOf(elsewhere.payload).mtu]).toEqual([1401, 1402])
    there.socket.close()
    other.close()
  })
})

describe('a linked record', () => {
  const linked = { record: RecordFlag.linked | RecordFlag.renames }

  it('runs after its predecessor succeeded, with the index of what that created', async () => {
    const created = addBridge('br0', { flags: Nlm.create | Nlm.ack | Nlm.echo })
    expect(codes(await session.run(created, setUp(headerIndexOfPrevious(), linked)))).toEqual([done, done])
    expect(linkOf((await session.one(getLinkByName('br0'))).payload).flags & IFF_UP).toBe(IFF_UP)
  })

  it('reaches the peer of a veth through IFLA_LINK', async () => {
    const created = addVeth('left', 'right', { flags: Nlm.create | Nlm.ack | Nlm.echo })
    expect(codes(await session.run(created, setUp(headerIndexOfPreviousLink(), linked)))).toEqual([done, done])
    expect(linkOf((await session.one(getLinkByName('right'))).payload).flags & IFF_UP).toBe(IFF_UP)
    expect(linkOf((await session.one(getLinkByName('left'))).payload).flags & IFF_UP).toBe(0)
  })

  it('takes the index of a reply as well', async () => {
    await session.one(addBridge('br0'))
    const outcomes = await session.run(getLinkByName('br0'), setUp(headerIndexOfPrevious(), linked))
    expect(codes(outcomes)).toEqual([reply, done])
  })

  it('is unresolved when its predecessor showed no link', async () => {
    await session.one(addBridge('br0'))
    const outcomes = await session.run(setMtu('br0', 1400), setUp(headerIndexOfPrevious(), linked))
    expect(codes(outcomes)).toEqual([done, unresolved])
    expect(outcomes[1]!.error).toBe(ENODEV)
  })

  it('is skipped, and so are those that follow in its chain, when its predecessor was refused', async () => {
    const chain = [addLinkOfKind('a', 'nonesuch'), setMtu('lo', 1400, linked), setMtu('lo', 1400, linked)]
    expect(codes(await session.run(...chain, getLinkByIndex(LOOPBACK)))).toEqual([refused, skipped, skipped, reply])
  })

  it('is skipped when its predecessor was unresolved', async () => {
    expect(codes(await session.run(setMtu('nothere', 1400), setMtu('lo', 1400, linked)))).toEqual([unresolved, skipped])
  })

  it('is skipped when its predecessor was cancelled', async () => {
    const first = session.send(setMtu('lo', 1400))
    expect(session.socket.cancel(session.lastId)).toBe(true)
    const second = session.send(setMtu('lo', 1400, linked))
    session.socket.flush()
    expect(codes(await Promise.all([first, second]))).toEqual([cancelled, skipped])
  })

  it('stays with its predecessor when a batch is full', async () => {
    const outcomes = Array.from({ length: 128 }, () => session.send(getLinkByIndex(LOOPBACK)))
    outcomes.push(session.send(setMtu('lo', 1400, linked)))
    session.socket.flush()
    expect((await Promise.all(outcomes)).at(-1)!.code).toBe(done)
  })

  it('is malformed when it is the first of a flush', () => {
    expect(() => session.send(setMtu('lo', 1400, linked))).toThrow(TypeError)
  })
})

describe('bulk records', () => {
  let index = 0
  beforeEach(async () => {
    await session.run(addBridge('br0'), setUp(headerIndex('br0')))
    index = linkOf((await session.one(getLinkByName('br0'))).payload).index
  })
  async function routes(): Promise<number> {
    const { parts } = await session.one(listRoutes())
    return parts.reduce((count, { payload }) => count + messagesIn(payload).length, 0)
  }

  it('all succeed in silence', async () => {
    const outcomes = await session.run(...Array.from({ length: 1000 }, (_, i) => addRoute(i, index)))
    expect(codes(outcomes).every(code => code === done)).toBe(true)
    expect(await routes()).toBe(1000)
  })

  it('that fail are told, wherever they stand in a batch', async () => {
    const numbers = [0, 0, ...Array.from({ length: 126 }, (_, i) => i + 1), 1, 500]
    const outcomes = await session.run(...numbers.map(number => addRoute(number, index)))
    const failures = outcomes.flatMap(({ code, error }, at) => (code === done ? [] : [[at, code, error]]))
    expect(failures).toEqual([
      [1, refused, EEXIST],
      [128, refused, EEXIST],
    ])
  })

  it('that all fail are all told', async () => {
    const outcomes = await session.run(...Array.from({ length: 1000 }, () => addRoute(1, 4711)))
    expect(outcomes.every(({ code, error }) => code === refused && error === ENODEV)).toBe(true)
  })

  it('mix with others in one flush', async () => {
    const outcomes = await session.run(
      addRoute(1, index),
      getLinkByIndex(index),
      addRoute(2, index),
      addBridge('br1'),
      addRoute(2, index),
    )
    expect(codes(outcomes)).toEqual([done, reply, done, done, refused])
  })

  it('are told apart in a receive buffer too small for a whole batch of acknowledgements', async () => {
    const narrow = new NativeSession(inbox, { namespace: session.namespace, receiveBuffer: 4096 })
    const outcomes = await narrow.run(...Array.from({ length: 1000 }, (_, i) => addRoute(i % 500, index)))
    expect(codes(outcomes).filter(code => code === done)).toHaveLength(500)
    expect(codes(outcomes).filter(code => code === refused)).toHaveLength(500)
    narrow.socket.close()
  })
})

describe('an outcome that did not fit the receive buffer', () => {
  it('is unknown, and the request was executed', async () => {
    const narrow = new NativeSession(inbox, { namespace: session.namespace, receiveBuffer: 1 })
    const outcome = await narrow.one(addBridge('br0', { flags: Nlm.create | Nlm.ack | Nlm.echo }))
    expect(outcome).toMatchObject({ code: unknown, error: ENOBUFS })
    expect((await session.one(getLinkByName('br0'))).code).toBe(reply)
    narrow.socket.close()
  })

  it('does not confuse those that follow', async () => {
    const narrow = new NativeSession(inbox, { namespace: session.namespace, receiveBuffer: 1 })
    const echoed = { flags: Nlm.create | Nlm.ack | Nlm.echo }
    const outcomes = await narrow.run(addBridge('br0', echoed), addBridge('br0'), addBridge('br1', echoed), addBridge('br2'))
    expect(codes(outcomes)).toEqual([unknown, refused, unknown, done])
    narrow.socket.close()
  })
})

describe('a reply larger than the buffer it is received in', () => {
  it('is asked for again', async () => {
    await session.run(addBridge('br0'), ...manyAlternativeNames('br0', 490))
    const { code, payload } = await session.one(getLinkByName('br0'))
    expect(code).toBe(reply)
    expect(payload.length).toBeGreaterThan(65_536)
    expect(linkOf(payload).name).toBe('br0')
  })

  it('leaves the others of its batch alone', async () => {
    await session.run(addBridge('br0'), ...manyAlternativeNames('br0', 490))
    const outcomes = await session.run(getLinkByIndex(LOOPBACK), getLinkByName('br0'), addBridge('br1'), getLinkByIndex(LOOPBACK))
    expect(codes(outcomes)).toEqual([reply, reply, done, reply])
  })
})

describe('a record that outgrows its length field', () => {
  it('is too large, with the offset of the attribute, and is not sent', async () => {
    const alias = 20
    const program = [...string(3, 'lo'), ...string(alias, 'x'.repeat(65_536))]
    const outcomes = await session.run(request('setLink', [0, 0, 1, 0, 0], program), getLinkByIndex(LOOPBACK))
    expect(codes(outcomes)).toEqual([tooLarge, reply])
    expect(outcomes[0]!.detail).toBe(16 + 16 + 8)
  })
})

describe('cancel()', () => {
  it('takes back what was not sent', async () => {
    const outcome = session.send(addBridge('br0'))
    expect(session.socket.cancel(session.lastId)).toBe(true)
    session.socket.flush()
    expect((await outcome).code).toBe(cancelled)
    expect((await session.one(getLinkByName('br0'))).code).toBe(unresolved)
  })

  it('is false for what has completed', async () => {
    await session.one(addBridge('br0'))
    expect(session.socket.cancel(session.lastId)).toBe(false)
  })

  it('takes back what waits behind other requests', async () => {
    const before = Array.from({ length: 64 }, (_, i) => session.send(addVeth(`a${i}`, `b${i}`)))
    session.socket.flush()
    const last = session.send(addBridge('br0'))
    const id = session.lastId
    session.socket.flush()
    const taken = session.socket.cancel(id)
    expect((await last).code).toBe(taken ? cancelled : done)
    await Promise.all(before)
  })
})

describe('close()', () => {
  it('cancels what was queued', async () => {
    const outcomes = [session.send(addBridge('br0')), session.send(addBridge('br1'))]
    session.socket.close()
    expect(codes(await Promise.all(outcomes))).toEqual([cancelled, cancelled])
  })

  it('lets every request come to its end', async () => {
    const outcomes = Array.from({ length: 300 }, (_, i) => session.send(addVeth(`a${i}`, `b${i}`)))
    session.socket.flush()
    session.socket.close()
    expect(codes(await Promise.all(outcomes)).every(code => code === done || code === cancelled)).toBe(true)
  })

  it('cancels what comes later', async () => {
    session.socket.close()
    expect((await session.one(getLinkByIndex(LOOPBACK))).code).toBe(cancelled)
  })

  it('may be called twice', () => {
    session.socket.close()
    expect(() => session.socket.close()).not.toThrow()
  })
})

describe('a socket that cannot be opened', () => {
  it('fails each of its records with the call and errno', async () => {
    const unknown = new NativeSession(inbox, { protocol: 31 })
    // The only record that a socket of any protocol takes.
    const waiting = () => request('after', [0xffff_fff0], [], { flags: 0 })
    const outcomes = await unknown.run(waiting(), waiting())
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ code: failed, error: constants.errno.EPROTONOSUPPORT, detail: SystemCall.socket })
    unknown.socket.close()
  })

  it('is not even made with something else for a namespace', () => {
    expect(() => new NativeSession(inbox, { namespace: { fd: 0 } as NativeNamespace })).toThrow(TypeError)
  })
})

describe('a malformed record', () => {
  const LINK = [0, 0, 0, 0, 0]
  const malformed: [string, number[]][] = [
    ['is shorter than its header', [0, 0, 0]],
    ['has a header value that does not fit', [0, 0, 256, 0, 0, 0, 0]],
    ['has flags that do not fit', [0x10000, 0, ...LINK]],
    ['has an unknown record flag', [0, 1 << 20, ...LINK]],
    ['is a reply and a dump', [0, RecordFlag.reply | RecordFlag.dump, ...LINK]],
    ['streams without being a dump', [0, RecordFlag.stream, ...LINK]],
    ['has an unknown operation', [0, 0, ...LINK, 99]],
    ['lacks an operand', [0, 0, ...LINK, 3 | (4 << 16)]],
    ['has an u8 that does not fit', [0, 0, ...LINK, 1 | (4 << 16), 256]],
    ['has an u16 that does not fit', [0, 0, ...LINK, 2 | (4 << 16), 65536]],
    ['has bytes longer than the record', [0, 0, ...LINK, 9 | (4 << 16), 5, 0]],
    ['has bytes of a length that overflows', [0, 0, ...LINK, 9 | (4 << 16), 0xffffffff]],
    ['leaves a nest open', [0, 0, ...LINK, 11 | (4 << 16)]],
    ['ends a nest that is not open', [0, 0, ...LINK, 12]],
    ['nests too deep', [0, 0, ...LINK, ...Array(40).fill(11), ...Array(40).fill(12)]],
    ['has a hop outside a nest', [0, 0, ...LINK, 18, 0, 0, 0, 12]],
    ['has the index of a hop outside a hop', [0, 0, ...LINK, 19, 2, 0x6f6c]],
    ['has an empty name', [0, 0, ...LINK, 15, 0]],
    ['has a NUL in a name', [0, 0, ...LINK, 15, 2, 0x006c]],
    ['takes the index of the record before without being linked', [0, 0, ...LINK, 16]],
    ['gives raw bytes a type', [0, 0, ...LINK, 13 | (4 << 16), 0]],
  ]

  it.each(malformed)('that %s throws TypeError and queues nothing', (_, words) => {
    const before = inbox.addon.counters().inFlight
    expect(() => session.socket.getLink(Uint32Array.of(1, ...words), words.length + 1)).toThrow(TypeError)
    expect(inbox.addon.counters().inFlight).toBe(before)
  })

  it('that is longer than its array throws', () => {
    expect(() => session.socket.getLink(new Uint32Array(8), 9)).toThrow(TypeError)
  })

  it('that is no Uint32Array throws', () => {
    expect(() => session.socket.getLink(new Int32Array(8) as unknown as Uint32Array, 8)).toThrow(TypeError)
  })

  it('that sets the index of a header without one throws', () => {
    expect(() => session.send(request('newRoute', [2, 0, 0, 0, 0, 0, 0, 0, 0], headerIndex('lo')))).toThrow(TypeError)
  })
})

it('leaves no thread in a foreign namespace', async () => {
  await session.run(addBridge('br0'), getLinkByName('br0'))
  expect(await lastingStrayThreads()).toEqual([])
})
