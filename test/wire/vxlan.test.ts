import { describe, expect, it } from 'vitest'
import { decodeNewLink, encodeLink, hex, lines, newLink } from '../support/wire.ts'

describe('vxlan on the wire', () => {
  it('sends what ip sends for a tunnel over IPv4', () => {
    const options = {
      name: 'vx4',
      kind: 'vxlan',
      vxlan: {
        link: 2,
        ttl: 64,
        tos: 'inherit',
        ageing: 60,
        maxAddresses: 100,
        portRange: { low: 5000, high: 6000 },
        proxy: true,
        routeShortCircuit: true,
        l2Miss: true,
        l3Miss: true,
        udpChecksum: false,
        udp6ZeroChecksumTx: true,
        udp6ZeroChecksumRx: true,
        remoteChecksumTx: true,
        remoteChecksumRx: true,
        gbp: true,
        df: 'set',
        vni: 42,
        local: '192.0.2.2',
        remote: '192.0.2.1',
        learning: false,
        port: 4789,
      },
    }
    const bytes = newLink(`
      08 00 03 00  76 78 34 00   # IFLA_IFNAME = "vx4"
      c0 00 12 80   # IFLA_LINKINFO
        0a 00 01 00  76 78 6c 61 6e 00 00 00   # IFLA_INFO_KIND = "vxlan"
        b0 00 02 80   # IFLA_INFO_DATA
          08 00 03 00  02 00 00 00   # IFLA_VXLAN_LINK = 2
          05 00 05 00  40 00 00 00   # IFLA_VXLAN_TTL = 64
          05 00 06 00  01 00 00 00   # IFLA_VXLAN_TOS = 1
          08 00 08 00  3c 00 00 00   # IFLA_VXLAN_AGEING = 60
          08 00 09 00  64 00 00 00   # IFLA_VXLAN_LIMIT = 100
          08 00 0a 00  13 88 17 70   # IFLA_VXLAN_PORT_RANGE = 5000 to 6000, network order
          05 00 0b 00  01 00 00 00   # IFLA_VXLAN_PROXY = 1
          05 00 0c 00  01 00 00 00   # IFLA_VXLAN_RSC = 1
          05 00 0d 00  01 00 00 00   # IFLA_VXLAN_L2MISS = 1
          05 00 0e 00  01 00 00 00   # IFLA_VXLAN_L3MISS = 1
          05 00 12 00  00 00 00 00   # IFLA_VXLAN_UDP_CSUM = 0
          05 00 13 00  01 00 00 00   # IFLA_VXLAN_UDP_ZERO_CSUM6_TX = 1
          05 00 14 00  01 00 00 00   # IFLA_VXLAN_UDP_ZERO_CSUM6_RX = 1
          05 00 15 00  01 00 00 00   # IFLA_VXLAN_REMCSUM_TX = 1
          05 00 16 00  01 00 00 00   # IFLA_VXLAN_REMCSUM_RX = 1
          04 00 17 00   # IFLA_VXLAN_GBP
          05 00 1d 00  01 00 00 00   # IFLA_VXLAN_DF = 1
          08 00 01 00  2a 00 00 00   # IFLA_VXLAN_ID = 42
          08 00 04 00  c0 00 02 02   # IFLA_VXLAN_LOCAL = 192.0.2.2
          08 00 02 00  c0 00 02 01   # IFLA_VXLAN_GROUP = 192.0.2.1
          05 00 07 00  00 00 00 00   # IFLA_VXLAN_LEARNING = 0
          06 00 0f 00  12 b5 00 00   # IFLA_VXLAN_PORT = 4789, network order`)
    expect(lines(encodeLink(options))).toEqual(lines(bytes))
  })

  it('sends what ip sends for a tunnel over IPv6', () => {
    const options = {
      name: 'vx6',
      kind: 'vxlan',
      vxlan: {
        flowLabel: 0x12345,
        ttlInherit: true,
        vni: 0xffffff,
        local: '2001:db8::2',
        remote: '2001:db8::1',
        learning: true,
        port: 4790,
      },
    }
    const bytes = newLink(`
      08 00 03 00  76 78 36 00   # IFLA_IFNAME = "vx6"
      60 00 12 80   # IFLA_LINKINFO
        0a 00 01 00  76 78 6c 61 6e 00 00 00   # IFLA_INFO_KIND = "vxlan"
        50 00 02 80   # IFLA_INFO_DATA
          08 00 1a 00  00 01 23 45   # IFLA_VXLAN_LABEL = 0x12345, network order
          04 00 1c 00   # IFLA_VXLAN_TTL_INHERIT
          08 00 01 00  ff ff ff 00   # IFLA_VXLAN_ID = 16777215
          14 00 11 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02   # IFLA_VXLAN_LOCAL6 = 2001:db8::2
          14 00 10 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01   # IFLA_VXLAN_GROUP6 = 2001:db8::1
          05 00 07 00  01 00 00 00   # IFLA_VXLAN_LEARNING = 1
          06 00 0f 00  12 b6 00 00   # IFLA_VXLAN_PORT = 4790, network order`)
    expect(lines(encodeLink(options))).toEqual(lines(bytes))
  })

  it('sends what ip sends for an external tunnel', () => {
    const vxlan = { collectMetadata: true, gpe: true, vniFilter: true, learning: false, port: 4791 }
    const bytes = newLink(`
      08 00 03 00  76 78 78 00   # IFLA_IFNAME = "vxx"
      38 00 12 80   # IFLA_LINKINFO
        0a 00 01 00  76 78 6c 61 6e 00 00 00   # IFLA_INFO_KIND = "vxlan"
        28 00 02 80   # IFLA_INFO_DATA
          05 00 19 00  01 00 00 00   # IFLA_VXLAN_COLLECT_METADATA = 1
          04 00 1b 00   # IFLA_VXLAN_GPE
          05 00 1e 00  01 00 00 00   # IFLA_VXLAN_VNIFILTER = 1
          05 00 07 00  00 00 00 00   # IFLA_VXLAN_LEARNING = 0
          06 00 0f 00  12 b7 00 00   # IFLA_VXLAN_PORT = 4791, network order`)
    expect(lines(encodeLink({ name: 'vxx', kind: 'vxlan', vxlan }))).toEqual(lines(bytes))
  })

  it('sends what is newer than ip 6.1, or unknown to ip', () => {
    const vxlan = {
      vni: 7,
      remoteChecksumNoPartial: true,
      localBypass: false,
      flowLabelPolicy: 'inherit',
      reservedBits: hex('77 00 00 00 00 00 00 ff'),
      multicastRoute: true,
    }
    const bytes = newLink(`
      08 00 03 00  76 78 30 00   # IFLA_IFNAME = "vx0"
      44 00 12 80   # IFLA_LINKINFO
        0a 00 01 00  76 78 6c 61 6e 00 00 00   # IFLA_INFO_KIND = "vxlan"
        34 00 02 80   # IFLA_INFO_DATA
          08 00 01 00  07 00 00 00   # IFLA_VXLAN_ID = 7
          04 00 18 00   # IFLA_VXLAN_REMCSUM_NOPARTIAL
          05 00 1f 00  00 00 00 00   # IFLA_VXLAN_LOCALBYPASS = 0
          08 00 20 00  01 00 00 00   # IFLA_VXLAN_LABEL_POLICY = 1
          0c 00 21 00  77 00 00 00 00 00 00 ff   # IFLA_VXLAN_RESERVED_BITS
          05 00 22 00  01 00 00 00   # IFLA_VXLAN_MC_ROUTE = 1`)
    expect(lines(encodeLink({ name: 'vx0', kind: 'vxlan', vxlan }))).toEqual(lines(bytes))
  })

  it('sends nothing for a flag that is off', () => {
    const vxlan = { vni: 7, gbp: false, gpe: false, ttlInherit: false, remoteChecksumNoPartial: false }
    const bytes = newLink(`
      1c 00 12 80   # IFLA_LINKINFO
        0a 00 01 00  76 78 6c 61 6e 00 00 00   # IFLA_INFO_KIND = "vxlan"
        0c 00 02 80   # IFLA_INFO_DATA
          08 00 01 00  07 00 00 00   # IFLA_VXLAN_ID = 7`)
    expect(lines(encodeLink({ kind: 'vxlan', vxlan }))).toEqual(lines(bytes))
  })

  it.each([{}, { vxlan: {} }, { vxlan: { collectMetadata: false } }])('refuses a tunnel without a network id: %j', options => {
    const missing = { code: 'ERR_MISSING_OPTION', option: 'vxlan.vni' }
    expect(() => encodeLink({ kind: 'vxlan', ...options })).toThrow(expect.objectContaining(missing))
  })

  it('rejects a VNI above 2^24-1 and names the option', () => {
    const outOfRange = { name: 'RangeError', option: 'vxlan.vni', message: expect.stringContaining('16777215') }
    expect(() => encodeLink({ kind: 'vxlan', vxlan: { vni: 0x1000000 } })).toThrow(expect.objectContaining(outOfRange))
  })

  it('reads what Linux 6.18 reports of a tunnel over IPv4', () => {
    const bytes = newLink(`
      08 00 03 00  76 78 34 00   # IFLA_IFNAME = "vx4"
      f4 00 12 00   # IFLA_LINKINFO
        0a 00 01 00  76 78 6c 61 6e 00 00 00   # IFLA_INFO_KIND = "vxlan"
        e4 00 02 00   # IFLA_INFO_DATA
          08 00 01 00  2a 00 00 00   # IFLA_VXLAN_ID = 42
          08 00 02 00  c0 00 02 01   # IFLA_VXLAN_GROUP = 192.0.2.1
          08 00 03 00  02 00 00 00   # IFLA_VXLAN_LINK = 2
          08 00 04 00  c0 00 02 02   # IFLA_VXLAN_LOCAL = 192.0.2.2
          05 00 05 00  40 00 00 00   # IFLA_VXLAN_TTL = 64
          05 00 1c 00  00 00 00 00   # IFLA_VXLAN_TTL_INHERIT = 0
          05 00 06 00  01 00 00 00   # IFLA_VXLAN_TOS = 1
          05 00 1d 00  01 00 00 00   # IFLA_VXLAN_DF = 1
          08 00 1a 00  00 00 00 00   # IFLA_VXLAN_LABEL = 0x0, network order
          08 00 20 00  00 00 00 00   # IFLA_VXLAN_LABEL_POLICY = 0
          05 00 07 00  00 00 00 00   # IFLA_VXLAN_LEARNING = 0
          05 00 0b 00  00 00 00 00   # IFLA_VXLAN_PROXY = 0
          05 00 0c 00  00 00 00 00   # IFLA_VXLAN_RSC = 0
          05 00 0d 00  00 00 00 00   # IFLA_VXLAN_L2MISS = 0
          05 00 0e 00  00 00 00 00   # IFLA_VXLAN_L3MISS = 0
          05 00 19 00  00 00 00 00   # IFLA_VXLAN_COLLECT_METADATA = 0
          08 00 08 00  3c 00 00 00   # IFLA_VXLAN_AGEING = 60
          08 00 09 00  64 00 00 00   # IFLA_VXLAN_LIMIT = 100
          06 00 0f 00  12 b5 00 00   # IFLA_VXLAN_PORT = 4789, network order
          05 00 12 00  01 00 00 00   # IFLA_VXLAN_UDP_CSUM = 1
          05 00 13 00  00 00 00 00   # IFLA_VXLAN_UDP_ZERO_CSUM6_TX = 0
          05 00 14 00  00 00 00 00   # IFLA_VXLAN_UDP_ZERO_CSUM6_RX = 0
          05 00 15 00  00 00 00 00   # IFLA_VXLAN_REMCSUM_TX = 0
          05 00 16 00  00 00 00 00   # IFLA_VXLAN_REMCSUM_RX = 0
          05 00 1f 00  01 00 00 00   # IFLA_VXLAN_LOCALBYPASS = 1
          08 00 0a 00  13 88 17 70   # IFLA_VXLAN_PORT_RANGE = 5000 to 6000, network order
          04 00 17 00   # IFLA_VXLAN_GBP
          0c 00 21 00  77 00 00 00 00 00 00 ff   # IFLA_VXLAN_RESERVED_BITS`)
    expect(decodeNewLink(bytes)).toMatchObject({
      kind: 'vxlan',
      vxlan: {
        vni: 42,
        remote: '192.0.2.1',
        link: 2,
        local: '192.0.2.2',
        ttl: 64,
        ttlInherit: false,
        tos: 'inherit',
        df: 'set',
        flowLabel: 0,
        flowLabelPolicy: 'fixed',
        learning: false,
        proxy: false,
        routeShortCircuit: false,
        l2Miss: false,
        l3Miss: false,
        collectMetadata: false,
        ageing: 60,
        maxAddresses: 100,
        port: 4789,
        udpChecksum: true,
        udp6ZeroChecksumTx: false,
        udp6ZeroChecksumRx: false,
        remoteChecksumTx: false,
        remoteChecksumRx: false,
        localBypass: true,
        portRange: { low: 5000, high: 6000 },
        gbp: true,
        reservedBits: hex('77 00 00 00 00 00 00 ff'),
      },
    })
    expect(decodeNewLink(bytes)).not.toHaveProperty('vxlan.unknown')
  })

  it('reads what Linux 6.18 reports of a tunnel over IPv6', () => {
    const bytes = newLink(`
      08 00 03 00  76 78 36 00   # IFLA_IFNAME = "vx6"
      00 01 12 00   # IFLA_LINKINFO
        0a 00 01 00  76 78 6c 61 6e 00 00 00   # IFLA_INFO_KIND = "vxlan"
        f0 00 02 00   # IFLA_INFO_DATA
          08 00 01 00  ff ff ff 00   # IFLA_VXLAN_ID = 16777215
          14 00 10 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01   # IFLA_VXLAN_GROUP6 = 2001:db8::1
          14 00 11 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02   # IFLA_VXLAN_LOCAL6 = 2001:db8::2
          05 00 05 00  00 00 00 00   # IFLA_VXLAN_TTL = 0
          05 00 1c 00  01 00 00 00   # IFLA_VXLAN_TTL_INHERIT = 1
          05 00 06 00  00 00 00 00   # IFLA_VXLAN_TOS = 0
          05 00 1d 00  00 00 00 00   # IFLA_VXLAN_DF = 0
          08 00 1a 00  00 01 23 45   # IFLA_VXLAN_LABEL = 0x12345, network order
          08 00 20 00  00 00 00 00   # IFLA_VXLAN_LABEL_POLICY = 0
          05 00 07 00  01 00 00 00   # IFLA_VXLAN_LEARNING = 1
          05 00 0b 00  00 00 00 00   # IFLA_VXLAN_PROXY = 0
          05 00 0c 00  00 00 00 00   # IFLA_VXLAN_RSC = 0
          05 00 0d 00  00 00 00 00   # IFLA_VXLAN_L2MISS = 0
          05 00 0e 00  00 00 00 00   # IFLA_VXLAN_L3MISS = 0
          05 00 19 00  00 00 00 00   # IFLA_VXLAN_COLLECT_METADATA = 0
          08 00 08 00  2c 01 00 00   # IFLA_VXLAN_AGEING = 300
          08 00 09 00  00 00 00 00   # IFLA_VXLAN_LIMIT = 0
          06 00 0f 00  12 b6 00 00   # IFLA_VXLAN_PORT = 4790, network order
          05 00 12 00  01 00 00 00   # IFLA_VXLAN_UDP_CSUM = 1
          05 00 13 00  00 00 00 00   # IFLA_VXLAN_UDP_ZERO_CSUM6_TX = 0
          05 00 14 00  00 00 00 00   # IFLA_VXLAN_UDP_ZERO_CSUM6_RX = 0
          05 00 15 00  00 00 00 00   # IFLA_VXLAN_REMCSUM_TX = 0
          05 00 16 00  00 00 00 00   # IFLA_VXLAN_REMCSUM_RX = 0
          05 00 1f 00  01 00 00 00   # IFLA_VXLAN_LOCALBYPASS = 1
          08 00 0a 00  00 00 00 00   # IFLA_VXLAN_PORT_RANGE = 0 to 0, network order
          0c 00 21 00  f7 ff ff ff 00 00 00 ff   # IFLA_VXLAN_RESERVED_BITS`)
    const { vxlan } = decodeNewLink(bytes) as { vxlan?: object }
    expect(vxlan).toMatchObject({
      vni: 0xffffff,
      remote: '2001:db8::1',
      local: '2001:db8::2',
      ttl: 'auto',
      ttlInherit: true,
      tos: 0,
      flowLabel: 0x12345,
      port: 4790,
    })
    expect(vxlan).not.toHaveProperty('gbp')
  })

  it('reads what Linux 6.18 reports of an external tunnel', () => {
    const bytes = newLink(`
      08 00 03 00  76 78 78 00   # IFLA_IFNAME = "vxx"
      e4 00 12 00   # IFLA_LINKINFO
        0a 00 01 00  76 78 6c 61 6e 00 00 00   # IFLA_INFO_KIND = "vxlan"
        d4 00 02 00   # IFLA_INFO_DATA
          08 00 01 00  00 00 00 00   # IFLA_VXLAN_ID = 0
          05 00 05 00  00 00 00 00   # IFLA_VXLAN_TTL = 0
          05 00 1c 00  00 00 00 00   # IFLA_VXLAN_TTL_INHERIT = 0
          05 00 06 00  00 00 00 00   # IFLA_VXLAN_TOS = 0
          05 00 1d 00  00 00 00 00   # IFLA_VXLAN_DF = 0
          08 00 1a 00  00 00 00 00   # IFLA_VXLAN_LABEL = 0x0, network order
          08 00 20 00  00 00 00 00   # IFLA_VXLAN_LABEL_POLICY = 0
          05 00 07 00  00 00 00 00   # IFLA_VXLAN_LEARNING = 0
          05 00 0b 00  00 00 00 00   # IFLA_VXLAN_PROXY = 0
          05 00 0c 00  00 00 00 00   # IFLA_VXLAN_RSC = 0
          05 00 0d 00  00 00 00 00   # IFLA_VXLAN_L2MISS = 0
          05 00 0e 00  00 00 00 00   # IFLA_VXLAN_L3MISS = 0
          05 00 19 00  01 00 00 00   # IFLA_VXLAN_COLLECT_METADATA = 1
          08 00 08 00  2c 01 00 00   # IFLA_VXLAN_AGEING = 300
          08 00 09 00  00 00 00 00   # IFLA_VXLAN_LIMIT = 0
          06 00 0f 00  12 b7 00 00   # IFLA_VXLAN_PORT = 4791, network order
          05 00 12 00  01 00 00 00   # IFLA_VXLAN_UDP_CSUM = 1
          05 00 13 00  00 00 00 00   # IFLA_VXLAN_UDP_ZERO_CSUM6_TX = 0
          05 00 14 00  00 00 00 00   # IFLA_VXLAN_UDP_ZERO_CSUM6_RX = 0
          05 00 15 00  00 00 00 00   # IFLA_VXLAN_REMCSUM_TX = 0
          05 00 16 00  00 00 00 00   # IFLA_VXLAN_REMCSUM_RX = 0
          05 00 1f 00  01 00 00 00   # IFLA_VXLAN_LOCALBYPASS = 1
          08 00 0a 00  00 00 00 00   # IFLA_VXLAN_PORT_RANGE = 0 to 0, network order
          04 00 1b 00   # IFLA_VXLAN_GPE
          05 00 1e 00  01 00 00 00   # IFLA_VXLAN_VNIFILTER = 1
          0c 00 21 00  c2 ff ff 00 00 00 00 ff   # IFLA_VXLAN_RESERVED_BITS`)
    expect(decodeNewLink(bytes)).toMatchObject({
      vxlan: { vni: 0, collectMetadata: true, gpe: true, vniFilter: true, port: 4791 },
    })
  })
})
