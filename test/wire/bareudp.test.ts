import { describe, expect, it } from 'vitest'
import { decodeNewLink, encodeLink, given, lines, newLink } from '../support/wire.ts'

describe('bareudp on the wire', () => {
  const bytes = newLink(`
      08 00 03 00  62 75 30 00   # IFLA_IFNAME = "bu0"
      30 00 12 80   # IFLA_LINKINFO
        0c 00 01 00  62 61 72 65 75 64 70 00   # IFLA_INFO_KIND = "bareudp"
        20 00 02 80   # IFLA_INFO_DATA
          06 00 01 00  19 eb 00 00   # IFLA_BAREUDP_PORT = 6635, network order
          06 00 02 00  88 47 00 00   # IFLA_BAREUDP_ETHERTYPE = 0x8847, network order
          06 00 03 00  88 13 00 00   # IFLA_BAREUDP_SRCPORT_MIN = 5000, host order
          04 00 04 00   # IFLA_BAREUDP_MULTIPROTO_MODE`)
  const bareudp = { port: 6635, etherType: 'mpls', sourcePortMin: 5000, multiProtocol: true }

  it('sends what ip sends', () => {
    expect(lines(encodeLink({ name: 'bu0', kind: 'bareudp', bareudp }))).toEqual(lines(bytes))
  })

  it('reads what Linux 6.12 reports', () => {
    expect(given(decodeNewLink(bytes))).toMatchObject({ kind: 'bareudp', bareudp })
  })

  it('reads an EtherType without a name as its number', () => {
    const other = newLink(`
      1c 00 12 00   # IFLA_LINKINFO
        0c 00 01 00  62 61 72 65 75 64 70 00   # IFLA_INFO_KIND = "bareudp"
        0c 00 02 00   # IFLA_INFO_DATA
          06 00 02 00  88 f7 00 00   # IFLA_BAREUDP_ETHERTYPE = 0x88f7, network order`)
    expect(decodeNewLink(other)).toMatchObject({ bareudp: { etherType: 0x88f7 } })
  })

  it.each(['port', 'etherType'])('misses %s', option => {
    const missing = { code: 'ERR_MISSING_OPTION', option: `bareudp.${option}` }
    expect(() => encodeLink({ kind: 'bareudp', bareudp: { port: 1, etherType: 'ipv4', [option]: undefined } })).toThrow(
      expect.objectContaining(missing),
    )
  })

  it.each(['ipv6', 'mplsMulticast', 0x88f7])('refuses two protocols with %j', etherType => {
    const refused = { code: 'ERR_INVALID_ARG_VALUE', option: 'bareudp.multiProtocol' }
    expect(() => encodeLink({ kind: 'bareudp', bareudp: { port: 1, etherType, multiProtocol: true } })).toThrow(
      expect.objectContaining(refused),
    )
  })
})
