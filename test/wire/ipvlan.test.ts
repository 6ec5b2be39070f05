import { describe, expect, it } from 'vitest'
import { decodeNewLink, encodeLink, given, lines, newLink } from '../support/wire.ts'

describe('ipvlan on the wire', () => {
  it('sends what ip sends for the same words', () => {
    const bytes = newLink(`
      08 00 05 00  03 00 00 00   # IFLA_LINK = 3
      07 00 03 00  69 30 00 00   # IFLA_IFNAME = "i0"
      24 00 12 80   # IFLA_LINKINFO
        0b 00 01 00  69 70 76 6c 61 6e 00 00   # IFLA_INFO_KIND = "ipvlan"
        14 00 02 80   # IFLA_INFO_DATA
          06 00 01 00  00 00 00 00   # IFLA_IPVLAN_MODE = 0, 16 bits
          06 00 02 00  01 00 00 00   # IFLA_IPVLAN_FLAGS = 1, 16 bits`)
    const ipvlan = { mode: 'l2', flags: ['private'] }
    expect(lines(encodeLink({ link: 3, name: 'i0', kind: 'ipvlan', ipvlan }))).toEqual(lines(bytes))
  })

  it('reads what Linux 6.12 reports', () => {
    const bytes = newLink(`
      07 00 03 00  69 30 00 00   # IFLA_IFNAME = "i0"
      24 00 12 00   # IFLA_LINKINFO
        0b 00 01 00  69 70 76 6c 61 6e 00 00   # IFLA_INFO_KIND = "ipvlan"
        14 00 02 00   # IFLA_INFO_DATA
          06 00 01 00  02 00 00 00   # IFLA_IPVLAN_MODE = 2
          06 00 02 00  02 00 00 00   # IFLA_IPVLAN_FLAGS = 2
      08 00 05 00  03 00 00 00   # IFLA_LINK = 3`)
    const link = given(decodeNewLink(bytes))
    expect(link).toMatchObject({ name: 'i0', link: 3, kind: 'ipvlan' })
    expect((link as { ipvlan?: object }).ipvlan).toEqual({ mode: 'l3s', flags: ['vepa'] })
  })

  it('refuses both flags at once', () => {
    const ipvlan = { flags: ['private', 'vepa'] }
    const refusal = { code: 'ERR_INVALID_ARG_VALUE', option: 'ipvlan.flags', message: expect.stringContaining('exclude') }
    expect(() => encodeLink({ link: 3, kind: 'ipvlan', ipvlan })).toThrow(expect.objectContaining(refusal))
    expect(() => encodeLink({ ipvlan }, 'change')).toThrow(expect.objectContaining(refusal))
  })

  it('misses the link that it stands on', () => {
    const missing = { code: 'ERR_MISSING_OPTION', option: 'link' }
    expect(() => encodeLink({ kind: 'ipvlan', name: 'i0' })).toThrow(expect.objectContaining(missing))
  })
})

describe('ipvtap on the wire', () => {
  it('sends what ip sends for the same words', () => {
    const bytes = newLink(`
      08 00 05 00  03 00 00 00   # IFLA_LINK = 3
      07 00 03 00  69 30 00 00   # IFLA_IFNAME = "i0"
      1c 00 12 80   # IFLA_LINKINFO
        0b 00 01 00  69 70 76 74 61 70 00 00   # IFLA_INFO_KIND = "ipvtap"
        0c 00 02 80   # IFLA_INFO_DATA
          06 00 01 00  01 00 00 00   # IFLA_IPVLAN_MODE = 1`)
    expect(lines(encodeLink({ link: 3, name: 'i0', kind: 'ipvtap', ipvtap: { mode: 'l3' } }))).toEqual(lines(bytes))
  })

  it('sends its flags', () => {
    const bytes = newLink(`
      08 00 05 00  03 00 00 00   # IFLA_LINK = 3
      07 00 03 00  69 30 00 00   # IFLA_IFNAME = "i0"
      1c 00 12 80   # IFLA_LINKINFO
        0b 00 01 00  69 70 76 74 61 70 00 00   # IFLA_INFO_KIND = "ipvtap"
        0c 00 02 80   # IFLA_INFO_DATA
          06 00 02 00  02 00 00 00   # IFLA_IPVLAN_FLAGS = 2, 16 bits`)
    expect(lines(encodeLink({ link: 3, name: 'i0', kind: 'ipvtap', ipvtap: { flags: ['vepa'] } }))).toEqual(lines(bytes))
  })

  it('reads what Linux 6.12 reports', () => {
    const bytes = newLink(`
      24 00 12 00   # IFLA_LINKINFO
        0b 00 01 00  69 70 76 74 61 70 00 00   # IFLA_INFO_KIND = "ipvtap"
        14 00 02 00   # IFLA_INFO_DATA
          06 00 01 00  01 00 00 00   # IFLA_IPVLAN_MODE = 1
          06 00 02 00  00 00 00 00   # IFLA_IPVLAN_FLAGS = 0`)
    expect(given(decodeNewLink(bytes))).toMatchObject({ kind: 'ipvtap', ipvtap: { mode: 'l3', flags: [] } })
  })
})
