import { describe, expect, it } from 'vitest'
import { readFrames } from '../../lib/capture/frame.ts'
import { hex } from '../support/wire.ts'

/** Two frames as native/wire/frame_buffer.h lays them out, on a little-endian machine. */
const BATCH = hex(`
  15 cd 5b 07 00 00 00 00   # 123456789 ns
  03 00 00 00   # captured: 3 bytes
  3c 00 00 00   # of 60
  07 00 00 00   # link 7
  01 00   # ARPHRD_ETHER
  06 08   # ETH_P_ARP
  0e 00   # the network header would be at 14
  01   # PACKET_BROADCAST
  00 00 00 00 00
  65 74 68 30 00 00 00 00 00 00 00 00 00 00 00 00   # "eth0"
  aa bb cc 00 00 00 00 00   # its bytes, padded to 8

  16 cd 5b 07 00 00 00 00
  08 00 00 00
  08 00 00 00
  08 00 00 00
  fe ff   # ARPHRD_NONE
  00 08   # ETH_P_IP
  00 00
  04   # PACKET_OUTGOING
  00 00 00 00 00
  00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00   # a link that is gone
  45 00 00 08 00 00 00 00`)

describe('captured frames', () => {
  it('are read out of a batch', () => {
    const [first, second] = readFrames(BATCH)
    expect(first).toEqual({
      bytes: Uint8Array.of(0xaa, 0xbb, 0xcc),
      length: 60,
      timestamp: 123_456_789n,
      link: 7,
      linkName: 'eth0',
      hardwareType: 'ether',
      direction: 'in',
      packetType: 'broadcast',
      protocol: 0x0806,
      networkOffset: 14,
    })
    expect(second).toMatchObject({
      direction: 'out',
      packetType: 'outgoing',
      linkName: undefined,
      hardwareType: 'none',
      length: 8,
    })
  })

  it('are views of the batch', () => {
    for (const { bytes } of readFrames(BATCH)) expect(bytes.buffer).toBe(BATCH.buffer)
  })

  it('have numbers where there is no name', () => {
    const batch = BATCH.slice()
    batch.set([0x39, 0x30], 20)
    batch[26] = 99
    expect(readFrames(batch)[0]).toMatchObject({ hardwareType: 12_345, packetType: 99, direction: 'in' })
  })
})
