import { beforeAll, describe, expect, it } from 'vitest'
import { main } from '../../examples/small-vpn.mjs'
import { BYTES, crossed, ECHOES, quietly } from '../support/inside.ts'
import { transfer, transferred } from '../support/transfer.ts'

const SENT = 5_000_000

describe('S21: a small VPN between two namespaces', () => {
  const received: number[] = []
  let grown: { rx: number; tx: number }[]
  let tcp: string
  let carried: { rx: number; tx: number }[]

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
})
