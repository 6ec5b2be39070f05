import { describe, expect, it } from 'vitest'
import { decodeNewLink, encodeLink, lines, newLink } from '../support/wire.ts'

const ENDS = { local: '2001:db8::1', remote: '2001:db8::2' }

describe('ip6tnl on the wire', () => {
  it('sends what ip sends for a tunnel with everything', () => {
    const ip6tnl = {
      mode: 'ipip6',
      ...ENDS,
      hopLimit: 9,
      encapLimit: 3,
      flowInfo: { trafficClass: 0x10, flowLabel: 0x12345 },
      flags: { copyDscp: true, allowLocalRemote: true },
      link: 1,
      fwmark: 9,
      encapsulation: 'gue',
      encapsulationFlags: { checksum: true, checksum6: true, remoteChecksum: true },
      encapsulationSourcePort: 1000,
      encapsulationPort: 5555,
    }
    const bytes = newLink(`
      08 00 03 00  74 36 31 00   # IFLA_IFNAME = "t61"
      94 00 12 80   # IFLA_LINKINFO
        0b 00 01 00  69 70 36 74 6e 6c 00 00   # IFLA_INFO_KIND = "ip6tnl"
        84 00 02 80   # IFLA_INFO_DATA
          05 00 09 00  04 00 00 00   # IFLA_IPTUN_PROTO = 4
          14 00 02 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01   # IFLA_IPTUN_LOCAL = 2001:db8::1
          14 00 03 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02   # IFLA_IPTUN_REMOTE = 2001:db8::2
          05 00 04 00  09 00 00 00   # IFLA_IPTUN_TTL = 9
          05 00 06 00  03 00 00 00   # IFLA_IPTUN_ENCAP_LIMIT = 3
          08 00 07 00  01 01 23 45   # IFLA_IPTUN_FLOWINFO = 0x01012345, network order
          08 00 08 00  50 00 00 00   # IFLA_IPTUN_FLAGS = 0x50
          08 00 01 00  01 00 00 00   # IFLA_IPTUN_LINK = 1
          08 00 14 00  09 00 00 00   # IFLA_IPTUN_FWMARK = 9
          06 00 0f 00  02 00 00 00   # IFLA_IPTUN_ENCAP_TYPE = 2
          06 00 10 00  07 00 00 00   # IFLA_IPTUN_ENCAP_FLAGS = 7
          06 00 11 00  03 e8 00 00   # IFLA_IPTUN_ENCAP_SPORT = 1000, network order
          06 00 12 00  15 b3 00 00   # IFLA_IPTUN_ENCAP_DPORT = 5555, network order`)
    expect(lines(encodeLink({ name: 't61', kind: 'ip6tnl', ip6tnl }))).toEqual(lines(bytes))
  })

  it('sends what ip sends for an external tunnel', () => {
    const bytes = newLink(`
      08 00 03 00  74 36 32 00   # IFLA_IFNAME = "t62"
      20 00 12 80   # IFLA_LINKINFO
        0b 00 01 00  69 70 36 74 6e 6c 00 00   # IFLA_INFO_KIND = "ip6tnl"
        10 00 02 80   # IFLA_INFO_DATA
          05 00 09 00  00 00 00 00   # IFLA_IPTUN_PROTO = 0
          04 00 13 00   # IFLA_IPTUN_COLLECT_METADATA`)
    const ip6tnl = { mode: 'any', collectMetadata: true }
    expect(lines(encodeLink({ name: 't62', kind: 'ip6tnl', ip6tnl }))).toEqual(lines(bytes))
  })

  it('reads what Linux 6.12 reports of a tunnel with everything', () => {
    const bytes = newLink(`
      08 00 03 00  74 36 31 00   # IFLA_IFNAME = "t61"
      94 00 12 00   # IFLA_LINKINFO
        0b 00 01 00  69 70 36 74 6e 6c 00 00   # IFLA_INFO_KIND = "ip6tnl"
        84 00 02 00   # IFLA_INFO_DATA
          08 00 01 00  02 00 00 00   # IFLA_IPTUN_LINK = 2
          14 00 02 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01   # IFLA_IPTUN_LOCAL = 2001:db8::1
          14 00 03 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02   # IFLA_IPTUN_REMOTE = 2001:db8::2
          05 00 04 00  09 00 00 00   # IFLA_IPTUN_TTL = 9
          05 00 06 00  03 00 00 00   # IFLA_IPTUN_ENCAP_LIMIT = 3
          08 00 07 00  01 01 23 45   # IFLA_IPTUN_FLOWINFO = 0x01012345, network order
          08 00 08 00  50 00 03 00   # IFLA_IPTUN_FLAGS = 0x30050
          05 00 09 00  04 00 00 00   # IFLA_IPTUN_PROTO = 4
          08 00 14 00  09 00 00 00   # IFLA_IPTUN_FWMARK = 9
          06 00 0f 00  02 00 00 00   # IFLA_IPTUN_ENCAP_TYPE = 2
          06 00 11 00  03 e8 00 00   # IFLA_IPTUN_ENCAP_SPORT = 1000, network order
          06 00 12 00  15 b3 00 00   # IFLA_IPTUN_ENCAP_DPORT = 5555, network order
          06 00 10 00  07 00 00 00   # IFLA_IPTUN_ENCAP_FLAGS = 7`)
    expect(decodeNewLink(bytes)).toHaveProperty('ip6tnl', {
      link: 2,
      ...ENDS,
      hopLimit: 9,
      encapLimit: 3,
      flowInfo: { trafficClass: 0x10, flowLabel: 0x12345 },
      flags: {
        ignoreEncapLimit: false,
        inheritTrafficClass: false,
        inheritFlowLabel: false,
        mobileIpv6: false,
        copyDscp: true,
        inheritFwmark: false,
        allowLocalRemote: true,
        canTransmit: true,
        canReceive: true,
        perPacket: false,
      },
      mode: 'ipip6',
      fwmark: 9,
      encapsulation: 'gue',
      encapsulationSourcePort: 1000,
      encapsulationPort: 5555,
      encapsulationFlags: { checksum: true, checksum6: true, remoteChecksum: true },
    })
  })

  it('reads what Linux 6.12 reports of an external tunnel', () => {
    const bytes = newLink(`
      08 00 03 00  74 36 32 00   # IFLA_IFNAME = "t62"
      98 00 12 00   # IFLA_LINKINFO
        0b 00 01 00  69 70 36 74 6e 6c 00 00   # IFLA_INFO_KIND = "ip6tnl"
        88 00 02 00   # IFLA_INFO_DATA
          08 00 01 00  00 00 00 00   # IFLA_IPTUN_LINK = 0
          14 00 02 00  00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00   # IFLA_IPTUN_LOCAL = ::
          14 00 03 00  00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00   # IFLA_IPTUN_REMOTE = ::
          05 00 04 00  00 00 00 00   # IFLA_IPTUN_TTL = 0
          05 00 06 00  00 00 00 00   # IFLA_IPTUN_ENCAP_LIMIT = 0
          08 00 07 00  00 00 00 00   # IFLA_IPTUN_FLOWINFO = 0x00000000, network order
          08 00 08 00  00 00 04 00   # IFLA_IPTUN_FLAGS = 0x40000
          05 00 09 00  00 00 00 00   # IFLA_IPTUN_PROTO = 0
          08 00 14 00  00 00 00 00   # IFLA_IPTUN_FWMARK = 0
          06 00 0f 00  00 00 00 00   # IFLA_IPTUN_ENCAP_TYPE = 0
          06 00 11 00  00 00 00 00   # IFLA_IPTUN_ENCAP_SPORT = 0, network order
          06 00 12 00  00 00 00 00   # IFLA_IPTUN_ENCAP_DPORT = 0, network order
          06 00 10 00  00 00 00 00   # IFLA_IPTUN_ENCAP_FLAGS = 0
          04 00 13 00   # IFLA_IPTUN_COLLECT_METADATA`)
    const { ip6tnl } = decodeNewLink(bytes) as { ip6tnl?: object }
    expect(ip6tnl).toMatchObject({ mode: 'any', collectMetadata: true, flags: { perPacket: true, canTransmit: false } })
    for (const none of ['link', 'local', 'remote', 'unknown']) expect(ip6tnl).not.toHaveProperty(none)
  })

  it('keeps bits of the flags that it does not know, and sends them back', () => {
    const { ip6tnl } = decodeNewLink(
      newLink(`
      1c 00 12 00   # IFLA_LINKINFO
        0b 00 01 00  69 70 36 74 6e 6c 00 00   # IFLA_INFO_KIND = "ip6tnl"
        0c 00 02 00   # IFLA_INFO_DATA
          08 00 08 00  10 00 00 80   # IFLA_IPTUN_FLAGS = copyDscp and bit 31`),
    ) as { ip6tnl?: { flags?: { unknown?: number } } }
    expect(ip6tnl?.flags?.unknown).toBe(0x8000_0000)
    const bytes = newLink(`
      1c 00 12 80   # IFLA_LINKINFO
        0b 00 01 00  69 70 36 74 6e 6c 00 00   # IFLA_INFO_KIND = "ip6tnl"
        0c 00 02 80   # IFLA_INFO_DATA
          08 00 08 00  10 00 00 80   # IFLA_IPTUN_FLAGS = copyDscp and bit 31`)
    expect(lines(encodeLink({ kind: 'ip6tnl', ip6tnl: { flags: ip6tnl?.flags } }))).toEqual(lines(bytes))
  })
})
