import { beforeAll, describe, expect, it } from 'vitest'
import { main } from '../../examples/address-without-a-prefix-length.mjs'
import { ipInside, ipShowsInside, quietly } from '../support/inside.ts'
import type { Shown } from '../support/ip.ts'

describe('S22: an address without a prefix length', () => {
  let ours: Shown[]
  let theirs: Shown[]

  beforeAll(async () => {
    await quietly(() =>
      main(async ({ host }) => {
        ours = ipShowsInside(host, 'address', 'show', 'dev', 'ep1')[0].addr_info
        // What ip makes of the same words, on the other end of the pair.
        ipInside(host, 'address', 'add', '10.0.0.11', 'dev', 'ep2')
        ipInside(host, 'address', 'add', 'fd00::11', 'dev', 'ep2')
        theirs = ipShowsInside(host, 'address', 'show', 'dev', 'ep2')[0].addr_info
      }),
    )
  })

  it.each([
    ['IPv4', '10.0.0.10', 32, '10.0.0.11'],
    ['IPv6', 'fd00::10', 128, 'fd00::11'],
  ])('is a single %s address, as ip has it', (_, address, length, other) => {
    expect(ours.find(({ local }) => local === address)?.prefixlen).toBe(length)
    expect(theirs.find(({ local }) => local === other)?.prefixlen).toBe(length)
  })
})
