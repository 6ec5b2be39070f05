import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { segment } from '../../lib/index.ts'
import type { TunDevice } from '../../lib/tun/device.ts'
import { type GsoType, VNET_HEADER_LENGTH, VnetHeader } from '../../lib/tun/vnet-header.ts'
import { closeDevices, openTun } from '../support/device.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { checksum } from '../support/packets.ts'
import { transfer, transferred } from '../support/transfer.ts'

const [TCP, UDP] = [6, 17]
const [CWR, ACK, PSH, FIN] = [0x80, 0x10, 0x08, 0x01]
const TTL = 64
const SENT = 2_000_000
const bytes = (length: number) => Buffer.from(Array.from({ length }, (_, i) => (i * 31) & 0xff))

let router: NamedNetns
let red: NamedNetns
let blue: NamedNetns

beforeAll(async () => {
  ;[router, red, blue] = [await createNamespace(), await createNamespace(), await createNamespace()]
  await router.sysctl.set('net.ipv4.ip_forward', 1)
  await router.sysctl.set('net.ipv6.conf.all.forwarding', 1)
})
afterEach(closeDevices)
afterAll(closeNamespaces)

/** Headers of TCP, with an option, or of UDP. */
function transportHeader(protocol: number, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(protocol === TCP ? 24 : 8)
  header.writeUInt16BE(1000, 0)
  header.writeUInt16BE(2000, 2)
  if (protocol === UDP) {
    header.writeUInt16BE(8 + payload.length, 4)
    return header
  }
  header.writeUInt32BE(0xffff_ff00, 4)
  header[12] = 0x60
  header[13] = CWR | ACK | PSH | FIN
  header.writeUInt32BE(0x0101_0101, 20)
  return header
}

function networkHeader(version: 4 | 6, protocol: number, length: number, hops: number): Buffer {
  if (version === 6) {
    const header = Buffer.from(
      '60012345 0000 00 00 fd000000000000000000000000000002 fd010000000000000000000000000002'.replaceAll(' ', ''),
      'hex',
    )
    header.writeUInt16BE(length, 4)
    header.set([protocol, hops], 6)
    return header
  }
  const header = Buffer.from('4500 0000 fffe 4000 00 00 0000 0a000002 0a010002'.replaceAll(' ', ''), 'hex')
  header.writeUInt16BE(20 + length, 2)
  header.set([hops, protocol], 8)
  header.writeUInt16BE(checksum(header), 10)
  return header
}

/** A packet whose checksum is that of the pseudo header only. */
function packetOf(version: 4 | 6, protocol: number, payload: Uint8Array, hops: number): Buffer {
  const transport = Buffer.concat([transportHeader(protocol, payload), payload])
  const network = networkHeader(version, protocol, transport.length, hops)
  const addresses = version === 4 ? network.subarray(12, 20) : network.subarray(8, 40)
  const pseudo = ~checksum(addresses, Uint8Array.of(0, protocol, transport.length >> 8, transport.length & 0xff)) & 0xffff
  transport.writeUInt16BE(pseudo, protocol === TCP ? 16 : 6)
  return Buffer.concat([network, transport])
}

/** The next packets that are IP of this version and protocol. */
async function nextOf(device: TunDevice, count: number, version: number, protocol: number): Promise<Uint8Array[]> {
  const packets: Uint8Array[] = []
  for await (const batch of device.batches()) {
    for (const packet of batch)
      if (packet[0]! >> 4 === version && packet[version === 4 ? 9 : 6] === protocol) packets.push(packet.slice())
    if (packets.length >= count) break
  }
  return packets
}

describe('segment', () => {
  it.each<[GsoType, 4 | 6, number, number]>([
    ['tcp4', 4, TCP, 5000],
    ['tcp4', 4, TCP, 4000],
    ['tcp6', 6, TCP, 5000],
    ['udpL4', 4, UDP, 5000],
    ['udpL4', 6, UDP, 5000],
  ])('cuts %s over IPv%i (protocol %i, %i bytes) as the kernel does', async (gsoType, version, protocol, length) => {
    const whole = await openTun(router, {
      address: ['10.0.0.1/24', 'fd00::1/64'],
      vnetHeader: true,
    })
    // Without offloads the kernel has to cut what it forwards to it.
    const cut = await openTun(router, { address: ['10.1.0.1/24', 'fd01::1/64'] })
    const written = Buffer.concat([new Uint8Array(VNET_HEADER_LENGTH), packetOf(version, protocol, bytes(length), TTL)])
    const header = new VnetHeader(written)
    Object.assign(header, {
      needsChecksum: true,
      checksumStart: version === 4 ? 20 : 40,
      checksumOffset: protocol === TCP ? 16 : 6,
      gsoType,
      ecn: protocol === TCP,
      gsoSize: 1000,
      headerLength: (version === 4 ? 20 : 40) + (protocol === TCP ? 24 : 8),
    })
    const forwarded = segment(packetOf(version, protocol, bytes(length), TTL - 1), header)
    const reading = nextOf(cut, forwarded.length, version, protocol)
    await whole.writeBatch([written])
    expect((await reading).map(packet => Buffer.from(packet).toString('hex'))).toEqual(
      forwarded.map(packet => Buffer.from(packet).toString('hex')),
    )
  })

  it('lets a program pass TCP from a device with offloads on to one that has none', async () => {
    const offloading = await openTun(red, { vnetHeader: true, offloads: ['checksum', 'tso4'] })
    const plain = await openTun(blue, { address: '10.0.0.2/24' })
    let segmented = 0
    const there = async () => {
      for await (const batch of offloading.batches()) {
        const packets: Uint8Array[] = []
        for (const packet of batch) {
          const header = new VnetHeader(packet)
          if (header.gsoType !== 'none') segmented++
          packets.push(...segment(packet.subarray(VNET_HEADER_LENGTH), header))
        }
        await plain.writeBatch(packets)
      }
    }
    const back = async () => {
      const nothingToDo = new Uint8Array(VNET_HEADER_LENGTH)
      for await (const batch of plain.batches())
        await offloading.writeBatch(Array.from(batch, packet => Buffer.concat([nothingToDo, packet])))
    }
    const passing = [there(), back()]
    expect(await transfer(red, blue, '10.0.0.2', SENT)).toBe(transferred(SENT))
    await closeDevices()
    await Promise.allSettled(passing)
    expect(segmented).toBeGreaterThan(0)
  })
})
