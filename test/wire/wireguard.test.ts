import { describe, expect, it } from 'vitest'
import { decodeNewLink, encodeLink, lines, newLink } from '../support/wire.ts'

const BYTES = `
      08 00 03 00  77 67 30 00   # IFLA_IFNAME = "wg0"
      14 00 12 80   # IFLA_LINKINFO
        0e 00 01 00  77 69 72 65 67 75 61 72 64 00 00 00   # IFLA_INFO_KIND = "wireguard"`

describe('wireguard on the wire', () => {
  it('sends what ip sends', () => {
    expect(lines(encodeLink({ name: 'wg0', kind: 'wireguard' }))).toEqual(lines(newLink(BYTES)))
  })

  it('reads what Linux 6.12 reports', () => {
    expect(decodeNewLink(newLink(BYTES))).toMatchObject({ name: 'wg0', kind: 'wireguard', wireguard: {} })
  })

  it('has no options of its own', () => {
    const refused = { code: 'ERR_UNKNOWN_OPTION', option: 'wireguard.privateKey' }
    expect(() => encodeLink({ kind: 'wireguard', wireguard: { privateKey: 'x' } })).toThrow(expect.objectContaining(refused))
  })
})
