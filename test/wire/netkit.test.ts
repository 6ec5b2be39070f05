import { describe, expect, it } from 'vitest'
import { decodeNewLink, encodeLink, lines, newLink } from '../support/wire.ts'

describe('netkit on the wire', () => {
  it('sends every option as drivers/net/netkit.c reads it', () => {
    const options = {
      name: 'aa',
      kind: 'netkit',
      netkit: {
        peer: { name: 'bb', up: true },
        policy: 'blackhole',
        peerPolicy: 'forward',
        mode: 'l2',
        scrub: 'none',
        peerScrub: 'default',
        headroom: 64,
        tailroom: 32,
        pairing: 'pair',
      },
    }
    const bytes = newLink(`
      07 00 03 00  61 61 00 00   # IFLA_IFNAME = "aa"
      70 00 12 80   # IFLA_LINKINFO
        0b 00 01 00  6e 65 74 6b 69 74 00 00   # IFLA_INFO_KIND = "netkit"
        60 00 02 80   # IFLA_INFO_DATA
          1c 00 01 80   # IFLA_NETKIT_PEER_INFO
            00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00   # struct ifinfomsg, all zero
            07 00 03 00  62 62 00 00   # IFLA_IFNAME = "bb"
          08 00 03 00  02 00 00 00   # IFLA_NETKIT_POLICY = 2
          08 00 04 00  00 00 00 00   # IFLA_NETKIT_PEER_POLICY = 0
          08 00 05 00  00 00 00 00   # IFLA_NETKIT_MODE = 0
          08 00 06 00  00 00 00 00   # IFLA_NETKIT_SCRUB = 0
          08 00 07 00  01 00 00 00   # IFLA_NETKIT_PEER_SCRUB = 1
          06 00 08 00  40 00 00 00   # IFLA_NETKIT_HEADROOM = 64
          06 00 09 00  20 00 00 00   # IFLA_NETKIT_TAILROOM = 32
          08 00 0a 00  00 00 00 00   # IFLA_NETKIT_PAIRING = 0`)
    expect(lines(encodeLink(options))).toEqual(lines(bytes))
  })

  const address = '02:00:00:00:00:01'
  it.each([
    ['an address without mode l2', { address }, 'address'],
    ['an address with mode l3', { address, netkit: { mode: 'l3' } }, 'address'],
    ["a peer's address without mode l2", { netkit: { peer: { address } } }, 'netkit.peer.address'],
    ['a peer of a link that is to be alone', { netkit: { pairing: 'single', peer: {} } }, 'netkit.peer'],
    ['its policy', { netkit: { pairing: 'single', peerPolicy: 'forward' } }, 'netkit.peerPolicy'],
    ['its scrubbing', { netkit: { pairing: 'single', peerScrub: 'none' } }, 'netkit.peerScrub'],
    ['a black hole that is to be alone', { netkit: { pairing: 'single', policy: 'blackhole' } }, 'netkit.policy'],
    ['an index for the peer alone', { netkit: { peer: { index: 7 } } }, 'netkit.peer.index'],
  ])('refuses %s, which the kernel would refuse without a word', (_, options, option) => {
    const refusal = { code: 'ERR_INVALID_ARG_VALUE', option }
    expect(() => encodeLink({ kind: 'netkit', ...options })).toThrow(expect.objectContaining(refusal))
  })

  it('takes addresses in mode l2', () => {
    expect(() => encodeLink({ kind: 'netkit', address, netkit: { mode: 'l2', peer: { address } } })).not.toThrow()
  })

  it('reads what Linux 6.12 reports', () => {
    const bytes = newLink(`
      07 00 03 00  61 61 00 00   # IFLA_IFNAME = "aa"
      44 00 12 00   # IFLA_LINKINFO
        0b 00 01 00  6e 65 74 6b 69 74 00 00   # IFLA_INFO_KIND = "netkit"
        34 00 02 00   # IFLA_INFO_DATA
          05 00 02 00  01 00 00 00   # IFLA_NETKIT_PRIMARY = 1
          08 00 03 00  00 00 00 00   # IFLA_NETKIT_POLICY = 0
          08 00 05 00  01 00 00 00   # IFLA_NETKIT_MODE = 1
          08 00 06 00  01 00 00 00   # IFLA_NETKIT_SCRUB = 1
          08 00 04 00  00 00 00 00   # IFLA_NETKIT_PEER_POLICY = 0
          08 00 07 00  01 00 00 00   # IFLA_NETKIT_PEER_SCRUB = 1`)
    expect(decodeNewLink(bytes)).toMatchObject({
      kind: 'netkit',
      netkit: { primary: true, policy: 'forward', mode: 'l3', scrub: 'default', peerPolicy: 'forward', peerScrub: 'default' },
    })
  })
})
