import { describe, expect, it } from 'vitest'
import { decodeNewLink, encodeLink, given, lines, newLink } from '../support/wire.ts'

const WITH_ID = `
      08 00 03 00  78 66 30 00   # IFLA_IFNAME = "xf0"
      24 00 12 80   # IFLA_LINKINFO
        09 00 01 00  78 66 72 6d 00 00 00 00   # IFLA_INFO_KIND = "xfrm"
        14 00 02 80   # IFLA_INFO_DATA
          08 00 02 00  2a 00 00 00   # IFLA_XFRM_IF_ID = 42
          08 00 01 00  01 00 00 00   # IFLA_XFRM_LINK = 1`

describe('xfrm on the wire', () => {
  it('sends what ip sends', () => {
    const xfrm = { interfaceId: 42, link: 1 }
    expect(lines(encodeLink({ name: 'xf0', kind: 'xfrm', xfrm }))).toEqual(lines(newLink(WITH_ID)))
  })

  it('sends what ip sends for one that is external', () => {
    const bytes = newLink(`
      08 00 03 00  78 66 78 00   # IFLA_IFNAME = "xfx"
      18 00 12 80   # IFLA_LINKINFO
        09 00 01 00  78 66 72 6d 00 00 00 00   # IFLA_INFO_KIND = "xfrm"
        08 00 02 80   # IFLA_INFO_DATA
          04 00 03 00   # IFLA_XFRM_COLLECT_METADATA`)
    expect(lines(encodeLink({ name: 'xfx', kind: 'xfrm', xfrm: { collectMetadata: true } }))).toEqual(lines(bytes))
  })

  it('reads what Linux 6.12 reports', () => {
    expect(given(decodeNewLink(newLink(WITH_ID)))).toMatchObject({ kind: 'xfrm', xfrm: { interfaceId: 42, link: 1 } })
  })

  it('reads what Linux 6.12 reports of one that is external', () => {
    const bytes = newLink(`
      28 00 12 00   # IFLA_LINKINFO
        09 00 01 00  78 66 72 6d 00 00 00 00   # IFLA_INFO_KIND = "xfrm"
        18 00 02 00   # IFLA_INFO_DATA
          08 00 01 00  00 00 00 00   # IFLA_XFRM_LINK = 0
          08 00 02 00  00 00 00 00   # IFLA_XFRM_IF_ID = 0
          04 00 03 00   # IFLA_XFRM_COLLECT_METADATA`)
    const { xfrm } = given(decodeNewLink(bytes)) as { xfrm?: object }
    expect(xfrm).toEqual({ interfaceId: 0, collectMetadata: true })
  })

  it('repeats the link in a change, which the driver wants', () => {
    const bytes = newLink(`
      24 00 12 80   # IFLA_LINKINFO
        09 00 01 00  78 66 72 6d 00 00 00 00   # IFLA_INFO_KIND = "xfrm"
        14 00 02 80   # IFLA_INFO_DATA
          08 00 02 00  2b 00 00 00   # IFLA_XFRM_IF_ID = 43
          08 00 01 00  01 00 00 00   # IFLA_XFRM_LINK = 1`)
    const now = { interfaceId: 42, link: 1 }
    expect(lines(encodeLink({ xfrm: { interfaceId: 43 } }, 'change', now))).toEqual(lines(bytes))
  })

  it.each([{}, { xfrm: {} }, { xfrm: { link: 1 } }])('misses the id in %j', options => {
    const missing = { code: 'ERR_MISSING_OPTION', option: 'xfrm.interfaceId' }
    expect(() => encodeLink({ kind: 'xfrm', ...options })).toThrow(expect.objectContaining(missing))
  })

  it.each([
    ['interfaceId', { interfaceId: 0 }],
    ['interfaceId', { interfaceId: 7, collectMetadata: true }],
    ['link', { link: 1, collectMetadata: true }],
  ])('refuses %s in %j', (option, xfrm) => {
    const refused = { code: 'ERR_INVALID_ARG_VALUE', option: `xfrm.${option}` }
    expect(() => encodeLink({ kind: 'xfrm', xfrm })).toThrow(expect.objectContaining(refused))
  })

  it.each([
    ['interfaceId', { interfaceId: 0 }, { interfaceId: 5 }],
    ['interfaceId', { interfaceId: 7 }, { interfaceId: 0, collectMetadata: true }],
    ['link', { link: 9 }, { interfaceId: 5, link: 1 }],
  ])('refuses %s in the change %j', (option, xfrm, now) => {
    const refused = { code: 'ERR_INVALID_ARG_VALUE', option: `xfrm.${option}` }
    expect(() => encodeLink({ xfrm }, 'change', now)).toThrow(expect.objectContaining(refused))
  })
})
