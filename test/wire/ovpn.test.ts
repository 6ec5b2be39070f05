import { describe, expect, it } from 'vitest'
import { decodeNewLink, encodeLink, given, lines, newLink } from '../support/wire.ts'

/** By hand, after <linux/if_link.h> of Linux 6.16: `ip` 6.1 does not know the kind. */
describe('ovpn on the wire', () => {
  it('sends the mode in 8 bits', () => {
    const bytes = newLink(`
      09 00 03 00  74 75 6e 30 00 00 00 00   # IFLA_IFNAME = "tun0"
      1c 00 12 80   # IFLA_LINKINFO
        09 00 01 00  6f 76 70 6e 00 00 00 00   # IFLA_INFO_KIND = "ovpn"
        0c 00 02 80   # IFLA_INFO_DATA
          05 00 01 00  01 00 00 00   # IFLA_OVPN_MODE = 1`)
    expect(lines(encodeLink({ name: 'tun0', kind: 'ovpn', ovpn: { mode: 'mp' } }))).toEqual(lines(bytes))
  })

  it('reads the mode', () => {
    const bytes = newLink(`
      1c 00 12 00   # IFLA_LINKINFO
        09 00 01 00  6f 76 70 6e 00 00 00 00   # IFLA_INFO_KIND = "ovpn"
        0c 00 02 00   # IFLA_INFO_DATA
          05 00 01 00  00 00 00 00   # IFLA_OVPN_MODE = 0`)
    expect(given(decodeNewLink(bytes))).toMatchObject({ kind: 'ovpn', ovpn: { mode: 'p2p' } })
  })

  it('does not change the mode later', () => {
    expect(() => encodeLink({ ovpn: { mode: 'mp' } }, 'change')).toThrow('can only be given on creation')
  })
})
