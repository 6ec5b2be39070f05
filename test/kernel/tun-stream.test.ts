import { once } from 'node:events'
import { PassThrough, Readable, Transform, Writable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { TunDevice } from '../../lib/tun/device.ts'
import { closeDevices, openTap, openTun } from '../support/device.ts'
import { runProgram } from '../support/dist.ts'
import { shownLink, shownNames } from '../support/ip.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { echo, frame, IPPROTO_ICMP, ipv4, read, udp } from '../support/packets.ts'
import { eventually, ip } from '../support/test-namespaces.ts'

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
const sequenceOf = (packet: Uint8Array) => (packet[26]! << 8) | packet[27]!

/** Packets as they come, until there are so many. */
async function readSome(device: AsyncIterable<Uint8Array>, count: number): Promise<Uint8Array[]> {
  const packets: Uint8Array[] = []
  for await (const packet of device) {
    packets.push(packet)
    if (packets.length === count) break
  }
  return packets
}

function errorOf(device: TunDevice): Promise<Error> {
  return new Promise(resolve => device.once('error', resolve))
}

describe('a device as a stream', () => {
  it('yields packets as Uint8Arrays, and takes them', async () => {
    const tun = await openTun(ns)
    for (let i = 1; i <= 3; i++) tun.write(request(i))
    const packets = await readSome(tun, 3)
    expect(packets.map(packet => [packet.constructor, read(packet)?.to, sequenceOf(packet)])).toEqual([
      [Uint8Array, '10.0.0.2', 1],
      [Uint8Array, '10.0.0.2', 2],
      [Uint8Array, '10.0.0.2', 3],
    ])
  })

  it('yields packets that stay as they are', async () => {
    const tun = await openTun(ns)
    const kept: Uint8Array[] = []
    tun.on('data', packet => kept.push(packet))
    const sent = Array.from({ length: 500 }, (_, i) => request(i, 1000))
    for (const packet of sent) if (!tun.write(packet)) await once(tun, 'drain')
    expect(await eventually(() => kept.length === 500)).toBe(true)
    expect(kept.map(sequenceOf)).toEqual(Array.from({ length: 500 }, (_, i) => i))
    for (const packet of kept) expect(packet.subarray(28).every(byte => byte === 0x61)).toBe(true)
  })

  it('keeps the order of what is written, alone and corked', async () => {
    const tun = await openTun(ns)
    tun.write(request(1))
    tun.cork()
    for (let i = 2; i <= 100; i++) tun.write(request(i))
    tun.uncork()
    expect((await readSome(tun, 100)).map(sequenceOf)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1))
  })

  it('calls back when the kernel has the packet', async () => {
    const tun = await openTun(ns)
    const before = shownLink(ns.name, tun.name).stats64.rx.packets
    await new Promise<void>((resolve, reject) => tun.write(request(1), error => (error ? reject(error) : resolve())))
    expect(shownLink(ns.name, tun.name).stats64.rx.packets).toBe(before + 1)
  })

  it('is a tap for frames', async () => {
    const tap = await openTap(ns, { hardwareAddress: '02:00:00:00:00:01' })
    const reading = readSome(tap, 1)
    void ns.ping('10.0.1.2', { timeout: 50 }).catch(() => {})
    const [question] = await reading
    expect([...question!.subarray(0, 14)]).toEqual([255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 1, 8, 6])
  })

  it('asks to wait when much is written, and says when to go on', async () => {
    const tun = await openTun(ns)
    let written = 0
    while (tun.write(request(written, 1000))) written++
    expect(written * 1028).toBeGreaterThan(200_000)
    expect(written * 1028).toBeLessThan(400_000)
    await once(tun, 'drain')
    expect(tun.writableLength).toBe(0)
  })

  it('does not read more than its buffers hold while nobody takes it: the kernel drops the rest, and it is counted', async () => {
    const tun = await openTun(ns, { receiveMemory: 300_000 })
    tun.read(0)
    await tun.writeBatch(Array.from({ length: 3000 }, (_, i) => request(i, 1000)))
    const { received, dropped, sent } = await tun.statistics()
    expect(sent.packets).toBe(3000)
    expect(dropped).toBeGreaterThan(0)
    expect(dropped).toBe(shownLink(ns.name, tun.name).stats64.tx.dropped)
    expect(received.packets).toBeLessThan(1000)
    const packets = await readSome(tun, 3000 - dropped)
    const sequences = packets.map(sequenceOf)
    expect(sequences).toEqual([...sequences].sort((a, b) => a - b))
  })

  it('stops reading while it is paused, and goes on', async () => {
    const tun = await openTun(ns)
    const seen: number[] = []
    tun.on('data', packet => seen.push(sequenceOf(packet)))
    tun.write(request(1))
    expect(await eventually(() => seen.length === 1)).toBe(true)
    tun.pause()
    await tun.writeBatch([request(2), request(3)])
    await new Promise(resolve => setTimeout(resolve, 20))
    expect(seen).toEqual([1])
    tun.resume()
    expect(await eventually(() => seen.length === 3)).toBe(true)
  })

  it('goes through pipelines', async () => {
    const tun = await openTun(ns)
    const far = await openTun(other, { address: '10.0.0.2/24' })
    const count = { there: 0 }
    const counting = new Transform({
      objectMode: true,
      transform(packet: Uint8Array, _encoding, callback) {
        count.there++
        callback(null, packet)
      },
    })
    const lines = Promise.allSettled([pipeline(tun, counting, far), pipeline(far, tun)])
    expect(await ns.ping('10.0.0.2', { count: 5, interval: 1, timeout: 10_000 })).toMatchObject({ received: 5 })
    expect(count.there).toBeGreaterThanOrEqual(5)
    await tun.close()
    const [there] = await lines
    expect(there).toEqual({ status: 'fulfilled', value: undefined })
    expect(far.writableFinished).toBe(true)
  })

  it('is fed by any stream of packets', async () => {
    const tun = await openTun(ns)
    await pipeline(Readable.from([request(1), request(2)]), tun)
    expect((await tun.statistics()).sent.packets).toBe(2)
  })

  it('feeds any stream that takes objects', async () => {
    const tun = await openTun(ns)
    const got: Uint8Array[] = []
    const sink = new Writable({
      objectMode: true,
      write(packet, _encoding, callback) {
        got.push(packet)
        callback(got.length === 2 ? new Error('enough') : null)
      },
    })
    const line = pipeline(tun, new PassThrough({ objectMode: true }), sink)
    tun.write(request(1))
    tun.write(request(2))
    await expect(line).rejects.toThrow('enough')
    expect(tun.destroyed).toBe(true)
    expect(await eventually(() => !shownNames(ns.name).includes('tun0'))).toBe(true)
  })

  it('is closed by who leaves the loop, as every stream is', async () => {
    const tun = await openTun(ns)
    tun.write(request(1))
    await readSome(tun, 1)
    expect(tun.destroyed).toBe(true)
    await finished(tun, { error: false }).catch(() => {})
    expect(await eventually(() => tun.closed)).toBe(true)
    expect(shownNames(ns.name)).toEqual(['lo'])
  })
})

describe('close', () => {
  it('ends the loop of who reads', async () => {
    const tun = await openTun(ns)
    const reading = readSome(tun, 10)
    tun.write(request(1))
    await tun.statistics()
    await tun.close()
    expect((await reading).length).toBeLessThan(10)
  })

  it('ends the loop from within it', async () => {
    const tun = await openTun(ns)
    await tun.writeBatch(Array.from({ length: 50 }, (_, i) => request(i)))
    let seen = 0
    for await (const _ of tun) {
      seen++
      await tun.close()
    }
    expect(seen).toBe(1)
  })

  it('makes the writes that were asked for before', async () => {
    const tun = await openTun(ns)
    const outcomes: (Error | null | undefined)[] = []
    for (let i = 0; i < 300; i++) tun.write(request(i, 1000), error => void outcomes.push(error))
    await tun.close()
    expect(outcomes).toHaveLength(300)
    expect(outcomes.every(error => error === null || error === undefined)).toBe(true)
  })

  it('takes the link along, once however often it is called', async () => {
    const tun = await openTun(ns)
    await Promise.all([tun.close(), tun.close()])
    await tun.close()
    expect(shownNames(ns.name)).toEqual(['lo'])
    expect([tun.closed, tun.destroyed, tun.writableFinished]).toEqual([true, true, true])
  })

  it('is what await using does', async () => {
    const tun = await openTun(ns)
    await tun[Symbol.asyncDispose]()
    expect(shownNames(ns.name)).toEqual(['lo'])
  })

  // On a busy machine that may wait for its turn.
  it('does not hold up the event loop', { retry: 10 }, async () => {
    const tuns = []
    for (let i = 0; i < 10; i++) tuns.push(await openTun(ns, { address: [] }))
    let ticks = 0
    const ticking = setInterval(() => ticks++, 1)
    const closing = Promise.all(tuns.map(tun => tun.close()))
    await new Promise(setImmediate)
    const start = performance.now()
    await closing
    const took = performance.now() - start
    clearInterval(ticking)
    // Ten descriptors take the kernel some 20 ms each; a loop that waited for them would not tick at all.
    expect(ticks).toBeGreaterThanOrEqual(Math.floor(took / 20))
  })

  it('of a device with writes that nobody waits for leaves none undone', async () => {
    const tun = await openTun(ns)
    const before = shownLink(ns.name, tun.name).stats64.rx.packets
    await tun.setPersist(true)
    void tun.writeBatch(Array.from({ length: 500 }, (_, i) => request(i)))
    await tun.close()
    expect(shownLink(ns.name, 'tun0').stats64.rx.packets - before).toBe(500)
    ip('-n', ns.name, 'link', 'delete', 'tun0')
  })

  it('leaves calls that come later a ClosedError', async () => {
    const tun = await openTun(ns)
    await tun.close()
    const closed = { name: 'ClosedError', code: 'ERR_CLOSED' }
    await expect(tun.writeBatch([request(1)])).rejects.toMatchObject({ ...closed, operation: 'device.writeBatch' })
    await expect(tun.link()).rejects.toMatchObject({ ...closed, operation: 'device.link' })
    await expect(tun.statistics()).rejects.toMatchObject(closed)
    await expect(tun.setPersist(true)).rejects.toMatchObject(closed)
    await expect(tun.delete()).rejects.toMatchObject(closed)
    expect(() => tun.batches()).toThrow(expect.objectContaining(closed))
    expect(tun.ref().unref()).toBe(tun)
  })
})

describe('delete', () => {
  it('takes a persistent link away', async () => {
    const tun = await openTun(ns, { persist: true })
    await tun.delete()
    expect(shownNames(ns.name)).toEqual(['lo'])
  })
})

describe('setPersist', () => {
  it('keeps the link, and no longer', async () => {
    const tun = await openTun(ns)
    await tun.setPersist(true)
    expect(shownLink(ns.name, 'tun0').linkinfo.info_data.persist).toBe(true)
    await tun.setPersist(false)
    expect(shownLink(ns.name, 'tun0').linkinfo.info_data.persist).toBe(false)
    await expect(tun.setPersist('yes' as never)).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_TYPE', option: 'persist' })
  })
})

describe('link', () => {
  it('is the link, also by another name', async () => {
    const tun = await openTun(ns)
    await ns.links.set(tun.index, { up: false })
    await ns.links.set(tun.index, { name: 'renamed' })
    expect(await tun.link()).toMatchObject({ kind: 'tun', name: 'renamed', index: tun.index, up: false })
  })
})

describe('what goes wrong', () => {
  it('is EIO while the link is down: the stream ends with it', async () => {
    const tun = await openTun(ns, { up: false })
    const failed = errorOf(tun)
    tun.write(request(1))
    const error = await failed
    expect(error).toMatchObject({ name: 'SystemError', code: 'EIO', syscall: 'write', operation: 'device.write', packet: 0 })
    expect(error.message).toContain('links.set("tun0", { up: true })')
    expect(tun.destroyed).toBe(true)
  })

  it('is EIO for writeBatch, and the device goes on', async () => {
    const tun = await openTun(ns, { up: false })
    const batch = [request(1), request(2)]
    await expect(tun.writeBatch(batch)).rejects.toMatchObject({ code: 'EIO', operation: 'device.writeBatch', packet: 0 })
    await ns.links.set('tun0', { up: true })
    await tun.writeBatch(batch)
    expect((await readSome(tun, 2)).map(sequenceOf)).toEqual([1, 2])
  })

  it('names the packet that is none; those before it are written', async () => {
    const tun = await openTun(ns)
    const bad = Uint8Array.of(0x10, 1, 2, 3)
    await expect(tun.writeBatch([request(1), bad, request(2)])).rejects.toMatchObject({
      code: 'EINVAL',
      packet: 1,
      message: expect.stringMatching(/packet 1: write: .*the kernel takes IPv4 or IPv6 packets$/),
    })
    expect((await tun.statistics()).sent.packets).toBe(1)
  })

  it.each<[string, unknown, string, string]>([
    ['an empty packet', new Uint8Array(), 'RangeError', 'ERR_OUT_OF_RANGE'],
    ['more than 64 KiB and headers', new Uint8Array(70_000), 'RangeError', 'ERR_OUT_OF_RANGE'],
    ['text', 'packet', 'TypeError', 'ERR_INVALID_ARG_TYPE'],
  ])('is found before anything is written: %s', async (_, bad, name, code) => {
    const tun = await openTun(ns)
    await expect(tun.writeBatch([request(1), bad as Uint8Array])).rejects.toMatchObject({ name, code, option: 'packets[1]' })
    expect((await tun.statistics()).sent.packets).toBe(0)
    const failed = errorOf(tun)
    tun.write(bad as Uint8Array)
    expect(await failed).toMatchObject({ name, code })
  })

  it('is a frame that is shorter than its header', async () => {
    const tap = await openTap(ns)
    await expect(tap.writeBatch([new Uint8Array(13)])).rejects.toMatchObject({
      code: 'ERR_OUT_OF_RANGE',
      message: expect.stringContaining('14 to 66048 bytes'),
    })
    await tap.writeBatch([frame('ff:ff:ff:ff:ff:ff', '02:00:00:00:00:09', 0x88b5, new Uint8Array())])
  })

  it.each<[string, unknown]>([
    ['one packet', request(1)],
    ['nothing', undefined],
    ['text', 'packet'],
  ])('is %s in place of a batch', async (_, packets) => {
    const tun = await openTun(ns)
    await expect(tun.writeBatch(packets as never)).rejects.toMatchObject({
      name: 'TypeError',
      option: expect.stringMatching(/^packets/),
    })
  })

  it('is not a packet larger than the mtu: the kernel takes it', async () => {
    const tun = await openTun(ns, { mtu: 1000 })
    await tun.writeBatch([udp('10.0.0.2', '10.0.0.1', 9, new Uint8Array(8000))])
    // It answers that nobody listens there.
    const [refusal] = await readSome(tun, 1)
    expect(read(refusal!)).toMatchObject({ protocol: IPPROTO_ICMP, to: '10.0.0.2' })
    expect(refusal!.length).toBeLessThanOrEqual(1000)
  })

  it('takes what has no payload', async () => {
    const tun = await openTun(ns)
    await tun.writeBatch([ipv4('10.0.0.2', '10.0.0.1', 59, new Uint8Array())])
    expect((await tun.statistics()).sent).toEqual({ packets: 1, bytes: 20 })
  })

  it('is EBADFD when the link is deleted: who reads gets what came before, then the error', async () => {
    const tun = await openTun(ns)
    await tun.writeBatch([request(1), request(2)])
    const seen: number[] = []
    const reading = (async () => {
      for await (const packet of tun) seen.push(sequenceOf(packet))
    })()
    ip('-n', ns.name, 'link', 'delete', 'tun0')
    await expect(reading).rejects.toMatchObject({
      name: 'SystemError',
      code: 'EBADFD',
      syscall: 'read',
      operation: 'device.read',
      message: expect.stringContaining('the link "tun0" was deleted'),
    })
    expect(seen.length === 0 || seen.length === 2).toBe(true)
    expect(await eventually(() => tun.closed)).toBe(true)
  })

  it('is EBADFD for who writes then', async () => {
    const tun = await openTun(ns)
    ip('-n', ns.name, 'link', 'delete', 'tun0')
    await expect(tun.writeBatch([request(1)])).rejects.toMatchObject({ code: 'EBADFD', syscall: 'write' })
    await tun.close()
  })

  it('is an error of its own that the device is destroyed with', async () => {
    const tun = await openTun(ns)
    const reading = readSome(tun, 5)
    tun.destroy(new Error('mine'))
    await expect(reading).rejects.toThrow('mine')
    expect(await eventually(() => !shownNames(ns.name).includes('tun0'))).toBe(true)
  })
})

describe('a process', () => {
  const program = (body: string) => `
    const ns = await rtnetlink.Netns.create()
    const tun = await ns.openTun({ up: true, address: '10.0.0.1/24' })
    ${body}`

  it('ends by itself while nobody reads the device', async () => {
    const { code, stdout, stderr } = await runProgram(
      program(`tun.write(new Uint8Array(${JSON.stringify([...request(1)])})); console.log('end')`),
    )
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'end\n', stderr: '' })
  })

  it('stays alive while somebody does, until the device is closed', async () => {
    const { code, stdout } = await runProgram(
      program(`tun.on('data', () => {}); setTimeout(() => { console.log('still here'); tun.close() }, 200).unref()`),
    )
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'still here\n' })
  })

  it.each([
    ['a stream', `tun.on('data', () => {})`],
    ['batches', 'void tun.batches().next()'],
  ])('ends although somebody reads %s, when that is unreferenced', async (_, reading) => {
    const { code, stdout } = await runProgram(
      program(`tun.unref(); ${reading}; setTimeout(() => console.log('too late'), 3000).unref()`),
    )
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
  })

  it('ends when the loop over batches was left', async () => {
    const { code, stdout } = await runProgram(
      program(`void tun.writeBatch([new Uint8Array(${JSON.stringify([...request(1)])})])
      for await (const batch of tun.batches()) if (batch.length > 0) break
      console.log('left')`),
    )
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'left\n' })
  })

  it('dies of an error of the stream that nobody listens to, as of any other stream', async () => {
    const { code, stderr } = await runProgram(
      program(`await ns.links.set('tun0', { up: false }); tun.write(new Uint8Array(20).fill(0x45))`),
    )
    expect(code).toBe(1)
    expect(stderr).toContain('EIO')
  })
})
