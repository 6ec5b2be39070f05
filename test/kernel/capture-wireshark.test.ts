import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Frame, pcapng } from '../../lib/index.ts'
import { joinedNamespaces } from '../support/joined.ts'
import { lackOf } from '../support/kernel.ts'
import { closeNamespaces, type NamedNetns } from '../support/namespace.ts'
import { capinfos, lackOfTshark, tsharkReads } from '../support/tshark.ts'

describe('Wireshark reads in a file', () => {
  const lack = lackOfTshark()
  if (lack !== undefined) return it('what was captured', context => context.skip(lack))

  let left: NamedNetns
  let folder: string
  let file: string
  const frames: Frame[] = []

  // An echo over Ethernet, and a packet that goes out of a tun, if there can be one: two kinds of link in one file.
  beforeAll(async () => {
    ;({ left } = await joinedNamespaces())
    folder = mkdtempSync(join(tmpdir(), 'rtnl-test-'))
    file = join(folder, 'trace.pcapng')
    await using tun =
      lackOf('tun') === undefined ? await left.openTun({ name: 'tun0', address: '198.51.100.1/24', up: true }) : undefined
    const capture = await left.capture(undefined, { snapLength: 80 })
    await left.ping('192.0.2.2', { size: 1000 })
    if (tun !== undefined) await left.ping('198.51.100.2', { timeout: 20 })
    await capture.close()
    for await (const frame of capture) frames.push(frame)
    await pipeline(pcapng(frames, { comment: 'before the change', application: 'a test' }), createWriteStream(file))
  })
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
    closeNamespaces()
  })

  it('the time to the nanosecond, the name of the link, the direction, and how long a frame was before it was cut', () => {
    const fields = ['frame.time_epoch', 'frame.interface_name', 'frame.packet_flags_direction', 'frame.cap_len', 'frame.len']
    expect(tsharkReads(file, fields)).toEqual(
      frames.map(({ timestamp, linkName, direction, bytes, length }) => [
        `${timestamp / 1_000_000_000n}.${String(timestamp % 1_000_000_000n).padStart(9, '0')}`,
        linkName,
        direction === 'in' ? '0x00000001' : '0x00000002',
        String(bytes.length),
        String(length),
      ]),
    )
  })

  it('what the frames carry, of several kinds of link', context => {
    const echoes = tsharkReads(file, ['frame.interface_name', 'frame.encap_type', 'ip.dst', 'icmp.type']).filter(
      ([, , , type]) => type !== '',
    )
    const [ETHERNET, RAW_IP] = ['1', '7']
    expect(echoes).toContainEqual(['wire', ETHERNET, '192.0.2.2', '8'])
    expect(echoes).toContainEqual(['wire', ETHERNET, '192.0.2.1', '0'])
    const tunLack = lackOf('tun')
    if (tunLack !== undefined) context.skip(tunLack)
    expect(echoes).toContainEqual(['tun0', RAW_IP, '198.51.100.2', '8'])
  })

  it('the comment, and the program that wrote it', () => {
    const text = capinfos(file)
    expect(text).toMatch(/^Capture comment: +before the change$/m)
    expect(text).toMatch(/^Capture application: +a test$/m)
    expect(text).toMatch(/^File timestamp precision: +nanoseconds \(9\)$/m)
    expect(text).toMatch(new RegExp(`^Number of packets: +${frames.length}$`, 'm'))
  })
})
