import { describe, expect, it } from 'vitest'
import { decodeNewLink, encodeLink, lines, newLink } from '../support/wire.ts'

const ENDS = { local: '192.0.2.1', remote: '192.0.2.2' }
const BOTH = { inputFlags: { checksum: true, key: true }, outputFlags: { checksum: true, key: true } }
const FOU = {
  encapsulation: 'fou',
  encapsulationFlags: { checksum6: true },
  encapsulationSourcePort: 'auto',
  encapsulationPort: 5555,
}

describe('gretap on the wire', () => {
  it('sends what ip sends', () => {
    const gretap = {
      inputKey: 7,
      outputKey: 7,
      ...BOTH,
      ...ENDS,
      pmtuDiscovery: true,
      tos: 0x10,
      ttl: 'inherit',
      fwmark: 0,
      ...FOU,
    }
    const bytes = newLink(`
      08 00 03 00  67 74 31 00   # IFLA_IFNAME = "gt1"
      84 00 12 80   # IFLA_LINKINFO
        0b 00 01 00  67 72 65 74 61 70 00 00   # IFLA_INFO_KIND = "gretap"
        74 00 02 80   # IFLA_INFO_DATA
          08 00 04 00  00 00 00 07   # IFLA_GRE_IKEY = 7, network order
          08 00 05 00  00 00 00 07   # IFLA_GRE_OKEY = 7, network order
          06 00 02 00  a0 00 00 00   # IFLA_GRE_IFLAGS = 0xa000, network order
          06 00 03 00  a0 00 00 00   # IFLA_GRE_OFLAGS = 0xa000, network order
          08 00 06 00  c0 00 02 01   # IFLA_GRE_LOCAL = 192.0.2.1
          08 00 07 00  c0 00 02 02   # IFLA_GRE_REMOTE = 192.0.2.2
          05 00 0a 00  01 00 00 00   # IFLA_GRE_PMTUDISC = 1
          05 00 09 00  10 00 00 00   # IFLA_GRE_TOS = 16
          05 00 08 00  00 00 00 00   # IFLA_GRE_TTL = 0
          08 00 14 00  00 00 00 00   # IFLA_GRE_FWMARK = 0
          06 00 0e 00  01 00 00 00   # IFLA_GRE_ENCAP_TYPE = 1
          06 00 0f 00  02 00 00 00   # IFLA_GRE_ENCAP_FLAGS = 2
          06 00 10 00  00 00 00 00   # IFLA_GRE_ENCAP_SPORT = 0, network order
          06 00 11 00  15 b3 00 00   # IFLA_GRE_ENCAP_DPORT = 5555, network order`)
    expect(lines(encodeLink({ name: 'gt1', kind: 'gretap', gretap }))).toEqual(lines(bytes))
  })

  it('sends the link that it goes out of, and what ignores the bit that forbids fragments', () => {
    const bytes = newLink(`
      08 00 03 00  67 74 31 00   # IFLA_IFNAME = "gt1"
      3c 00 12 80   # IFLA_LINKINFO
        0b 00 01 00  67 72 65 74 61 70 00 00   # IFLA_INFO_KIND = "gretap"
        2c 00 02 80   # IFLA_INFO_DATA
          08 00 06 00  c0 00 02 01   # IFLA_GRE_LOCAL = 192.0.2.1
          08 00 07 00  c0 00 02 02   # IFLA_GRE_REMOTE = 192.0.2.2
          08 00 01 00  02 00 00 00   # IFLA_GRE_LINK = 2
          05 00 0a 00  00 00 00 00   # IFLA_GRE_PMTUDISC = 0
          05 00 13 00  01 00 00 00   # IFLA_GRE_IGNORE_DF = 1`)
    expect(
      lines(encodeLink({ name: 'gt1', kind: 'gretap', gretap: { ...ENDS, link: 2, pmtuDiscovery: false, ignoreDf: true } })),
    ).toEqual(lines(bytes))
  })

  it('sends that each packet says where it goes', () => {
    const bytes = newLink(`
      08 00 03 00  67 74 31 00   # IFLA_IFNAME = "gt1"
      18 00 12 80   # IFLA_LINKINFO
        0b 00 01 00  67 72 65 74 61 70 00 00   # IFLA_INFO_KIND = "gretap"
        08 00 02 80   # IFLA_INFO_DATA
          04 00 12 00   # IFLA_GRE_COLLECT_METADATA`)
    expect(lines(encodeLink({ name: 'gt1', kind: 'gretap', gretap: { collectMetadata: true } }))).toEqual(lines(bytes))
  })

  it('reads what Linux 6.12 reports', () => {
    const bytes = newLink(`
      08 00 03 00  67 74 31 00   # IFLA_IFNAME = "gt1"
      94 00 12 00   # IFLA_LINKINFO
        0b 00 01 00  67 72 65 74 61 70 00 00   # IFLA_INFO_KIND = "gretap"
        84 00 02 00   # IFLA_INFO_DATA
          08 00 01 00  00 00 00 00   # IFLA_GRE_LINK = 0
          06 00 02 00  a0 00 00 00   # IFLA_GRE_IFLAGS = 0xa000, network order
          06 00 03 00  a0 00 00 00   # IFLA_GRE_OFLAGS = 0xa000, network order
          08 00 04 00  00 00 00 07   # IFLA_GRE_IKEY = 7, network order
          08 00 05 00  00 00 00 07   # IFLA_GRE_OKEY = 7, network order
          08 00 06 00  c0 00 02 01   # IFLA_GRE_LOCAL = 192.0.2.1
          08 00 07 00  c0 00 02 02   # IFLA_GRE_REMOTE = 192.0.2.2
          05 00 08 00  09 00 00 00   # IFLA_GRE_TTL = 9
          05 00 09 00  10 00 00 00   # IFLA_GRE_TOS = 16
          05 00 0a 00  01 00 00 00   # IFLA_GRE_PMTUDISC = 1
          08 00 14 00  00 00 00 00   # IFLA_GRE_FWMARK = 0
          06 00 0e 00  01 00 00 00   # IFLA_GRE_ENCAP_TYPE = 1
          06 00 10 00  00 00 00 00   # IFLA_GRE_ENCAP_SPORT = 0, network order
          06 00 11 00  15 b3 00 00   # IFLA_GRE_ENCAP_DPORT = 5555, network order
          06 00 0f 00  02 00 00 00   # IFLA_GRE_ENCAP_FLAGS = 2
          05 00 13 00  00 00 00 00   # IFLA_GRE_IGNORE_DF = 0`)
    expect(decodeNewLink(bytes)).toHaveProperty('gretap', {
      inputFlags: { checksum: true, key: true, sequence: false },
      outputFlags: { checksum: true, key: true, sequence: false },
      inputKey: 7,
      outputKey: 7,
      ...ENDS,
      ttl: 9,
      tos: 16,
      pmtuDiscovery: true,
      fwmark: 0,
      ...FOU,
      encapsulationFlags: { checksum: false, checksum6: true, remoteChecksum: false },
      ignoreDf: false,
    })
  })

  it.each([null, '0.0.0.0'])('refuses %j as the other end', remote => {
    const refused = { code: 'ERR_INVALID_ARG_VALUE', option: 'gretap.remote' }
    expect(() => encodeLink({ kind: 'gretap', gretap: { remote } })).toThrow(expect.objectContaining(refused))
  })
})
