import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { TunDevice } from '../../lib/tun/device.ts'
import type { TunOptions } from '../../lib/tun/options.ts'
import { type GsoType, VnetHeader } from '../../lib/tun/vnet-header.ts'
import { closeDevices, openTun } from '../support/device.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { echo, udp } from '../support/packets.ts'
import { transfer, transferred } from '../support/transfer.ts'

const BYTES = 2_000_000
const MTU = 1500

let red: NamedNetns
let blue: NamedNetns

beforeAll(async () => {
  red = await createNamespace()
  blue = await createNamespace()
  for (const netns of [red, blue]) {
    await netns.sysctl.set('net.ipv6.conf.default.disable_ipv6', true)
    await netns.links.set('lo', { up: true })
  }
})
afterEach(closeDevices)
afterAll(closeNamespaces)

interface Seen {
  largest: number
  types: Set<GsoType | number>
  incomplete: number
}

/** Copies what comes, and notes what its headers say. */
async function copy(from: TunDevice, to: TunDevice, seen: Seen): Promise<void> {
  const { vnetHeaderSize: size } = from
  for await (const batch of from.batches()) {
    for (const packet of batch) {
      seen.largest = Math.max(seen.largest, packet.length - size)
      if (size === 0) continue
      const header = new VnetHeader(packet)
      seen.types.add(header.gsoType)
      if (header.needsChecksum) {
        seen.incomplete++
        expect(header.checksumStart).toBe(20)
        expect([6, 16]).toContain(header.checksumOffset)
      }
      if (header.gsoType !== 'none') {
        expect(header.gsoSize).toBeLessThanOrEqual(MTU - 40)
        expect(header.headerLength).toBeGreaterThanOrEqual(40)
      }
    }
    await to.writeBatch(batch).catch(() => {})
  }
}

/** A TCP transfer through a cable of two tuns with these options. */
async function carry(options: Omit<TunOptions, 'netns'>): Promise<{ tcp: string; seen: Seen }> {
  const seen: Seen = { largest: 0, types: new Set(), incomplete: 0 }
  const ends = [
    await openTun(red, { mtu: MTU, ...options }),
    await openTun(blue, { mtu: MTU, ...options, address: '10.0.0.2/24' }),
  ]
  const copying = [copy(ends[0]!, ends[1]!, seen), copy(ends[1]!, ends[0]!, seen)]
  const tcp = await transfer(red, blue, '10.0.0.2', BYTES)
  for (const end of ends) await end.close()
  await Promise.all(copying)
  return { tcp, seen }
}

describe('a virtio header', () => {
  it('brings TCP in segments that the kernel left together, without checksums', async () => {
    const { tcp, seen } = await carry({ vnetHeader: true, offloads: ['checksum', 'tso4', 'tso6'] })
    expect(tcp).toBe(transferred(BYTES))
    expect(seen.types).toContain('tcp4')
    expect(seen.largest).toBeGreaterThan(2 * MTU)
    expect(seen.incomplete).toBeGreaterThan(0)
  })

  it('of 12 bytes too', async () => {
    const { tcp, seen } = await carry({ vnetHeader: true, vnetHeaderSize: 12, offloads: ['checksum', 'tso4'] })
    expect(tcp).toBe(transferred(BYTES))
    expect(seen.types).toContain('tcp4')
  })

  it('brings whole packets without checksums where that is all that is left undone', async () => {
    const { tcp, seen } = await carry({ vnetHeader: true, offloads: ['checksum'] })
    expect(tcp).toBe(transferred(BYTES))
    expect(seen).toMatchObject({ types: new Set(['none']), largest: MTU })
    expect(seen.incomplete).toBeGreaterThan(0)
  })

  it('of zeros brings finished packets when nothing is left undone', async () => {
    const { tcp, seen } = await carry({ vnetHeader: true })
    expect(tcp).toBe(transferred(BYTES))
    expect(seen).toMatchObject({ types: new Set(['none']), largest: MTU, incomplete: 0 })
  })

  it('is not there by default, and packets are finished, also on a link whose last program wanted otherwise', async () => {
    await carry({ name: 'kept', persist: true, vnetHeader: true, offloads: ['checksum', 'tso4'] })
    const { tcp, seen } = await carry({ name: 'kept', persist: false })
    expect(tcp).toBe(transferred(BYTES))
    expect(seen.largest).toBe(MTU)
  })

  it('lets the program leave checksums to the kernel', async () => {
    const tun = await openTun(red, { vnetHeader: true })
    const packet = udp('10.0.0.2', '10.0.0.1', 9, new Uint8Array(100))
    // The sum of the pseudo header, which the checksum begins with.
    let sum = 17 + 108
    for (let i = 12; i < 20; i += 2) sum += (packet[i]! << 8) | packet[i + 1]!
    sum = (sum & 0xffff) + (sum >> 16)
    packet.set([sum >> 8, sum & 0xff], 26)
    const written = new Uint8Array(10 + packet.length)
    written.set(packet, 10)
    const header = new VnetHeader(written)
    header.needsChecksum = true
    header.checksumStart = 20
    header.checksumOffset = 6
    await tun.writeBatch([written])
    // Nobody listens: the answer quotes the packet, which was good enough to be answered.
    for await (const batch of tun.batches()) {
      expect(batch.at(0)[10 + 9]).toBe(1)
      break
    }
  })

  it('that does not fit its packet is EINVAL', async () => {
    const tun = await openTun(red, { vnetHeader: true })
    const written = new Uint8Array(10 + 28)
    written.set(echo('10.0.0.2', '10.0.0.1', 1, 0), 10)
    new VnetHeader(written).headerLength = 1000
    await expect(tun.writeBatch([written])).rejects.toMatchObject({
      code: 'EINVAL',
      message: expect.stringContaining('behind a virtio header of 10 bytes that fits the packet'),
    })
  })

  it('that is not there is found before anything is written', async () => {
    const tun = await openTun(red, { vnetHeader: true, packetInformation: true })
    await expect(tun.writeBatch([new Uint8Array(14)])).rejects.toMatchObject({
      code: 'ERR_OUT_OF_RANGE',
      message: expect.stringContaining('15 to 66048 bytes'),
    })
  })
})

describe('packet information', () => {
  it('stands before each packet, both ways', async () => {
    const tun = await openTun(red, { packetInformation: true })
    await tun.writeBatch([Uint8Array.of(0, 0, 8, 0, ...echo('10.0.0.2', '10.0.0.1'))])
    for await (const batch of tun.batches()) {
      expect([...batch.at(0).subarray(0, 5)]).toEqual([0, 0, 8, 0, 0x45])
      break
    }
  })
})

describe('offloads', () => {
  it.each([[['checksum', 'tso4', 'tso6', 'tsoEcn']], [['checksum', 'ufo']], [['checksum', 'uso']]] as const)(
    '%j are taken',
    async offloads => {
      const tun = await openTun(red, { vnetHeader: true, offloads }).catch((error: Error) => error)
      // USO needs Linux 6.2: an older kernel says so.
      if (tun instanceof Error)
        expect(tun).toMatchObject({ code: 'EINVAL', option: 'offloads', message: expect.stringContaining('Linux 6.2') })
      else expect(tun.vnetHeaderSize).toBe(10)
    },
  )
})
