import { describe, expect, it } from 'vitest'
import { decodeNewLink, encodeLink, given, newLink } from '../support/wire.ts'

describe('tun on the wire', () => {
  it('refuses to send what the kernel only reports', () => {
    const readOnly = { option: 'tun.type', message: expect.stringContaining('read-only') }
    expect(() => encodeLink({ kind: 'tun', tun: { type: 'tap' } })).toThrow(expect.objectContaining(readOnly))
  })

  it('reads what Linux 6.18 reports of a tun link', () => {
    const bytes = newLink(`
      08 00 03 00  74 75 30 00   # IFLA_IFNAME = "tu0"
      58 00 12 00   # IFLA_LINKINFO
        08 00 01 00  74 75 6e 00   # IFLA_INFO_KIND = "tun"
        4c 00 02 00   # IFLA_INFO_DATA
          05 00 03 00  01 00 00 00   # IFLA_TUN_TYPE = 1
          08 00 01 00  e8 03 00 00   # IFLA_TUN_OWNER = 1000
          08 00 02 00  64 00 00 00   # IFLA_TUN_GROUP = 100
          05 00 04 00  00 00 00 00   # IFLA_TUN_PI = 0
          05 00 05 00  00 00 00 00   # IFLA_TUN_VNET_HDR = 0
          05 00 06 00  01 00 00 00   # IFLA_TUN_PERSIST = 1
          05 00 07 00  01 00 00 00   # IFLA_TUN_MULTI_QUEUE = 1
          08 00 08 00  00 00 00 00   # IFLA_TUN_NUM_QUEUES = 0
          08 00 09 00  00 00 00 00   # IFLA_TUN_NUM_DISABLED_QUEUES = 0`)
    expect(given((decodeNewLink(bytes) as { tun?: object }).tun)).toEqual({
      type: 'tun',
      owner: 1000,
      group: 100,
      packetInformation: false,
      vnetHeader: false,
      persist: true,
      multiQueue: true,
      numQueues: 0,
      numDisabledQueues: 0,
    })
  })

  it('reads what Linux 6.18 reports of a tap link', () => {
    const bytes = newLink(`
      08 00 03 00  74 61 30 00   # IFLA_IFNAME = "ta0"
      38 00 12 00   # IFLA_LINKINFO
        08 00 01 00  74 75 6e 00   # IFLA_INFO_KIND = "tun"
        2c 00 02 00   # IFLA_INFO_DATA
          05 00 03 00  02 00 00 00   # IFLA_TUN_TYPE = 2
          05 00 04 00  01 00 00 00   # IFLA_TUN_PI = 1
          05 00 05 00  01 00 00 00   # IFLA_TUN_VNET_HDR = 1
          05 00 06 00  01 00 00 00   # IFLA_TUN_PERSIST = 1
          05 00 07 00  00 00 00 00   # IFLA_TUN_MULTI_QUEUE = 0`)
    expect(given((decodeNewLink(bytes) as { tun?: object }).tun)).toEqual({
      type: 'tap',
      packetInformation: true,
      vnetHeader: true,
      persist: true,
      multiQueue: false,
    })
  })
})
