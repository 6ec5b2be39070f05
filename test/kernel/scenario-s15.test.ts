import { beforeAll, describe, expect, it } from 'vitest'
import { main } from '../../examples/can-buses.mjs'
import { receiveCan, sendCan } from '../support/can.ts'
import { crossed, linkInside, quietly } from '../support/inside.ts'
import type { Shown } from '../support/ip.ts'
import { lackOf } from '../support/kernel.ts'

const FRAME = '123#c0ffee'

describe('S15: CAN buses without hardware', () => {
  const lack = lackOf('vcan') ?? lackOf('vxcan')
  if (lack !== undefined) return it('carry frames', context => context.skip(lack))

  const shown: Record<string, Shown> = {}
  const arrived: Record<string, string> = {}
  let there: { rx: number; tx: number }[]

  beforeAll(async () => {
    await quietly(() =>
      main(async ({ here, other }) => {
        shown.vcan = linkInside(here, 'can0')
        shown.vxcan = linkInside(here, 'can1')
        shown.peer = linkInside(other, 'can0')
        arrived.bus = await receiveCan(here, 'can0', () => sendCan(here, 'can0', FRAME))
        there = await crossed(
          [
            [here, 'can1'],
            [other, 'can0'],
          ],
          async () => {
            arrived.there = await receiveCan(other, 'can0', () => sendCan(here, 'can1', FRAME))
          },
        )
        arrived.back = await receiveCan(here, 'can1', () => sendCan(other, 'can0', FRAME))
      }),
    )
  })

  it('are up, and CAN links, says ip', () => {
    const up = { link_type: 'can', mtu: 72, flags: expect.arrayContaining(['UP', 'LOWER_UP']) }
    expect(shown.vcan).toMatchObject({ ...up, linkinfo: { info_kind: 'vcan' } })
    expect(shown.vxcan).toMatchObject({ ...up, linkinfo: { info_kind: 'vxcan' } })
    expect(shown.peer).toMatchObject({ ...up, linkinfo: { info_kind: 'vxcan' } })
  })

  it('carry a frame from one socket to another on a vcan', () => {
    expect(arrived.bus).toBe(FRAME)
  })

  it('carry a frame to the other namespace over a vxcan, and one back', () => {
    expect([arrived.there, arrived.back]).toEqual([FRAME, FRAME])
  })

  it('count it at both ends', () => {
    expect(there).toEqual([
      { rx: 0, tx: 3 },
      { rx: 3, tx: 0 },
    ])
  })
})
