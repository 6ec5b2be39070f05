import { writeSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  type Capture,
  type CaptureDirection,
  type CaptureOptions,
  ClosedError,
  ethernet,
  type Frame,
  NetlinkError,
  Netns,
  SystemError,
} from '../../lib/index.ts'
import { runProgram } from '../support/dist.ts'
import { shownLink, shownNames } from '../support/ip.ts'
import { joinedNamespaces } from '../support/joined.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { numberOf, onlyTestFrames, sendFrames, TEST_TYPE, testFrame } from '../support/raw-frames.ts'
import { compileFilter, lackOfTcpdump } from '../support/tcpdump.ts'
import { eventually, lastingStrayThreads, openDescriptors } from '../support/test-namespaces.ts'

let left: NamedNetns
let right: NamedNetns
const captures: Capture[] = []

beforeAll(async () => {
  ;({ left, right } = await joinedNamespaces())
})
afterEach(async () => {
  await Promise.all(captures.splice(0).map(capture => capture.close()))
})
afterAll(closeNamespaces)

/** Of test frames only, unless the options say otherwise. */
async function opened(netns: NamedNetns, link: string | undefined, options: CaptureOptions = {}): Promise<Capture> {
  const capture = await netns.capture(link, { filter: onlyTestFrames, ...options })
  captures.push(capture)
  return capture
}

/** What it has captured, once it is closed. */
async function rest(capture: Capture): Promise<Frame[]> {
  await capture.close()
  const frames: Frame[] = []
  for await (const frame of capture) frames.push(frame)
  return frames
}

const bytesOf = (frames: readonly Frame[]) => frames.map(({ bytes }) => Buffer.from(bytes))
const numbersOf = (frames: readonly Frame[]) => frames.map(({ bytes }) => numberOf(bytes))

describe('netns.capture', () => {
  it('gives the frames of a link as they were sent, at both ends', async () => {
    const [out, into] = [await opened(left, 'wire'), await opened(right, 'wire')]
    const sent = [60, 61, 1000, 1514].map((size, i) => testFrame(i, size))
    await sendFrames(left, 'wire', sent)
    const [leaving, arriving] = [await rest(out), await rest(into)]
    expect(bytesOf(leaving)).toEqual(sent)
    expect(bytesOf(arriving)).toEqual(sent)
    expect(leaving.map(({ direction, packetType }) => [direction, packetType])).toEqual(Array(4).fill(['out', 'outgoing']))
    expect(arriving.map(({ direction, packetType }) => [direction, packetType])).toEqual(Array(4).fill(['in', 'broadcast']))
  })

  it('says of each frame when, where and what', async () => {
    const capture = await opened(right, 'wire')
    const before = BigInt(Date.now() - 1) * 1_000_000n
    await sendFrames(left, 'wire', [testFrame(1)])
    const [frame] = await rest(capture)
    const { index } = await right.links.get('wire')
    expect(frame).toMatchObject({
      link: index,
      linkName: 'wire',
      hardwareType: 'ether',
      length: 60,
      protocol: TEST_TYPE,
      networkOffset: 14,
    })
    expect(frame!.timestamp > before && frame!.timestamp < BigInt(Date.now() + 1) * 1_000_000n).toBe(true)
  })

  it('knows its link', async () => {
    const { index } = await right.links.get('wire')
    expect((await opened(right, 'wire')).link).toEqual({ index, name: 'wire', hardwareType: 'ether' })
    expect((await opened(right, undefined)).link).toBeUndefined()
  })

  it('takes the link by index, as a Link, and by alternative names of any length', async () => {
    const link = await right.links.get('wire')
    const long = 'an-alternative-name-that-is-longer-than-ifnamsiz'
    await right.links.addAltNames('wire', ['alt0', long])
    for (const reference of [link.index, link, 'alt0', long]) {
      const capture = await right.capture(reference)
      expect(capture.link).toMatchObject({ name: 'wire' })
      await capture.close()
    }
  })

  it('has frames of every link when none is given, with their names', async () => {
    const capture = await opened(right, undefined)
    await sendFrames(left, 'wire', [testFrame(1)])
    await sendFrames(right, 'lo', [testFrame(2)])
    const frames = await rest(capture)
    expect(frames.map(({ linkName, link, hardwareType }) => [linkName, link, hardwareType])).toEqual([
      ['wire', (await right.links.get('wire')).index, 'ether'],
      ['lo', 1, 'loopback'],
    ])
  })

  it('keeps up with thousands, in order', async () => {
    const capture = await opened(right, 'wire', { bufferSize: 16 * 1024 * 1024 })
    const COUNT = 5000
    await sendFrames(
      left,
      'wire',
      Array.from({ length: COUNT }, (_, i) => testFrame(i, 60 + (i % 1400))),
    )
    expect(numbersOf(await rest(capture))).toEqual([...Array(COUNT).keys()])
    expect(capture.statistics()).toEqual({ received: COUNT, dropped: 0 })
  })

  it('hands frames over while it runs', async () => {
    const capture = await opened(right, 'wire')
    const frames = capture[Symbol.asyncIterator]()
    for (let i = 0; i < 5; i++) {
      const next = frames.next()
      await sendFrames(left, 'wire', [testFrame(i)])
      expect(numberOf((await next).value!.bytes)).toBe(i)
    }
  })

  it('lets timers have their turn while there is always another frame', async () => {
    const capture = await opened(left, 'wire', { delay: 1 })
    let isOver = false
    setTimeout(() => {
      isOver = true
    }, 50)
    await sendFrames(left, 'wire', [testFrame(0)])
    const socket = await left.openSocket({ family: 'packet', type: 'raw', bind: { link: 'wire' } })
    for await (const { bytes } of capture) {
      if (isOver) break
      writeSync(socket.fd, bytes)
    }
    await socket.close()
    expect(isOver).toBe(true)
  })
})

describe('options of a capture', () => {
  it.each<[CaptureDirection, number[]]>([
    ['in', [2]],
    ['out', [1]],
    ['both', [1, 2]],
  ])('direction %s', async (direction, numbers) => {
    const capture = await opened(left, 'wire', { direction })
    await sendFrames(left, 'wire', [testFrame(1)])
    await sendFrames(right, 'wire', [testFrame(2)])
    expect(numbersOf(await rest(capture))).toEqual(numbers)
  })

  it.each<[CaptureDirection, string]>([
    ['both', 'in'],
    ['in', 'in'],
    ['out', 'out'],
  ])('direction %s has each frame of the loopback link once, as one that goes %s', async (direction, seen) => {
    const capture = await opened(left, 'lo', { direction })
    await sendFrames(left, 'lo', [testFrame(1)])
    expect((await rest(capture)).map(frame => frame.direction)).toEqual([seen])
  })

  it.each([1, 13, 14, 59])('snapLength %i', async snapLength => {
    const capture = await opened(right, 'wire', { snapLength })
    await sendFrames(left, 'wire', [testFrame(1, 200)])
    const [frame] = await rest(capture)
    expect(bytesOf([frame!])).toEqual([testFrame(1, 200).subarray(0, snapLength)])
    expect(frame!.length).toBe(200)
  })

  it('snapLength without a filter', async () => {
    const capture = await opened(left, 'lo', { filter: undefined, snapLength: 20 })
    await sendFrames(left, 'lo', [testFrame(1, 200)])
    expect(bytesOf(await rest(capture))).toEqual([testFrame(1, 200).subarray(0, 20)])
  })

  it('filter, as tcpdump compiles it', async context => {
    const lack = lackOfTcpdump()
    if (lack !== undefined) context.skip(lack)
    const echoes = await opened(left, 'wire', { filter: compileFilter('icmp[icmptype] == icmp-echo') })
    const large = await opened(left, 'wire', { filter: compileFilter('ip and greater 1000') })
    await left.ping('192.0.2.2', { count: 3, interval: 1 })
    await left.ping('192.0.2.2', { size: 1200 })
    const ICMP_TYPE = 14 + 20
    expect((await rest(echoes)).map(({ bytes, direction }) => [bytes[ICMP_TYPE], direction])).toEqual(Array(4).fill([8, 'out']))
    expect((await rest(large)).map(({ length }) => length)).toEqual([1242, 1242])
    expect(echoes.statistics().received).toBe(4)
  })

  it('filter that returns what it has computed', async () => {
    const BPF_LD_LEN = 0x80
    const BPF_SUB_K = 0x14
    const BPF_RET_A = 0x16
    const allButTen = [onlyTestFrames[0]!, { ...onlyTestFrames[1]!, jf: 3 }].concat(
      [BPF_LD_LEN, BPF_SUB_K, BPF_RET_A, 0x06].map(code => ({ code, jt: 0, jf: 0, k: code === BPF_SUB_K ? 10 : 0 })),
    )
    const capture = await opened(right, 'wire', { filter: allButTen, snapLength: 100 })
    await sendFrames(left, 'wire', [testFrame(1, 80), testFrame(2, 800)])
    expect((await rest(capture)).map(({ bytes, length }) => [bytes.length, length])).toEqual([
      [70, 80],
      [100, 800],
    ])
  })

  it('promiscuous, as ip counts it', async () => {
    expect(shownLink(right.name, 'wire').promiscuity).toBe(0)
    const capture = await opened(right, 'wire', { promiscuous: true })
    expect(shownLink(right.name, 'wire').promiscuity).toBe(1)
    await capture.close()
    expect(shownLink(right.name, 'wire').promiscuity).toBe(0)
  })

  // On a busy machine they do not come within it each time.
  it('delay: frames come together that come within it', { retry: 10 }, async () => {
    const capture = await opened(right, 'wire', { delay: 1000 })
    const batches = capture.batches()
    const first = batches.next()
    for (let i = 0; i < 5; i++) await sendFrames(left, 'wire', [testFrame(i)])
    expect(numbersOf((await first).value as Frame[])).toEqual([0, 1, 2, 3, 4])
  })

  it.each<[string, string | number | undefined, unknown, object]>([
    ['a link without a name', '', {}, { name: 'TypeError', option: 'link' }],
    ['an option that it has not', 'wire', { snaplen: 5 }, { code: 'ERR_UNKNOWN_OPTION', option: 'snaplen' }],
    ['a direction that it has not', 'wire', { direction: 'inbound' }, { name: 'TypeError', option: 'direction' }],
    ['a snap length of 0', 'wire', { snapLength: 0 }, { name: 'RangeError', option: 'snapLength' }],
    ['a snap length beyond 128 KiB', 'wire', { snapLength: 131_073 }, { name: 'RangeError', option: 'snapLength' }],
    ['a buffer of one block', 'wire', { bufferSize: 262_144 }, { name: 'RangeError', option: 'bufferSize' }],
    ['no delay', 'wire', { delay: 0 }, { name: 'RangeError', option: 'delay' }],
    ['promiscuous of every link', undefined, { promiscuous: true }, { name: 'TypeError', option: 'promiscuous' }],
    ['promiscuous that is no boolean', 'wire', { promiscuous: 1 }, { name: 'TypeError', option: 'promiscuous' }],
    ['a filter that is text', 'wire', { filter: 'icmp' }, { name: 'TypeError', option: 'filter' }],
  ])('refuses %s', async (_, link, options, error) => {
    await expect(right.capture(link, options as CaptureOptions)).rejects.toMatchObject({ operation: 'netns.capture', ...error })
  })
})

describe('a VLAN tag that the kernel has taken out', () => {
  const tags = [
    [{ protocol: '802.1Q', id: 5, priority: 3 }],
    [{ protocol: '802.1ad', id: 4094, dropEligible: true }],
    [{ protocol: '802.1ad', id: 7 }, { id: 8 }],
  ] as const
  const tagged = tags.map(tags =>
    ethernet.build({
      destination: 'ff:ff:ff:ff:ff:ff',
      source: '02:02:02:02:02:02',
      tags,
      etherType: TEST_TYPE,
      payload: new Uint8Array(50).fill(7),
    }),
  )

  it('is back in the frame', async () => {
    const capture = await opened(right, 'wire', { filter: undefined, direction: 'in' })
    await sendFrames(left, 'wire', tagged)
    const frames = (await rest(capture)).filter(({ bytes }) => bytes[6] === 2 && bytes[7] === 2)
    expect(bytesOf(frames)).toEqual(tagged.map(bytes => Buffer.from(bytes)))
    expect(frames.map(({ length }) => length)).toEqual(tagged.map(({ length }) => length))
    expect(frames[0]).toMatchObject({ protocol: TEST_TYPE, networkOffset: 18 })
  })

  it.each([11, 12, 14, 16, 17])('is cut with the frame at %i', async snapLength => {
    const capture = await opened(right, 'wire', { filter: undefined, direction: 'in', snapLength })
    await sendFrames(left, 'wire', tagged)
    const frames = (await rest(capture)).filter(({ bytes }) => bytes[6] === 2 && bytes[7] === 2)
    expect(bytesOf(frames)).toEqual(tagged.map(bytes => Buffer.from(bytes.subarray(0, snapLength))))
    expect(frames.map(({ length }) => length)).toEqual(tagged.map(({ length }) => length))
  })
})

describe('a capture that nobody reads', () => {
  it('costs no more memory, counts what is dropped, and goes on when somebody does', async () => {
    const SIZE = 1400
    const COUNT = 10_000
    const capture = await opened(right, 'wire', { bufferSize: 524_288 })
    await sendFrames(
      left,
      'wire',
      Array.from({ length: COUNT }, (_, i) => testFrame(i, SIZE)),
    )
    await expect.poll(() => capture.statistics().received).toBe(COUNT)
    const { dropped } = capture.statistics()
    expect(dropped).toBeGreaterThan(0)
    const frames: Frame[] = []
    for await (const batch of capture.batches()) {
      frames.push(...batch)
      if (frames.length === COUNT - dropped) break
    }
    // Twice the buffer, and the block that was one too many.
    expect(frames.length * SIZE).toBeLessThan(2 * 524_288 + 262_144)
    const numbers = numbersOf(frames)
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b))
    await sendFrames(left, 'wire', [testFrame(77_777)])
    expect(numbersOf(await rest(capture))).toEqual([77_777])
    expect(capture.statistics()).toEqual({ received: COUNT + 1, dropped })
  })
})

describe('a link that goes', () => {
  let other: NamedNetns

  beforeEach(async () => {
    other = await createNamespace()
    await other.links.add({ kind: 'veth', name: 'a', up: true, veth: { peer: { name: 'b', up: true } } })
    await eventually(() => shownLink(other.name, 'a').operstate === 'UP')
  })

  /** What comes until the end, and the error at the end. */
  async function read(capture: Capture) {
    const numbers: number[] = []
    const error = await (async () => {
      for await (const { bytes } of capture) numbers.push(numberOf(bytes))
    })().catch((thrown: unknown) => thrown)
    return { numbers, error }
  }

  const gone = {
    code: 'ENETDOWN',
    operation: 'capture',
    message: 'capture: poll: network is down (ENETDOWN); the link "a" was deleted, or moved to another namespace',
  }

  it.each<[string, () => Promise<unknown>]>([
    ['deleted', () => other.links.delete('a')],
    [
      'deleted while it is down',
      async () => {
        await other.links.set('a', { up: false })
        await new Promise(resolve => setTimeout(resolve, 20))
        await other.links.delete('a')
      },
    ],
    ['moved to another namespace', () => other.links.set('a', { netns: left, name: 'moved' })],
  ])('%s: ends in an error behind the last frame', async (_, go) => {
    const capture = await opened(other, 'a', { delay: 1000 })
    const reading = read(capture)
    await sendFrames(other, 'b', [testFrame(1), testFrame(2)])
    await go()
    const { numbers, error } = await reading
    expect(numbers).toEqual([1, 2])
    expect(error).toBeInstanceOf(SystemError)
    expect(error).toMatchObject(gone)
    expect(capture.closed).toBe(true)
    expect(capture.statistics()).toEqual({ received: 2, dropped: 0 })
  })

  it('deleted when it was down, and its last frame has come since: ends', async () => {
    const capture = await opened(other, 'a', { delay: 1000 })
    await sendFrames(other, 'b', [testFrame(1)])
    await other.links.set('a', { up: false })
    const numbers: number[] = []
    const reading = (async () => {
      for await (const { bytes } of capture) numbers.push(numberOf(bytes))
    })()
    const ended = expect(reading).rejects.toMatchObject(gone)
    expect(await eventually(() => numbers.length === 1)).toBe(true)
    await other.links.delete('a')
    await ended
  })

  it('ends when nobody was reading, too, and tells it once', async () => {
    const capture = await opened(other, 'a')
    await other.links.delete('a')
    expect((await read(capture)).error).toMatchObject({ code: 'ENETDOWN' })
    expect(await read(capture)).toEqual({ numbers: [], error: undefined })
  })

  it('down and up again: goes on', async () => {
    const capture = await opened(other, 'a', { direction: 'in' })
    const frames = capture[Symbol.asyncIterator]()
    for (let i = 0; i < 2; i++) {
      const next = frames.next()
      await other.links.set('a', { up: false })
      await other.links.set('a', { up: true })
      await eventually(() => shownLink(other.name, 'b').operstate === 'UP')
      await sendFrames(other, 'b', [testFrame(i)])
      expect(numberOf((await next).value!.bytes)).toBe(i)
    }
  })

  it('that was down from the beginning: its frames come once it is up', async () => {
    await other.links.set('a', { up: false })
    const capture = await opened(other, 'a', { direction: 'in' })
    const next = capture[Symbol.asyncIterator]().next()
    await other.links.set('a', { up: true })
    await eventually(() => shownLink(other.name, 'b').operstate === 'UP')
    await sendFrames(other, 'b', [testFrame(1)])
    expect(numberOf((await next).value!.bytes)).toBe(1)
  })

  it('of several: the capture of all goes on', async () => {
    const capture = await opened(other, undefined)
    await other.links.set('lo', { up: true })
    await other.links.delete('a')
    await sendFrames(other, 'lo', [testFrame(1)])
    expect(numbersOf(await rest(capture))).toEqual([1])
  })

  it('takes its name along: a frame that is read afterwards has its index', async () => {
    const capture = await opened(other, undefined, { delay: 1000 })
    const { index } = await other.links.get('b')
    await sendFrames(other, 'a', [testFrame(1)])
    await other.links.delete('a')
    expect((await rest(capture)).at(-1)).toMatchObject({ link: index, linkName: undefined })
  })
})

describe('closing a capture', () => {
  it('ends the loop behind the last frame, also one that waits, and may be repeated', async () => {
    const capture = await opened(right, 'wire', { delay: 1000 })
    const reading = (async () => {
      const numbers: number[] = []
      for await (const { bytes } of capture) numbers.push(numberOf(bytes))
      return numbers
    })()
    await sendFrames(left, 'wire', [testFrame(1), testFrame(2)])
    expect(capture.closed).toBe(false)
    await Promise.all([capture.close(), capture.close()])
    await capture.close()
    expect(capture.closed).toBe(true)
    expect(await reading).toEqual([1, 2])
  })

  it('happens at the end of its scope', async () => {
    const capture = await opened(right, 'wire')
    await capture[Symbol.asyncDispose]()
    expect(capture.closed).toBe(true)
  })

  it('happens when the loop over frames is left', async () => {
    const capture = await opened(right, 'wire')
    await sendFrames(left, 'wire', [testFrame(1), testFrame(2)])
    for await (const _ of capture) break
    expect(capture.closed).toBe(true)
    expect(await rest(capture)).toEqual([])
  })

  it('does not happen when the loop over batches is left', async () => {
    const capture = await opened(right, 'wire')
    await sendFrames(left, 'wire', [testFrame(1)])
    for await (const _ of capture.batches()) break
    expect(capture.closed).toBe(false)
    await sendFrames(left, 'wire', [testFrame(2)])
    expect(numbersOf(await rest(capture))).toEqual([2])
  })

  it('ends whoever waits', async () => {
    const capture = await opened(right, 'wire')
    const waiting = [capture[Symbol.asyncIterator]().next(), capture.batches().next()]
    await capture.close()
    expect(await Promise.all(waiting)).toEqual(Array(2).fill({ value: undefined, done: true }))
  })

  it('leaves no descriptor and no thread', async () => {
    const cycle = async () => {
      const capture = await right.capture('wire')
      await sendFrames(left, 'wire', [testFrame(1)])
      await capture.close()
    }
    await cycle()
    const before = openDescriptors()
    for (let i = 0; i < 20; i++) await cycle()
    expect(openDescriptors()).toBeLessThanOrEqual(before)
    expect(await lastingStrayThreads()).toEqual([])
  })
})

describe('a signal', () => {
  const reason = new Error('enough')

  it('that was aborted before: nothing is opened', async () => {
    await expect(right.capture('wire', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })

  it('that is aborted while it opens', async () => {
    const before = openDescriptors()
    const controller = new AbortController()
    const opening = right.capture('wire', { signal: controller.signal })
    controller.abort(reason)
    await expect(opening).rejects.toBe(reason)
    expect(openDescriptors()).toBeLessThanOrEqual(before)
  })

  it('closes the capture, and whoever reads gets its reason', async () => {
    const controller = new AbortController()
    const capture = await opened(right, 'wire', { signal: controller.signal })
    const reading = capture[Symbol.asyncIterator]().next()
    controller.abort(reason)
    await expect(reading).rejects.toBe(reason)
    expect(capture.closed).toBe(true)
    await expect(capture.batches().next()).rejects.toBe(reason)
  })

  it('that is aborted after the capture was closed does nothing', async () => {
    const controller = new AbortController()
    const capture = await opened(right, 'wire', { signal: controller.signal })
    expect(await rest(capture)).toEqual([])
    controller.abort(reason)
    await capture.close()
  })
})

describe('the namespace of a capture', () => {
  it('must be open', async () => {
    const netns = await createNamespace()
    netns.close()
    await expect(netns.capture('lo')).rejects.toThrow(ClosedError)
  })

  it('is kept alive by the capture when its handle is closed', async () => {
    const netns = await Netns.create()
    await netns.links.add({ kind: 'veth', name: 'a', up: true, veth: { peer: { name: 'far', netns: right, up: true } } })
    const capture = await netns.capture('a', { filter: onlyTestFrames })
    captures.push(capture)
    const frames = capture[Symbol.asyncIterator]()
    netns.close()
    await eventually(() => shownLink(right.name, 'far').operstate === 'UP')
    await sendFrames(right, 'far', [testFrame(1)])
    expect(numberOf((await frames.next()).value!.bytes)).toBe(1)
    await capture.close()
    expect(await eventually(() => !shownNames(right.name).includes('far'))).toBe(true)
  })

  it('has no such link', async () => {
    await expect(right.capture('missing')).rejects.toMatchObject({
      code: 'ENODEV',
      option: 'link',
      message: 'netns.capture: option "link": ioctl: no such device (ENODEV); there is no link of this name',
    })
    await expect(right.capture(9999)).rejects.toThrow(SystemError)
    await expect(right.capture('no-link-has-a-name-that-is-so-long')).rejects.toThrow(NetlinkError)
  })

  it('has a kernel that refuses a filter', async () => {
    const BPF_DIV_K = 0x34
    const byZero = [{ code: BPF_DIV_K, jt: 0, jf: 0, k: 0 }, onlyTestFrames[3]!]
    await expect(right.capture('wire', { filter: byZero })).rejects.toMatchObject({
      code: 'EINVAL',
      option: 'filter',
      message: 'netns.capture: option "filter": setsockopt: invalid argument (EINVAL); the kernel refuses this program',
    })
  })

  it('may not be looked into by everybody', async () => {
    const { stdout, stderr } = await runProgram(
      `await rtnetlink.Netns.current().capture('lo').catch(error => console.log(error.code, error.message))`,
      ['setpriv', '--reuid', '65534', '--clear-groups', '--bounding-set', '-all', '--inh-caps', '-all'],
    )
    expect({ stdout, stderr }).toEqual({ stdout: expect.stringMatching(/^EPERM .*CAP_NET_RAW/), stderr: '' })
  })
})

describe('the process of a capture', () => {
  const open = (name: string) => `
    const netns = await rtnetlink.Netns.open('${name}')
    const capture = await netns.capture('lo')`

  it('ends when nobody waits for a frame', async () => {
    expect(await runProgram(`${open(left.name)}; console.log('open')`)).toMatchObject({ code: 0, stdout: 'open\n', stderr: '' })
  })

  it('stays alive while somebody does', async () => {
    const { stdout, stderr } = await runProgram(`${open(left.name)}
      capture[Symbol.asyncIterator]().next().then(({ value }) => console.log(value.linkName))
      setTimeout(() => netns.ping('127.0.0.1'), 50).unref()`)
    expect({ stdout, stderr }).toEqual({ stdout: 'lo\n', stderr: '' })
  })

  it('does not with unref, until ref', async () => {
    const wait = `${open(left.name)}; capture.unref()
      capture[Symbol.asyncIterator]().next().then(({ value }) => console.log(value.linkName))`
    expect(await runProgram(wait)).toMatchObject({ code: 0, stdout: '', stderr: '' })
    const { stdout } = await runProgram(`${wait}; capture.ref(); setTimeout(() => netns.ping('127.0.0.1'), 50).unref()`)
    expect(stdout).toBe('lo\n')
  })

  it('may end at any moment', async () => {
    const ended = await runProgram(`${open(left.name)}
      capture[Symbol.asyncIterator]().next()
      netns.ping('127.0.0.1', { count: 50, interval: 1 })
      setTimeout(() => process.exit(3), 20)`)
    expect(ended).toMatchObject({ code: 3, stderr: '' })
  })

  it('has workers that end with a capture open', async () => {
    const inWorker = `
      import { parentPort } from 'node:worker_threads'
      import { Netns } from '${new URL('../../dist/index.js', import.meta.url).href}'
      const capture = await (await Netns.open('${left.name}')).capture('lo')
      parentPort.postMessage('open')
      for await (const _ of capture) continue`
    const ended = await runProgram(`
      import { readdirSync } from 'node:fs'
      import { Worker } from 'node:worker_threads'
      const round = async () => {
        const worker = new Worker(${JSON.stringify(inWorker)}, { eval: true })
        await new Promise(resolve => worker.once('message', resolve))
        await worker.terminate()
      }
      await round()
      const before = readdirSync('/proc/self/fd').length
      for (let i = 0; i < 3; i++) await round()
      console.log(readdirSync('/proc/self/fd').length - before)`)
    expect(ended).toMatchObject({ code: 0, stdout: '0\n', stderr: '' })
  })

  it('has workers that are terminated in the middle of a call, which then cannot even throw', async () => {
    const inWorker = `
      import { parentPort } from 'node:worker_threads'
      import { Netns } from '${new URL('../../dist/index.js', import.meta.url).href}'
      const ns = await Netns.open('${left.name}')
      const capture = await ns.capture('lo')
      const pings = async () => { for (;;) await ns.ping('127.0.0.1', { count: 50, interval: 0 }).catch(() => {}) }
      const lists = async () => { for (;;) await ns.links.list() }
      void pings()
      void lists()
      parentPort.postMessage('open')
      for await (const _ of capture) continue`
    const ended = await runProgram(`
      import { Worker } from 'node:worker_threads'
      for (let i = 0; i < 40; i++) {
        const worker = new Worker(${JSON.stringify(inWorker)}, { eval: true })
        await new Promise(resolve => worker.once('message', resolve))
        await new Promise(resolve => setTimeout(resolve, i % 20))
        await worker.terminate()
      }`)
    expect(ended).toMatchObject({ code: 0, stderr: '' })
  })
})
