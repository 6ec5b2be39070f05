import { describe, expect, it } from 'vitest'
import { decodeNewLink, encodeLink, lines, newLink } from '../support/wire.ts'

const ENDS = { local: '2001:db8::1', remote: '2001:db8::2' }
const INHERITING = { ignoreEncapLimit: true, inheritTrafficClass: true, inheritFlowLabel: true, inheritFwmark: true }

describe('ip6gretap on the wire', () => {
  it('sends what ip sends', () => {
    const ip6gretap = {
      inputKey: 7,
      outputKey: 7,
      inputFlags: { key: true },
      outputFlags: { key: true },
      ...ENDS,
      hopLimit: 64,
      encapLimit: 4,
      flowInfo: {},
      flags: INHERITING,
      fwmark: 0,
      encapsulation: 'none',
      encapsulationFlags: { checksum6: true },
      encapsulationSourcePort: 'auto',
      encapsulationPort: 0,
    }
    // Without IFLA_GRE_ERSPAN_VER, which ip sends for every kind and only ip6erspan reads.
    const bytes = newLink(`
      08 00 03 00  67 74 36 00   # IFLA_IFNAME = "gt6"
      a8 00 12 80   # IFLA_LINKINFO
        0e 00 01 00  69 70 36 67 72 65 74 61 70 00 00 00   # IFLA_INFO_KIND = "ip6gretap"
        94 00 02 80   # IFLA_INFO_DATA
          08 00 04 00  00 00 00 07   # IFLA_GRE_IKEY = 7, network order
          08 00 05 00  00 00 00 07   # IFLA_GRE_OKEY = 7, network order
          06 00 02 00  20 00 00 00   # IFLA_GRE_IFLAGS = 0x2000, network order
          06 00 03 00  20 00 00 00   # IFLA_GRE_OFLAGS = 0x2000, network order
          14 00 06 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01   # IFLA_GRE_LOCAL = 2001:db8::1
          14 00 07 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02   # IFLA_GRE_REMOTE = 2001:db8::2
          05 00 08 00  40 00 00 00   # IFLA_GRE_TTL = 64
          05 00 0b 00  04 00 00 00   # IFLA_GRE_ENCAP_LIMIT = 4
          08 00 0c 00  00 00 00 00   # IFLA_GRE_FLOWINFO = 0x00000000, network order
          08 00 0d 00  27 00 00 00   # IFLA_GRE_FLAGS = 0x27
          08 00 14 00  00 00 00 00   # IFLA_GRE_FWMARK = 0
          06 00 0e 00  00 00 00 00   # IFLA_GRE_ENCAP_TYPE = 0
          06 00 0f 00  02 00 00 00   # IFLA_GRE_ENCAP_FLAGS = 2
          06 00 10 00  00 00 00 00   # IFLA_GRE_ENCAP_SPORT = 0, network order
          06 00 11 00  00 00 00 00   # IFLA_GRE_ENCAP_DPORT = 0, network order`)
    expect(lines(encodeLink({ name: 'gt6', kind: 'ip6gretap', ip6gretap }))).toEqual(lines(bytes))
  })

  it('sends the link that it goes out of', () => {
    const bytes = newLink(`
      08 00 03 00  67 74 31 00   # IFLA_IFNAME = "gt1"
      48 00 12 80   # IFLA_LINKINFO
        0e 00 01 00  69 70 36 67 72 65 74 61 70 00 00 00   # IFLA_INFO_KIND = "ip6gretap"
        34 00 02 80   # IFLA_INFO_DATA
          14 00 06 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01   # IFLA_GRE_LOCAL = 2001:db8::1
          14 00 07 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02   # IFLA_GRE_REMOTE = 2001:db8::2
          08 00 01 00  02 00 00 00   # IFLA_GRE_LINK = 2`)
    expect(
      lines(encodeLink({ name: 'gt1', kind: 'ip6gretap', ip6gretap: { local: '2001:db8::1', remote: '2001:db8::2', link: 2 } })),
    ).toEqual(lines(bytes))
  })

  it('sends that each packet says where it goes', () => {
    const bytes = newLink(`
      08 00 03 00  67 74 31 00   # IFLA_IFNAME = "gt1"
      1c 00 12 80   # IFLA_LINKINFO
        0e 00 01 00  69 70 36 67 72 65 74 61 70 00 00 00   # IFLA_INFO_KIND = "ip6gretap"
        08 00 02 80   # IFLA_INFO_DATA
          04 00 12 00   # IFLA_GRE_COLLECT_METADATA`)
    expect(lines(encodeLink({ name: 'gt1', kind: 'ip6gretap', ip6gretap: { collectMetadata: true } }))).toEqual(lines(bytes))
  })

  it('reads what Linux 6.12 reports', () => {
    const bytes = newLink(`
      08 00 03 00  67 74 36 00   # IFLA_IFNAME = "gt6"
      b0 00 12 00   # IFLA_LINKINFO
        0e 00 01 00  69 70 36 67 72 65 74 61 70 00 00 00   # IFLA_INFO_KIND = "ip6gretap"
        9c 00 02 00   # IFLA_INFO_DATA
          08 00 01 00  00 00 00 00   # IFLA_GRE_LINK = 0
          06 00 02 00  20 00 00 00   # IFLA_GRE_IFLAGS = 0x2000, network order
          06 00 03 00  20 00 00 00   # IFLA_GRE_OFLAGS = 0x2000, network order
          08 00 04 00  00 00 00 07   # IFLA_GRE_IKEY = 7, network order
          08 00 05 00  00 00 00 07   # IFLA_GRE_OKEY = 7, network order
          14 00 06 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01   # IFLA_GRE_LOCAL = 2001:db8::1
          14 00 07 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02   # IFLA_GRE_REMOTE = 2001:db8::2
          05 00 08 00  40 00 00 00   # IFLA_GRE_TTL = 64
          05 00 0b 00  04 00 00 00   # IFLA_GRE_ENCAP_LIMIT = 4
          08 00 0c 00  00 00 00 00   # IFLA_GRE_FLOWINFO = 0x00000000, network order
          08 00 0d 00  27 00 03 00   # IFLA_GRE_FLAGS = 0x30027
          08 00 14 00  00 00 00 00   # IFLA_GRE_FWMARK = 0
          06 00 0e 00  00 00 00 00   # IFLA_GRE_ENCAP_TYPE = 0
          06 00 10 00  00 00 00 00   # IFLA_GRE_ENCAP_SPORT = 0, network order
          06 00 11 00  00 00 00 00   # IFLA_GRE_ENCAP_DPORT = 0, network order
          06 00 0f 00  02 00 00 00   # IFLA_GRE_ENCAP_FLAGS = 2`)
    const { ip6gretap } = decodeNewLink(bytes) as { ip6gretap?: object }
    expect(ip6gretap).toMatchObject({
      inputFlags: { checksum: false, key: true, sequence: false },
      inputKey: 7,
      outputKey: 7,
      ...ENDS,
      hopLimit: 64,
      encapLimit: 4,
      flowInfo: { trafficClass: 0, flowLabel: 0 },
      flags: { ...INHERITING, copyDscp: false, canTransmit: true, canReceive: true, perPacket: false },
      encapsulationFlags: { checksum: false, checksum6: true, remoteChecksum: false },
    })
    expect(ip6gretap).not.toHaveProperty('unknown')
  })

  it.each([null, '::'])('refuses %j as the other end', remote => {
    const refused = { code: 'ERR_INVALID_ARG_VALUE', option: 'ip6gretap.remote' }
    expect(() => encodeLink({ kind: 'ip6gretap', ip6gretap: { remote } })).toThrow(expect.objectContaining(refused))
  })
})
