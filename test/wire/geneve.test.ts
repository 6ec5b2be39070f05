import { describe, expect, it } from 'vitest'
import { decodeNewLink, encodeLink, given, lines, newLink } from '../support/wire.ts'

describe('geneve on the wire', () => {
  it('sends what ip sends for a tunnel over IPv4', () => {
    const geneve = {
      df: 'set',
      vni: 42,
      remote: '192.0.2.1',
      flowLabel: 0,
      ttl: 64,
      tos: 16,
      port: 6082,
      udpChecksum: true,
    }
    const bytes = newLink(`
      08 00 03 00  67 6e 34 00   # IFLA_IFNAME = "gn4"
      54 00 12 80   # IFLA_LINKINFO
        0b 00 01 00  67 65 6e 65 76 65 00 00   # IFLA_INFO_KIND = "geneve"
        44 00 02 80   # IFLA_INFO_DATA
          05 00 0d 00  01 00 00 00   # IFLA_GENEVE_DF = 1
          08 00 01 00  2a 00 00 00   # IFLA_GENEVE_ID = 42
          08 00 02 00  c0 00 02 01   # IFLA_GENEVE_REMOTE = 192.0.2.1
          08 00 0b 00  00 00 00 00   # IFLA_GENEVE_LABEL = 0x0, network order
          05 00 03 00  40 00 00 00   # IFLA_GENEVE_TTL = 64
          05 00 04 00  10 00 00 00   # IFLA_GENEVE_TOS = 16
          06 00 05 00  17 c2 00 00   # IFLA_GENEVE_PORT = 6082, network order
          05 00 08 00  01 00 00 00   # IFLA_GENEVE_UDP_CSUM = 1`)
    expect(lines(encodeLink({ name: 'gn4', kind: 'geneve', geneve }))).toEqual(lines(bytes))
  })

  it('sends what ip sends for a tunnel over IPv6', () => {
    const geneve = {
      ttlInherit: true,
      vni: 0xff_ffff,
      remote: '2001:db8::1',
      flowLabel: 0x12345,
      ttl: 'auto',
      tos: 0,
      udp6ZeroChecksumTx: true,
      udp6ZeroChecksumRx: true,
    }
    const bytes = newLink(`
      08 00 03 00  67 6e 36 00   # IFLA_IFNAME = "gn6"
      60 00 12 80   # IFLA_LINKINFO
        0b 00 01 00  67 65 6e 65 76 65 00 00   # IFLA_INFO_KIND = "geneve"
        50 00 02 80   # IFLA_INFO_DATA
          05 00 0c 00  01 00 00 00   # IFLA_GENEVE_TTL_INHERIT = 1
          08 00 01 00  ff ff ff 00   # IFLA_GENEVE_ID = 16777215
          14 00 07 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01   # IFLA_GENEVE_REMOTE6 = 2001:db8::1
          08 00 0b 00  00 01 23 45   # IFLA_GENEVE_LABEL = 0x12345, network order
          05 00 03 00  00 00 00 00   # IFLA_GENEVE_TTL = 0
          05 00 04 00  00 00 00 00   # IFLA_GENEVE_TOS = 0
          05 00 09 00  01 00 00 00   # IFLA_GENEVE_UDP_ZERO_CSUM6_TX = 1
          05 00 0a 00  01 00 00 00   # IFLA_GENEVE_UDP_ZERO_CSUM6_RX = 1`)
    expect(lines(encodeLink({ name: 'gn6', kind: 'geneve', geneve }))).toEqual(lines(bytes))
  })

  it('sends what ip sends for an external tunnel of IP packets', () => {
    const geneve = {
      vni: 0,
      flowLabel: 0,
      ttl: 0,
      tos: 0,
      port: 6083,
      collectMetadata: true,
      innerProtocolInherit: true,
    }
    const bytes = newLink(`
      08 00 03 00  67 6e 78 00   # IFLA_IFNAME = "gnx"
      44 00 12 80   # IFLA_LINKINFO
        0b 00 01 00  67 65 6e 65 76 65 00 00   # IFLA_INFO_KIND = "geneve"
        34 00 02 80   # IFLA_INFO_DATA
          08 00 01 00  00 00 00 00   # IFLA_GENEVE_ID = 0
          08 00 0b 00  00 00 00 00   # IFLA_GENEVE_LABEL = 0x0, network order
          05 00 03 00  00 00 00 00   # IFLA_GENEVE_TTL = 0
          05 00 04 00  00 00 00 00   # IFLA_GENEVE_TOS = 0
          06 00 05 00  17 c3 00 00   # IFLA_GENEVE_PORT = 6083, network order
          04 00 06 00   # IFLA_GENEVE_COLLECT_METADATA
          04 00 0e 00   # IFLA_GENEVE_INNER_PROTO_INHERIT`)
    expect(lines(encodeLink({ name: 'gnx', kind: 'geneve', geneve }))).toEqual(lines(bytes))
  })

  it('sends what is newer than ip 6.1', () => {
    const geneve = { vni: 7, remote: '192.0.2.1', portRange: { low: 5000, high: 6000 }, groHint: true, local: '192.0.2.2' }
    const bytes = newLink(`
      38 00 12 80   # IFLA_LINKINFO
        0b 00 01 00  67 65 6e 65 76 65 00 00   # IFLA_INFO_KIND = "geneve"
        28 00 02 80   # IFLA_INFO_DATA
          08 00 01 00  07 00 00 00   # IFLA_GENEVE_ID = 7
          08 00 02 00  c0 00 02 01   # IFLA_GENEVE_REMOTE = 192.0.2.1
          08 00 0f 00  13 88 17 70   # IFLA_GENEVE_PORT_RANGE = 5000 to 6000, network order
          04 00 10 00   # IFLA_GENEVE_GRO_HINT
          08 00 11 00  c0 00 02 02   # IFLA_GENEVE_LOCAL = 192.0.2.2`)
    expect(lines(encodeLink({ kind: 'geneve', geneve }))).toEqual(lines(bytes))
    expect(decodeNewLink(bytes)).toMatchObject({ kind: 'geneve', geneve })
  })

  it('reads what Linux 6.12 reports of a tunnel over IPv4', () => {
    const bytes = newLink(`
      64 00 12 00   # IFLA_LINKINFO
        0b 00 01 00  67 65 6e 65 76 65 00 00   # IFLA_INFO_KIND = "geneve"
        54 00 02 00   # IFLA_INFO_DATA
          08 00 01 00  2a 00 00 00   # IFLA_GENEVE_ID = 42
          08 00 02 00  c0 00 02 01   # IFLA_GENEVE_REMOTE = 192.0.2.1
          05 00 08 00  01 00 00 00   # IFLA_GENEVE_UDP_CSUM = 1
          05 00 03 00  40 00 00 00   # IFLA_GENEVE_TTL = 64
          05 00 04 00  10 00 00 00   # IFLA_GENEVE_TOS = 16
          08 00 0b 00  00 00 00 00   # IFLA_GENEVE_LABEL = 0x0, network order
          05 00 0d 00  01 00 00 00   # IFLA_GENEVE_DF = 1
          06 00 05 00  17 c2 00 00   # IFLA_GENEVE_PORT = 6082, network order
          05 00 0a 00  01 00 00 00   # IFLA_GENEVE_UDP_ZERO_CSUM6_RX = 1
          05 00 0c 00  00 00 00 00   # IFLA_GENEVE_TTL_INHERIT = 0`)
    expect(given(decodeNewLink(bytes))).toMatchObject({
      kind: 'geneve',
      geneve: {
        vni: 42,
        remote: '192.0.2.1',
        udpChecksum: true,
        ttl: 64,
        tos: 16,
        flowLabel: 0,
        df: 'set',
        port: 6082,
        udp6ZeroChecksumRx: true,
        ttlInherit: false,
      },
    })
    expect(decodeNewLink(bytes)).not.toHaveProperty('geneve.unknown')
  })

  it('reads what Linux 6.12 reports of an external tunnel', () => {
    const bytes = newLink(`
      58 00 12 00   # IFLA_LINKINFO
        0b 00 01 00  67 65 6e 65 76 65 00 00   # IFLA_INFO_KIND = "geneve"
        48 00 02 00   # IFLA_INFO_DATA
          08 00 01 00  00 00 00 00   # IFLA_GENEVE_ID = 0
          05 00 03 00  00 00 00 00   # IFLA_GENEVE_TTL = 0
          05 00 04 00  01 00 00 00   # IFLA_GENEVE_TOS = 1
          08 00 0b 00  00 00 00 00   # IFLA_GENEVE_LABEL = 0x0, network order
          05 00 0d 00  02 00 00 00   # IFLA_GENEVE_DF = 2
          06 00 05 00  17 c3 00 00   # IFLA_GENEVE_PORT = 6083, network order
          04 00 06 00   # IFLA_GENEVE_COLLECT_METADATA
          05 00 0a 00  01 00 00 00   # IFLA_GENEVE_UDP_ZERO_CSUM6_RX = 1
          05 00 0c 00  00 00 00 00   # IFLA_GENEVE_TTL_INHERIT = 0`)
    expect(decodeNewLink(bytes)).toMatchObject({
      geneve: { collectMetadata: true, ttl: 'auto', tos: 'inherit', df: 'inherit', port: 6083 },
    })
  })

  it.each([
    ['vni', { remote: '192.0.2.1' }],
    ['remote', { vni: 7 }],
    ['vni', { collectMetadata: false }],
  ])('misses %s in %j', (option, geneve) => {
    const missing = { code: 'ERR_MISSING_OPTION', option: `geneve.${option}` }
    expect(() => encodeLink({ kind: 'geneve', geneve })).toThrow(expect.objectContaining(missing))
  })

  it.each([
    ['vni', 7],
    ['remote', '192.0.2.1'],
    ['ttl', 64],
    ['tos', 'inherit'],
    ['flowLabel', 1],
    ['udpChecksum', true],
  ])('refuses %s where metadata is collected', (option, value) => {
    const refused = { code: 'ERR_INVALID_ARG_VALUE', option: `geneve.${option}` }
    expect(() => encodeLink({ kind: 'geneve', geneve: { collectMetadata: true, [option]: value } })).toThrow(
      expect.objectContaining(refused),
    )
  })

  it.each([true, false])('refuses a ttl that ttlInherit: %j would hide from the kernel', ttlInherit => {
    const refused = { code: 'ERR_INVALID_ARG_VALUE', option: 'geneve.ttlInherit' }
    expect(() => encodeLink({ geneve: { ttl: 64, ttlInherit } }, 'change')).toThrow(expect.objectContaining(refused))
  })

  it('rejects a VNI above 2^24-1 and names the option', () => {
    const outOfRange = { name: 'RangeError', option: 'geneve.vni', message: expect.stringContaining('16777215') }
    expect(() => encodeLink({ kind: 'geneve', geneve: { vni: 0x100_0000, remote: '192.0.2.1' } })).toThrow(
      expect.objectContaining(outOfRange),
    )
  })
})
