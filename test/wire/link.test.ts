import { describe, expect, it } from 'vitest'
import { decodeNewLink, encodeLink, hex, lines, newLink } from '../support/wire.ts'

describe('what every link has, on the wire', () => {
  it('is a whole message, header included', () => {
    const bytes = hex(`
      28 00 00 00  10 00 01 00  00 00 00 00  00 00 00 00   # nlmsghdr: 40 bytes, RTM_NEWLINK, NLM_F_REQUEST
      00 00 00 00  00 00 00 00  00 00 00 00  00 00 00 00   # ifinfomsg
      08 00 04 00  dc 05 00 00   # IFLA_MTU = 1500`)
    expect(lines(encodeLink({ mtu: 1500 }, 'change'))).toEqual(lines(bytes))
  })

  it('sends what ip sends for the same words', () => {
    const options = {
      up: true,
      arp: false,
      promiscuous: true,
      allMulticast: true,
      multicast: false,
      mtu: 1300,
      address: '02:00:00:00:00:0c',
      broadcast: 'ff:ff:ff:ff:ff:fe',
      txQueueLength: 10,
      alias: 'uplink',
      group: 5,
      families: { inet6: { addressGenerationMode: 'none' } },
    }
    const bytes = newLink(
      `
      08 00 04 00  14 05 00 00   # IFLA_MTU = 1300
      0a 00 01 00  02 00 00 00 00 0c 00 00   # IFLA_ADDRESS = 02:00:00:00:00:0c
      0a 00 02 00  ff ff ff ff ff fe 00 00   # IFLA_BROADCAST = ff:ff:ff:ff:ff:fe
      08 00 0d 00  0a 00 00 00   # IFLA_TXQLEN = 10
      0a 00 14 00  75 70 6c 69 6e 6b 00 00   # IFLA_IFALIAS = "uplink"
      08 00 1b 00  05 00 00 00   # IFLA_GROUP = 5
      10 00 1a 80   # IFLA_AF_SPEC
        0c 00 0a 80   # AF_INET6
          05 00 08 00  01 00 00 00   # IFLA_INET6_ADDR_GEN_MODE = 1`,
      '00 00 00 00  00 00 00 00  81 03 00 00  81 13 00 00', // ifi_flags = UP, NOARP, PROMISC, ALLMULTI; ifi_change = those and MULTICAST
    )
    expect(lines(encodeLink(options, 'change'))).toEqual(lines(bytes))
  })

  it('sends an alias of 255 bytes, which the kernel refuses with a NUL behind it', () => {
    const bytes = newLink(`03 01 14 00  ${'61'.repeat(255)} 00   # IFLA_IFALIAS`)
    expect(lines(encodeLink({ alias: 'a'.repeat(255) }, 'change'))).toEqual(lines(bytes))
  })

  it('sends null as index 0: no master', () => {
    const bytes = newLink('08 00 0a 00  00 00 00 00   # IFLA_MASTER = 0')
    expect(lines(encodeLink({ master: null }, 'change'))).toEqual(lines(bytes))
  })

  it('sends what ip has no word for, or needs other hardware for', () => {
    const options = {
      operationalState: 'up',
      linkMode: 'dormant',
      carrier: false,
      protoDown: true,
      protoDownReason: { mask: 3, value: 1 },
      gsoMaxSize: 65_536,
      gsoMaxSegments: 64,
      groMaxSize: 65_536,
      gsoIpv4MaxSize: 65_537,
      groIpv4MaxSize: 65_538,
      netns: { pid: 1 },
    }
    const bytes = newLink(`
      05 00 10 00  06 00 00 00   # IFLA_OPERSTATE = 6
      05 00 11 00  01 00 00 00   # IFLA_LINKMODE = 1
      05 00 21 00  00 00 00 00   # IFLA_CARRIER = 0
      05 00 27 00  01 00 00 00   # IFLA_PROTO_DOWN = 1
      14 00 37 80   # IFLA_PROTO_DOWN_REASON
        08 00 01 00  03 00 00 00   # IFLA_PROTO_DOWN_REASON_MASK = 3
        08 00 02 00  01 00 00 00   # IFLA_PROTO_DOWN_REASON_VALUE = 1
      08 00 29 00  00 00 01 00   # IFLA_GSO_MAX_SIZE = 65536
      08 00 28 00  40 00 00 00   # IFLA_GSO_MAX_SEGS = 64
      08 00 3a 00  00 00 01 00   # IFLA_GRO_MAX_SIZE = 65536
      08 00 3f 00  01 00 01 00   # IFLA_GSO_IPV4_MAX_SIZE = 65537
      08 00 40 00  02 00 01 00   # IFLA_GRO_IPV4_MAX_SIZE = 65538
      08 00 13 00  01 00 00 00   # IFLA_NET_NS_PID = 1`)
    expect(lines(encodeLink(options, 'change'))).toEqual(lines(bytes))
  })

  it('leaves to the second message what the kernel does not take on creation', () => {
    const options = { name: 'ifb7', alias: 'uplink', carrier: true, kind: 'ifb' }
    const first = newLink(`
      09 00 03 00  69 66 62 37 00 00 00 00   # IFLA_IFNAME = "ifb7"
      0c 00 12 80   # IFLA_LINKINFO
        08 00 01 00  69 66 62 00   # IFLA_INFO_KIND = "ifb"`)
    const second = newLink(`
      0a 00 14 00  75 70 6c 69 6e 6b 00 00   # IFLA_IFALIAS = "uplink"
      05 00 21 00  01 00 00 00   # IFLA_CARRIER = 1`)
    expect(lines(encodeLink(options, 'create'))).toEqual(lines(first))
    expect(lines(encodeLink(options, 'afterCreation'))).toEqual(lines(second))
  })

  it('takes a kind without rows as bytes, and gives them back', () => {
    const data = hex('08 00 01 00  07 00 00 00')
    const bytes = newLink(`
      1c 00 12 80   # IFLA_LINKINFO
        0c 00 01 00  6e 6f 76 65 6c 74 79 00   # IFLA_INFO_KIND = "novelty"
        0c 00 02 80   # IFLA_INFO_DATA
          08 00 01 00  07 00 00 00`)
    expect(lines(encodeLink({ kind: 'other', kernelKind: 'novelty', data }))).toEqual(lines(bytes))
    expect(decodeNewLink(bytes)).toMatchObject({ kind: 'other', kernelKind: 'novelty', data })
  })

  it('reads what Linux 6.18 reports of a port of a bridge', () => {
    const bytes = newLink(
      `
      07 00 03 00  76 30 00 00   # IFLA_IFNAME = "v0"
      08 00 0d 00  e8 03 00 00   # IFLA_TXQLEN = 1000
      05 00 10 00  06 00 00 00   # IFLA_OPERSTATE = 6
      05 00 11 00  00 00 00 00   # IFLA_LINKMODE = 0
      05 00 43 00  00 00 00 00   # IFLA_NETNS_IMMUTABLE = 0
      08 00 04 00  dc 05 00 00   # IFLA_MTU = 1500
      08 00 32 00  44 00 00 00   # IFLA_MIN_MTU = 68
      08 00 33 00  ff ff 00 00   # IFLA_MAX_MTU = 65535
      08 00 1b 00  00 00 00 00   # IFLA_GROUP = 0
      08 00 1e 00  01 00 00 00   # IFLA_PROMISCUITY = 1
      08 00 3d 00  01 00 00 00   # IFLA_ALLMULTI = 1
      08 00 1f 00  02 00 00 00   # IFLA_NUM_TX_QUEUES = 2
      08 00 28 00  ff ff 00 00   # IFLA_GSO_MAX_SEGS = 65535
      08 00 29 00  00 00 01 00   # IFLA_GSO_MAX_SIZE = 65536
      08 00 3a 00  00 00 01 00   # IFLA_GRO_MAX_SIZE = 65536
      08 00 3f 00  00 00 01 00   # IFLA_GSO_IPV4_MAX_SIZE = 65536
      08 00 40 00  00 00 01 00   # IFLA_GRO_IPV4_MAX_SIZE = 65536
      08 00 3b 00  f8 ff 07 00   # IFLA_TSO_MAX_SIZE = 524280
      08 00 3c 00  ff ff 00 00   # IFLA_TSO_MAX_SEGS = 65535
      08 00 42 00  00 00 00 00   # IFLA_MAX_PACING_OFFLOAD_HORIZON = 0
      08 00 20 00  02 00 00 00   # IFLA_NUM_RX_QUEUES = 2
      08 00 0a 00  03 00 00 00   # IFLA_MASTER = 3
      05 00 21 00  01 00 00 00   # IFLA_CARRIER = 1
      08 00 23 00  02 00 00 00   # IFLA_CARRIER_CHANGES = 2
      08 00 2f 00  01 00 00 00   # IFLA_CARRIER_UP_COUNT = 1
      08 00 30 00  01 00 00 00   # IFLA_CARRIER_DOWN_COUNT = 1
      06 00 44 00  00 00 00 00   # IFLA_HEADROOM = 0
      06 00 45 00  00 00 00 00   # IFLA_TAILROOM = 0
      05 00 27 00  00 00 00 00   # IFLA_PROTO_DOWN = 0
      0a 00 01 00  36 ef 1a e1 4b 26 00 00   # IFLA_ADDRESS = 36:ef:1a:e1:4b:26
      0a 00 02 00  ff ff ff ff ff ff 00 00   # IFLA_BROADCAST = ff:ff:ff:ff:ff:ff
      0c 00 2b 00  05 00 02 00 00 00 00 00   # IFLA_XDP: IFLA_XDP_ATTACHED = 0
      08 00 05 00  04 00 00 00   # IFLA_LINK = 4
      0c 00 06 00  6e 6f 71 75 65 75 65 00   # IFLA_QDISC = "noqueue"
      24 00 0e 00  00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00   # IFLA_MAP
      04 00 3e 00   # IFLA_DEVLINK_PORT
      04 00 41 00   # IFLA_DPLL_PIN`,
      '00 00 01 00  05 00 00 00  43 10 01 00  00 00 00 00', // ARPHRD_ETHER, index 5, BROADCAST MULTICAST UP LOWER_UP RUNNING
    )
    expect(decodeNewLink(bytes)).toMatchObject({
      index: 5,
      name: 'v0',
      type: 'ether',
      flags: ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'],
      up: true,
      arp: true,
      promiscuous: false,
      allMulticast: false,
      multicast: true,
      txQueueLength: 1000,
      operationalState: 'up',
      linkMode: 'default',
      netnsImmutable: false,
      mtu: 1500,
      minMtu: 68,
      maxMtu: 65_535,
      group: 0,
      promiscuity: 1,
      allMulticastCount: 1,
      numTxQueues: 2,
      numRxQueues: 2,
      gsoMaxSegments: 65_535,
      gsoMaxSize: 65_536,
      groMaxSize: 65_536,
      gsoIpv4MaxSize: 65_536,
      groIpv4MaxSize: 65_536,
      tsoMaxSize: 524_280,
      tsoMaxSegments: 65_535,
      maxPacingOffloadHorizon: 0,
      master: 3,
      carrier: true,
      carrierChanges: 2,
      carrierUpCount: 1,
      carrierDownCount: 1,
      headroom: 0,
      tailroom: 0,
      protoDown: false,
      address: '36:ef:1a:e1:4b:26',
      broadcast: 'ff:ff:ff:ff:ff:ff',
      link: 4,
      qdisc: 'noqueue',
      resources: { memoryStart: 0, memoryEnd: 0, baseAddress: 0, irq: 0, dma: 0, port: 0 },
    })
    expect(decodeNewLink(bytes)).not.toHaveProperty('unknown')
  })

  it('keeps attributes that it does not know', () => {
    const bytes = newLink('06 00 ff 01  12 34 00 00   # attribute 511')
    expect(decodeNewLink(bytes)).toMatchObject({ unknown: [{ type: 511, bytes: hex('12 34') }] })
  })

  it('keeps an attribute that is shorter than it should be', () => {
    const bytes = newLink('06 00 04 00  dc 05 00 00   # IFLA_MTU, 2 bytes')
    expect(decodeNewLink(bytes)).toMatchObject({ unknown: [{ type: 4, bytes: hex('dc 05') }] })
  })
})
