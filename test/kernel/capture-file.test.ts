import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Capture, type CaptureOptions, type Frame, ipv4, type PcapngFrame, pcapng } from '../../lib/index.ts'
import { sendCan } from '../support/can.ts'
import { shownLink } from '../support/ip.ts'
import { joinedNamespaces } from '../support/joined.ts'
import { lackOf } from '../support/kernel.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { onlyTestFrames, sendFrames, testFrame } from '../support/raw-frames.ts'
import { openTap } from '../support/tap.ts'
import { lackOfTcpdump, linkTypeOf, tcpdumpReads } from '../support/tcpdump.ts'
import { eventually, ip, openDescriptors } from '../support/test-namespaces.ts'

describe('a file of captured frames', () => {
  const lack = lackOfTcpdump()
  if (lack !== undefined) return it('is what tcpdump reads', context => context.skip(lack))

  let left: NamedNetns
  let right: NamedNetns
  let folder: string
  let file: string
  const captures: Capture[] = []

  beforeAll(async () => {
    ;({ left, right } = await joinedNamespaces())
    folder = mkdtempSync(join(tmpdir(), 'rtnl-test-'))
    file = join(folder, 'trace.pcapng')
  })
  afterEach(async () => {
    await Promise.all(captures.splice(0).map(capture => capture.close()))
    rmSync(file, { force: true })
  })
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
    closeNamespaces()
  })

  async function opened(netns: NamedNetns, link: string | undefined, options: CaptureOptions = {}): Promise<Capture> {
    const capture = await netns.capture(link, { filter: onlyTestFrames, ...options })
    captures.push(capture)
    return capture
  }

  /** Writes what is captured while `work` runs. */
  async function saved(capture: Capture, work: () => Promise<unknown>) {
    const saving = capture.toFile(file)
    await work()
    await capture.close()
    return await saving
  }

  it('is what tcpdump reads: the bytes as they were sent', async () => {
    const capture = await opened(right, 'wire')
    const sent = [60, 61, 62, 63, 1514].map((size, i) => testFrame(i, size))
    expect(await saved(capture, () => sendFrames(left, 'wire', sent))).toEqual({ received: 5, dropped: 0 })
    expect(linkTypeOf(file)).toBe('EN10MB')
    expect(tcpdumpReads(file).map(({ bytes }) => bytes)).toEqual(sent)
  })

  it('has the times of the frames', async () => {
    const capture = await opened(right, 'wire')
    await sendFrames(left, 'wire', [testFrame(1), testFrame(2)])
    await capture.close()
    const frames: Frame[] = []
    for await (const frame of capture) frames.push(frame)
    await pipeline(pcapng(frames), createWriteStream(file))
    expect(tcpdumpReads(file).map(({ timestamp }) => timestamp)).toEqual(frames.map(({ timestamp }) => timestamp))
  })

  it('is read as what it is', async () => {
    const capture = await opened(left, 'wire', { filter: undefined })
    await saved(capture, () => left.ping('192.0.2.2', { count: 2, interval: 1 }))
    const echoes = tcpdumpReads(file, 'icmp').map(({ text }) => text.replace(/id \d+/, 'id'))
    expect(echoes).toEqual([
      'IP 192.0.2.1 > 192.0.2.2: ICMP echo request, id, seq 1, length 64',
      'IP 192.0.2.2 > 192.0.2.1: ICMP echo reply, id, seq 1, length 64',
      'IP 192.0.2.1 > 192.0.2.2: ICMP echo request, id, seq 2, length 64',
      'IP 192.0.2.2 > 192.0.2.1: ICMP echo reply, id, seq 2, length 64',
    ])
  })

  it('says of a frame that was cut how long it was', async () => {
    const capture = await opened(right, 'wire', { filter: undefined, snapLength: 40, direction: 'in' })
    await saved(capture, () => left.ping('192.0.2.2', { size: 1000 }))
    expect(tcpdumpReads(file, '-v', 'icmp')[0]).toMatchObject({
      bytes: expect.objectContaining({ length: 40 }),
      text: expect.stringContaining('length 1028'),
    })
  })

  it('has tags in its frames', async () => {
    const capture = await opened(right, 'wire', { filter: undefined, direction: 'in' })
    const tagged = Buffer.concat([testFrame(1).subarray(0, 12), Buffer.from('81000ffe', 'hex'), testFrame(1).subarray(12)])
    await saved(capture, () => sendFrames(left, 'wire', [tagged]))
    expect(tcpdumpReads(file, '-e', 'vlan 4094').map(({ bytes }) => bytes)).toEqual([tagged])
  })

  it('has several links, each as an interface', async () => {
    const capture = await opened(right, undefined)
    await saved(capture, async () => {
      await sendFrames(left, 'wire', [testFrame(1)])
      await sendFrames(right, 'lo', [testFrame(2)])
    })
    expect(tcpdumpReads(file).map(({ bytes }) => bytes)).toEqual([testFrame(1), testFrame(2)])
  })

  it.each(['wire', undefined])('of %s is whole without a single frame', async link => {
    await saved(await opened(right, link), async () => {})
    expect(tcpdumpReads(file)).toEqual([])
    expect(linkTypeOf(file)).toBe(link === undefined ? 'LINUX_SLL2' : 'EN10MB')
  })

  it('replaces one that is there', async () => {
    for (const number of [1, 2]) await saved(await opened(right, 'wire'), () => sendFrames(left, 'wire', [testFrame(number)]))
    expect(tcpdumpReads(file).map(({ bytes }) => bytes)).toEqual([testFrame(2)])
  })

  it('is whole when the link goes, and the error is told', async () => {
    const other = await createNamespace()
    await other.links.add({ kind: 'veth', name: 'a', up: true, veth: { peer: { name: 'b', up: true } } })
    await eventually(() => shownLink(other.name, 'a').operstate === 'UP')
    const saving = (await opened(other, 'a')).toFile(file)
    const failed = expect(saving).rejects.toMatchObject({ code: 'ENETDOWN' })
    await sendFrames(other, 'b', [testFrame(1)])
    await other.links.delete('a')
    await failed
    expect(tcpdumpReads(file).map(({ bytes }) => bytes)).toEqual([testFrame(1)])
  })

  it('is whole when the signal is aborted', async () => {
    const controller = new AbortController()
    const capture = await opened(right, 'wire', { signal: controller.signal })
    const saving = capture.toFile(file)
    const failed = expect(saving).rejects.toThrow('enough')
    await sendFrames(left, 'wire', [testFrame(1)])
    await eventually(() => linkTypeOf(file) === 'EN10MB' && tcpdumpReads(file).length === 1)
    controller.abort(new Error('enough'))
    await failed
    expect(tcpdumpReads(file).map(({ bytes }) => bytes)).toEqual([testFrame(1)])
  })

  it('that cannot be written closes the capture and throws the reason', async () => {
    const before = openDescriptors()
    const capture = await opened(right, 'wire')
    await expect(capture.toFile('/dev/full')).rejects.toMatchObject({ code: 'ENOSPC' })
    expect(capture.closed).toBe(true)
    expect(openDescriptors()).toBeLessThanOrEqual(before)
  })

  it('that cannot be opened leaves the capture open', async () => {
    const capture = await opened(right, 'wire')
    await expect(capture.toFile(join(folder, 'none', 'trace.pcapng'))).rejects.toMatchObject({ code: 'ENOENT' })
    expect(capture.closed).toBe(false)
  })

  it('is written by a pipeline, too', async () => {
    const capture = await opened(right, 'wire')
    const writing = pipeline(capture, pcapng, createWriteStream(file))
    await sendFrames(left, 'wire', [testFrame(1), testFrame(2)])
    await capture.close()
    await writing
    expect(tcpdumpReads(file).map(({ bytes }) => bytes)).toEqual([testFrame(1), testFrame(2)])
  })

  it('is written by a pipeline that ends at a signal, and with it the capture', async () => {
    const controller = new AbortController()
    const capture = await opened(right, 'wire')
    const writing = pipeline(capture, pcapng, createWriteStream(file), { signal: controller.signal })
    controller.abort()
    await expect(writing).rejects.toMatchObject({ name: 'AbortError' })
    expect(await eventually(() => capture.closed)).toBe(true)
  })

  it('can have any frames', async () => {
    const packet = ipv4.build({
      source: '192.0.2.1',
      destination: '192.0.2.2',
      protocol: 'udp',
      payload: Uint8Array.of(0, 7, 0, 9, 0, 8, 0, 0),
    })
    const frames: PcapngFrame[] = [{ bytes: packet, hardwareType: 'none', timestamp: 1_700_000_000_123_456_789n }]
    await pipeline(pcapng(frames), createWriteStream(file))
    const [read] = tcpdumpReads(file)
    expect(linkTypeOf(file)).toBe('RAW')
    expect(read).toMatchObject({
      timestamp: 1_700_000_000_123_456_789n,
      text: expect.stringMatching(/^IP 192\.0\.2\.1\.7 > 192\.0\.2\.2\.9: UDP/),
    })
  })

  describe('that has no Ethernet', () => {
    it('has IP packets of a tun', async context => {
      const lack = lackOf('tun')
      if (lack !== undefined) context.skip(lack)
      const ns = await createNamespace()
      const close = await openTap(ns.name, 'tun0', 'tun')
      ip('-n', ns.name, 'address', 'add', '198.51.100.1/24', 'dev', 'tun0')
      ip('-n', ns.name, 'link', 'set', 'tun0', 'up')
      const capture = await opened(ns, 'tun0', { filter: undefined })
      expect(capture.link).toMatchObject({ hardwareType: 'none' })
      await saved(capture, () => ns.ping('198.51.100.2', { timeout: 20 }))
      await close()
      expect(linkTypeOf(file)).toBe('RAW')
      expect(tcpdumpReads(file, 'icmp').map(({ text }) => text)).toEqual([
        expect.stringMatching(/^IP 198\.51\.100\.1 > 198\.51\.100\.2: ICMP echo request/),
      ])
    })

    it('has netlink messages of nlmon', async context => {
      const lack = lackOf('nlmon')
      if (lack !== undefined) context.skip(lack)
      const ns = await createNamespace()
      await ns.links.add({ kind: 'nlmon', name: 'mon0', up: true })
      const capture = await opened(ns, 'mon0', { filter: undefined })
      await saved(capture, () => ns.links.list())
      expect(linkTypeOf(file)).toBe('NETLINK')
      const [request] = tcpdumpReads(file).map(({ bytes }) => bytes)
      // ARPHRD_NETLINK, NETLINK_ROUTE, and in the message RTM_GETLINK.
      const RTM_GETLINK = 18
      expect([request!.readUInt16BE(2), request!.readUInt16BE(14), request!.readUInt16LE(16 + 4)]).toEqual([824, 0, RTM_GETLINK])
    })

    it('has CAN frames', async context => {
      const lack = lackOf('vcan')
      if (lack !== undefined) context.skip(lack)
      const ns = await createNamespace()
      await ns.links.add({ kind: 'vcan', name: 'can0', up: true, mtu: 72 })
      const capture = await opened(ns, 'can0', { filter: undefined, direction: 'in' })
      await saved(capture, async () => {
        sendCan(ns, 'can0', '123#c0ffee')
        sendCan(ns, 'can0', '456#00112233445566778899aabb')
      })
      expect(linkTypeOf(file)).toBe('CAN_SOCKETCAN')
      const frames = tcpdumpReads(file).map(({ bytes }) => bytes)
      expect(frames.map(frame => [frame.readUInt32BE(0), frame[4], (frame[5]! & 4) !== 0])).toEqual([
        [0x123, 3, false],
        [0x456, 12, true],
      ])
      expect(frames[0]!.subarray(8, 11).toString('hex')).toBe('c0ffee')
    })

    it('has what a gre tunnel carries', async context => {
      const lack = lackOf('gre')
      if (lack !== undefined) context.skip(lack)
      await left.links.add({ kind: 'gre', name: 'tunnel', up: true, gre: { remote: '192.0.2.2', local: '192.0.2.1' } })
      await left.addresses.add({ link: 'tunnel', address: '198.51.100.1/24' })
      const capture = await opened(left, 'tunnel', { filter: undefined, direction: 'out' })
      await saved(capture, () => left.ping('198.51.100.2', { timeout: 50 }))
      expect(linkTypeOf(file)).toBe('LINUX_SLL2')
      expect(tcpdumpReads(file, 'icmp').map(({ text }) => text)).toEqual([
        expect.stringMatching(/198\.51\.100\.1 > 198\.51\.100\.2: ICMP echo request/),
      ])
    })
  })
})
