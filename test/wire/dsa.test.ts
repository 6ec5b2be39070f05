import { describe, expect, it } from 'vitest'
import { decodeNewLink, encodeLink, given, lines, newLink } from '../support/wire.ts'

describe('dsa on the wire', () => {
  it('sends what ip sends for another conduit', () => {
    const bytes = newLink(`
      18 00 12 80   # IFLA_LINKINFO
        08 00 01 00  64 73 61 00   # IFLA_INFO_KIND = "dsa"
        0c 00 02 80   # IFLA_INFO_DATA
          08 00 01 00  02 00 00 00   # IFLA_DSA_CONDUIT = 2`)
    expect(lines(encodeLink({ dsa: { conduit: 2 } }, 'change'))).toEqual(lines(bytes))
  })

  it('reads what dsa_fill_info() writes', () => {
    const bytes = newLink(`
      18 00 12 00   # IFLA_LINKINFO
        08 00 01 00  64 73 61 00   # IFLA_INFO_KIND = "dsa"
        0c 00 02 00   # IFLA_INFO_DATA
          08 00 01 00  02 00 00 00   # IFLA_DSA_CONDUIT = 2`)
    expect(given(decodeNewLink(bytes))).toMatchObject({ kind: 'dsa', dsa: { conduit: 2 } })
  })
})
