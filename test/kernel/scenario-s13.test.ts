import { beforeAll, describe, expect, it } from 'vitest'
import { main } from '../../examples/macvtap-device.mjs'
import { BYTES, crossed, ECHOES, linkInside, quietly } from '../support/inside.ts'
import type { Shown } from '../support/ip.ts'
import { lackOf } from '../support/kernel.ts'

const lack = lackOf('macvtap')

describe.skipIf(lack !== undefined)(`S13: the character device of a macvtap${lack === undefined ? '' : ` (${lack})`}`, () => {
  let link: Shown
  let received: number
  let grown: { rx: number; tx: number }[]
  let statistics: { received: { bytes: number }; sent: { bytes: number } }

  beforeAll(async () => {
    await quietly(() =>
      main(async ({ host, neighbor, tap }) => {
        link = linkInside(host, 'mv0')
        grown = await crossed(
          [
            [neighbor, 'eth0'],
            [host, 'veth0'],
          ],
          async () => {
            received = (await neighbor.ping('10.0.0.7', ECHOES)).received
          },
        )
        statistics = await tap.statistics()
      }),
    )
  })

  it('is one of a macvtap in mode bridge, says ip', () => {
    expect(link.linkinfo).toMatchObject({ info_kind: 'macvtap', info_data: { mode: 'bridge' } })
  })

  it('reads and writes frames that cross the wire', () => {
    expect(received).toBe(ECHOES.count)
    for (const { rx, tx } of grown) {
      expect(rx).toBeGreaterThanOrEqual(BYTES)
      expect(tx).toBeGreaterThanOrEqual(BYTES)
    }
    expect(statistics.received.bytes).toBeGreaterThanOrEqual(BYTES)
    expect(statistics.sent.bytes).toBeGreaterThanOrEqual(BYTES)
  })
})
