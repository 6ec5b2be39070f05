import { describe, expect, it } from 'vitest'
import { decodeNewLink, encodeLink, given, lines, newLink } from '../support/wire.ts'

const IPV4 = `
      08 00 03 00  76 74 30 00   # IFLA_IFNAME = "vt0"
      40 00 12 80   # IFLA_LINKINFO
        08 00 01 00  76 74 69 00   # IFLA_INFO_KIND = "vti"
        34 00 02 80   # IFLA_INFO_DATA
          08 00 02 00  00 00 00 01   # IFLA_VTI_IKEY = 1, network order
          08 00 03 00  00 00 00 02   # IFLA_VTI_OKEY = 2, network order
          08 00 04 00  c0 00 02 02   # IFLA_VTI_LOCAL = 192.0.2.2
          08 00 05 00  c0 00 02 01   # IFLA_VTI_REMOTE = 192.0.2.1
          08 00 06 00  05 00 00 00   # IFLA_VTI_FWMARK = 5
          08 00 01 00  01 00 00 00   # IFLA_VTI_LINK = 1`

const IPV6 = `
      08 00 03 00  76 74 36 00   # IFLA_IFNAME = "vt6"
      5c 00 12 80   # IFLA_LINKINFO
        09 00 01 00  76 74 69 36 00 00 00 00   # IFLA_INFO_KIND = "vti6"
        4c 00 02 80   # IFLA_INFO_DATA
          08 00 02 00  00 00 00 07   # IFLA_VTI_IKEY = 7, network order
          08 00 03 00  00 00 00 07   # IFLA_VTI_OKEY = 7, network order
          14 00 04 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02   # IFLA_VTI_LOCAL = 2001:db8::2
          14 00 05 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01   # IFLA_VTI_REMOTE = 2001:db8::1
          08 00 06 00  05 00 00 00   # IFLA_VTI_FWMARK = 5
          08 00 01 00  01 00 00 00   # IFLA_VTI_LINK = 1`

const vti = { inputKey: 1, outputKey: '0.0.0.2', local: '192.0.2.2', remote: '192.0.2.1', fwmark: 5, link: 1 }
const vti6 = { inputKey: 7, outputKey: 7, local: '2001:db8::2', remote: '2001:db8::1', fwmark: 5, link: 1 }

describe('vti on the wire', () => {
  it('sends what ip sends', () => {
    expect(lines(encodeLink({ name: 'vt0', kind: 'vti', vti }))).toEqual(lines(newLink(IPV4)))
  })

  it('reads every option', () => {
    expect(given(decodeNewLink(newLink(IPV4)))).toMatchObject({ kind: 'vti', vti: { ...vti, outputKey: 2 } })
  })

  it('reads what Linux 6.12 reports of one without ends and link', () => {
    const bytes = newLink(`
      40 00 12 00   # IFLA_LINKINFO
        08 00 01 00  76 74 69 00   # IFLA_INFO_KIND = "vti"
        34 00 02 00   # IFLA_INFO_DATA
          08 00 01 00  00 00 00 00   # IFLA_VTI_LINK = 0
          08 00 02 00  00 00 00 00   # IFLA_VTI_IKEY = 0, network order
          08 00 03 00  00 00 00 00   # IFLA_VTI_OKEY = 0, network order
          08 00 04 00  00 00 00 00   # IFLA_VTI_LOCAL = 0.0.0.0
          08 00 05 00  00 00 00 00   # IFLA_VTI_REMOTE = 0.0.0.0
          08 00 06 00  00 00 00 00   # IFLA_VTI_FWMARK = 0`)
    expect((given(decodeNewLink(bytes)) as { vti?: object }).vti).toEqual({ inputKey: 0, outputKey: 0, fwmark: 0 })
  })

  it('sends the whole of it in a change, with what it has now', () => {
    const now = { link: 3, inputKey: 1, outputKey: 2, local: '192.0.2.2', remote: '192.0.2.1', fwmark: 0 }
    const bytes = newLink(`
      40 00 12 80   # IFLA_LINKINFO
        08 00 01 00  76 74 69 00   # IFLA_INFO_KIND = "vti"
        34 00 02 80   # IFLA_INFO_DATA
          08 00 03 00  00 00 00 09   # IFLA_VTI_OKEY = 9, network order
          08 00 01 00  03 00 00 00   # IFLA_VTI_LINK = 3
          08 00 02 00  00 00 00 01   # IFLA_VTI_IKEY = 1, network order
          08 00 04 00  c0 00 02 02   # IFLA_VTI_LOCAL = 192.0.2.2
          08 00 05 00  c0 00 02 01   # IFLA_VTI_REMOTE = 192.0.2.1
          08 00 06 00  00 00 00 00   # IFLA_VTI_FWMARK = 0`)
    expect(lines(encodeLink({ vti: { outputKey: 9 } }, 'change', now))).toEqual(lines(bytes))
  })

  it('refuses to take the other end away, which the kernel would not explain', () => {
    const refused = { code: 'ERR_INVALID_ARG_VALUE', option: 'vti.remote' }
    expect(() => encodeLink({ vti: { remote: null } }, 'change', { remote: '192.0.2.1' })).toThrow(
      expect.objectContaining(refused),
    )
  })
})

describe('vti6 on the wire', () => {
  it('sends what ip sends', () => {
    expect(lines(encodeLink({ name: 'vt6', kind: 'vti6', vti6 }))).toEqual(lines(newLink(IPV6)))
  })

  it('reads every option', () => {
    expect(given(decodeNewLink(newLink(IPV6)))).toMatchObject({ kind: 'vti6', vti6 })
  })

  it('refuses an end of the other family', () => {
    const refused = { code: 'ERR_INVALID_ARG_TYPE', option: 'vti6.local' }
    expect(() => encodeLink({ kind: 'vti6', vti6: { local: '192.0.2.1' } })).toThrow(expect.objectContaining(refused))
  })
})
