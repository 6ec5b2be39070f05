import { describe, expect, it } from 'vitest'
import { decodeNewLink, encodeLink, lines, newLink } from '../support/wire.ts'

describe('sit on the wire', () => {
  it('sends what ip sends for an ISATAP tunnel', () => {
    const sit = {
      mode: 'ip6ip',
      local: '192.0.2.1',
      pmtuDiscovery: true,
      tos: 0x10,
      ttl: 64,
      link: 1,
      fwmark: 9,
      encapsulation: 'fou',
      encapsulationFlags: { checksum6: true },
      encapsulationSourcePort: 'auto',
      encapsulationPort: 5555,
      flags: { isatap: true },
    }
    const bytes = newLink(`
      08 00 03 00  73 74 31 00   # IFLA_IFNAME = "st1"
      70 00 12 80   # IFLA_LINKINFO
        08 00 01 00  73 69 74 00   # IFLA_INFO_KIND = "sit"
        64 00 02 80   # IFLA_INFO_DATA
          05 00 09 00  29 00 00 00   # IFLA_IPTUN_PROTO = 41
          08 00 02 00  c0 00 02 01   # IFLA_IPTUN_LOCAL = 192.0.2.1
          05 00 0a 00  01 00 00 00   # IFLA_IPTUN_PMTUDISC = 1
          05 00 05 00  10 00 00 00   # IFLA_IPTUN_TOS = 16
          05 00 04 00  40 00 00 00   # IFLA_IPTUN_TTL = 64
          08 00 01 00  01 00 00 00   # IFLA_IPTUN_LINK = 1
          08 00 14 00  09 00 00 00   # IFLA_IPTUN_FWMARK = 9
          06 00 0f 00  01 00 00 00   # IFLA_IPTUN_ENCAP_TYPE = 1
          06 00 10 00  02 00 00 00   # IFLA_IPTUN_ENCAP_FLAGS = 2
          06 00 11 00  00 00 00 00   # IFLA_IPTUN_ENCAP_SPORT = 0, network order
          06 00 12 00  15 b3 00 00   # IFLA_IPTUN_ENCAP_DPORT = 5555, network order
          06 00 08 00  01 00 00 00   # IFLA_IPTUN_FLAGS = 0x1`)
    expect(lines(encodeLink({ name: 'st1', kind: 'sit', sit }))).toEqual(lines(bytes))
  })

  it('sends both of its ends', () => {
    const bytes = newLink(`
      08 00 03 00  73 74 33 00   # IFLA_IFNAME = "st3"
      20 00 12 80   # IFLA_LINKINFO
        08 00 01 00  73 69 74 00   # IFLA_INFO_KIND = "sit"
        14 00 02 80   # IFLA_INFO_DATA
          08 00 02 00  c0 00 02 01   # IFLA_IPTUN_LOCAL = 192.0.2.1
          08 00 03 00  c0 00 02 02   # IFLA_IPTUN_REMOTE = 192.0.2.2`)
    expect(lines(encodeLink({ name: 'st3', kind: 'sit', sit: { local: '192.0.2.1', remote: '192.0.2.2' } }))).toEqual(
      lines(bytes),
    )
  })

  it('sends what ip sends for 6rd', () => {
    const sit = {
      mode: 'any',
      local: '192.0.2.1',
      pmtuDiscovery: true,
      tos: 0,
      ttl: 'inherit',
      link: null,
      fwmark: 0,
      encapsulation: 'none',
      encapsulationFlags: {},
      encapsulationSourcePort: 'auto',
      encapsulationPort: 0,
      flags: {},
      sixRdPrefix: '2001:db8::/32',
      sixRdRelayPrefix: '10.0.0.0/8',
    }
    const bytes = newLink(`
      08 00 03 00  73 74 32 00   # IFLA_IFNAME = "st2"
      9c 00 12 80   # IFLA_LINKINFO
        08 00 01 00  73 69 74 00   # IFLA_INFO_KIND = "sit"
        90 00 02 80   # IFLA_INFO_DATA
          05 00 09 00  00 00 00 00   # IFLA_IPTUN_PROTO = 0
          08 00 02 00  c0 00 02 01   # IFLA_IPTUN_LOCAL = 192.0.2.1
          05 00 0a 00  01 00 00 00   # IFLA_IPTUN_PMTUDISC = 1
          05 00 05 00  00 00 00 00   # IFLA_IPTUN_TOS = 0
          05 00 04 00  00 00 00 00   # IFLA_IPTUN_TTL = 0
          08 00 01 00  00 00 00 00   # IFLA_IPTUN_LINK = 0
          08 00 14 00  00 00 00 00   # IFLA_IPTUN_FWMARK = 0
          06 00 0f 00  00 00 00 00   # IFLA_IPTUN_ENCAP_TYPE = 0
          06 00 10 00  00 00 00 00   # IFLA_IPTUN_ENCAP_FLAGS = 0
          06 00 11 00  00 00 00 00   # IFLA_IPTUN_ENCAP_SPORT = 0, network order
          06 00 12 00  00 00 00 00   # IFLA_IPTUN_ENCAP_DPORT = 0, network order
          06 00 08 00  00 00 00 00   # IFLA_IPTUN_FLAGS = 0x0
          14 00 0b 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 00   # IFLA_IPTUN_6RD_PREFIX = 2001:db8::
          06 00 0d 00  20 00 00 00   # IFLA_IPTUN_6RD_PREFIXLEN = 32
          08 00 0c 00  0a 00 00 00   # IFLA_IPTUN_6RD_RELAY_PREFIX = 10.0.0.0
          06 00 0e 00  08 00 00 00   # IFLA_IPTUN_6RD_RELAY_PREFIXLEN = 8`)
    expect(lines(encodeLink({ name: 'st2', kind: 'sit', sit }))).toEqual(lines(bytes))
  })

  it('reads what Linux 6.12 reports of an ISATAP tunnel', () => {
    const bytes = newLink(`
      08 00 03 00  73 74 31 00   # IFLA_IFNAME = "st1"
      a4 00 12 00   # IFLA_LINKINFO
        08 00 01 00  73 69 74 00   # IFLA_INFO_KIND = "sit"
        98 00 02 00   # IFLA_INFO_DATA
          08 00 01 00  02 00 00 00   # IFLA_IPTUN_LINK = 2
          08 00 02 00  c0 00 02 01   # IFLA_IPTUN_LOCAL = 192.0.2.1
          08 00 03 00  00 00 00 00   # IFLA_IPTUN_REMOTE = 0.0.0.0
          05 00 04 00  40 00 00 00   # IFLA_IPTUN_TTL = 64
          05 00 05 00  10 00 00 00   # IFLA_IPTUN_TOS = 16
          05 00 0a 00  01 00 00 00   # IFLA_IPTUN_PMTUDISC = 1
          05 00 09 00  29 00 00 00   # IFLA_IPTUN_PROTO = 41
          06 00 08 00  01 00 00 00   # IFLA_IPTUN_FLAGS = 0x1
          08 00 14 00  09 00 00 00   # IFLA_IPTUN_FWMARK = 9
          14 00 0b 00  20 02 00 00 00 00 00 00 00 00 00 00 00 00 00 00   # IFLA_IPTUN_6RD_PREFIX = 2002::
          08 00 0c 00  00 00 00 00   # IFLA_IPTUN_6RD_RELAY_PREFIX = 0.0.0.0
          06 00 0d 00  10 00 00 00   # IFLA_IPTUN_6RD_PREFIXLEN = 16
          06 00 0e 00  00 00 00 00   # IFLA_IPTUN_6RD_RELAY_PREFIXLEN = 0
          06 00 0f 00  01 00 00 00   # IFLA_IPTUN_ENCAP_TYPE = 1
          06 00 11 00  00 00 00 00   # IFLA_IPTUN_ENCAP_SPORT = 0, network order
          06 00 12 00  15 b3 00 00   # IFLA_IPTUN_ENCAP_DPORT = 5555, network order
          06 00 10 00  02 00 00 00   # IFLA_IPTUN_ENCAP_FLAGS = 2`)
    expect(decodeNewLink(bytes)).toHaveProperty('sit', {
      link: 2,
      local: '192.0.2.1',
      ttl: 64,
      tos: 16,
      pmtuDiscovery: true,
      mode: 'ip6ip',
      flags: { isatap: true },
      fwmark: 9,
      sixRdPrefix: '2002::/16',
      sixRdRelayPrefix: '0.0.0.0/0',
      encapsulation: 'fou',
      encapsulationSourcePort: 'auto',
      encapsulationPort: 5555,
      encapsulationFlags: { checksum: false, checksum6: true, remoteChecksum: false },
    })
  })

  it('reads what Linux 6.12 reports of 6rd', () => {
    const bytes = newLink(`
      08 00 03 00  73 74 32 00   # IFLA_IFNAME = "st2"
      a4 00 12 00   # IFLA_LINKINFO
        08 00 01 00  73 69 74 00   # IFLA_INFO_KIND = "sit"
        98 00 02 00   # IFLA_INFO_DATA
          08 00 01 00  00 00 00 00   # IFLA_IPTUN_LINK = 0
          08 00 02 00  c0 00 02 01   # IFLA_IPTUN_LOCAL = 192.0.2.1
          08 00 03 00  00 00 00 00   # IFLA_IPTUN_REMOTE = 0.0.0.0
          05 00 04 00  00 00 00 00   # IFLA_IPTUN_TTL = 0
          05 00 05 00  00 00 00 00   # IFLA_IPTUN_TOS = 0
          05 00 0a 00  01 00 00 00   # IFLA_IPTUN_PMTUDISC = 1
          05 00 09 00  00 00 00 00   # IFLA_IPTUN_PROTO = 0
          06 00 08 00  00 00 00 00   # IFLA_IPTUN_FLAGS = 0x0
          08 00 14 00  00 00 00 00   # IFLA_IPTUN_FWMARK = 0
          14 00 0b 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 00   # IFLA_IPTUN_6RD_PREFIX = 2001:db8::
          08 00 0c 00  0a 00 00 00   # IFLA_IPTUN_6RD_RELAY_PREFIX = 10.0.0.0
          06 00 0d 00  20 00 00 00   # IFLA_IPTUN_6RD_PREFIXLEN = 32
          06 00 0e 00  08 00 00 00   # IFLA_IPTUN_6RD_RELAY_PREFIXLEN = 8
          06 00 0f 00  00 00 00 00   # IFLA_IPTUN_ENCAP_TYPE = 0
          06 00 11 00  00 00 00 00   # IFLA_IPTUN_ENCAP_SPORT = 0, network order
          06 00 12 00  00 00 00 00   # IFLA_IPTUN_ENCAP_DPORT = 0, network order
          06 00 10 00  00 00 00 00   # IFLA_IPTUN_ENCAP_FLAGS = 0`)
    const { sit } = decodeNewLink(bytes) as { sit?: object }
    expect(sit).toMatchObject({
      mode: 'any',
      ttl: 'inherit',
      flags: { isatap: false },
      sixRdPrefix: '2001:db8::/32',
      sixRdRelayPrefix: '10.0.0.0/8',
    })
    expect(sit).not.toHaveProperty('unknown')
  })

  it.each([
    { sit: { pmtuDiscovery: false }, option: 'sit.pmtuDiscovery' },
    { sit: { sixRdRelayPrefix: '10.0.0.0/8' }, option: 'sit.sixRdPrefix', code: 'ERR_MISSING_OPTION' },
    { sit: { sixRdPrefix: '2001:db8::/33' }, option: 'sit.sixRdPrefix' },
    { sit: { sixRdPrefix: '2001:db8::/41', sixRdRelayPrefix: '10.0.0.0/8' }, option: 'sit.sixRdPrefix' },
    { sit: { sixRdPrefix: '2001:db8::1/32' }, option: 'sit.sixRdPrefix' },
    { sit: { sixRdPrefix: '2001:db8::' }, option: 'sit.sixRdPrefix', code: 'ERR_INVALID_ARG_TYPE' },
    { sit: { sixRdPrefix: '10.0.0.0/8' }, option: 'sit.sixRdPrefix', code: 'ERR_INVALID_ARG_TYPE' },
  ])('names the option in $sit that the kernel would refuse without a word, or ignore', ({ sit, option, code }) => {
    const refused = { option, code: code ?? 'ERR_INVALID_ARG_VALUE' }
    expect(() => encodeLink({ kind: 'sit', sit })).toThrow(expect.objectContaining(refused))
  })

  it.each([{ sixRdPrefix: '2001:db8::/32' }, { sixRdPrefix: '2001:db8::/40', sixRdRelayPrefix: '10.0.0.0/8' }])(
    'takes %j, which fills the 64 bits',
    sit => {
      expect(encodeLink({ kind: 'sit', sit }).length).toBeGreaterThan(0)
    },
  )
})
