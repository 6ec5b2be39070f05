import { describe, expect, it } from 'vitest'
import { decodeNewLink, encodeLink, lines, newLink } from '../support/wire.ts'

describe('kinds without data on the wire', () => {
  it('sends what ip sends for an ifb', () => {
    const bytes = newLink(`
      09 00 03 00  69 66 62 37 00 00 00 00   # IFLA_IFNAME = "ifb7"
      0c 00 12 80   # IFLA_LINKINFO
        08 00 01 00  69 66 62 00   # IFLA_INFO_KIND = "ifb"`)
    expect(lines(encodeLink({ name: 'ifb7', kind: 'ifb' }))).toEqual(lines(bytes))
  })

  it('sends a dummy', () => {
    const bytes = newLink(`
      0b 00 03 00  64 75 6d 6d 79 37 00 00   # IFLA_IFNAME = "dummy7"
      10 00 12 80   # IFLA_LINKINFO
        0a 00 01 00  64 75 6d 6d 79 00 00 00   # IFLA_INFO_KIND = "dummy"`)
    expect(lines(encodeLink({ name: 'dummy7', kind: 'dummy' }))).toEqual(lines(bytes))
  })

  it('reads what Linux 6.18 reports of an ifb', () => {
    const bytes = newLink(`
      08 00 03 00  69 66 30 00   # IFLA_IFNAME = "if0"
      0c 00 12 00   # IFLA_LINKINFO
        08 00 01 00  69 66 62 00   # IFLA_INFO_KIND = "ifb"`)
    expect(decodeNewLink(bytes)).toMatchObject({ name: 'if0', kind: 'ifb', ifb: {} })
  })

  it('reads a dummy', () => {
    const bytes = newLink(`
      0b 00 03 00  64 75 6d 6d 79 37 00 00   # IFLA_IFNAME = "dummy7"
      10 00 12 80   # IFLA_LINKINFO
        0a 00 01 00  64 75 6d 6d 79 00 00 00   # IFLA_INFO_KIND = "dummy"`)
    expect(decodeNewLink(bytes)).toMatchObject({ name: 'dummy7', kind: 'dummy', dummy: {} })
  })
})
