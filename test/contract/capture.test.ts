import { once } from 'node:events'
import { readFileSync, writeSync } from 'node:fs'
import { constants } from 'node:os'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Frame, readFrames } from '../../lib/capture/frame.ts'
import {
  CAPTURE_BLOCK,
  type CaptureOptions,
  CompletionCode,
  type NativeCapture,
  type NativeDescriptor,
  type NativeNamespace,
  SystemCall,
} from '../../lib/native/binding.ts'
import { runInChild, runInWorker } from '../support/child.ts'
import { type Completion, Inbox, type Outcome } from '../support/inbox.ts'
import { freshNamespace } from '../support/native-session.ts'
import { eventually, lastingStrayThreads, openDescriptors } from '../support/test-namespaces.ts'

const inbox = new Inbox()
const { addon } = inbox
const { done, failed, part } = CompletionCode
const { EINVAL, ENODEV } = constants.errno
const AF_PACKET = 17
const SOCK_RAW = 3

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Its loopback link is up, and nobody but the tests sends anything there. */
let namespace: NativeNamespace
let sender: NativeDescriptor
const captures: NativeCapture[] = []

beforeAll(async () => {
  namespace = await freshNamespace(inbox)
  await setLoopbackUp()
  sender = new addon.Descriptor()
  const address = { bytes: Uint8Array.of(AF_PACKET, 0, ...new Array<number>(18).fill(0)), link: 'lo', linkOffset: 4 }
  const remote = { bytes: new Uint8Array(), link: '', linkOffset: 0 }
  await inbox.request(id =>
    sender.open(id, { namespace, domain: AF_PACKET, type: SOCK_RAW, protocol: 0, options: [], address, backlog: -1, remote }),
  )
})
afterEach(async () => {
  for (const capture of captures.splice(0)) await inbox.request(id => capture.close(id, false))
})
afterAll(async () => {
  await inbox.request(id => sender.close(id))
  namespace.close()
})

async function setLoopbackUp(): Promise<void> {
  const socket = new addon.NetlinkSocket({ protocol: 0, namespace, receiveBuffer: 0, strict: true, dumpRetries: 1 })
  const [NLM_F_ACK, IFF_UP] = [4, 1]
  await inbox.request(id => {
    socket.setLink(Uint32Array.of(id, NLM_F_ACK, 0, 0, 0, 1, IFF_UP, IFF_UP), 8)
    socket.flush()
  })
  socket.close()
}

const [LD_ABS, JEQ, RET_K, PACKET_TYPE, PACKET_OUTGOING] = [0x20, 0x15, 0x06, 0xffff_f004, 4]

function bpf(...steps: [code: number, jt: number, jf: number, k: number][]): Uint8Array {
  const bytes = Buffer.alloc(steps.length * 8)
  steps.forEach(([code, jt, jf, k], i) => {
    bytes.writeUInt16LE(code, i * 8)
    bytes.set([jt, jf], i * 8 + 2)
    bytes.writeUInt32LE(k, i * 8 + 4)
  })
  return bytes
}

/** Loopback has each frame twice. */
const incoming = bpf([LD_ABS, 0, 0, PACKET_TYPE], [JEQ, 1, 0, PACKET_OUTGOING], [RET_K, 0, 0, 65_536], [RET_K, 0, 0, 0])

function options(changes: Partial<CaptureOptions> = {}): CaptureOptions {
  const rest = { link: 'lo', index: 0, filter: incoming, promiscuous: false, blocks: 2, delay: 5, snapLength: 65_536 }
  return { namespace, ...rest, ...changes }
}

async function tryOpen(changes?: Partial<CaptureOptions>) {
  const capture = new addon.Capture()
  let outcome: Promise<Outcome> | undefined
  const events = inbox.listen(events => {
    outcome = inbox.request(id => capture.open(id, events, options(changes)))
  })
  captures.push(capture)
  return { capture, events, outcome: (await outcome) as Outcome }
}

async function open(changes?: Partial<CaptureOptions>): Promise<{ capture: NativeCapture; events: Completion[] }> {
  const { outcome, ...opened } = await tryOpen(changes)
  expect(outcome).toMatchObject({ code: done, error: 0 })
  return opened
}

async function close(capture: NativeCapture, keep = false): Promise<Outcome> {
  return await inbox.request(id => capture.close(id, keep))
}

/** A frame of a test's own EtherType, with a number in it. */
function frame(number: number, size = 60): Buffer {
  const bytes = Buffer.alloc(size)
  bytes.writeUInt16BE(0x88b5, 12)
  bytes.writeUInt32BE(number, 14)
  return bytes
}

function send(...frames: Uint8Array[]): void {
  for (const bytes of frames) writeSync(sender.fd, bytes)
}

const numberOf = ({ bytes }: Frame) => Buffer.from(bytes).readUInt32BE(14)

function takeAll(capture: NativeCapture): Frame[] {
  const frames: Frame[] = []
  for (let batch = capture.take(); batch !== undefined; batch = capture.take()) frames.push(...readFrames(batch))
  return frames
}

/** So many frames, as they come. */
async function read({ capture, events }: { capture: NativeCapture; events: Completion[] }, count: number): Promise<Frame[]> {
  const frames: Frame[] = []
  while (frames.length < count) {
    const before = events.length
    capture.want()
    if (!(await eventually(() => events.length > before))) throw new Error(`only ${frames.length} frames came`)
    frames.push(...takeAll(capture))
  }
  return frames
}

describe('open', () => {
  it('says which link it is', async () => {
    const { outcome } = await tryOpen()
    const [said] = outcome.parts
    const view = new DataView(said!.payload.buffer, said!.payload.byteOffset)
    const ARPHRD_LOOPBACK = 772
    expect([view.getUint32(0, true), view.getUint32(4, true)]).toEqual([1, ARPHRD_LOOPBACK])
    expect(Buffer.from(said!.payload.subarray(8)).toString()).toBe('lo'.padEnd(16, '\0'))
  })

  it('says nothing of a link when it is of all', async () => {
    const { outcome } = await tryOpen({ link: '' })
    expect([...outcome.parts[0]!.payload]).toEqual(new Array(24).fill(0))
  })

  it('leaves no memory to child processes', async () => {
    await open()
    const regions = readFileSync('/proc/self/smaps', 'utf8').split(/^(?=[0-9a-f]+-)/m)
    const ring = regions.find(region => region.includes('socket:['))
    expect(ring).toMatch(/^VmFlags:.* dc( |$)/m)
  })

  it('takes the link by its index', async () => {
    const { outcome } = await tryOpen({ link: '', index: 1 })
    expect(Buffer.from(outcome.parts[0]!.payload.subarray(8, 10)).toString()).toBe('lo')
  })

  it('leaves no thread in the namespace', async () => {
    await open()
    expect(await lastingStrayThreads()).toEqual([])
  })

  it.each<[string, Partial<CaptureOptions>, number, number]>([
    ['there is no link of this name', { link: 'missing' }, ENODEV, SystemCall.ioctl],
    ['there is no link with this index', { link: '', index: 9999 }, ENODEV, SystemCall.bind],
    ['the kernel refuses the filter', { filter: bpf([RET_K, 0, 0, 1], [LD_ABS, 0, 0, 0]) }, EINVAL, SystemCall.setsockopt],
  ])('says that %s, and leaves no descriptor', async (_, changes, errno, call) => {
    const before = openDescriptors()
    const { outcome } = await tryOpen(changes)
    expect(outcome).toMatchObject({ code: failed, error: errno, detail: call, parts: [] })
    expect(openDescriptors()).toBe(before)
    expect(addon.counters().sockets).toBe(1)
  })

  it('can be called once, and not after close', async () => {
    const { capture } = await open()
    expect(() => capture.open(0, 0, options())).toThrow(TypeError)
    const closed = new addon.Capture()
    await close(closed)
    expect(() => closed.open(0, 0, options())).toThrow(TypeError)
  })

  it.each<[string, unknown]>([
    ['options that are none', undefined],
    ['a namespace that is none', { ...options(), namespace: {} }],
    ['a name of 16 bytes', { ...options(), link: 'sixteen-bytes-xx' }],
    ['an index below 0', { ...options(), index: -1 }],
    ['a filter that is no bytes', { ...options(), filter: [] }],
    ['an empty filter', { ...options(), filter: new Uint8Array() }],
    ['half an instruction', { ...options(), filter: new Uint8Array(12) }],
    ['4,097 instructions', { ...options(), filter: new Uint8Array(8 * 4097) }],
    ['one block', { ...options(), blocks: 1 }],
    ['more than a GiB', { ...options(), blocks: 4097 }],
    ['no delay', { ...options(), delay: 0 }],
    ['a snap length of 0', { ...options(), snapLength: 0 }],
  ])('refuses %s before any system call', async (_, wrong) => {
    expect(() => new addon.Capture().open(0, 0, wrong as CaptureOptions)).toThrow(TypeError)
  })

  it.each(['want', 'take', 'counts'] as const)('comes before %s', method => {
    expect(() => new addon.Capture()[method]()).toThrow(TypeError)
  })
})

describe('frames', () => {
  it('come whole and in order, with what is known of them', async () => {
    const opened = await open()
    const before = BigInt(Date.now() - 1) * 1_000_000n
    const sent = Array.from({ length: 100 }, (_, i) => frame(i, 60 + i))
    send(...sent)
    const frames = await read(opened, 100)
    const after = BigInt(Date.now() + 1) * 1_000_000n
    expect(frames.map(({ bytes }) => Buffer.from(bytes))).toEqual(sent)
    for (const [i, { length, timestamp, ...rest }] of frames.entries()) {
      expect(length).toBe(60 + i)
      expect(timestamp >= before && timestamp <= after).toBe(true)
      expect(rest).toMatchObject({ link: 1, linkName: 'lo', hardwareType: 'loopback', protocol: 0x88b5, networkOffset: 14 })
    }
  })

  it('are announced once for each time that it was asked', async () => {
    const { capture, events } = await open()
    send(frame(1), frame(2))
    capture.want()
    expect(await eventually(() => events.length === 1)).toBe(true)
    expect(events[0]).toMatchObject({ code: part, error: 0 })
    send(frame(3))
    expect(await eventually(() => takeAll(capture).some(taken => numberOf(taken) === 3))).toBe(true)
    expect(events).toHaveLength(1)
  })

  it('are announced at once when some are there', async () => {
    const { capture, events } = await open()
    send(frame(1))
    await read({ capture, events }, 1)
    send(frame(2))
    expect(await eventually(() => capture.counts()[0] === 2)).toBe(true)
    const before = events.length
    capture.want()
    expect(await eventually(() => events.length > before)).toBe(true)
    expect(takeAll(capture)).toHaveLength(1)
  })

  it('are cut at the snap length', async () => {
    const opened = await open({ snapLength: 20 })
    send(frame(7, 1000))
    const [cut] = await read(opened, 1)
    expect(cut).toMatchObject({ length: 1000 })
    expect(Buffer.from(cut!.bytes)).toEqual(frame(7, 1000).subarray(0, 20))
  })

  it('of 64 KiB are captured', async () => {
    const opened = await open({ snapLength: 128 * 1024 })
    send(frame(1, 65_000))
    expect((await read(opened, 1))[0]!.bytes).toHaveLength(65_000)
  })

  it('that nobody takes cost no more than twice the buffer, and are counted', async () => {
    const { capture, events } = await open()
    const COUNT = 3000
    for (let i = 0; i < COUNT; i++) send(frame(i, 1400))
    await close(capture, true)
    const [received, dropped] = capture.counts()
    const taken = takeAll(capture)
    expect(received).toBe(COUNT)
    expect(dropped).toBeGreaterThan(0)
    expect(taken).toHaveLength(COUNT - dropped!)
    // One block may be filled beyond the limit.
    expect(taken.length * 1400).toBeLessThan(2 * 2 * CAPTURE_BLOCK + CAPTURE_BLOCK)
    const numbers = taken.map(numberOf)
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b))
    expect(events).toEqual([])
  })

  it('come again once there is room', async () => {
    const { capture, events } = await open()
    for (let i = 0; i < 3000; i++) send(frame(i, 1400))
    let last: Frame | undefined
    for (let i = 0; i < 20 && last === undefined; i++) {
      send(frame(9999))
      last = (await read({ capture, events }, 1)).find(taken => numberOf(taken) === 9999)
    }
    expect(last).toBeDefined()
  })
})

describe('close', () => {
  it('keeps what the kernel had not handed over yet', async () => {
    const { capture } = await open({ delay: 1000 })
    send(frame(1), frame(2))
    expect(await close(capture, true)).toMatchObject({ code: done })
    expect(takeAll(capture).map(numberOf)).toEqual([1, 2])
    expect(capture.counts()).toEqual([2, 0])
  })

  it('captures nothing more', async () => {
    const { capture } = await open()
    await close(capture, true)
    send(frame(1))
    expect(capture.take()).toBeUndefined()
  })

  it('throws away what nobody will take, also when called again', async () => {
    const { capture } = await open()
    send(frame(1))
    await close(capture, true)
    await close(capture, false)
    expect(capture.take()).toBeUndefined()
    expect(capture.counts()).toEqual([1, 0])
  })

  it('ends thread and socket, and may be repeated', async () => {
    const before = openDescriptors()
    const { capture } = await open()
    expect(addon.counters().sockets).toBe(2)
    await Promise.all([close(capture), close(capture)])
    expect(await close(capture)).toMatchObject({ code: done })
    expect(openDescriptors()).toBe(before)
    expect(addon.counters().sockets).toBe(1)
  })

  it('during open lets it finish and closes what came of it', async () => {
    const before = openDescriptors()
    const capture = new addon.Capture()
    let opening: Promise<Outcome> | undefined
    inbox.listen(events => {
      opening = inbox.request(id => capture.open(id, events, options()))
    })
    await close(capture)
    expect(await opening).toMatchObject({ code: done })
    expect(() => capture.want()).toThrow(TypeError)
    expect(await eventually(() => openDescriptors() <= before && addon.counters().sockets === 1)).toBe(true)
  })

  it('50 times leaves as many descriptors and threads as before', async () => {
    const cycle = async () => {
      const { capture } = await open()
      captures.pop()
      send(frame(1))
      await close(capture, true)
      expect(takeAll(capture)).toHaveLength(1)
    }
    await cycle()
    const before = openDescriptors()
    for (let i = 0; i < 50; i++) await cycle()
    expect(openDescriptors()).toBe(before)
    expect(await eventually(() => addon.counters().threads <= 1)).toBe(true)
  })
})

describe('the thread of a capture', () => {
  it('is not one of those that requests wait for', async () => {
    const COUNT = 150
    const opened = await Promise.all(Array.from({ length: COUNT }, () => open()))
    expect(addon.counters().threads).toBeGreaterThanOrEqual(COUNT)
    expect(await inbox.request(id => addon.readSysctl(id, namespace, 'net/ipv4/ip_forward'))).toMatchObject({ code: done })
    await Promise.all(opened.map(({ capture }) => close(capture)))
    captures.length = 0
  })
})

describe('an unclosed capture', () => {
  it('is closed when its handle is collected', async () => {
    const before = openDescriptors()
    await (async () => {
      for (let i = 0; i < 10; i++) await open()
      captures.length = 0
    })()
    const collected = await eventually(() => {
      collect()
      return addon.counters().sockets === 1 && openDescriptors() <= before
    })
    expect(collected).toBe(true)
  })

  const openInScript = `
    const filter = new Uint8Array([6, 0, 0, 0, 255, 255, 0, 0])
    const options = { namespace: undefined, link: 'lo', index: 0, filter, promiscuous: false, blocks: 2, delay: 5, snapLength: 65536 }
    const opened = () => {
      const capture = new addon.Capture()
      return Promise.race([request(events => request(id => capture.open(id, events, options)).then(() => {
        capture.want()
        ready(capture)
      })), new Promise(resolve => { globalThis.ready = resolve })])
    }`

  it('is closed when its worker ends', async () => {
    const before = openDescriptors()
    for (let round = 0; round < 3; round++) {
      const worker = runInWorker(`${openInScript}
        globalThis.kept = [await opened(), await opened()]
        parentPort.postMessage(''); setInterval(() => {}, 1000)`)
      await once(worker, 'message')
      await worker.terminate()
    }
    expect(await eventually(() => openDescriptors() <= before)).toBe(true)
  })

  it('does not keep the process alive', async () => {
    const ended = await runInChild(`${openInScript}; globalThis.kept = await opened()`)
    expect(ended).toEqual({ code: 0, signal: null, stdout: '', stderr: '' })
  })

  it('keeps the process alive while it is held', async () => {
    const ended = await runInChild(`${openInScript}
      const capture = await opened()
      capture.hold()
      capture.hold()
      setTimeout(() => { console.log('still here'); capture.letGo() }, 50).unref()`)
    expect(ended).toEqual({ code: 0, signal: null, stdout: 'still here\n', stderr: '' })
  })
})
