import { beforeAll, describe, expect, it } from 'vitest'
import { main } from '../../examples/ethtool-of-a-veth.mjs'
import { linkInside, quietly, runInsideHeld } from '../support/inside.ts'
import { lackOfProgram } from '../support/ip.ts'

const lack = lackOfProgram('ethtool', 'ethtool', 'ethtool')

describe('S20: what the driver of a veth knows', () => {
  let lines: string[]
  let peerIndex: number
  let ownIndex: number
  let theirs: { driver: string; statistics: string; features: string } | undefined

  beforeAll(async () => {
    lines = await quietly(() =>
      main(async ({ host, far }) => {
        ownIndex = linkInside(host, 'veth0').ifindex
        peerIndex = linkInside(far, 'veth1').ifindex
        if (lack !== undefined) return
        const shown = (word: string) => runInsideHeld(host, 'ethtool', word, 'veth0')
        theirs = { driver: shown('-i'), statistics: shown('-S'), features: shown('-k') }
      }),
    )
  })

  it('tells the index of the peer in its own namespace, says ip', () => {
    expect(peerIndex).not.toBe(ownIndex)
    expect(lines.join('\n')).toContain(`peer            index ${peerIndex} in its own namespace, where it is veth1`)
  })

  it('has the driver, the peer and the features that ethtool shows', context => {
    if (theirs === undefined) return context.skip(lack)
    expect(theirs.driver).toMatch(/^driver: veth$/m)
    expect(theirs.statistics).toMatch(new RegExp(`peer_ifindex: ${peerIndex}$`, 'm'))
    expect(theirs.features).toMatch(/tx-checksum-ip-generic: off/)
    expect(theirs.features).toMatch(/tx-tcp-segmentation: off \[requested on\]/)
  })

  it('names statistics as the driver does, and the feature that is fixed', () => {
    const text = lines.join('\n')
    expect(text).toMatch(/^driver +veth, version 1\.0, \d+ statistics$/m)
    expect(text).toMatch(/^ {2}peer_ifindex +\d+$/m)
    expect(text).toMatch(/option "tx-checksum-ipv4": the driver did not turn "tx-checksum-ipv4" on/)
  })
})
