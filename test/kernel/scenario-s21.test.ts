import { beforeAll, describe, expect, it } from 'vitest'
import { main } from '../../examples/small-vpn.mjs'
import { BYTES, crossed, ECHOES, quietly } from '../support/inside.ts'
import { type Counted, iperf3, lackOfIperf3 } from '../support/iperf3.ts'
import { transfer, transferred } from '../support/transfer.ts'

const SENT = 5_000_000
/** iperf3 stops counting when the sender has no more: what is in both sockets' buffers then, was sent and not received. */
const COUNTED = 16_000_000
const BUFFERS = 11_000_000
/** As many as neither the tun's queue nor the receiver's buffer can be too small for, however slow everybody is. */
const DATAGRAMS = 60

describe('S21: a small VPN between two namespaces', () => {
  const received: number[] = []
  let grown: { rx: number; tx: number }[]
  let tcp: string
  let carried: { rx: number; tx: number }[]
  const lack = lackOfIperf3()
  const counted: Record<'there' | 'back' | 'datagrams', Counted | undefined> = {
    there: undefined,
    back: undefined,
    datagrams: undefined,
  }

  beforeAll(async () => {
    await quietly(() =>
      main(async ({ red, blue }) => {
        const ends = [
          [red, 'tun0'],
          [blue, 'tun0'],
        ] as const
        grown = await crossed(ends, async () => {
          received.push((await red.ping('10.0.0.2', ECHOES)).received, (await blue.ping('10.0.0.1', ECHOES)).received)
        })
        carried = await crossed(ends, async () => {
          tcp = await transfer(red, blue, '10.0.0.2', SENT)
        })
        if (lack !== undefined) return
        counted.there = await iperf3(red, blue, '10.0.0.2', '--bytes', String(COUNTED))
        counted.back = await iperf3(red, blue, '10.0.0.2', '--bytes', String(COUNTED), '--reverse')
        counted.datagrams = await iperf3(red, blue, '10.0.0.2', '--udp', '--length', '1200', '--blockcount', String(DATAGRAMS))
      }),
    )
  })

  it('answers echoes both ways, across both tuns', () => {
    expect(received).toEqual([ECHOES.count, ECHOES.count])
    for (const { rx, tx } of grown) {
      expect(rx).toBeGreaterThanOrEqual(BYTES - ECHOES.count * 14)
      expect(tx).toBeGreaterThanOrEqual(BYTES - ECHOES.count * 14)
    }
  })

  it('carries a TCP transfer, byte for byte', () => {
    expect(tcp).toBe(transferred(SENT))
    expect(carried[0]!.tx).toBeGreaterThan(SENT)
    expect(carried[1]!.rx).toBeGreaterThan(SENT)
  })

  it.for(['there', 'back'] as const)('carries TCP %s, says iperf3', (direction, context) => {
    if (lack !== undefined) context.skip(lack)
    const { sum_sent, sum_received } = counted[direction]!
    expect(sum_sent.bytes).toBeGreaterThanOrEqual(COUNTED)
    expect(sum_received.bytes).toBeGreaterThan(sum_sent.bytes - BUFFERS)
  })

  it('loses no datagram, says iperf3', context => {
    if (lack !== undefined) context.skip(lack)
    expect(counted.datagrams!.sum).toMatchObject({ packets: DATAGRAMS, lost_packets: 0 })
  })
})
