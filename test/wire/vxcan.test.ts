import { describe, expect, it } from 'vitest'
import { decodeNewLink, encodeLink, lines, newLink } from '../support/wire.ts'

describe('vxcan on the wire', () => {
  it('sends what ip sends for the same words', () => {
    const bytes = newLink(`
      08 00 04 00  10 00 00 00   # IFLA_MTU = 16
      07 00 03 00  63 30 00 00   # IFLA_IFNAME = "c0"
      38 00 12 80   # IFLA_LINKINFO
        0a 00 01 00  76 78 63 61 6e 00 00 00   # IFLA_INFO_KIND = "vxcan"
        28 00 02 80   # IFLA_INFO_DATA
          24 00 01 80   # VXCAN_INFO_PEER
            00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00   # struct ifinfomsg, all zero
            08 00 04 00  0c 08 00 00   # IFLA_MTU = 2060
            07 00 03 00  63 31 00 00   # IFLA_IFNAME = "c1"`)
    const options = { mtu: 16, name: 'c0', kind: 'vxcan', vxcan: { peer: { mtu: 2060, name: 'c1' } } }
    expect(lines(encodeLink(options))).toEqual(lines(bytes))
  })

  it.each([15, 17, 71, 73, 75, 2061])('refuses %i as the mtu of either end, which the kernel would take on creation', mtu => {
    const refusal = (option: string) => expect.objectContaining({ code: 'ERR_OUT_OF_RANGE', option })
    expect(() => encodeLink({ kind: 'vxcan', mtu })).toThrow(refusal('mtu'))
    expect(() => encodeLink({ kind: 'vxcan', vxcan: { peer: { mtu } } })).toThrow(refusal('vxcan.peer.mtu'))
  })

  it('refuses an index for the peer alone', () => {
    const refusal = expect.objectContaining({ option: 'vxcan.peer.index' })
    expect(() => encodeLink({ kind: 'vxcan', vxcan: { peer: { index: 7 } } })).toThrow(refusal)
  })

  it('reads what Linux 6.12 reports: no data', () => {
    const bytes = newLink(`
      07 00 03 00  63 30 00 00   # IFLA_IFNAME = "c0"
      10 00 12 00   # IFLA_LINKINFO
        0a 00 01 00  76 78 63 61 6e 00 00 00   # IFLA_INFO_KIND = "vxcan"`)
    expect(decodeNewLink(bytes)).toMatchObject({ name: 'c0', kind: 'vxcan', vxcan: {} })
  })
})
