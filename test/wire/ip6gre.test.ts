import { describe, expect, it } from 'vitest'
import { decodeNewLink, encodeLink, lines, newLink } from '../support/wire.ts'

const ENDS = { local: '2001:db8::1', remote: '2001:db8::2' }
const OFF = { checksum: false, key: false, sequence: false }
const FLAGS_OFF = {
  ignoreEncapLimit: false,
  inheritTrafficClass: false,
  inheritFlowLabel: false,
  mobileIpv6: false,
  copyDscp: false,
  inheritFwmark: false,
  allowLocalRemote: false,
  canTransmit: false,
  canReceive: false,
  perPacket: false,
}

describe('ip6gre on the wire', () => {
  it('sends what ip sends for a tunnel with everything', () => {
    const ip6gre = {
      inputKey: 5,
      outputKey: 6,
      inputFlags: { checksum: true, key: true },
      outputFlags: { key: true, sequence: true },
      ...ENDS,
      link: 1,
      hopLimit: 9,
      encapLimit: 3,
      flowInfo: { trafficClass: 0x10, flowLabel: 0x12345 },
      flags: { copyDscp: true, allowLocalRemote: true },
      fwmark: 9,
      encapsulation: 'gue',
      encapsulationFlags: { checksum: true, checksum6: true, remoteChecksum: true },
      encapsulationSourcePort: 1000,
      encapsulationPort: 5555,
    }
    // Without IFLA_GRE_ERSPAN_VER, which ip sends for every kind and only ip6erspan reads.
    const bytes = newLink(`
      08 00 03 00  67 36 31 00   # IFLA_IFNAME = "g61"
      ac 00 12 80   # IFLA_LINKINFO
        0b 00 01 00  69 70 36 67 72 65 00 00   # IFLA_INFO_KIND = "ip6gre"
        9c 00 02 80   # IFLA_INFO_DATA
          08 00 04 00  00 00 00 05   # IFLA_GRE_IKEY = 5, network order
          08 00 05 00  00 00 00 06   # IFLA_GRE_OKEY = 6, network order
          06 00 02 00  a0 00 00 00   # IFLA_GRE_IFLAGS = 0xa000, network order
          06 00 03 00  30 00 00 00   # IFLA_GRE_OFLAGS = 0x3000, network order
          14 00 06 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01   # IFLA_GRE_LOCAL = 2001:db8::1
          14 00 07 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02   # IFLA_GRE_REMOTE = 2001:db8::2
          08 00 01 00  01 00 00 00   # IFLA_GRE_LINK = 1
          05 00 08 00  09 00 00 00   # IFLA_GRE_TTL = 9
          05 00 0b 00  03 00 00 00   # IFLA_GRE_ENCAP_LIMIT = 3
          08 00 0c 00  01 01 23 45   # IFLA_GRE_FLOWINFO = 0x01012345, network order
          08 00 0d 00  50 00 00 00   # IFLA_GRE_FLAGS = 0x50
          08 00 14 00  09 00 00 00   # IFLA_GRE_FWMARK = 9
          06 00 0e 00  02 00 00 00   # IFLA_GRE_ENCAP_TYPE = 2
          06 00 0f 00  07 00 00 00   # IFLA_GRE_ENCAP_FLAGS = 7
          06 00 10 00  03 e8 00 00   # IFLA_GRE_ENCAP_SPORT = 1000, network order
          06 00 11 00  15 b3 00 00   # IFLA_GRE_ENCAP_DPORT = 5555, network order`)
    expect(lines(encodeLink({ name: 'g61', kind: 'ip6gre', ip6gre }))).toEqual(lines(bytes))
  })

  it('sends what ip sends for an external tunnel', () => {
    const bytes = newLink(`
      08 00 03 00  67 36 32 00   # IFLA_IFNAME = "g62"
      18 00 12 80   # IFLA_LINKINFO
        0b 00 01 00  69 70 36 67 72 65 00 00   # IFLA_INFO_KIND = "ip6gre"
        08 00 02 80   # IFLA_INFO_DATA
          04 00 12 00   # IFLA_GRE_COLLECT_METADATA`)
    expect(lines(encodeLink({ name: 'g62', kind: 'ip6gre', ip6gre: { collectMetadata: true } }))).toEqual(lines(bytes))
  })

  it('reads what Linux 6.12 reports of a tunnel with everything', () => {
    const bytes = newLink(`
      08 00 03 00  67 36 31 00   # IFLA_IFNAME = "g61"
      ac 00 12 00   # IFLA_LINKINFO
        0b 00 01 00  69 70 36 67 72 65 00 00   # IFLA_INFO_KIND = "ip6gre"
        9c 00 02 00   # IFLA_INFO_DATA
          08 00 01 00  02 00 00 00   # IFLA_GRE_LINK = 2
          06 00 02 00  a0 00 00 00   # IFLA_GRE_IFLAGS = 0xa000, network order
          06 00 03 00  30 00 00 00   # IFLA_GRE_OFLAGS = 0x3000, network order
          08 00 04 00  00 00 00 05   # IFLA_GRE_IKEY = 5, network order
          08 00 05 00  00 00 00 06   # IFLA_GRE_OKEY = 6, network order
          14 00 06 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01   # IFLA_GRE_LOCAL = 2001:db8::1
          14 00 07 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02   # IFLA_GRE_REMOTE = 2001:db8::2
          05 00 08 00  09 00 00 00   # IFLA_GRE_TTL = 9
          05 00 0b 00  03 00 00 00   # IFLA_GRE_ENCAP_LIMIT = 3
          08 00 0c 00  01 01 23 45   # IFLA_GRE_FLOWINFO = 0x01012345, network order
          08 00 0d 00  50 00 03 00   # IFLA_GRE_FLAGS = 0x30050
          08 00 14 00  09 00 00 00   # IFLA_GRE_FWMARK = 9
          06 00 0e 00  02 00 00 00   # IFLA_GRE_ENCAP_TYPE = 2
          06 00 10 00  03 e8 00 00   # IFLA_GRE_ENCAP_SPORT = 1000, network order
          06 00 11 00  15 b3 00 00   # IFLA_GRE_ENCAP_DPORT = 5555, network order
          06 00 0f 00  07 00 00 00   # IFLA_GRE_ENCAP_FLAGS = 7`)
    expect(decodeNewLink(bytes)).toHaveProperty('ip6gre', {
      link: 2,
      inputFlags: { ...OFF, checksum: true, key: true },
      outputFlags: { ...OFF, key: true, sequence: true },
      inputKey: 5,
      outputKey: 6,
      ...ENDS,
      hopLimit: 9,
      encapLimit: 3,
      flowInfo: { trafficClass: 0x10, flowLabel: 0x12345 },
      flags: { ...FLAGS_OFF, copyDscp: true, allowLocalRemote: true, canTransmit: true, canReceive: true },
      fwmark: 9,
      encapsulation: 'gue',
      encapsulationSourcePort: 1000,
      encapsulationPort: 5555,
      encapsulationFlags: { checksum: true, checksum6: true, remoteChecksum: true },
    })
  })

  it('reads what Linux 6.12 reports of an external tunnel', () => {
    const bytes = newLink(`
      08 00 03 00  67 36 32 00   # IFLA_IFNAME = "g62"
      b0 00 12 00   # IFLA_LINKINFO
        0b 00 01 00  69 70 36 67 72 65 00 00   # IFLA_INFO_KIND = "ip6gre"
        a0 00 02 00   # IFLA_INFO_DATA
          08 00 01 00  00 00 00 00   # IFLA_GRE_LINK = 0
          06 00 02 00  00 00 00 00   # IFLA_GRE_IFLAGS = 0x0000, network order
          06 00 03 00  00 00 00 00   # IFLA_GRE_OFLAGS = 0x0000, network order
          08 00 04 00  00 00 00 00   # IFLA_GRE_IKEY = 0, network order
          08 00 05 00  00 00 00 00   # IFLA_GRE_OKEY = 0, network order
          14 00 06 00  00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00   # IFLA_GRE_LOCAL = ::
          14 00 07 00  00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00   # IFLA_GRE_REMOTE = ::
          05 00 08 00  00 00 00 00   # IFLA_GRE_TTL = 0
          05 00 0b 00  00 00 00 00   # IFLA_GRE_ENCAP_LIMIT = 0
          08 00 0c 00  00 00 00 00   # IFLA_GRE_FLOWINFO = 0x00000000, network order
          08 00 0d 00  00 00 04 00   # IFLA_GRE_FLAGS = 0x40000
          08 00 14 00  00 00 00 00   # IFLA_GRE_FWMARK = 0
          06 00 0e 00  00 00 00 00   # IFLA_GRE_ENCAP_TYPE = 0
          06 00 10 00  00 00 00 00   # IFLA_GRE_ENCAP_SPORT = 0, network order
          06 00 11 00  00 00 00 00   # IFLA_GRE_ENCAP_DPORT = 0, network order
          06 00 0f 00  00 00 00 00   # IFLA_GRE_ENCAP_FLAGS = 0
          04 00 12 00   # IFLA_GRE_COLLECT_METADATA`)
    expect(decodeNewLink(bytes)).toMatchObject({
      ip6gre: { collectMetadata: true, hopLimit: 'inherit', encapLimit: 0, flags: { ...FLAGS_OFF, perPacket: true } },
    })
    expect(decodeNewLink(bytes)).not.toHaveProperty('ip6gre.remote')
  })

  it.each([
    { ip6gre: { flowInfo: { flowLabel: 0x10_0000 } }, option: 'ip6gre.flowInfo.flowLabel', code: 'ERR_OUT_OF_RANGE' },
    { ip6gre: { flowInfo: { trafficClass: 256 } }, option: 'ip6gre.flowInfo.trafficClass', code: 'ERR_OUT_OF_RANGE' },
    { ip6gre: { flowInfo: { label: 5 } }, option: 'ip6gre.flowInfo.label', code: 'ERR_UNKNOWN_OPTION' },
    { ip6gre: { flowInfo: 5 }, option: 'ip6gre.flowInfo', code: 'ERR_INVALID_ARG_TYPE' },
    { ip6gre: { remote: '192.0.2.1' }, option: 'ip6gre.remote', code: 'ERR_INVALID_ARG_TYPE' },
  ])('names the wrong option in $ip6gre', ({ ip6gre, option, code }) => {
    expect(() => encodeLink({ kind: 'ip6gre', ip6gre })).toThrow(expect.objectContaining({ option, code }))
  })
})
