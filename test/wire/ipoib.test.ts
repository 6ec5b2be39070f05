import { describe, expect, it } from 'vitest'
import { decodeNewLink, encodeLink, given, lines, newLink } from '../support/wire.ts'

const DATA = `
          06 00 01 00  01 80 00 00   # IFLA_IPOIB_PKEY = 0x8001
          06 00 02 00  01 00 00 00   # IFLA_IPOIB_MODE = 1, 16 bits
          06 00 03 00  01 00 00 00   # IFLA_IPOIB_UMCAST = 1, 16 bits`

const ipoib = { pkey: 0x8001, mode: 'connected', userMulticast: true }

describe('ipoib on the wire', () => {
  it('sends what ip sends for the same words', () => {
    const bytes = newLink(`
      08 00 05 00  03 00 00 00   # IFLA_LINK = 3
      07 00 03 00  69 30 00 00   # IFLA_IFNAME = "i0"
      2c 00 12 80   # IFLA_LINKINFO
        0a 00 01 00  69 70 6f 69 62 00 00 00   # IFLA_INFO_KIND = "ipoib"
        1c 00 02 80   # IFLA_INFO_DATA${DATA}`)
    expect(lines(encodeLink({ link: 3, name: 'i0', kind: 'ipoib', ipoib }))).toEqual(lines(bytes))
  })

  it('reads what ipoib_fill_info() writes', () => {
    const bytes = newLink(`
      2c 00 12 00   # IFLA_LINKINFO
        0a 00 01 00  69 70 6f 69 62 00 00 00   # IFLA_INFO_KIND = "ipoib"
        1c 00 02 00   # IFLA_INFO_DATA${DATA}
      18 00 01 00  80 00 00 48 fe 80 00 00 00 00 00 00 00 02 c9 03 00 0e 0b 51   # IFLA_ADDRESS, 20 bytes`)
    const link = given(decodeNewLink(bytes))
    expect(link).toMatchObject({ kind: 'ipoib', address: '80:00:00:48:fe:80:00:00:00:00:00:00:00:02:c9:03:00:0e:0b:51' })
    expect((link as { ipoib?: object }).ipoib).toEqual(ipoib)
  })

  it('misses the link that it stands on', () => {
    expect(() => encodeLink({ kind: 'ipoib' })).toThrow(expect.objectContaining({ option: 'link', code: 'ERR_MISSING_OPTION' }))
  })

  it('does not change the partition later', () => {
    expect(() => encodeLink({ ipoib: { pkey: 0x8002 } }, 'change')).toThrow('can only be given on creation')
  })
})
