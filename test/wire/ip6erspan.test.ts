import { describe, expect, it } from 'vitest'
import { decodeNewLink, encodeLink, lines, newLink } from '../support/wire.ts'

const SESSION = {
  inputKey: 100,
  outputKey: 100,
  inputFlags: { key: true, sequence: true },
  outputFlags: { key: true, sequence: true },
  local: '2001:db8::1',
  remote: '2001:db8::2',
  hopLimit: 64,
  encapLimit: 4,
  flowInfo: { trafficClass: 0, flowLabel: 0 },
  flags: {},
  fwmark: 0,
}
const NO_ENCAPSULATION = {
  encapsulation: 'none',
  encapsulationFlags: { checksum6: true },
  encapsulationSourcePort: 'auto',
  encapsulationPort: 0,
}

describe('ip6erspan on the wire', () => {
  it('sends what ip sends for version 1', () => {
    const ip6erspan = { ...SESSION, version: 1, index: 123, ...NO_ENCAPSULATION }
    const bytes = newLink(`
      08 00 03 00  65 72 37 00   # IFLA_IFNAME = "er7"
      b8 00 12 80   # IFLA_LINKINFO
        0e 00 01 00  69 70 36 65 72 73 70 61 6e 00 00 00   # IFLA_INFO_KIND = "ip6erspan"
        a4 00 02 80   # IFLA_INFO_DATA
          08 00 04 00  00 00 00 64   # IFLA_GRE_IKEY = 100, network order
          08 00 05 00  00 00 00 64   # IFLA_GRE_OKEY = 100, network order
          06 00 02 00  30 00 00 00   # IFLA_GRE_IFLAGS = 0x3000, network order
          06 00 03 00  30 00 00 00   # IFLA_GRE_OFLAGS = 0x3000, network order
          14 00 06 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01   # IFLA_GRE_LOCAL = 2001:db8::1
          14 00 07 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02   # IFLA_GRE_REMOTE = 2001:db8::2
          05 00 08 00  40 00 00 00   # IFLA_GRE_TTL = 64
          05 00 0b 00  04 00 00 00   # IFLA_GRE_ENCAP_LIMIT = 4
          08 00 0c 00  00 00 00 00   # IFLA_GRE_FLOWINFO = 0x00000000, network order
          08 00 0d 00  00 00 00 00   # IFLA_GRE_FLAGS = 0x0
          08 00 14 00  00 00 00 00   # IFLA_GRE_FWMARK = 0
          05 00 16 00  01 00 00 00   # IFLA_GRE_ERSPAN_VER = 1
          08 00 15 00  7b 00 00 00   # IFLA_GRE_ERSPAN_INDEX = 123
          06 00 0e 00  00 00 00 00   # IFLA_GRE_ENCAP_TYPE = 0
          06 00 0f 00  02 00 00 00   # IFLA_GRE_ENCAP_FLAGS = 2
          06 00 10 00  00 00 00 00   # IFLA_GRE_ENCAP_SPORT = 0, network order
          06 00 11 00  00 00 00 00   # IFLA_GRE_ENCAP_DPORT = 0, network order`)
    expect(lines(encodeLink({ name: 'er7', kind: 'ip6erspan', ip6erspan }))).toEqual(lines(bytes))
  })

  it('sends what ip sends for version 2', () => {
    const ip6erspan = { ...SESSION, version: 2, direction: 'egress', hardwareId: 7, ...NO_ENCAPSULATION }
    const bytes = newLink(`
      08 00 03 00  65 72 36 00   # IFLA_IFNAME = "er6"
      c0 00 12 80   # IFLA_LINKINFO
        0e 00 01 00  69 70 36 65 72 73 70 61 6e 00 00 00   # IFLA_INFO_KIND = "ip6erspan"
        ac 00 02 80   # IFLA_INFO_DATA
          08 00 04 00  00 00 00 64   # IFLA_GRE_IKEY = 100, network order
          08 00 05 00  00 00 00 64   # IFLA_GRE_OKEY = 100, network order
          06 00 02 00  30 00 00 00   # IFLA_GRE_IFLAGS = 0x3000, network order
          06 00 03 00  30 00 00 00   # IFLA_GRE_OFLAGS = 0x3000, network order
          14 00 06 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01   # IFLA_GRE_LOCAL = 2001:db8::1
          14 00 07 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02   # IFLA_GRE_REMOTE = 2001:db8::2
          05 00 08 00  40 00 00 00   # IFLA_GRE_TTL = 64
          05 00 0b 00  04 00 00 00   # IFLA_GRE_ENCAP_LIMIT = 4
          08 00 0c 00  00 00 00 00   # IFLA_GRE_FLOWINFO = 0x00000000, network order
          08 00 0d 00  00 00 00 00   # IFLA_GRE_FLAGS = 0x0
          08 00 14 00  00 00 00 00   # IFLA_GRE_FWMARK = 0
          05 00 16 00  02 00 00 00   # IFLA_GRE_ERSPAN_VER = 2
          05 00 17 00  01 00 00 00   # IFLA_GRE_ERSPAN_DIR = 1
          06 00 18 00  07 00 00 00   # IFLA_GRE_ERSPAN_HWID = 7
          06 00 0e 00  00 00 00 00   # IFLA_GRE_ENCAP_TYPE = 0
          06 00 0f 00  02 00 00 00   # IFLA_GRE_ENCAP_FLAGS = 2
          06 00 10 00  00 00 00 00   # IFLA_GRE_ENCAP_SPORT = 0, network order
          06 00 11 00  00 00 00 00   # IFLA_GRE_ENCAP_DPORT = 0, network order`)
    expect(lines(encodeLink({ name: 'er6', kind: 'ip6erspan', ip6erspan }))).toEqual(lines(bytes))
  })

  it('sends the link that it goes out of', () => {
    const bytes = newLink(`
      08 00 03 00  65 72 31 00   # IFLA_IFNAME = "er1"
      58 00 12 80   # IFLA_LINKINFO
        0e 00 01 00  69 70 36 65 72 73 70 61 6e 00 00 00   # IFLA_INFO_KIND = "ip6erspan"
        44 00 02 80   # IFLA_INFO_DATA
          14 00 06 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01   # IFLA_GRE_LOCAL = 2001:db8::1
          14 00 07 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02   # IFLA_GRE_REMOTE = 2001:db8::2
          08 00 01 00  02 00 00 00   # IFLA_GRE_LINK = 2
          06 00 02 00  30 00 00 00   # IFLA_GRE_IFLAGS = 0x3000, network order: without being told
          06 00 03 00  30 00 00 00   # IFLA_GRE_OFLAGS = 0x3000, network order`)
    expect(
      lines(encodeLink({ name: 'er1', kind: 'ip6erspan', ip6erspan: { local: '2001:db8::1', remote: '2001:db8::2', link: 2 } })),
    ).toEqual(lines(bytes))
  })

  it('sends that each packet says where it goes', () => {
    const bytes = newLink(`
      08 00 03 00  65 72 31 00   # IFLA_IFNAME = "er1"
      1c 00 12 80   # IFLA_LINKINFO
        0e 00 01 00  69 70 36 65 72 73 70 61 6e 00 00 00   # IFLA_INFO_KIND = "ip6erspan"
        08 00 02 80   # IFLA_INFO_DATA
          04 00 12 00   # IFLA_GRE_COLLECT_METADATA`)
    expect(lines(encodeLink({ name: 'er1', kind: 'ip6erspan', ip6erspan: { collectMetadata: true } }))).toEqual(lines(bytes))
  })

  it('reads what Linux 6.12 reports of version 1', () => {
    const bytes = newLink(`
      08 00 03 00  65 72 37 00   # IFLA_IFNAME = "er7"
      c0 00 12 00   # IFLA_LINKINFO
        0e 00 01 00  69 70 36 65 72 73 70 61 6e 00 00 00   # IFLA_INFO_KIND = "ip6erspan"
        ac 00 02 00   # IFLA_INFO_DATA
          05 00 16 00  01 00 00 00   # IFLA_GRE_ERSPAN_VER = 1
          08 00 15 00  7b 00 00 00   # IFLA_GRE_ERSPAN_INDEX = 123
          08 00 01 00  00 00 00 00   # IFLA_GRE_LINK = 0
          06 00 02 00  30 00 00 00   # IFLA_GRE_IFLAGS = 0x3000, network order
          06 00 03 00  30 00 00 00   # IFLA_GRE_OFLAGS = 0x3000, network order
          08 00 04 00  00 00 00 65   # IFLA_GRE_IKEY = 101, network order
          08 00 05 00  00 00 00 65   # IFLA_GRE_OKEY = 101, network order
          14 00 06 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01   # IFLA_GRE_LOCAL = 2001:db8::1
          14 00 07 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02   # IFLA_GRE_REMOTE = 2001:db8::2
          05 00 08 00  40 00 00 00   # IFLA_GRE_TTL = 64
          05 00 0b 00  04 00 00 00   # IFLA_GRE_ENCAP_LIMIT = 4
          08 00 0c 00  00 00 00 00   # IFLA_GRE_FLOWINFO = 0x00000000, network order
          08 00 0d 00  00 00 03 00   # IFLA_GRE_FLAGS = 0x30000
          08 00 14 00  00 00 00 00   # IFLA_GRE_FWMARK = 0
          06 00 0e 00  00 00 00 00   # IFLA_GRE_ENCAP_TYPE = 0
          06 00 10 00  00 00 00 00   # IFLA_GRE_ENCAP_SPORT = 0, network order
          06 00 11 00  00 00 00 00   # IFLA_GRE_ENCAP_DPORT = 0, network order
          06 00 0f 00  02 00 00 00   # IFLA_GRE_ENCAP_FLAGS = 2`)
    const { ip6erspan } = decodeNewLink(bytes) as { ip6erspan?: object }
    const { inputKey: _, outputKey: __, flags: ___, ...rest } = SESSION
    expect(ip6erspan).toMatchObject({ ...rest, inputKey: 101, version: 1, index: 123, flags: { canTransmit: true } })
    expect(ip6erspan).not.toHaveProperty('direction')
    expect(ip6erspan).not.toHaveProperty('unknown')
  })

  it('reads what Linux 6.12 reports of version 2', () => {
    const bytes = newLink(`
      08 00 03 00  65 72 36 00   # IFLA_IFNAME = "er6"
      c8 00 12 00   # IFLA_LINKINFO
        0e 00 01 00  69 70 36 65 72 73 70 61 6e 00 00 00   # IFLA_INFO_KIND = "ip6erspan"
        b4 00 02 00   # IFLA_INFO_DATA
          05 00 16 00  02 00 00 00   # IFLA_GRE_ERSPAN_VER = 2
          05 00 17 00  01 00 00 00   # IFLA_GRE_ERSPAN_DIR = 1
          06 00 18 00  07 00 00 00   # IFLA_GRE_ERSPAN_HWID = 7
          08 00 01 00  00 00 00 00   # IFLA_GRE_LINK = 0
          06 00 02 00  30 00 00 00   # IFLA_GRE_IFLAGS = 0x3000, network order
          06 00 03 00  30 00 00 00   # IFLA_GRE_OFLAGS = 0x3000, network order
          08 00 04 00  00 00 00 64   # IFLA_GRE_IKEY = 100, network order
          08 00 05 00  00 00 00 64   # IFLA_GRE_OKEY = 100, network order
          14 00 06 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01   # IFLA_GRE_LOCAL = 2001:db8::1
          14 00 07 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02   # IFLA_GRE_REMOTE = 2001:db8::2
          05 00 08 00  40 00 00 00   # IFLA_GRE_TTL = 64
          05 00 0b 00  04 00 00 00   # IFLA_GRE_ENCAP_LIMIT = 4
          08 00 0c 00  00 00 00 00   # IFLA_GRE_FLOWINFO = 0x00000000, network order
          08 00 0d 00  00 00 03 00   # IFLA_GRE_FLAGS = 0x30000
          08 00 14 00  00 00 00 00   # IFLA_GRE_FWMARK = 0
          06 00 0e 00  00 00 00 00   # IFLA_GRE_ENCAP_TYPE = 0
          06 00 10 00  00 00 00 00   # IFLA_GRE_ENCAP_SPORT = 0, network order
          06 00 11 00  00 00 00 00   # IFLA_GRE_ENCAP_DPORT = 0, network order
          06 00 0f 00  02 00 00 00   # IFLA_GRE_ENCAP_FLAGS = 2`)
    expect(decodeNewLink(bytes)).toMatchObject({
      ip6erspan: { inputKey: 100, version: 2, direction: 'egress', hardwareId: 7, ...NO_ENCAPSULATION },
    })
  })

  it('has no version 0', () => {
    const refused = { code: 'ERR_OUT_OF_RANGE', option: 'ip6erspan.version' }
    expect(() => encodeLink({ kind: 'ip6erspan', ip6erspan: { version: 0 } })).toThrow(expect.objectContaining(refused))
  })
})
