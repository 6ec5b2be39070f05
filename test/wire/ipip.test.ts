import { describe, expect, it } from 'vitest'
import { decodeNewLink, encodeLink, lines, newLink } from '../support/wire.ts'

const ENDS = { local: '192.0.2.1', remote: '192.0.2.2' }

describe('ipip on the wire', () => {
  it('sends what ip sends for a tunnel with everything', () => {
    const ipip = {
      mode: 'mplsip',
      ...ENDS,
      pmtuDiscovery: false,
      tos: 'inherit',
      ttl: 'inherit',
      link: 1,
      fwmark: 9,
      encapsulation: 'gue',
      encapsulationFlags: { checksum: true, remoteChecksum: true },
      encapsulationSourcePort: 1000,
      encapsulationPort: 5555,
    }
    const bytes = newLink(`
      08 00 03 00  69 70 31 00   # IFLA_IFNAME = "ip1"
      74 00 12 80   # IFLA_LINKINFO
        09 00 01 00  69 70 69 70 00 00 00 00   # IFLA_INFO_KIND = "ipip"
        64 00 02 80   # IFLA_INFO_DATA
          05 00 09 00  89 00 00 00   # IFLA_IPTUN_PROTO = 137
          08 00 02 00  c0 00 02 01   # IFLA_IPTUN_LOCAL = 192.0.2.1
          08 00 03 00  c0 00 02 02   # IFLA_IPTUN_REMOTE = 192.0.2.2
          05 00 0a 00  00 00 00 00   # IFLA_IPTUN_PMTUDISC = 0
          05 00 05 00  01 00 00 00   # IFLA_IPTUN_TOS = 1
          05 00 04 00  00 00 00 00   # IFLA_IPTUN_TTL = 0
          08 00 01 00  01 00 00 00   # IFLA_IPTUN_LINK = 1
          08 00 14 00  09 00 00 00   # IFLA_IPTUN_FWMARK = 9
          06 00 0f 00  02 00 00 00   # IFLA_IPTUN_ENCAP_TYPE = 2
          06 00 10 00  05 00 00 00   # IFLA_IPTUN_ENCAP_FLAGS = 5
          06 00 11 00  03 e8 00 00   # IFLA_IPTUN_ENCAP_SPORT = 1000, network order
          06 00 12 00  15 b3 00 00   # IFLA_IPTUN_ENCAP_DPORT = 5555, network order`)
    expect(lines(encodeLink({ name: 'ip1', kind: 'ipip', ipip }))).toEqual(lines(bytes))
  })

  it('sends what ip sends for an external tunnel', () => {
    const bytes = newLink(`
      08 00 03 00  69 70 32 00   # IFLA_IFNAME = "ip2"
      20 00 12 80   # IFLA_LINKINFO
        09 00 01 00  69 70 69 70 00 00 00 00   # IFLA_INFO_KIND = "ipip"
        10 00 02 80   # IFLA_INFO_DATA
          05 00 09 00  00 00 00 00   # IFLA_IPTUN_PROTO = 0
          04 00 13 00   # IFLA_IPTUN_COLLECT_METADATA`)
    const ipip = { mode: 'any', collectMetadata: true }
    expect(lines(encodeLink({ name: 'ip2', kind: 'ipip', ipip }))).toEqual(lines(bytes))
  })

  it('reads what Linux 6.12 reports of a tunnel with everything', () => {
    const bytes = newLink(`
      08 00 03 00  69 70 31 00   # IFLA_IFNAME = "ip1"
      74 00 12 00   # IFLA_LINKINFO
        09 00 01 00  69 70 69 70 00 00 00 00   # IFLA_INFO_KIND = "ipip"
        64 00 02 00   # IFLA_INFO_DATA
          08 00 01 00  02 00 00 00   # IFLA_IPTUN_LINK = 2
          08 00 02 00  c0 00 02 01   # IFLA_IPTUN_LOCAL = 192.0.2.1
          08 00 03 00  c0 00 02 02   # IFLA_IPTUN_REMOTE = 192.0.2.2
          05 00 04 00  00 00 00 00   # IFLA_IPTUN_TTL = 0
          05 00 05 00  01 00 00 00   # IFLA_IPTUN_TOS = 1
          05 00 09 00  89 00 00 00   # IFLA_IPTUN_PROTO = 137
          05 00 0a 00  00 00 00 00   # IFLA_IPTUN_PMTUDISC = 0
          08 00 14 00  09 00 00 00   # IFLA_IPTUN_FWMARK = 9
          06 00 0f 00  02 00 00 00   # IFLA_IPTUN_ENCAP_TYPE = 2
          06 00 11 00  03 e8 00 00   # IFLA_IPTUN_ENCAP_SPORT = 1000, network order
          06 00 12 00  15 b3 00 00   # IFLA_IPTUN_ENCAP_DPORT = 5555, network order
          06 00 10 00  05 00 00 00   # IFLA_IPTUN_ENCAP_FLAGS = 5`)
    expect(decodeNewLink(bytes)).toHaveProperty('ipip', {
      link: 2,
      ...ENDS,
      ttl: 'inherit',
      tos: 'inherit',
      mode: 'mplsip',
      pmtuDiscovery: false,
      fwmark: 9,
      encapsulation: 'gue',
      encapsulationSourcePort: 1000,
      encapsulationPort: 5555,
      encapsulationFlags: { checksum: true, checksum6: false, remoteChecksum: true },
    })
  })

  it('reads what Linux 6.12 reports of an external tunnel', () => {
    const bytes = newLink(`
      08 00 03 00  69 70 32 00   # IFLA_IFNAME = "ip2"
      78 00 12 00   # IFLA_LINKINFO
        09 00 01 00  69 70 69 70 00 00 00 00   # IFLA_INFO_KIND = "ipip"
        68 00 02 00   # IFLA_INFO_DATA
          08 00 01 00  00 00 00 00   # IFLA_IPTUN_LINK = 0
          08 00 02 00  00 00 00 00   # IFLA_IPTUN_LOCAL = 0.0.0.0
          08 00 03 00  00 00 00 00   # IFLA_IPTUN_REMOTE = 0.0.0.0
          05 00 04 00  00 00 00 00   # IFLA_IPTUN_TTL = 0
          05 00 05 00  00 00 00 00   # IFLA_IPTUN_TOS = 0
          05 00 09 00  00 00 00 00   # IFLA_IPTUN_PROTO = 0
          05 00 0a 00  01 00 00 00   # IFLA_IPTUN_PMTUDISC = 1
          08 00 14 00  00 00 00 00   # IFLA_IPTUN_FWMARK = 0
          06 00 0f 00  00 00 00 00   # IFLA_IPTUN_ENCAP_TYPE = 0
          06 00 11 00  00 00 00 00   # IFLA_IPTUN_ENCAP_SPORT = 0, network order
          06 00 12 00  00 00 00 00   # IFLA_IPTUN_ENCAP_DPORT = 0, network order
          06 00 10 00  00 00 00 00   # IFLA_IPTUN_ENCAP_FLAGS = 0
          04 00 13 00   # IFLA_IPTUN_COLLECT_METADATA`)
    const { ipip } = decodeNewLink(bytes) as { ipip?: object }
    expect(ipip).toMatchObject({ mode: 'any', pmtuDiscovery: true, collectMetadata: true, encapsulation: 'none' })
    for (const none of ['link', 'local', 'remote', 'unknown']) expect(ipip).not.toHaveProperty(none)
  })

  it.each([
    { ipip: { pmtuDiscovery: false, ttl: 5 }, option: 'ipip.pmtuDiscovery' },
    { ipip: { encapsulation: 'gue' }, option: 'ipip.encapsulationPort', code: 'ERR_MISSING_OPTION' },
    { ipip: { mode: 'ip6ip' }, option: 'ipip.mode' },
  ])('names the option in $ipip that the kernel would refuse without a word, or ignore', ({ ipip, option, code }) => {
    const refused = { option, code: code ?? 'ERR_INVALID_ARG_VALUE' }
    expect(() => encodeLink({ kind: 'ipip', ipip })).toThrow(expect.objectContaining(refused))
  })
})
