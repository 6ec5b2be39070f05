import { beforeAll, describe, expect, it } from 'vitest'
import { main } from '../../examples/links-as-ip-prints-them.mjs'
import { ipInside, quietly } from '../support/inside.ts'

describe('S23: links as ip prints them', () => {
  let ours: string[] = []
  let theirs: string[] = []

  beforeAll(async () => {
    await quietly(() =>
      main(async ({ host }, lines) => {
        ours = lines
        theirs = ipInside(host, 'link', 'show')
          .split('\n')
          .filter(line => /^\d/.test(line))
          .map(line => line.trimEnd())
      }),
    )
  })

  it('gives the very lines of ip link', () => {
    expect(ours).toEqual(theirs)
  })

  it.each([['veth0@veth1'], ['M-DOWN'], ['port@if'], ['<BROADCAST,MULTICAST,UP,LOWER_UP>'], ['state LOWERLAYERDOWN']])(
    'has a line with %s',
    text => {
      expect(ours.filter(line => line.includes(text))).not.toEqual([])
    },
  )
})
