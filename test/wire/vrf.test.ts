import { describe, expect, it } from 'vitest'
import { decodeNewLink, encodeLink, given, lines, newLink } from '../support/wire.ts'

describe('vrf on the wire', () => {
  it('sends what ip sends for the same words', () => {
    const bytes = newLink(`
      07 00 03 00  72 30 00 00   # IFLA_IFNAME = "r0"
      18 00 12 80   # IFLA_LINKINFO
        08 00 01 00  76 72 66 00   # IFLA_INFO_KIND = "vrf"
        0c 00 02 80   # IFLA_INFO_DATA
          08 00 01 00  e9 03 00 00   # IFLA_VRF_TABLE = 1001`)
    expect(lines(encodeLink({ name: 'r0', kind: 'vrf', vrf: { table: 1001 } }))).toEqual(lines(bytes))
  })

  it.each([0, 2 ** 32])('refuses table %d', table => {
    const refusal = { code: 'ERR_OUT_OF_RANGE', option: 'vrf.table' }
    expect(() => encodeLink({ kind: 'vrf', vrf: { table } })).toThrow(expect.objectContaining(refusal))
  })

  it('refuses to be without a table, and to change it', () => {
    const missing = { code: 'ERR_MISSING_OPTION', option: 'vrf.table' }
    expect(() => encodeLink({ kind: 'vrf' })).toThrow(expect.objectContaining(missing))
    expect(() => encodeLink({ vrf: { table: 5 } }, 'change')).toThrow('can only be given on creation')
  })

  it('reads what Linux 6.12 reports', () => {
    const bytes = newLink(`
      07 00 03 00  72 30 00 00   # IFLA_IFNAME = "r0"
      18 00 12 00   # IFLA_LINKINFO
        08 00 01 00  76 72 66 00   # IFLA_INFO_KIND = "vrf"
        0c 00 02 00   # IFLA_INFO_DATA
          08 00 01 00  e9 03 00 00   # IFLA_VRF_TABLE = 1001`)
    expect(decodeNewLink(bytes)).toMatchObject({ name: 'r0', kind: 'vrf', vrf: { table: 1001 } })
  })

  it('reads what Linux 6.12 reports of a port', () => {
    const bytes = newLink(`
      07 00 03 00  76 30 00 00   # IFLA_IFNAME = "v0"
      24 00 12 00   # IFLA_LINKINFO
        09 00 01 00  76 65 74 68 00 00 00 00   # IFLA_INFO_KIND = "veth"
        08 00 04 00  76 72 66 00   # IFLA_INFO_SLAVE_KIND = "vrf"
        0c 00 05 00   # IFLA_INFO_SLAVE_DATA
          08 00 01 00  e9 03 00 00   # IFLA_VRF_PORT_TABLE = 1001`)
    expect(given(decodeNewLink(bytes).port)).toEqual({ kind: 'vrf', table: 1001 })
  })
})
