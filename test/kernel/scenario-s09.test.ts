import { beforeAll, describe, expect, it } from 'vitest'
import { main } from '../../examples/bridge-with-taps.mjs'
import { crossed, ipShowsInside, quietly } from '../support/inside.ts'
import type { Shown } from '../support/ip.ts'

const FRAMES = 10
const BYTES = FRAMES * 1014

describe('S9: a bridge with two taps, a veth and an ifb as ports', () => {
  let ports: Shown[]
  let grown: { rx: number; tx: number }[]

  beforeAll(async () => {
    await quietly(() =>
      main(async ({ host, guest, passed }, step) => {
        if (step === 'up') ports = ipShowsInside(host, 'link', 'show', 'master', 'br0')
        else
          grown = await crossed(
            [
              [host, 'tap0'],
              [host, 'tap1'],
              [host, 'veth0'],
              [guest, 'eth0'],
            ],
            passed,
          )
      }),
    )
  })

  it('has four ports that forward, says ip', () => {
    expect(ports.map(({ ifname, master, linkinfo }) => [ifname, master, linkinfo.info_slave_data.state])).toEqual(
      ['tap0', 'tap1', 'veth0', 'ifb0'].map(name => [name, 'br0', 'forwarding']),
    )
  })

  it('passes frames from one tap to the other', () => {
    const [tap0, tap1] = grown
    expect(tap0!.rx).toBeGreaterThanOrEqual(BYTES)
    expect(tap1!.tx).toBeGreaterThanOrEqual(BYTES)
  })

  it('passes those to everybody to the veth’s other end', () => {
    const [, , veth0, eth0] = grown
    expect(veth0!.tx).toBeGreaterThanOrEqual(BYTES)
    expect(eth0!.rx).toBeGreaterThanOrEqual(BYTES)
  })
})
