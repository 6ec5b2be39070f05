import { describe, expect, it } from 'vitest'
import { decodeNewLink, encodeLink, given, lines, newLink } from '../support/wire.ts'

describe('macvtap on the wire', () => {
  it('sends what ip sends for the same words', () => {
    const bytes = newLink(`
      08 00 05 00  02 00 00 00   # IFLA_LINK = 2
      08 00 03 00  6d 74 30 00   # IFLA_IFNAME = "mt0"
      1c 00 12 80   # IFLA_LINKINFO
        0c 00 01 00  6d 61 63 76 74 61 70 00   # IFLA_INFO_KIND = "macvtap"
        0c 00 02 80   # IFLA_INFO_DATA
          08 00 01 00  04 00 00 00   # IFLA_MACVLAN_MODE = 4`)
    expect(lines(encodeLink({ link: 2, name: 'mt0', kind: 'macvtap', macvtap: { mode: 'bridge' } }))).toEqual(lines(bytes))
  })

  it('sends what it has in common with macvlan', () => {
    const macvtap = { flags: ['noPromiscuous'], broadcastQueueLength: 500, broadcastCutoff: 4 }
    const bytes = newLink(`
      08 00 05 00  02 00 00 00   # IFLA_LINK = 2
      08 00 03 00  6d 74 30 00   # IFLA_IFNAME = "mt0"
      2c 00 12 80   # IFLA_LINKINFO
        0c 00 01 00  6d 61 63 76 74 61 70 00   # IFLA_INFO_KIND = "macvtap"
        1c 00 02 80   # IFLA_INFO_DATA
          06 00 02 00  01 00 00 00   # IFLA_MACVLAN_FLAGS = 1
          08 00 07 00  f4 01 00 00   # IFLA_MACVLAN_BC_QUEUE_LEN = 500
          08 00 09 00  04 00 00 00   # IFLA_MACVLAN_BC_CUTOFF = 4`)
    expect(lines(encodeLink({ link: 2, name: 'mt0', kind: 'macvtap', macvtap }))).toEqual(lines(bytes))
  })

  it('sends the list of addresses', () => {
    const macvtap = { macAddressMode: 'set', macAddresses: ['02:00:00:00:00:01'] }
    const bytes = newLink(`
      2c 00 12 80   # IFLA_LINKINFO
        0c 00 01 00  6d 61 63 76 74 61 70 00   # IFLA_INFO_KIND = "macvtap"
        1c 00 02 80   # IFLA_INFO_DATA
          08 00 03 00  03 00 00 00   # IFLA_MACVLAN_MACADDR_MODE = 3
          10 00 05 80   # IFLA_MACVLAN_MACADDR_DATA
            0a 00 04 00  02 00 00 00 00 01 00 00   # IFLA_MACVLAN_MACADDR = 02:00:00:00:00:01`)
    expect(lines(encodeLink({ macvtap }, 'change'))).toEqual(lines(bytes))
  })

  it('reads what Linux 6.18 reports', () => {
    const bytes = newLink(`
      08 00 03 00  6d 74 30 00   # IFLA_IFNAME = "mt0"
      3c 00 12 00   # IFLA_LINKINFO
        0c 00 01 00  6d 61 63 76 74 61 70 00   # IFLA_INFO_KIND = "macvtap"
        2c 00 02 00   # IFLA_INFO_DATA
          08 00 01 00  04 00 00 00   # IFLA_MACVLAN_MODE = 4
          06 00 02 00  00 00 00 00   # IFLA_MACVLAN_FLAGS = 0
          08 00 06 00  00 00 00 00   # IFLA_MACVLAN_MACADDR_COUNT = 0
          08 00 07 00  e8 03 00 00   # IFLA_MACVLAN_BC_QUEUE_LEN = 1000
          08 00 08 00  e8 03 00 00   # IFLA_MACVLAN_BC_QUEUE_LEN_USED = 1000`)
    expect(given((decodeNewLink(bytes) as { macvtap?: object }).macvtap)).toEqual({
      mode: 'bridge',
      flags: [],
      macAddressCount: 0,
      broadcastQueueLength: 1000,
      broadcastQueueLengthUsed: 1000,
    })
  })
})
