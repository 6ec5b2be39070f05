import { describe, expect, it } from 'vitest'
import { decodeNewLink, encodeLink, lines, newLink } from '../support/wire.ts'

describe('veth on the wire', () => {
  it('sends what ip sends for the same words', () => {
    const options = {
      address: '02:00:00:00:00:0a',
      mtu: 1400,
      txQueueLength: 500,
      numTxQueues: 2,
      numRxQueues: 3,
      group: 7,
      name: 'va',
      kind: 'veth',
      veth: { peer: { address: '02:00:00:00:00:0b', mtu: 1300, name: 'vb' } },
    }
    const bytes = newLink(`
      0a 00 01 00  02 00 00 00 00 0a 00 00   # IFLA_ADDRESS = 02:00:00:00:00:0a
      08 00 04 00  78 05 00 00   # IFLA_MTU = 1400
      08 00 0d 00  f4 01 00 00   # IFLA_TXQLEN = 500
      08 00 1f 00  02 00 00 00   # IFLA_NUM_TX_QUEUES = 2
      08 00 20 00  03 00 00 00   # IFLA_NUM_RX_QUEUES = 3
      08 00 1b 00  07 00 00 00   # IFLA_GROUP = 7
      07 00 03 00  76 61 00 00   # IFLA_IFNAME = "va"
      44 00 12 80   # IFLA_LINKINFO
        09 00 01 00  76 65 74 68 00 00 00 00   # IFLA_INFO_KIND = "veth"
        34 00 02 80   # IFLA_INFO_DATA
          30 00 01 80   # VETH_INFO_PEER
            00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00   # struct ifinfomsg, all zero
            0a 00 01 00  02 00 00 00 00 0b 00 00   # IFLA_ADDRESS = 02:00:00:00:00:0b
            08 00 04 00  14 05 00 00   # IFLA_MTU = 1300
            07 00 03 00  76 62 00 00   # IFLA_IFNAME = "vb"`)
    expect(lines(encodeLink(options))).toEqual(lines(bytes))
  })

  it("puts the peer's index and namespace into the peer's own header and attributes, and leaves out that it comes up", () => {
    const options = { index: 70, kind: 'veth', veth: { peer: { index: 71, name: 'eth0', netns: { fd: 9 }, up: true } } }
    const bytes = newLink(
      `
      3c 00 12 80   # IFLA_LINKINFO
        09 00 01 00  76 65 74 68 00 00 00 00   # IFLA_INFO_KIND = "veth"
        2c 00 02 80   # IFLA_INFO_DATA
          28 00 01 80   # VETH_INFO_PEER
            00 00 00 00  47 00 00 00  00 00 00 00  00 00 00 00   # struct ifinfomsg: ifi_index = 71
            09 00 03 00  65 74 68 30 00 00 00 00   # IFLA_IFNAME = "eth0"
            08 00 1c 00  09 00 00 00   # IFLA_NET_NS_FD = 9`,
      '00 00 00 00  46 00 00 00  00 00 00 00  00 00 00 00', // ifi_index = 70
    )
    expect(lines(encodeLink(options))).toEqual(lines(bytes))
  })

  it('names the option inside the peer', () => {
    const unknown = { code: 'ERR_UNKNOWN_OPTION', option: 'veth.peer.nmae', message: expect.stringContaining('"name"') }
    expect(() => encodeLink({ kind: 'veth', veth: { peer: { nmae: 'eth0' } } })).toThrow(expect.objectContaining(unknown))
  })

  it('reads what Linux 6.18 reports: no data', () => {
    const bytes = newLink(`
      10 00 12 00   # IFLA_LINKINFO
        09 00 01 00  76 65 74 68 00 00 00 00   # IFLA_INFO_KIND = "veth"`)
    expect(decodeNewLink(bytes)).toMatchObject({ kind: 'veth', veth: {} })
  })
})
