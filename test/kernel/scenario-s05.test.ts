import { beforeAll, describe, expect, it } from 'vitest'
import { main } from '../../examples/tun-and-tap.mjs'
import { linkInside, quietly, tuntapInside } from '../support/inside.ts'
import type { Shown } from '../support/ip.ts'

describe('S5: a tun and a tap opened by a program', () => {
  const shown: Record<string, { link: Shown; tuntap: string }> = {}
  let lines: string[]

  beforeAll(async () => {
    lines = await quietly(() =>
      main(async ({ host }, step) => {
        shown[step] = { link: linkInside(host, `${step}0`), tuntap: tuntapInside(host) }
      }),
    )
  })

  it('reads the answer to what it wrote', () => {
    expect(lines).toContain('tun0: written an echo request, read an echoReply: "hello" from 10.0.0.1 to 10.0.0.2')
  })

  it('answers ARP and echoes', () => {
    expect(lines).toContain('tap0: 3 of 3 answered, after arp and ipv4')
  })

  it.each([
    ['tun', 20 + 8 + 5],
    ['tap', 3 * (14 + 20 + 8 + 56) + 42],
  ])('crosses the %s both ways, by the kernel’s counters', (type, bytes) => {
    const { rx, tx } = shown[type]!.link.stats64
    expect(rx.bytes).toBeGreaterThanOrEqual(bytes)
    expect(tx.bytes).toBeGreaterThanOrEqual(bytes)
  })

  it.each(['tun', 'tap'])('is a %s for ip, and attached to this process', type => {
    expect(shown[type]!.tuntap).toMatch(new RegExp(`^${type}0: ${type}$`, 'm'))
    expect(shown[type]!.tuntap).toContain(`node(${process.pid})`)
  })
})
