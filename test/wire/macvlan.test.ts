import { describe, expect, it } from 'vitest'
import { decodeNewLink, encodeLink, given, lines, newLink } from '../support/wire.ts'

describe('macvlan on the wire', () => {
  it('sends what ip sends for the same words', () => {
    const macvlan = { broadcastQueueLength: 500, mode: 'source', flags: ['noDestination'] }
    const bytes = newLink(`
      08 00 05 00  02 00 00 00   # IFLA_LINK = 2
      08 00 03 00  6d 76 30 00   # IFLA_IFNAME = "mv0"
      2c 00 12 80   # IFLA_LINKINFO
        0c 00 01 00  6d 61 63 76 6c 61 6e 00   # IFLA_INFO_KIND = "macvlan"
        1c 00 02 80   # IFLA_INFO_DATA
          08 00 07 00  f4 01 00 00   # IFLA_MACVLAN_BC_QUEUE_LEN = 500
          08 00 01 00  10 00 00 00   # IFLA_MACVLAN_MODE = 16
          06 00 02 00  02 00 00 00   # IFLA_MACVLAN_FLAGS = 2`)
    expect(lines(encodeLink({ link: 2, name: 'mv0', kind: 'macvlan', macvlan }))).toEqual(lines(bytes))
  })

  it('sends what is newer than ip 6.1, and both flags', () => {
    const macvlan = { broadcastCutoff: -1, flags: ['noPromiscuous', 'noDestination'] }
    const bytes = newLink(`
      08 00 03 00  6d 76 30 00   # IFLA_IFNAME = "mv0"
      08 00 05 00  02 00 00 00   # IFLA_LINK = 2
      24 00 12 80   # IFLA_LINKINFO
        0c 00 01 00  6d 61 63 76 6c 61 6e 00   # IFLA_INFO_KIND = "macvlan"
        14 00 02 80   # IFLA_INFO_DATA
          08 00 09 00  ff ff ff ff   # IFLA_MACVLAN_BC_CUTOFF = -1
          06 00 02 00  03 00 00 00   # IFLA_MACVLAN_FLAGS = 3`)
    expect(lines(encodeLink({ name: 'mv0', link: 2, kind: 'macvlan', macvlan }))).toEqual(lines(bytes))
  })

  it('sends what ip sends to set the list of addresses', () => {
    const macvlan = { macAddressMode: 'set', macAddresses: ['02:00:00:00:00:01', '02:00:00:00:00:02'] }
    const bytes = newLink(`
      38 00 12 80   # IFLA_LINKINFO
        0c 00 01 00  6d 61 63 76 6c 61 6e 00   # IFLA_INFO_KIND = "macvlan"
        28 00 02 80   # IFLA_INFO_DATA
          08 00 03 00  03 00 00 00   # IFLA_MACVLAN_MACADDR_MODE = 3
          1c 00 05 80   # IFLA_MACVLAN_MACADDR_DATA
            0a 00 04 00  02 00 00 00 00 01 00 00   # IFLA_MACVLAN_MACADDR = 02:00:00:00:00:01
            0a 00 04 00  02 00 00 00 00 02 00 00   # IFLA_MACVLAN_MACADDR = 02:00:00:00:00:02`)
    expect(lines(encodeLink({ macvlan }, 'change'))).toEqual(lines(bytes))
  })

  it('takes a list without a command for the whole list', () => {
    const macAddresses = ['02:00:00:00:00:01']
    const command = { macAddresses, macAddressMode: 'set' }
    const ours = encodeLink({ macvlan: { macAddresses } }, 'change')
    expect(lines(ours).sort()).toEqual(lines(encodeLink({ macvlan: command }, 'change')).sort())
    expect(encodeLink({ kind: 'macvlan', link: 2, macvlan: { mode: 'source', macAddresses } }).length).toBeGreaterThan(
      ours.length,
    )
  })

  it.each([
    ['an address without a command', { macAddress: '02:00:00:00:00:01' }, 'macAddressMode', 'ERR_MISSING_OPTION'],
    ['the command to add without an address', { macAddressMode: 'add' }, 'macAddress', 'ERR_MISSING_OPTION'],
    ['the command to delete, as a number, without an address', { macAddressMode: 1 }, 'macAddress', 'ERR_MISSING_OPTION'],
    [
      'a list with another command than set',
      { macAddressMode: 'flush', macAddresses: [] },
      'macAddresses',
      'ERR_INVALID_ARG_VALUE',
    ],
    ['a list in another mode', { mode: 'bridge', macAddresses: [] }, 'mode', 'ERR_INVALID_ARG_VALUE'],
  ])('refuses %s', (_, macvlan, option, code) => {
    const refusal = { option: `macvlan.${option}`, code }
    expect(() => encodeLink({ macvlan }, 'change')).toThrow(expect.objectContaining(refusal))
  })

  it('refuses a list on creation without mode source, which the kernel would answer with no more than EINVAL', () => {
    const given = { kind: 'macvlan', link: 2, macvlan: { macAddresses: ['02:00:00:00:00:01'] } }
    expect(() => encodeLink(given)).toThrow(expect.objectContaining({ option: 'macvlan.mode' }))
  })

  it('sends what ip sends to add an address to the list', () => {
    const macvlan = { macAddressMode: 'add', macAddress: '02:00:00:00:00:03' }
    const bytes = newLink(`
      28 00 12 80   # IFLA_LINKINFO
        0c 00 01 00  6d 61 63 76 6c 61 6e 00   # IFLA_INFO_KIND = "macvlan"
        18 00 02 80   # IFLA_INFO_DATA
          08 00 03 00  00 00 00 00   # IFLA_MACVLAN_MACADDR_MODE = 0
          0a 00 04 00  02 00 00 00 00 03 00 00   # IFLA_MACVLAN_MACADDR = 02:00:00:00:00:03`)
    expect(lines(encodeLink({ macvlan }, 'change'))).toEqual(lines(bytes))
  })

  it('reads what Linux 6.18 reports', () => {
    const bytes = newLink(`
      08 00 03 00  6d 76 30 00   # IFLA_IFNAME = "mv0"
      58 00 12 00   # IFLA_LINKINFO
        0c 00 01 00  6d 61 63 76 6c 61 6e 00   # IFLA_INFO_KIND = "macvlan"
        48 00 02 00   # IFLA_INFO_DATA
          08 00 01 00  10 00 00 00   # IFLA_MACVLAN_MODE = 16
          06 00 02 00  02 00 00 00   # IFLA_MACVLAN_FLAGS = 2
          08 00 06 00  02 00 00 00   # IFLA_MACVLAN_MACADDR_COUNT = 2
          1c 00 05 00   # IFLA_MACVLAN_MACADDR_DATA
            0a 00 04 00  02 00 00 00 00 02 00 00   # IFLA_MACVLAN_MACADDR = 02:00:00:00:00:02
            0a 00 04 00  02 00 00 00 00 01 00 00   # IFLA_MACVLAN_MACADDR = 02:00:00:00:00:01
          08 00 07 00  f4 01 00 00   # IFLA_MACVLAN_BC_QUEUE_LEN = 500
          08 00 08 00  e8 03 00 00   # IFLA_MACVLAN_BC_QUEUE_LEN_USED = 1000`)
    expect(given((decodeNewLink(bytes) as { macvlan?: object }).macvlan)).toEqual({
      mode: 'source',
      flags: ['noDestination'],
      macAddressCount: 2,
      macAddresses: ['02:00:00:00:00:02', '02:00:00:00:00:01'],
      broadcastQueueLength: 500,
      broadcastQueueLengthUsed: 1000,
    })
  })
})
