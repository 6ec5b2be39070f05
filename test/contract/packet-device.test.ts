import { once } from 'node:events'
import { constants } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  CompletionCode,
  LARGEST_PACKET,
  type NativeNamespace,
  type NativePacketDevice,
  type NativePacketMemory,
  SystemCall,
  type TunOptions,
} from '../../lib/native/binding.ts'
import { runInChild, runInWorker } from '../support/child.ts'
import { type Completion, Inbox, type Outcome } from '../support/inbox.ts'
import { ipShows, shownNames } from '../support/ip.ts'
import { echo, read } from '../support/packets.ts'
import {
  deleteTestNamespaces,
  eventually,
  ip,
  lastingStrayThreads,
  NAMESPACE_DIRECTORY,
  openDescriptors,
  uniqueName,
} from '../support/test-namespaces.ts'

const inbox = new Inbox()
const { addon } = inbox
const { done, failed, part } = CompletionCode
const { EBUSY, EINVAL, EIO, ENOENT } = constants.errno
const EBADFD = 77

const IFF_TUN = 0x0001
const IFF_TAP = 0x0002
const IFF_MULTI_QUEUE = 0x0100
const IFF_NO_PI = 0x1000
const IFF_VNET_HDR = 0x4000
const IFF_TUN_EXCL = 0x8000
const TUNSETIFF = 0x54ca
const TUNSETOWNER = 0x54cc
const TUNSETOFFLOAD = 0x54d0

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const name = uniqueName()
let namespace: NativeNamespace
const devices: NativePacketDevice[] = []

beforeAll(async () => {
  ip('netns', 'add', name)
  ip('netns', 'exec', name, 'sysctl', '-qw', 'net.ipv6.conf.default.disable_ipv6=1')
  namespace = new addon.Namespace()
  await inbox.request(id => namespace.openPath(id, join(NAMESPACE_DIRECTORY, name)))
})
afterEach(async () => {
  for (const device of devices.splice(0)) await inbox.request(id => device.close(id))
  for (const link of shownNames(name)) if (link !== 'lo') ip('-n', name, 'link', 'delete', link)
})
afterAll(() => {
  namespace.close()
  deleteTestNamespaces()
})

function tunOptions(changes: Partial<TunOptions> = {}): TunOptions {
  return {
    namespace,
    path: '/dev/net/tun',
    name: 'tun0',
    index: undefined,
    owner: undefined,
    group: undefined,
    flags: IFF_TUN | IFF_NO_PI,
    queues: 1,
    vnetHeaderSize: 0,
    offloads: 0,
    ...changes,
  }
}

async function tryOpen(changes?: Partial<TunOptions>): Promise<{ device: NativePacketDevice; outcome: Outcome }> {
  const device = new addon.PacketDevice()
  const outcome = await inbox.request(id => device.openTun(id, tunOptions(changes)))
  devices.push(device)
  return { device, outcome }
}

/** An open device whose link is up. */
async function open(changes?: Partial<TunOptions>): Promise<NativePacketDevice> {
  const { device, outcome } = await tryOpen(changes)
  expect(outcome).toMatchObject({ code: done, error: 0 })
  const link = Buffer.from(outcome.payload).toString()
  ip('-n', name, 'address', 'add', '10.0.0.1/24', 'dev', link)
  ip('-n', name, 'link', 'set', link, 'up')
  return device
}

async function close(device: NativePacketDevice): Promise<Outcome> {
  devices.splice(devices.indexOf(device), 1)
  return await inbox.request(id => device.close(id))
}

const subject = ({ payload }: Outcome) =>
  payload.length === 4 && new DataView(payload.buffer, payload.byteOffset).getUint32(0, true)

/** A memory, and what describes packets in it. */
function memory(size = 1024 * 1024) {
  const native = new addon.PacketMemory(size)
  return { native, bytes: native.bytes, table: new Uint32Array(2048) }
}

/** A memory with packets in it. */
function memoryOf(packets: Uint8Array[]) {
  const { native, bytes, table } = memory()
  let at = 0
  for (const [i, packet] of packets.entries()) {
    bytes.set(packet, at)
    table.set([at, packet.length], i * 2)
    at += packet.length
  }
  return { native, table }
}

/** Writes packets and answers how that ended. */
function write(device: NativePacketDevice, packets: Uint8Array[], queue = 0): Promise<Outcome> {
  const { native, table } = memoryOf(packets)
  return inbox.request(id => device.write(id, queue, native, table, packets.length))
}

/** Writes packets at once and answers how many that were. */
function writeNow(device: NativePacketDevice, packets: Uint8Array[]): number {
  const { native, table } = memoryOf(packets)
  return device.writeNow(0, native, table, packets.length)
}

class Reading {
  readonly bytes: Uint8Array
  readonly memory: NativePacketMemory
  readonly parts: Completion[]
  readonly device: NativePacketDevice
  readonly queue: number
  readonly table = new Uint32Array(2048)
  seen = 0

  constructor(device: NativePacketDevice, queue = 0, size = 1024 * 1024) {
    this.device = device
    this.queue = queue
    this.memory = new addon.PacketMemory(size)
    this.bytes = this.memory.bytes
    this.parts = inbox.listen(id => device.read(id, queue, this.memory))
  }

  /** Waits to be told, once. */
  async told(): Promise<Completion> {
    this.device.want(this.queue)
    expect(await eventually(() => this.parts.length > this.seen)).toBe(true)
    return this.parts[this.seen++]!
  }

  take(most = 1024): Uint8Array[] {
    const count = this.device.take(this.queue, this.table.subarray(0, most * 2))
    return Array.from({ length: count }, (_, i) =>
      this.bytes.subarray(this.table[i * 2], this.table[i * 2]! + this.table[i * 2 + 1]!),
    )
  }

  /** Copies of so many IPv4 packets. */
  async packets(count: number): Promise<Uint8Array[]> {
    const packets: Uint8Array[] = []
    while (packets.length < count) {
      expect((await this.told()).error).toBe(0)
      const taken = this.take()
      packets.push(...taken.filter(packet => packet[0]! >> 4 === 4).map(packet => packet.slice()))
      this.device.release(this.queue, taken.length)
    }
    return packets
  }
}

const request = (sequence: number, size?: number) => echo('10.0.0.2', '10.0.0.1', sequence, size)
const sequenceOf = (packet: Uint8Array) => (packet[26]! << 8) | packet[27]!

describe('openTun', () => {
  it('makes a link in the namespace, whose name is the payload', async () => {
    const { outcome } = await tryOpen({ name: 'x%d' })
    expect(Buffer.from(outcome.payload).toString()).toBe('x0')
    expect(shownNames(name)).toEqual(['lo', 'x0'])
    expect(await lastingStrayThreads()).toEqual([])
  })

  it('leaves the name to the kernel when there is none', async () => {
    const { outcome } = await tryOpen({ name: '', flags: IFF_TAP | IFF_NO_PI })
    expect(Buffer.from(outcome.payload).toString()).toBe('tap0')
  })

  it('gives the link its index, owner, group and flags', async () => {
    await tryOpen({
      index: 77,
      owner: 1,
      group: 2,
      flags: IFF_TAP | IFF_VNET_HDR | IFF_MULTI_QUEUE,
      queues: 3,
      vnetHeaderSize: 12,
    })
    const [link] = ipShows(name, 'link', 'show', 'dev', 'tun0')
    expect(link.ifindex).toBe(77)
    expect(link.linkinfo.info_data).toMatchObject({
      type: 'tap',
      pi: true,
      vnet_hdr: true,
      multi_queue: true,
      numqueues: 3,
      persist: false,
      user: 'daemon',
      group: 'bin',
    })
  })

  it.each<[string, Partial<TunOptions>, number, number, number | false]>([
    ['the device is missing', { path: '/dev/net/none' }, ENOENT, SystemCall.open, false],
    ['somebody has it open', { name: 'busy' }, EBUSY, SystemCall.ioctl, TUNSETIFF],
    ['it must be new and is not', { name: 'kept', flags: IFF_TUN | IFF_TUN_EXCL }, EBUSY, SystemCall.ioctl, TUNSETIFF],
    ['it is of another type', { name: 'kept', flags: IFF_TAP }, EINVAL, SystemCall.ioctl, TUNSETIFF],
    ['it is no tun', { name: 'lo' }, EINVAL, SystemCall.ioctl, TUNSETIFF],
    [
      'the kernel does not know an offload',
      { flags: IFF_TUN | IFF_VNET_HDR, vnetHeaderSize: 10, offloads: 1 << 30 },
      EINVAL,
      SystemCall.ioctl,
      TUNSETOFFLOAD,
    ],
    ['an index is taken', { index: 1 }, EBUSY, SystemCall.ioctl, TUNSETIFF],
  ])('fails when %s', async (_, changes, error, call, request) => {
    ip('-n', name, 'tuntap', 'add', 'dev', 'kept', 'mode', 'tun')
    await tryOpen({ name: 'busy' })
    const before = openDescriptors()
    const { outcome } = await tryOpen(changes)
    expect(outcome).toMatchObject({ code: failed, error, detail: call })
    const about = subject(outcome)
    expect(about === false ? false : about & 0xffff).toBe(request)
    expect(await eventually(() => openDescriptors() <= before)).toBe(true)
  })

  it('fails with EINVAL for a user id that this user namespace has not', async () => {
    const { stdout } = await runInChild(
      `const device = new addon.PacketDevice()
      const options = ${JSON.stringify({ ...tunOptions(), namespace: undefined, owner: 4711 })}
      const { code, error, detail, payload } = await request(id => device.openTun(id, options))
      console.log(code, error, detail, payload[0] | payload[1] << 8)`,
      ['unshare', '-rn'],
    )
    expect(stdout).toBe(`${failed} ${EINVAL} ${SystemCall.ioctl} ${TUNSETOWNER}\n`)
  })

  it('opens in the process’s own namespace when none is given', async () => {
    const { stdout, stderr } = await runInChild(
      `const device = new addon.PacketDevice()
      await request(id => device.openTun(id, ${JSON.stringify({ ...tunOptions(), namespace: undefined })}))
      console.log(require('node:child_process').execFileSync('ip', ['-br', 'link', 'show', 'dev', 'tun0'], { encoding: 'utf8' }).split(' ', 1)[0])`,
      ['unshare', '-rn'],
    )
    expect({ stdout, stderr }).toEqual({ stdout: 'tun0\n', stderr: '' })
  })

  it.each<[string, object]>([
    ['a name of 16 bytes', { name: 'sixteen-bytes-xx' }],
    ['no queue', { queues: 0 }],
    ['257 queues', { queues: 257 }],
    ['flags beyond 16 bits', { flags: 0x1_0000 }],
    ['an index of 0', { index: 0 }],
    ['the owner that means none', { owner: 0xffff_ffff }],
    ['a namespace that is none', { namespace: {} }],
    ['an offload that is no integer', { offloads: 0.5 }],
  ])('throws TypeError for %s', (_, changes) => {
    expect(() => new addon.PacketDevice().openTun(1, tunOptions(changes))).toThrow(TypeError)
  })

  it('is for once', async () => {
    const { device } = await tryOpen()
    expect(() => device.openTun(1, tunOptions())).toThrow(TypeError)
  })

  it('takes effect when the device was closed meanwhile: the link is gone again', async () => {
    const device = new addon.PacketDevice()
    const opened = inbox.request(id => device.openTun(id, tunOptions()))
    const closed = inbox.request(id => device.close(id))
    expect((await opened).code).toBe(done)
    expect((await closed).code).toBe(done)
    expect(await eventually(() => !shownNames(name).includes('tun0'))).toBe(true)
  })
})

describe('setPersist', () => {
  it('keeps the link, and no longer', async () => {
    const { device } = await tryOpen()
    expect((await inbox.request(id => device.setPersist(id, true))).code).toBe(done)
    await close(device)
    expect(shownNames(name)).toContain('tun0')
    const { device: again } = await tryOpen()
    expect((await inbox.request(id => again.setPersist(id, false))).code).toBe(done)
    await close(again)
    expect(shownNames(name)).not.toContain('tun0')
  })
})

describe('write', () => {
  it('gives the kernel packets, which it answers', async () => {
    const device = await open()
    const reading = new Reading(device)
    expect(await write(device, [request(1), request(2), request(3)])).toMatchObject({ code: done, error: 0, detail: 0 })
    const replies = await reading.packets(3)
    expect(replies.map(packet => [read(packet)?.to, read(packet)?.payload[0], sequenceOf(packet)])).toEqual([
      ['10.0.0.2', 0, 1],
      ['10.0.0.2', 0, 2],
      ['10.0.0.2', 0, 3],
    ])
  })

  it('writes in the order of the calls', async () => {
    const device = await open()
    const reading = new Reading(device)
    for (let i = 0; i < 50; i++) void write(device, [request(2 * i), request(2 * i + 1)])
    expect((await reading.packets(100)).map(sequenceOf)).toEqual(Array.from({ length: 100 }, (_, i) => i))
  })

  it('stops at what is no packet, and says which one that was', async () => {
    const device = await open()
    const reading = new Reading(device)
    const outcome = await write(device, [request(1), request(2), Uint8Array.of(0x95, 1, 2, 3), request(3)])
    expect(outcome).toMatchObject({ code: failed, error: EINVAL, detail: SystemCall.write })
    expect(subject(outcome)).toBe(2)
    await write(device, [request(4)])
    expect((await reading.packets(3)).map(sequenceOf)).toEqual([1, 2, 4])
  })

  it('fails with EIO while the link is down', async () => {
    const { device } = await tryOpen()
    const outcome = await write(device, [request(1)])
    expect(outcome).toMatchObject({ code: failed, error: EIO, detail: SystemCall.write })
    expect(subject(outcome)).toBe(0)
  })

  it('fails with EBADFD once the link was deleted', async () => {
    const device = await open()
    ip('-n', name, 'link', 'delete', 'tun0')
    expect(await write(device, [request(1)])).toMatchObject({ code: failed, error: EBADFD })
  })

  it('takes packets out of the memory that another device reads into, where they are', async () => {
    const one = await open()
    const other = await open({ name: 'tun1' })
    const reading = new Reading(one)
    await write(one, [request(1), request(2)])
    await reading.told()
    const count = one.take(0, reading.table)
    expect((await inbox.request(id => other.write(id, 0, reading.memory, reading.table, count))).code).toBe(done)
    expect(other.counts()).toEqual([0, 0, 0, count, expect.any(Number)])
  })

  it('is not disturbed by what becomes of table and bytes afterwards', async () => {
    const device = await open()
    const reading = new Reading(device)
    const { native, bytes, table } = memory()
    bytes.set(request(7))
    table.set([0, request(7).length])
    const written = inbox.request(id => device.write(id, 0, native, table, 1))
    table.fill(0xffff_ffff)
    structuredClone(bytes.buffer, { transfer: [] })
    await written
    expect((await reading.packets(1)).map(sequenceOf)).toEqual([7])
  })

  it.each<[string, (table: Uint32Array) => unknown[]]>([
    ['a packet that begins behind the memory', table => [table.fill(0xffff_fff0), 1]],
    ['a packet that ends behind the memory', table => [table.fill(1024 * 1024 - 10, 0, 1).fill(11, 1, 2), 1]],
    ['more packets than the table has', table => [table, 1025]],
    ['a table of bytes', () => [new Uint8Array(8), 1]],
  ])('throws TypeError for %s', async (_, make) => {
    const { device } = await tryOpen()
    const { native, table } = memory()
    const [bad, count] = make(table)
    expect(() => device.write(1, 0, native, bad as Uint32Array, count as number)).toThrow(TypeError)
  })

  it('throws TypeError for a queue or a memory that is none, and on a device that is not open', async () => {
    const { device } = await tryOpen()
    const { native, table } = memory()
    expect(() => device.write(1, 1, native, table, 0)).toThrow(TypeError)
    expect(() => device.write(1, 0, {} as never, table, 0)).toThrow(TypeError)
    expect(() => new addon.PacketDevice().write(1, 0, native, table, 0)).toThrow(TypeError)
  })
})

describe('write, of packets that lie where a thread reads', () => {
  /** Behind what is read meanwhile: small packets, which are released soon. */
  const FIRST = 512 * 1024
  const LONGEST = 1000 * 128

  /** Writes packets out of the memory of a reading, whose thread then does it. `place`: others are still being written. */
  function forward(reading: Reading, packets: Uint8Array[], to: NativePacketDevice, place = 0): Promise<Outcome> {
    const table = new Uint32Array(packets.length * 2)
    let at = FIRST + place * LONGEST
    for (const [i, packet] of packets.entries()) {
      reading.bytes.set(packet, at)
      table.set([at, packet.length], i * 2)
      at += packet.length
    }
    return inbox.request(id => to.write(id, 0, reading.memory, table, packets.length))
  }

  const requests = (count: number, first = 0) => Array.from({ length: count }, (_, i) => request(first + i))
  const dropped = () => ipShows(name, 'link', 'show', 'dev', 'tun0')[0].stats64.tx.dropped

  it('writes in the order of the calls, whatever memory they take the packets from', async () => {
    const device = await open()
    const reading = new Reading(device)
    const writes = [
      forward(reading, requests(100), device),
      write(device, requests(30, 100)),
      forward(reading, requests(100, 130), device, 1),
      write(device, requests(1, 230)),
      forward(reading, requests(69, 231), device, 2),
    ]
    expect((await reading.packets(300)).map(sequenceOf)).toEqual(Array.from({ length: 300 }, (_, i) => i))
    expect((await Promise.all(writes)).map(({ code }) => code)).toEqual(Array(5).fill(done))
  })

  it('looks for packets in between: more come back than the kernel holds, and none is dropped', async () => {
    const device = await open()
    const reading = new Reading(device)
    const written = forward(reading, requests(1000), device)
    expect((await reading.packets(1000)).map(sequenceOf)).toEqual(Array.from({ length: 1000 }, (_, i) => i))
    expect((await written).code).toBe(done)
    expect(dropped()).toBe(0)
  })

  it('stops at what is no packet, says which one that was, and goes on with the next batch', async () => {
    const device = await open()
    const reading = new Reading(device)
    const bad = [...requests(100), Uint8Array.of(0x95, 1, 2, 3), ...requests(100)]
    const [outcome, next] = await Promise.all([forward(reading, bad, device), forward(reading, requests(3, 500), device, 1)])
    expect(outcome).toMatchObject({ code: failed, error: EINVAL, detail: SystemCall.write })
    expect(subject(outcome)).toBe(100)
    expect(next.code).toBe(done)
    expect((await reading.packets(103)).map(sequenceOf).slice(100)).toEqual([500, 501, 502])
  })

  it('completes when nothing more is read, and when the memory is full', async () => {
    const one = await open()
    const other = await open({ name: 'tun1' })
    const reading = new Reading(one, 0, 2 * LARGEST_PACKET)
    await write(one, [request(1, 60_000)])
    await reading.told()
    const count = one.take(0, reading.table)
    const again = () => inbox.request(id => other.write(id, 0, reading.memory, reading.table, count))
    expect((await again()).code).toBe(done)
    for (let i = 0; i < 10; i++) await write(one, [request(i, 60_000)])
    expect((await again()).code).toBe(done)
    expect(other.counts()[3]).toBe(2 * count)
  })

  it('writes everything when the device that read it is closed meanwhile', async () => {
    const one = await open()
    const other = await open({ name: 'tun1' })
    for (let round = 0; round < 5; round++) {
      const reader = round === 0 ? one : await open({ name: 'tun2' })
      const reading = new Reading(reader)
      const before = other.counts()[3]!
      const writes = [0, 1, 2].map(place => forward(reading, requests(900), other, place))
      await close(reader)
      expect((await Promise.all(writes)).map(({ code }) => code)).toEqual([done, done, done])
      expect(other.counts()[3]! - before).toBe(2700)
    }
  })

  it('writes everything before the device that it goes to is closed', async () => {
    const one = await open()
    const other = await open({ name: 'tun1' })
    const reading = new Reading(one)
    const writes = [0, 1, 2].map(place => forward(reading, requests(900), other, place))
    await close(other)
    expect((await Promise.all(writes)).map(({ code }) => code)).toEqual([done, done, done])
  })

  it('takes two devices that write each other’s packets, which are closed at once', async () => {
    const one = await open()
    const other = await open({ name: 'tun1' })
    const readings = [new Reading(one), new Reading(other)] as const
    const writes = [0, 1, 2].flatMap(place => [
      forward(readings[0], requests(900), other, place),
      forward(readings[1], requests(900), one, place),
    ])
    await Promise.all([close(one), close(other)])
    expect((await Promise.all(writes)).map(({ code }) => code)).toEqual(Array(6).fill(done))
  })

  it('works when the device that read them has gone', async () => {
    const one = await open()
    const other = await open({ name: 'tun1' })
    const reading = new Reading(one)
    ip('-n', name, 'link', 'delete', 'tun0')
    expect((await reading.told()).error).toBe(EBADFD)
    expect((await forward(reading, requests(50), other)).code).toBe(done)
    await close(one)
    expect((await forward(reading, requests(50), other)).code).toBe(done)
    expect(other.counts()[3]).toBe(100)
  })
})

describe('writeNow', () => {
  const NOT_A_PACKET = Uint8Array.of(0x95, 1, 2, 3)

  /** Tries until so many are written at once: it gives up when somebody else has the processor meanwhile. */
  async function writesNow(device: NativePacketDevice, packets: Uint8Array[], count: number): Promise<void> {
    while (writeNow(device, packets) !== count) await write(device, [])
  }

  it('has written when it returns', async () => {
    const device = await open()
    await writesNow(device, [request(1)], 1)
    const before = device.counts()[3]!
    const written = writeNow(device, [request(1), request(2)])
    expect(device.counts()[3]).toBe(before + written)
  })

  it('stops before what fails, of which write then says why', async () => {
    const device = await open()
    const packets = [request(1), NOT_A_PACKET, request(2)]
    await writesNow(device, packets, 1)
    expect(writeNow(device, packets.slice(1))).toBe(0)
    expect(await write(device, packets.slice(1))).toMatchObject({ code: failed, error: EINVAL, detail: SystemCall.write })
  })

  it('writes nothing while earlier packets wait', async () => {
    const device = await open()
    const many = Array.from({ length: 1000 }, (_, i) => request(i))
    const tries = Array.from({ length: 20 }, () => {
      const written = write(device, many)
      return { written, now: writeNow(device, [request(1000)]) }
    })
    await Promise.all(tries.map(({ written }) => written))
    expect(tries.map(({ now }) => now)).toContain(0)
    await writesNow(device, [request(1000)], 1)
  })

  it('gives up when it was at it for long, until the next write', async () => {
    const device = await open()
    const { native, table } = memoryOf(Array.from({ length: 16 }, (_, i) => request(i)))
    while (device.writeNow(0, native, table, 16) === 16);
    expect(device.writeNow(0, native, table, 16)).toBe(0)
    await writesNow(device, [request(1)], 1)
  })

  it('writes nothing while packets of the queue are read fast', async () => {
    const device = await open()
    const reading = new Reading(device)
    const { device: other } = await tryOpen({ name: 'tun1' })
    ip('-n', name, 'link', 'set', 'tun1', 'up')
    ip('netns', 'exec', name, 'sysctl', '-qw', 'net.ipv4.conf.all.rp_filter=0', 'net.ipv4.conf.tun1.rp_filter=0')
    // What is asked through the other one is answered through the first.
    const flood = Array.from({ length: 1000 }, (_, i) => request(i))
    let over = false
    const flooding = (async () => {
      while (!over) await Promise.all(Array.from({ length: 4 }, () => write(other, flood)))
    })()
    const taking = (async () => {
      while (!over) {
        device.release(0, reading.take().length)
        await new Promise(setImmediate)
      }
    })()
    const triesToWrite = async () => {
      await write(device, []) // What it was at before is forgotten.
      for (let i = 0; i < 5; i++) await new Promise(setImmediate)
      return writeNow(device, [request(1)])
    }
    try {
      await expect.poll(triesToWrite, { interval: 1 }).toBe(0)
    } finally {
      over = true
      await Promise.all([flooding, taking])
    }
    await writesNow(device, [request(1)], 1)
  })

  it('writes nothing that takes longer to copy than to hand over', async () => {
    const device = await open()
    await writesNow(device, [request(1, 8000), request(2, 8000)], 2)
    await write(device, [])
    expect(writeNow(device, [request(1, 8000), request(2, 9000)])).toBe(0)
  })

  it('throws TypeError for packets that are none, and on a device that is not open', async () => {
    const { device } = await tryOpen()
    const { native, table } = memory()
    expect(() => device.writeNow(0, native, table.fill(0xffff_fff0), 1)).toThrow(TypeError)
    expect(() => device.writeNow(0, native, table, 1025)).toThrow(TypeError)
    expect(() => device.writeNow(1, native, table, 0)).toThrow(TypeError)
    await close(device)
    expect(() => device.writeNow(0, native, table, 0)).toThrow(TypeError)
  })
})

describe('read', () => {
  it('tells once, until it is asked again', async () => {
    const device = await open()
    const reading = new Reading(device)
    await write(device, [request(1)])
    expect(await reading.told()).toMatchObject({ code: part, error: 0, detail: 0 })
    await write(device, [request(2)])
    expect(await eventually(() => device.counts()[0] === 2)).toBe(true)
    expect(reading.parts).toHaveLength(1)
    await reading.told()
    expect(reading.take().map(sequenceOf)).toEqual([1, 2])
  })

  it('says nothing of what comes before it is wanted', async () => {
    const device = await open()
    const reading = new Reading(device)
    await write(device, [request(1)])
    expect(await eventually(() => device.counts()[0] === 1)).toBe(true)
    expect(reading.parts).toEqual([])
  })

  it('leaves packets where they are until they are released', async () => {
    const device = await open()
    const reading = new Reading(device, 0, 2 * LARGEST_PACKET)
    await write(device, [request(1, 1000)])
    await reading.told()
    const [kept] = reading.take()
    const bytes = kept!.slice()
    for (let i = 2; i < 400; i++) await write(device, [request(i, 1000)])
    expect(kept).toEqual(bytes)
  })

  it('stops when the memory is full, goes on when there is room, and what the kernel does not hold is dropped', async () => {
    const device = await open()
    const reading = new Reading(device, 0, 2 * LARGEST_PACKET)
    const SENT = 2000
    for (let i = 0; i < SENT; i += 100)
      await write(
        device,
        Array.from({ length: 100 }, (_, j) => request(i + j, 1000)),
      )
    const [link] = ipShows(name, 'link', 'show', 'dev', 'tun0')
    const dropped = link.stats64.tx.dropped
    expect(dropped).toBeGreaterThan(0)
    const packets = await reading.packets(SENT - dropped)
    const sequences = packets.map(sequenceOf)
    expect(sequences).toEqual([...sequences].sort((a, b) => a - b))
    expect(device.counts()[0]).toBe(SENT - dropped)
  })

  it('goes round its memory with packets of every size', async () => {
    const device = await open()
    ip('-n', name, 'link', 'set', 'tun0', 'mtu', '65535')
    const reading = new Reading(device, 0, 5 * LARGEST_PACKET - ((5 * LARGEST_PACKET) % 8))
    const sizes = Array.from({ length: 300 }, (_, i) => (i * 7919) % 65000)
    for (const [i, size] of sizes.entries()) {
      void write(device, [request(i, size)])
      const [packet] = await reading.packets(1)
      expect(packet).toHaveLength(28 + size)
      expect(sequenceOf(packet!)).toBe(i)
      expect(packet!.subarray(28).every(byte => byte === 0x61)).toBe(true)
    }
  })

  it('takes as many packets as the table has room for', async () => {
    const device = await open()
    const reading = new Reading(device)
    await write(
      device,
      Array.from({ length: 10 }, (_, i) => request(i)),
    )
    expect(await eventually(() => device.counts()[0] === 10)).toBe(true)
    await reading.told()
    expect(reading.take(3).map(sequenceOf)).toEqual([0, 1, 2])
    expect(reading.take(3).map(sequenceOf)).toEqual([3, 4, 5])
    await reading.told()
    expect(reading.take().map(sequenceOf)).toEqual([6, 7, 8, 9])
    expect(reading.take()).toEqual([])
  })

  it('reports EBADFD when the link is deleted, and what was read before can still be taken', async () => {
    const device = await open()
    const reading = new Reading(device)
    await write(device, [request(1)])
    expect(await eventually(() => device.counts()[0] === 1)).toBe(true)
    ip('-n', name, 'link', 'delete', 'tun0')
    expect(await eventually(() => reading.parts.length === 1)).toBe(true)
    expect(reading.parts[0]).toMatchObject({ code: part, error: EBADFD, detail: 0 })
    expect(reading.take().map(sequenceOf)).toEqual([1])
  })

  it('keeps the namespace, which has neither name nor handle any more', async () => {
    const gone = uniqueName()
    ip('netns', 'add', gone)
    ip('-n', gone, 'link', 'set', 'lo', 'up')
    const handle = new addon.Namespace()
    await inbox.request(id => handle.openPath(id, join(NAMESPACE_DIRECTORY, gone)))
    const { device } = await tryOpen({ namespace: handle })
    ip('-n', gone, 'address', 'add', '10.0.0.1/24', 'dev', 'tun0')
    ip('-n', gone, 'link', 'set', 'tun0', 'up')
    handle.close()
    ip('netns', 'delete', gone)
    const reading = new Reading(device)
    await write(device, [request(1)])
    expect((await reading.packets(1)).map(sequenceOf)).toEqual([1])
  })

  it('is for once, on a device that is open, and of a queue that is there', async () => {
    const { device } = await tryOpen()
    const { memory: kept } = new Reading(device)
    expect(() => device.read(1, 0, kept)).toThrow(TypeError)
    expect(() => device.read(1, 1, kept)).toThrow(TypeError)
    expect(() => new addon.PacketDevice().read(1, 0, kept)).toThrow(TypeError)
    const { device: other } = await tryOpen({ name: 'tun1' })
    expect(() => other.want(0)).toThrow(TypeError)
    expect(() => other.take(0, new Uint32Array(2))).toThrow(TypeError)
    expect(() => other.release(0, 1)).toThrow(TypeError)
  })

  it('survives a release of more than was taken', async () => {
    const device = await open()
    const reading = new Reading(device)
    device.release(0, 1000)
    await write(device, [request(1)])
    expect((await reading.packets(1)).map(sequenceOf)).toEqual([1])
  })
})

describe('queues', () => {
  const flags = IFF_TUN | IFF_NO_PI | IFF_MULTI_QUEUE

  it('share what the kernel sends, and say which one they are', async () => {
    const device = await open({ flags, queues: 2 })
    const readings = [new Reading(device, 0), new Reading(device, 1)]
    for (const reading of readings) device.want(reading.queue)
    // What belongs to a flow comes out of the queue that its last packet went into: the answer to the first does not know yet.
    for (const sequence of [1, 2, 3]) {
      await write(device, [request(sequence)], 0)
      await write(device, [echo('10.0.0.3', '10.0.0.1', sequence)], 1)
    }
    expect(await eventually(() => device.counts()[0] === 6)).toBe(true)
    expect(await eventually(() => readings.every(({ parts }) => parts.length > 0))).toBe(true)
    expect(readings.map(({ parts }) => parts.map(({ detail }) => detail))).toEqual([[0], [1]])
    const last = readings.map(reading => reading.take().at(-1)!)
    expect(last.map(packet => [read(packet)?.to, sequenceOf(packet)])).toEqual([
      ['10.0.0.2', 3],
      ['10.0.0.3', 3],
    ])
  })

  it('are detached and attached again', async () => {
    const device = await open({ flags, queues: 2 })
    const reading = new Reading(device, 1)
    expect((await inbox.request(id => device.detachQueue(id, 1))).code).toBe(done)
    expect(ipShows(name, 'link', 'show', 'dev', 'tun0')[0].linkinfo.info_data).toMatchObject({ numqueues: 1, numdisabled: 1 })
    for (const sequence of [1, 2]) expect((await write(device, [request(sequence)], 1)).code).toBe(done)
    expect(device.counts()[0]).toBe(0)
    expect(await inbox.request(id => device.detachQueue(id, 1))).toMatchObject({ code: failed, error: EINVAL })
    expect((await inbox.request(id => device.attachQueue(id, 1))).code).toBe(done)
    expect(ipShows(name, 'link', 'show', 'dev', 'tun0')[0].linkinfo.info_data).toMatchObject({ numqueues: 2, numdisabled: 0 })
    for (const sequence of [3, 4]) await write(device, [request(sequence)], 1)
    expect(sequenceOf((await reading.packets(1))[0]!)).toBeGreaterThanOrEqual(3)
    expect(reading.parts.every(({ error }) => error === 0)).toBe(true)
  })

  it('cannot be detached where there is but one', async () => {
    const { device } = await tryOpen()
    expect(await inbox.request(id => device.detachQueue(id, 0))).toMatchObject({ code: failed, error: EINVAL })
    expect(() => device.detachQueue(1, 1)).toThrow(TypeError)
  })
})

describe('close', () => {
  it('writes what was handed over before', async () => {
    const device = await open()
    const watcher = await open({ name: 'tun1' })
    const packets = Array.from({ length: 200 }, (_, i) => request(i, 1000))
    const writes = Array.from({ length: 10 }, () => write(device, packets))
    await close(device)
    expect((await Promise.all(writes)).map(({ code }) => code)).toEqual(Array(10).fill(done))
    expect(watcher.counts()[3]).toBe(0)
  })

  it('takes the link along, and no part comes afterwards', async () => {
    const device = await open()
    const reading = new Reading(device)
    device.want(0)
    expect((await close(device)).code).toBe(done)
    expect(shownNames(name)).toEqual(['lo'])
    expect(reading.parts).toEqual([])
  })

  // On a busy machine the thread may wait for its turn.
  it('does not wait on the JavaScript thread', { retry: 10 }, async () => {
    const device = await open()
    const start = performance.now()
    const closed = close(device)
    const waited = performance.now() - start
    await closed
    expect(waited).toBeLessThan((performance.now() - start) / 2)
  })

  it('is idempotent, and leaves nothing that could be called', async () => {
    const { device } = await tryOpen()
    const { native, table } = memory()
    await close(device)
    expect((await inbox.request(id => device.close(id))).code).toBe(done)
    expect(() => device.write(1, 0, native, table, 0)).toThrow(TypeError)
    expect(() => device.counts()).toThrow(TypeError)
    expect(() => device.read(1, 0, native)).toThrow(TypeError)
  })

  it('of one that was never opened completes', async () => {
    const device = new addon.PacketDevice()
    expect((await inbox.request(id => device.close(id))).code).toBe(done)
    expect(() => device.openTun(1, tunOptions())).toThrow(TypeError)
  })

  it('happens by itself when nobody has the device any more', async () => {
    const abandon = async () => {
      for (let i = 0; i < 5; i++) {
        const device = new addon.PacketDevice()
        await inbox.request(id => device.openTun(id, tunOptions({ name: `left${i}` })))
      }
    }
    const before = addon.counters().devices
    await abandon()
    const collected = await eventually(() => {
      collect()
      return addon.counters().devices <= before
    })
    expect(collected).toBe(true)
    expect(await eventually(() => shownNames(name).length === 1)).toBe(true)
  })
})

describe('memory', () => {
  it.each([0, 4096, 2 * LARGEST_PACKET - 8, 2 * LARGEST_PACKET + 4])('of %d bytes is refused', size => {
    expect(() => new addon.PacketMemory(size)).toThrow(TypeError)
  })

  /** What Node 20 does not let go of is copied; later ones refuse it. */
  const letGo = (buffer: ArrayBuffer) => {
    try {
      structuredClone(buffer, { transfer: [buffer] })
    } catch (error) {
      expect(error).toMatchObject({ name: 'DataCloneError' })
    }
  }

  it('stays while a thread uses it, whatever becomes of its object and bytes', async () => {
    const device = await open()
    const parts: Completion[] = []
    const begin = () => {
      const reading = new addon.PacketMemory(1024 * 1024)
      parts.push(...inbox.listen(id => device.read(id, 0, reading)))
      letGo(reading.bytes.buffer as ArrayBuffer)
    }
    begin()
    for (let i = 0; i < 20; i++) {
      collect()
      await write(
        device,
        Array.from({ length: 50 }, (_, j) => request(j, 1000)),
      )
    }
    expect(await eventually(() => device.counts()[0]! >= 700)).toBe(true)
  })

  it('that nobody has any more is given back', async () => {
    const resident = () => {
      collect()
      return process.memoryUsage.rss()
    }
    const fill = () => new addon.PacketMemory(64 * 1024 * 1024).bytes.fill(1)
    fill()
    await new Promise(resolve => setTimeout(resolve, 20))
    const before = resident()
    for (let i = 0; i < 20; i++) {
      fill()
      collect()
      await new Promise(setImmediate)
    }
    expect(resident() - before).toBeLessThan(200 * 1024 * 1024)
  })
})

/** For scripts in a process or worker of their own: `device`, open and up, in a namespace of its own, that is flooded with echo requests to itself. */
function script(body: string): string {
  return `
    const { execFileSync } = require('node:child_process')
    const namespace = new addon.Namespace()
    await request(id => namespace.create(id))
    const device = new addon.PacketDevice()
    const options = { ...${JSON.stringify({ ...tunOptions(), namespace: undefined })}, namespace }
    await request(id => device.openTun(id, options))
    const inside = (...words) => execFileSync('nsenter', ['--net=/proc/' + process.pid + '/fd/' + namespace.fd, 'ip', ...words])
    inside('link', 'set', 'tun0', 'up')
    inside('address', 'add', '10.0.0.1/24', 'dev', 'tun0')
    const memory = new addon.PacketMemory(1048576)
    const sending = new addon.PacketMemory(1048576)
    const packet = Uint8Array.from(${JSON.stringify([...request(1, 1000)])})
    const table = new Uint32Array(400)
    for (let i = 0; i < 200; i++) { sending.bytes.set(packet, i * 2048); table.set([i * 2048, packet.length], i * 2) }
    const flood = () => request(id => device.write(id, 0, sending, table, 200))
    const forward = () => { memory.bytes.set(sending.bytes); return request(id => device.write(id, 0, memory, table, 200)) }
    ${body}`
}

describe('a process', () => {
  it('ends by itself with a device that is open and idle', async () => {
    const { code, stderr } = await runInChild(script('device.read(9999, 0, memory)'))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  it('stays alive while the device is held, and no longer', async () => {
    const { code, stdout } = await runInChild(
      script(`device.hold(); device.hold()
      setTimeout(() => { console.log('still here'); device.letGo() }, 200).unref()`),
    )
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'still here\n' })
  })

  it('ends when a device that was held is closed', async () => {
    const { code } = await runInChild(script('device.hold(); await request(id => device.close(id))'))
    expect(code).toBe(0)
  })

  it.each([
    ['while packets are read', 'device.read(9999, 0, memory); await flood()'],
    ['while the memory is full', 'device.read(9999, 0, memory); for (let i = 0; i < 10; i++) await flood()'],
    ['while packets are written', 'for (let i = 0; i < 20; i++) flood()'],
    ['while packets are written where they were read', 'device.read(9999, 0, memory); for (let i = 0; i < 20; i++) forward()'],
    ['while it is closed', 'request(id => device.close(id))'],
    [
      'while another one is opened',
      'const other = new addon.PacketDevice(); request(id => other.openTun(id, { ...options, name: "other" }))',
    ],
    ['while a queue is changed', 'request(id => device.setPersist(id, true)); request(id => device.detachQueue(id, 0))'],
  ])('exits %s', async (_, body) => {
    const { code, signal, stderr } = await runInChild(script(`${body}; process.exit(7)`))
    expect({ code, signal, stderr }).toEqual({ code: 7, signal: null, stderr: '' })
  })
})

describe('a worker', () => {
  it('may be terminated while its devices read and write, and leaves nothing behind', async () => {
    const before = openDescriptors()
    for (let round = 0; round < 5; round++) {
      const worker = runInWorker(
        script(`device.read(9999, 0, memory); device.hold()
        for (let i = 0; i < 20; i++) { flood(); forward() }
        parentPort.postMessage('')`),
      )
      await once(worker, 'message')
      await worker.terminate()
    }
    expect(await eventually(() => openDescriptors() <= before)).toBe(true)
  })

  it('may exit with a device open', async () => {
    const worker = runInWorker(script('device.read(9999, 0, memory); process.exit(3)'))
    expect(await once(worker, 'exit')).toEqual([3])
  })
})

describe('descriptors and threads', () => {
  it('are all given back after 200 devices', async () => {
    const cycle = async () => {
      const { device } = await tryOpen({ flags: IFF_TUN | IFF_NO_PI | IFF_MULTI_QUEUE, queues: 2 })
      new Reading(device, 0)
      new Reading(device, 1)
      await close(device)
    }
    for (let i = 0; i < 5; i++) await cycle()
    const before = openDescriptors()
    for (let i = 0; i < 20; i++) await Promise.all(Array.from({ length: 10 }, (_, j) => cycleNamed(`t${j}`)))
    expect(addon.counters().devices).toBe(0)
    expect(await eventually(() => openDescriptors() <= before)).toBe(true)
    expect(await eventually(() => addon.counters().threads === 0)).toBe(true)
  })

  async function cycleNamed(link: string): Promise<void> {
    const device = new addon.PacketDevice()
    expect((await inbox.request(id => device.openTun(id, tunOptions({ name: link })))).code).toBe(done)
    new Reading(device)
    expect((await inbox.request(id => device.close(id))).code).toBe(done)
  }
})
