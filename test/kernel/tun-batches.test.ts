import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { TunDevice } from '../../lib/tun/device.ts'
import type { PacketBatch } from '../../lib/tun/packet-batch.ts'
import { closeDevices, heldDevice, openTap, openTun } from '../support/device.ts'
import { shownLink, shownNames } from '../support/ip.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { echo, read } from '../support/packets.ts'
import { eventually, ip } from '../support/test-namespaces.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Packets that the kernel keeps for whoever reads (TUN_READQ_SIZE). */
const QUEUE = 500

let ns: NamedNetns
let other: NamedNetns

beforeAll(async () => {
  ns = await createNamespace()
  other = await createNamespace()
  for (const netns of [ns, other]) await netns.sysctl.set('net.ipv6.conf.default.disable_ipv6', true)
})
afterEach(closeDevices)
afterAll(closeNamespaces)

const request = (sequence: number, size?: number) => echo('10.0.0.2', '10.0.0.1', sequence, size)
const requests = (count: number, size?: number) => Array.from({ length: count }, (_, i) => request(i, size))
const sequenceOf = (packet: Uint8Array) => (packet[26]! << 8) | packet[27]!

async function nextOf(batches: AsyncIterator<PacketBatch, undefined>): Promise<PacketBatch> {
  const { value } = await batches.next()
  if (value === undefined) throw new Error('there is no batch any more')
  return value
}

/** Lets the reading thread begin: it starts when somebody first asks. */
async function begun(device: TunDevice, batches: AsyncIterator<PacketBatch, undefined>): Promise<void> {
  await device.writeBatch([request(0)])
  expect((await nextOf(batches)).length).toBe(1)
}

/** Writes packets, and waits until the answers have been read. */
async function answered(device: TunDevice, packets: Uint8Array[]): Promise<void> {
  const before = (await device.statistics()).received.packets
  await device.writeBatch(packets)
  await expect.poll(async () => (await device.statistics()).received.packets - before).toBe(packets.length)
}

describe('batches', () => {
  it('are many packets at once, as views of one memory', async () => {
    const tun = await openTun(ns)
    const batches = tun.batches()
    await begun(tun, batches)
    await answered(tun, requests(50))
    const batch = await nextOf(batches)
    expect(batch.length).toBeGreaterThan(1)
    expect([...batch].map(packet => packet.buffer)).toEqual(Array(batch.length).fill(batch.bytes.buffer))
    for (let i = 0; i < batch.length; i++) {
      expect(batch.at(i)).toEqual(batch.bytes.subarray(batch.offsetAt(i), batch.offsetAt(i) + batch.lengthAt(i)))
      expect(read(batch.at(i))?.to).toBe('10.0.0.2')
    }
    expect(batch.queue).toBe(0)
  })

  it('bring every packet once, in order, whatever the pace of who reads', async () => {
    const tun = await openTun(ns)
    const sequences: number[] = []
    const reading = (async () => {
      for await (const batch of tun.batches()) {
        for (const packet of batch) sequences.push(sequenceOf(packet))
        if (sequences.length % 3 === 0) await sleep(1)
        if (sequences.length === 5000) break
      }
    })()
    for (let i = 0; i < 5000; i += 50) {
      await tun.writeBatch(Array.from({ length: 50 }, (_, j) => request(i + j)))
      while (i - sequences.length > QUEUE / 2) await sleep(1) // What the kernel's queue has no room for is dropped.
    }
    await reading
    expect(sequences).toEqual(Array.from({ length: 5000 }, (_, i) => i))
  })

  it('leave the event loop its turn under a flood', async () => {
    const tun = await openTun(ns)
    let timers = 0
    const ticking = setInterval(() => timers++, 1)
    let writing = true
    const flood = (async () => {
      while (writing) await tun.writeBatch(requests(100))
    })()
    let packets = 0
    for await (const batch of tun.batches()) {
      packets += batch.length
      if (packets > 20_000) break
    }
    writing = false
    await flood
    clearInterval(ticking)
    expect(timers).toBeGreaterThan(2)
  })

  it('are given back when the next one is asked for', async () => {
    const tun = await openTun(ns)
    const batches = tun.batches()
    await tun.writeBatch([request(1)])
    const batch = await nextOf(batches)
    const [packet] = batch
    expect(sequenceOf(packet!)).toBe(1)
    void batches.next()
    for (const use of [() => batch.at(0), () => batch.offsetAt(0), () => batch.lengthAt(0), () => [...batch]])
      expect(use).toThrow(/this batch was given back/)
    await expect(tun.writeBatch(batch)).rejects.toThrow(/this batch was given back/)
  })

  it('refuse a packet that they have not', async () => {
    const tun = await openTun(ns)
    const batches = tun.batches()
    await tun.writeBatch([request(1)])
    const batch = await nextOf(batches)
    for (const index of [-1, batch.length, 0.5, Number.NaN])
      expect(() => batch.at(index)).toThrow(expect.objectContaining({ name: 'RangeError', code: 'ERR_OUT_OF_RANGE' }))
  })

  it('leave the rest unread when the loop is left, for the next who asks', async () => {
    const tun = await openTun(ns)
    await tun.writeBatch([request(1)])
    for await (const batch of tun.batches()) {
      expect([...batch].map(sequenceOf)).toEqual([1])
      break
    }
    expect(tun.destroyed).toBe(false)
    await answered(tun, [request(2), request(3)])
    const sequences: number[] = []
    for await (const batch of tun.batches()) {
      sequences.push(...[...batch].map(sequenceOf))
      if (sequences.length === 2) break
    }
    expect(sequences).toEqual([2, 3])
  })

  it('end when the device is closed', async () => {
    const tun = await openTun(ns)
    const batches = tun.batches()
    const next = batches.next()
    await tun.close()
    expect(await next).toEqual({ done: true, value: undefined })
    expect(await batches.next()).toEqual({ done: true, value: undefined })
  })

  it('end when their reader is told to, also while it waits', async () => {
    const tun = await openTun(ns)
    const batches = tun.batches()
    const next = batches.next()
    await batches.return?.()
    expect(await next).toEqual({ done: true, value: undefined })
    expect(tun.destroyed).toBe(false)
  })

  it('come one after the other to who asks twice at once', async () => {
    const tun = await openTun(ns)
    const batches = tun.batches()
    const [one, two] = [batches.next(), batches.next()]
    await tun.writeBatch([request(1)])
    expect((await one).value?.length).toBe(1)
    await tun.writeBatch([request(2)])
    expect(sequenceOf((await two).value!.at(0))).toBe(2)
  })

  it('end with EBADFD when the link is deleted, behind what was read before; the device is closed, and nothing is thrown elsewhere', async () => {
    const tun = await openTun(ns)
    const batches = tun.batches()
    await begun(tun, batches)
    const errors: Error[] = []
    tun.on('error', error => errors.push(error))
    await answered(tun, requests(10))
    ip('-n', ns.name, 'link', 'delete', 'tun0')
    let packets = 0
    const reading = (async () => {
      for (;;) packets += (await nextOf(batches)).length
    })()
    await expect(reading).rejects.toMatchObject({ name: 'SystemError', code: 'EBADFD', operation: 'device.batches' })
    expect(packets).toBe(10)
    expect(await eventually(() => tun.closed)).toBe(true)
    expect(errors).toEqual([])
  })

  it('end with the error that the device is destroyed with', async () => {
    const tun = await openTun(ns)
    const batches = tun.batches()
    const next = batches.next()
    tun.destroy(new Error('mine'))
    await expect(next).rejects.toThrow('mine')
    expect(await batches.next()).toEqual({ done: true, value: undefined })
  })

  it('begin their error’s stack at the line that asked', async () => {
    const tun = await openTun(ns)
    const batches = tun.batches()
    const asking = async () => await batches.next()
    const error = asking().catch((reason: Error) => reason)
    ip('-n', ns.name, 'link', 'delete', 'tun0')
    expect(((await error) as Error).stack).toContain('tun-batches.test.ts')
  })

  it('are not for two, nor for a stream beside', async () => {
    const tun = await openTun(ns)
    const batches = tun.batches()
    expect(() => tun.batches()).toThrow(
      expect.objectContaining({ operation: 'device.batches', message: expect.stringContaining('already') }),
    )
    await batches.return?.()
    tun.on('data', () => {})
    await new Promise(setImmediate)
    expect(() => tun.batches()).toThrow(/read as a stream already/)
    const second = await openTun(ns, { address: [] })
    const error = new Promise<Error>(resolve => second.once('error', resolve))
    second.batches()
    second.on('data', () => {})
    expect((await error).message).toContain('read in batches already')
  })

  it.each([{ queue: 1 }, { queue: -1 }, { queue: 'a' }, { queu: 0 }])('refuse %j', async options => {
    const tun = await openTun(ns)
    expect(() => tun.batches(options as never)).toThrow(expect.objectContaining({ operation: 'device.batches' }))
    await expect(tun.writeBatch([], options as never)).rejects.toMatchObject({ operation: 'device.writeBatch' })
  })
})

describe('writeBatch', () => {
  it('takes any iterable of packets', async () => {
    const tun = await openTun(ns)
    const generator = function* () {
      for (let i = 0; i < 3; i++) yield request(i)
    }
    await tun.writeBatch(generator())
    await tun.writeBatch(new Set([request(3)]))
    await tun.writeBatch([])
    expect((await tun.statistics()).sent.packets).toBe(4)
  })

  it('copies packets at once', async () => {
    const tun = await openTun(ns)
    const packet = request(7)
    const written = tun.writeBatch([packet])
    packet.fill(0)
    await written
    expect((await tun.statistics()).received.packets).toBe(0)
    for await (const batch of tun.batches()) {
      expect(sequenceOf(batch.at(0))).toBe(7)
      break
    }
  })

  it('takes more than its memory holds', async () => {
    const tun = await openTun(ns)
    await tun.writeBatch(requests(5000, 1400))
    expect((await tun.statistics()).sent).toEqual({ packets: 5000, bytes: 5000 * 1428 })
  })

  it('keeps the order of many calls that nobody waits for', async () => {
    const tun = await openTun(ns)
    const sequences: number[] = []
    const reading = (async () => {
      for await (const batch of tun.batches()) {
        for (const packet of batch) sequences.push(sequenceOf(packet))
        if (sequences.length === 400) break
      }
    })()
    const sizes = [0, 1400, 700, 65_000]
    await ns.links.set('tun0', { mtu: 65_535 })
    await Promise.all(Array.from({ length: 400 }, (_, i) => tun.writeBatch([request(i, sizes[i % 4])])))
    await reading
    expect(sequences).toEqual(Array.from({ length: 400 }, (_, i) => i))
  })

  it('keeps the order of few packets, which are written at once, and many, which are not', async () => {
    const tun = await openTun(ns)
    const sizes = [1, 100, 1, 1, 17, 16, 300, 2]
    let sequence = 0
    const writing = sizes.map(size => tun.writeBatch(Array.from({ length: size }, () => request(sequence++))))
    const read: number[] = []
    for await (const batch of tun.batches()) {
      for (const packet of batch) read.push(sequenceOf(packet))
      if (read.length === sequence) break
    }
    await Promise.all(writing)
    expect(read).toEqual(Array.from({ length: sequence }, (_, i) => i))
  })

  it('leaves the event loop its turn, however small and many the writes that are awaited', async () => {
    const tun = await openTun(ns)
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    let writes = 0
    while (turns < 3) {
      await tun.writeBatch([request(1)])
      writes++
    }
    clearInterval(timer)
    expect(writes).toBeGreaterThan(3)
  })

  it('of a batch writes it where it lies, also when the next one was asked for meanwhile', async () => {
    const tun = await openTun(ns)
    const far = await openTun(other, { address: '10.0.0.2/24' })
    const back = (async () => {
      for await (const batch of far.batches()) await tun.writeBatch(batch)
    })()
    // Nobody waits for what was written before the next batch is asked for.
    const writes: Promise<void>[] = []
    const there = (async () => {
      for await (const batch of tun.batches()) writes.push(far.writeBatch(batch))
    })()
    expect(await ns.ping('10.0.0.2', { count: 60, interval: 0, size: 1400, timeout: 10_000 })).toMatchObject({ received: 60 })
    await Promise.all([tun.close(), far.close()])
    await Promise.allSettled([back, there, ...writes])
  })

  it('of a batch gives it back only when it is written', async () => {
    const tun = await openTun(ns, { receiveMemory: 300_000 })
    const far = await openTun(other, { address: '10.0.0.9/24', up: false })
    await tun.writeBatch([request(1, 1000)])
    const batches = tun.batches()
    const batch = await nextOf(batches)
    const copy = batch.at(0).slice()
    const view = batch.at(0)
    const written = far.writeBatch(batch)
    void batches.next()
    expect(view).toEqual(copy)
    await expect(written).rejects.toMatchObject({ code: 'EIO' })
    expect(() => batch.at(0)).toThrow(/given back/)
  })

  it('refuses a batch of a device whose packets look otherwise', async () => {
    const tun = await openTun(ns)
    const tap = await openTap(other)
    const vnet = await openTun(other, { vnetHeader: true, address: [] })
    await tun.writeBatch([request(1)])
    const batch = await nextOf(tun.batches())
    await expect(tap.writeBatch(batch)).rejects.toMatchObject({
      name: 'TypeError',
      message: expect.stringContaining('these are IPv4 or IPv6 packets, and the device takes Ethernet frames'),
    })
    await expect(vnet.writeBatch(batch)).rejects.toThrow(/behind a virtio header of 10 bytes/)
  })

  it('may change packets on their way', async () => {
    const tun = await openTun(ns)
    const far = await openTun(other, { address: '10.0.0.2/24' })
    await tun.writeBatch([request(1)])
    const batch = await nextOf(tun.batches())
    // The reply to 10.0.0.2 becomes one more request: RFC 1624.
    const packet = batch.at(0)
    packet[20] = 8
    const checksum = ((packet[22]! << 8) | packet[23]!) - 0x0800
    packet[22] = (checksum >> 8) & 0xff
    packet[23] = checksum & 0xff
    await far.writeBatch(batch)
    const [answer] = await nextOf(far.batches())
    expect(read(answer!)).toMatchObject({ from: '10.0.0.2', to: '10.0.0.1' })
    expect(answer![20]).toBe(0)
  })
})

describe('queues', () => {
  it('are read together, and say where each batch is from', async () => {
    const tun = await openTun(ns, { queues: 2 })
    const from = new Set<number>()
    const reading = (async () => {
      let packets = 0
      for await (const batch of tun.batches()) {
        from.add(batch.queue)
        packets += batch.length
        if (packets === 40) break
      }
    })()
    for (let i = 0; i < 20; i++) {
      await tun.writeBatch([request(i)], { queue: 0 })
      await tun.writeBatch([echo('10.0.0.3', '10.0.0.1', i)], { queue: 1 })
    }
    await reading
    expect(from).toEqual(new Set([0, 1]))
  })

  it('are read one by one, by two', async () => {
    const tun = await openTun(ns, { queues: 2 })
    const readers = [tun.batches({ queue: 0 }), tun.batches({ queue: 1 })]
    expect(() => tun.batches({ queue: 1 })).toThrow(expect.objectContaining({ option: 'queue' }))
    const nexts = readers.map(reader => nextOf(reader))
    for (let i = 0; i < 3; i++) {
      await tun.writeBatch([request(i)], { queue: 0 })
      await tun.writeBatch([echo('10.0.0.3', '10.0.0.1', i)], { queue: 1 })
    }
    expect((await Promise.all(nexts)).map(batch => batch.queue)).toEqual([0, 1])
  })

  it('are all one stream', async () => {
    const tun = await openTun(ns, { queues: 2 })
    const to = new Set<string>()
    tun.on('data', packet => to.add(read(packet)!.to))
    for (let i = 0; i < 3; i++) {
      await tun.writeBatch([request(i)], { queue: 0 })
      await tun.writeBatch([echo('10.0.0.3', '10.0.0.1', i)], { queue: 1 })
    }
    expect(await eventually(() => to.size === 2)).toBe(true)
  })

  it('are detached and attached', async () => {
    const tun = await openTun(ns, { queues: 3 })
    await tun.detachQueue(1)
    expect(shownLink(ns.name, 'tun0').linkinfo.info_data).toMatchObject({ numqueues: 2, numdisabled: 1 })
    expect(await tun.link()).toMatchObject({ tun: { numQueues: 2, numDisabledQueues: 1 } })
    await expect(tun.detachQueue(1)).rejects.toMatchObject({
      name: 'SystemError',
      code: 'EINVAL',
      option: 'queue',
      operation: 'device.detachQueue',
    })
    await tun.attachQueue(1)
    expect(shownLink(ns.name, 'tun0').linkinfo.info_data).toMatchObject({ numqueues: 3, numdisabled: 0 })
    await expect(tun.attachQueue(3)).rejects.toMatchObject({ name: 'RangeError', option: 'queue' })
    await expect(tun.attachQueue(1)).rejects.toMatchObject({
      code: 'EINVAL',
      message: expect.stringContaining('it is so already'),
    })
  })

  it('cannot be detached where there is but one', async () => {
    const tun = await openTun(ns)
    await expect(tun.detachQueue(0)).rejects.toMatchObject({
      code: 'EINVAL',
      message: expect.stringContaining('no multi-queue link'),
    })
  })

  it('share a link with those of another device', async () => {
    const one = await openTun(ns, { name: 'shared', multiQueue: true })
    const two = heldDevice(await ns.openTun({ name: 'shared', multiQueue: true }))
    expect(shownLink(ns.name, 'shared').linkinfo.info_data).toMatchObject({ numqueues: 2 })
    await one.close()
    expect(shownNames(ns.name)).toContain('shared')
    await two.writeBatch([request(1)])
    expect(sequenceOf((await nextOf(two.batches())).at(0))).toBe(1)
  })
})

describe('many packets', () => {
  it('leave memory flat', async () => {
    const tun = await openTun(ns)
    const packets = requests(200, 1000)
    let read = 0
    const reading = (async () => {
      for await (const batch of tun.batches()) read += batch.length
    })()
    const residentMemory = () => {
      collect()
      return process.memoryUsage.rss()
    }
    const rounds = async (count: number) => {
      for (let i = 0; i < count; i++) await tun.writeBatch(packets)
    }
    await rounds(100)
    const checkpoints = [residentMemory()]
    for (let i = 0; i < 8; i++) {
      await rounds(50)
      checkpoints.push(residentMemory())
    }
    await tun.close()
    await reading
    expect(read).toBeGreaterThan(20_000)
    // The heap grows now and then, and stays so; a leak grows every time: 100 bytes a packet would be a MB.
    const growth = checkpoints.slice(1).map((memory, i) => memory - checkpoints[i]!)
    const allowed = process.env.ASAN_OPTIONS === undefined ? 1 : 64
    expect(Math.min(...growth)).toBeLessThan(allowed * 1024 * 1024)
  })
})
