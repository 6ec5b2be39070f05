import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type PcapngFrame, pcapng } from '../../lib/index.ts'
import { hex, lines } from '../support/wire.ts'

/** By hand, from draft-ietf-opsawg-pcapng. */
const SECTION = `
  0a 0d 0d 0a   # Section Header Block
  40 00 00 00   # of 64 bytes
    4d 3c 2b 1a   # byte-order magic: little-endian
    01 00 00 00   # version 1.0
    ff ff ff ff ff ff ff ff   # section length: unknown
    01 00 04 00  74 65 73 74   # opt_comment = "test"
    03 00 05 00  4c 69 6e 75 78 00 00 00   # shb_os = "Linux"
    04 00 06 00  76 69 74 65 73 74 00 00   # shb_userappl = "vitest"
    00 00 00 00   # opt_endofopt
  40 00 00 00`

const ETHERNET = `
  01 00 00 00   # Interface Description Block
  28 00 00 00
    01 00 00 00   # LINKTYPE_ETHERNET
    00 00 04 00   # snap length 262144
    02 00 04 00  65 74 68 30   # if_name = "eth0"
    09 00 01 00  09 00 00 00   # if_tsresol = 10^-9
    00 00 00 00
  28 00 00 00`

const options = { comment: 'test', application: 'vitest' }

beforeEach(() => void vi.useFakeTimers({ now: 1_700_000_000_000, toFake: ['Date'] }))
afterEach(() => void vi.useRealTimers())

/** The time of the tests, 1700000000 s, as two words: 0x17979cfe_362a0000. */
const NOW = 'fe 9c 97 17  00 00 2a 36'

function statistics(number: string, delivered: string): string {
  return `
  05 00 00 00   # Interface Statistics Block
  40 00 00 00
    ${number} 00 00 00
    ${NOW}
    02 00 08 00  ${NOW}   # isb_starttime
    03 00 08 00  ${NOW}   # isb_endtime
    08 00 08 00  ${delivered} 00 00 00 00 00 00 00   # isb_usrdeliv
    00 00 00 00
  40 00 00 00`
}

async function written(...frames: PcapngFrame[]): Promise<string[]> {
  const blocks: Uint8Array[] = []
  for await (const bytes of pcapng(frames, options)) blocks.push(bytes)
  return lines(Buffer.concat(blocks))
}

const file = (...blocks: string[]) => lines(hex([SECTION, ...blocks].join('\n')))

describe('pcap-ng', () => {
  it('describes a link when its first frame is written, and counts at the end', async () => {
    const frame: PcapngFrame = {
      bytes: hex('02 00 00 00 00 01'),
      length: 60,
      timestamp: 1_700_000_000_123_456_789n,
      link: 7,
      linkName: 'eth0',
      hardwareType: 'ether',
      direction: 'in',
      packetType: 'broadcast',
    }
    const packet = `
  06 00 00 00   # Enhanced Packet Block
  34 00 00 00
    00 00 00 00   # interface 0
    fe 9c 97 17  15 cd 85 3d   # 0x17979cfe_3d85cd15 ns
    06 00 00 00   # captured: 6 bytes
    3c 00 00 00   # of 60
    02 00 00 00 00 01 00 00   # padded to 8
    02 00 04 00  0d 00 00 00   # epb_flags: inbound, broadcast
    00 00 00 00
  34 00 00 00`
    expect(await written(frame, { ...frame, direction: 'out', packetType: 'outgoing' })).toEqual(
      file(ETHERNET, packet, packet.replace('0d 00 00 00', '02 00 00 00'), statistics('00', '02')),
    )
  })

  it('takes bytes alone for a whole Ethernet frame of now', async () => {
    const described = ETHERNET.replace(/ {4}02 00 04 00.*\n/, '').replaceAll('28 00 00 00', '20 00 00 00')
    expect(await written({ bytes: hex('01 02 03 04') })).toEqual(
      file(
        described,
        `
  06 00 00 00
  24 00 00 00
    00 00 00 00
    ${NOW}
    04 00 00 00
    04 00 00 00
    01 02 03 04   # without options
  24 00 00 00`,
        statistics('00', '01'),
      ),
    )
  })

  it('has an interface even when there was no frame', async () => {
    const any = `
  01 00 00 00
  28 00 00 00
    14 01 00 00   # LINKTYPE_LINUX_SLL2
    00 00 04 00
    02 00 03 00  61 6e 79 00   # "any"
    09 00 01 00  09 00 00 00
    00 00 00 00
  28 00 00 00`
    expect(await written()).toEqual(file(any, statistics('00', '00')))
  })

  /** Link type, and the bytes of the one packet of a file with this frame. */
  async function packetOf(frame: PcapngFrame) {
    const blocks: Buffer[] = []
    for await (const bytes of pcapng([frame])) blocks.push(Buffer.from(bytes))
    const all = Buffer.concat(blocks)
    const description = all.readUInt32LE(4)
    const packet = description + all.readUInt32LE(description + 4)
    return {
      linkType: all.readUInt16LE(description + 8),
      snapLength: all.readUInt32LE(description + 12),
      bytes: all.subarray(packet + 28, packet + 28 + all.readUInt32LE(packet + 20)).toString('hex'),
      length: all.readUInt32LE(packet + 24),
    }
  }

  it.each<[string, number]>([
    ['loopback', 1],
    ['none', 101],
    ['rawip', 101],
    ['ipip', 101],
    ['sit', 101],
    ['tunnel6', 101],
    ['ieee80211', 105],
    ['ieee802.11/prism', 119],
    ['ieee802.11/radiotap', 127],
    ['ieee802.15.4', 230],
    ['vsockmon', 271],
  ])('writes frames of %s as they are, with link type %i', async (hardwareType, linkType) => {
    const bytes = hex('45 00 00 08')
    expect(await packetOf({ bytes, hardwareType: hardwareType as 'none' })).toMatchObject({
      linkType,
      bytes: '45000008',
      length: 4,
    })
  })

  it('writes the identifier of CAN frames in network order, and says which are CAN FD', async () => {
    const can = { hardwareType: 'can', bytes: hex('23 01 00 80  02 00 00 00  c0 ff 00 00 00 00 00 00') } as const
    expect(await packetOf({ ...can, protocol: 0x000c })).toMatchObject({
      linkType: 227,
      bytes: '8000012302000000c0ff000000000000',
    })
    expect(await packetOf({ ...can, protocol: 0x000d })).toMatchObject({
      linkType: 227,
      bytes: '8000012302040000c0ff000000000000',
    })
    expect(can.bytes[0]).toBe(0x23)
  })

  it('puts the protocol before netlink messages', async () => {
    const frame = { hardwareType: 'netlink', packetType: 'outgoing', protocol: 16, bytes: hex('aa bb'), length: 10 } as const
    expect(await packetOf(frame)).toMatchObject({
      linkType: 253,
      //      type hardware type 824          protocol
      bytes: '0004 0338 00000000000000000000 0010 aabb'.replaceAll(' ', ''),
      length: 26,
    })
  })

  it('writes what has no link type as what it carries', async () => {
    const bytes = hex('ff ff ff ff  45 00')
    const frame = {
      hardwareType: 'gre',
      packetType: 'multicast',
      protocol: 0x0800,
      link: 9,
      networkOffset: 4,
      bytes,
      length: 60,
    } as const
    expect(await packetOf(frame)).toMatchObject({
      linkType: 276,
      //     protocol  link     type 778   no address
      bytes: '0800 0000 00000009 030a 02 00 0000000000000000 4500'.replaceAll(' ', ''),
      length: 76,
    })
    expect(await packetOf({ ...frame, hardwareType: 54_321, packetType: 99 })).toMatchObject({ linkType: 276 })
  })

  it('says the snap length, with what is put before the bytes', async () => {
    const blocks: Uint8Array[] = []
    for await (const bytes of pcapng([{ bytes: hex('00'), hardwareType: 'netlink' }], { snapLength: 96 })) blocks.push(bytes)
    expect(lines(Buffer.concat(blocks))).toContain('70 00 00 00')
  })

  it('has an interface for each link', async () => {
    const frames = [1, 2, 1].map(link => ({ bytes: hex('00 00 00 00'), link }))
    const blocks = await written(...frames)
    expect(blocks.filter(word => word === '05 00 00 00')).toHaveLength(2)
    expect(blocks.slice(-32).join(' ')).toContain('08 00 08 00 02 00 00 00')
    expect(blocks.slice(-16).join(' ')).toContain('08 00 08 00 01 00 00 00')
  })

  it('throws what the frames throw, behind the end of a file that is whole', async () => {
    async function* failing() {
      yield { bytes: hex('00') }
      throw new Error('gone')
    }
    const blocks: Uint8Array[] = []
    const reading = (async () => {
      for await (const bytes of pcapng(failing())) blocks.push(bytes)
    })()
    await expect(reading).rejects.toThrow('gone')
    expect(lines(blocks.at(-1)!)[0]).toBe('05 00 00 00')
  })

  it.each<[string, unknown, object, string]>([
    ['frames that are none', 7, {}, 'frames'],
    ['a frame without bytes', [{}], {}, 'frame.bytes'],
    ['a time that is no bigint', [{ bytes: hex('00'), timestamp: 5 }], {}, 'frame.timestamp'],
    ['a hardware type that nobody knows', [{ bytes: hex('00'), hardwareType: 'ethernet' }], {}, 'frame.hardwareType'],
    ['a snap length of 0', [], { snapLength: 0 }, 'snapLength'],
    ['a comment that is no text', [], { comment: 1 }, 'comment'],
    ['a comment of 64 KiB', [], { comment: 'x'.repeat(65_536) }, 'comment'],
    ['an option that it has not', [], { link: 'eth0' }, 'link'],
  ])('refuses %s', async (_, frames, wrong, option) => {
    const reading = (async () => {
      for await (const _ of pcapng(frames as PcapngFrame[], wrong));
    })()
    await expect(reading).rejects.toThrow(expect.objectContaining({ option }))
  })
})
