import { describe, expect, it } from 'vitest'
import { decodeNewLink, encodeLink, given, lines, newLink } from '../support/wire.ts'

describe('bridge on the wire', () => {
  it('sends what ip sends for the same words', () => {
    const options = {
      name: 'br1',
      kind: 'bridge',
      bridge: {
        forwardDelay: 200,
        helloTime: 100,
        maxAge: 600,
        ageingTime: 0,
        stpState: 'disabled',
        priority: 4096,
        vlanFiltering: true,
        vlanProtocol: '802.1ad',
        groupForwardMask: 8,
        groupAddress: '01:80:c2:00:00:04',
        fdbFlush: true,
        multicastRouter: 'permanent',
        multicastSnooping: true,
        multicastQueryUseInterfaceAddress: true,
        multicastQuerier: true,
        multicastHashMax: 512,
        multicastLastMemberCount: 3,
        multicastStartupQueryCount: 4,
        multicastLastMemberInterval: 101,
        multicastMembershipInterval: 102,
        multicastQuerierInterval: 103,
        multicastQueryInterval: 104,
        multicastQueryResponseInterval: 105,
        multicastStartupQueryInterval: 106,
        nfCallIptables: true,
        nfCallIp6tables: false,
        nfCallArptables: true,
        vlanDefaultPvid: 2,
        vlanStatsEnabled: true,
        multicastStatsEnabled: true,
        multicastIgmpVersion: 3,
        multicastMldVersion: 2,
        vlanStatsPerPort: true,
        switches: { noLinkLocalLearn: true },
      },
    }
    const bytes = newLink(`
      08 00 03 00  62 72 31 00   # IFLA_IFNAME = "br1"
      40 01 12 80   # IFLA_LINKINFO
        0b 00 01 00  62 72 69 64 67 65 00 00   # IFLA_INFO_KIND = "bridge"
        30 01 02 80   # IFLA_INFO_DATA
          08 00 01 00  c8 00 00 00   # IFLA_BR_FORWARD_DELAY = 200
          08 00 02 00  64 00 00 00   # IFLA_BR_HELLO_TIME = 100
          08 00 03 00  58 02 00 00   # IFLA_BR_MAX_AGE = 600
          08 00 04 00  00 00 00 00   # IFLA_BR_AGEING_TIME = 0
          08 00 05 00  00 00 00 00   # IFLA_BR_STP_STATE = 0
          06 00 06 00  00 10 00 00   # IFLA_BR_PRIORITY = 4096
          05 00 07 00  01 00 00 00   # IFLA_BR_VLAN_FILTERING = 1
          06 00 08 00  88 a8 00 00   # IFLA_BR_VLAN_PROTOCOL = 0x88a8, network order
          06 00 09 00  08 00 00 00   # IFLA_BR_GROUP_FWD_MASK = 8
          0a 00 14 00  01 80 c2 00 00 04 00 00   # IFLA_BR_GROUP_ADDR = 01:80:c2:00:00:04
          04 00 15 00   # IFLA_BR_FDB_FLUSH
          05 00 16 00  02 00 00 00   # IFLA_BR_MCAST_ROUTER = 2
          05 00 17 00  01 00 00 00   # IFLA_BR_MCAST_SNOOPING = 1
          05 00 18 00  01 00 00 00   # IFLA_BR_MCAST_QUERY_USE_IFADDR = 1
          05 00 19 00  01 00 00 00   # IFLA_BR_MCAST_QUERIER = 1
          08 00 1b 00  00 02 00 00   # IFLA_BR_MCAST_HASH_MAX = 512
          08 00 1c 00  03 00 00 00   # IFLA_BR_MCAST_LAST_MEMBER_CNT = 3
          08 00 1d 00  04 00 00 00   # IFLA_BR_MCAST_STARTUP_QUERY_CNT = 4
          0c 00 1e 00  65 00 00 00 00 00 00 00   # IFLA_BR_MCAST_LAST_MEMBER_INTVL = 101
          0c 00 1f 00  66 00 00 00 00 00 00 00   # IFLA_BR_MCAST_MEMBERSHIP_INTVL = 102
          0c 00 20 00  67 00 00 00 00 00 00 00   # IFLA_BR_MCAST_QUERIER_INTVL = 103
          0c 00 21 00  68 00 00 00 00 00 00 00   # IFLA_BR_MCAST_QUERY_INTVL = 104
          0c 00 22 00  69 00 00 00 00 00 00 00   # IFLA_BR_MCAST_QUERY_RESPONSE_INTVL = 105
          0c 00 23 00  6a 00 00 00 00 00 00 00   # IFLA_BR_MCAST_STARTUP_QUERY_INTVL = 106
          05 00 24 00  01 00 00 00   # IFLA_BR_NF_CALL_IPTABLES = 1
          05 00 25 00  00 00 00 00   # IFLA_BR_NF_CALL_IP6TABLES = 0
          05 00 26 00  01 00 00 00   # IFLA_BR_NF_CALL_ARPTABLES = 1
          06 00 27 00  02 00 00 00   # IFLA_BR_VLAN_DEFAULT_PVID = 2
          05 00 29 00  01 00 00 00   # IFLA_BR_VLAN_STATS_ENABLED = 1
          05 00 2a 00  01 00 00 00   # IFLA_BR_MCAST_STATS_ENABLED = 1
          05 00 2b 00  03 00 00 00   # IFLA_BR_MCAST_IGMP_VERSION = 3
          05 00 2c 00  02 00 00 00   # IFLA_BR_MCAST_MLD_VERSION = 2
          05 00 2d 00  01 00 00 00   # IFLA_BR_VLAN_STATS_PER_PORT = 1
          0c 00 2e 00  01 00 00 00 01 00 00 00   # IFLA_BR_MULTI_BOOLOPT = value 0x1, mask 0x1`)
    expect(lines(encodeLink(options))).toEqual(lines(bytes))
  })

  it('sends what is newer than ip 6.1', () => {
    const options = {
      name: 'br1',
      kind: 'bridge',
      bridge: {
        multicastHashElasticity: 16,
        switches: { multicastVlanSnooping: false, mdbOffloadFailNotification: true, fdbLocalVlan0: true },
        fdbMaxLearned: 1000,
        stpMode: 'user',
      },
    }
    const bytes = newLink(`
      08 00 03 00  62 72 31 00   # IFLA_IFNAME = "br1"
      38 00 12 80   # IFLA_LINKINFO
        0b 00 01 00  62 72 69 64 67 65 00 00   # IFLA_INFO_KIND = "bridge"
        28 00 02 80   # IFLA_INFO_DATA
          08 00 1a 00  10 00 00 00   # IFLA_BR_MCAST_HASH_ELASTICITY = 16
          0c 00 2e 00  18 00 00 00 1a 00 00 00   # IFLA_BR_MULTI_BOOLOPT = value 0x18, mask 0x1a
          08 00 31 00  e8 03 00 00   # IFLA_BR_FDB_MAX_LEARNED = 1000
          08 00 32 00  01 00 00 00   # IFLA_BR_STP_MODE = 1`)
    expect(lines(encodeLink(options))).toEqual(lines(bytes))
  })

  it('reads what Linux 6.18 reports', () => {
    const bytes = newLink(`
      08 00 03 00  62 72 30 00   # IFLA_IFNAME = "br0"
      9c 01 12 00   # IFLA_LINKINFO
        0b 00 01 00  62 72 69 64 67 65 00 00   # IFLA_INFO_KIND = "bridge"
        8c 01 02 00   # IFLA_INFO_DATA
          0c 00 10 00  00 00 00 00 00 00 00 00   # IFLA_BR_HELLO_TIMER = 0
          0c 00 11 00  00 00 00 00 00 00 00 00   # IFLA_BR_TCN_TIMER = 0
          0c 00 12 00  00 00 00 00 00 00 00 00   # IFLA_BR_TOPOLOGY_CHANGE_TIMER = 0
          0c 00 13 00  98 74 00 00 00 00 00 00   # IFLA_BR_GC_TIMER = 29848
          08 00 01 00  dc 05 00 00   # IFLA_BR_FORWARD_DELAY = 1500
          08 00 02 00  c8 00 00 00   # IFLA_BR_HELLO_TIME = 200
          08 00 03 00  d0 07 00 00   # IFLA_BR_MAX_AGE = 2000
          08 00 04 00  30 75 00 00   # IFLA_BR_AGEING_TIME = 30000
          08 00 05 00  00 00 00 00   # IFLA_BR_STP_STATE = 0
          06 00 06 00  00 80 00 00   # IFLA_BR_PRIORITY = 32768
          05 00 07 00  00 00 00 00   # IFLA_BR_VLAN_FILTERING = 0
          06 00 09 00  00 00 00 00   # IFLA_BR_GROUP_FWD_MASK = 0
          0c 00 0b 00  80 00 02 00 00 00 00 01   # IFLA_BR_BRIDGE_ID = priority 32768, 02:00:00:00:00:01
          0c 00 0a 00  80 00 02 00 00 00 00 01   # IFLA_BR_ROOT_ID = priority 32768, 02:00:00:00:00:01
          06 00 0c 00  00 00 00 00   # IFLA_BR_ROOT_PORT = 0
          08 00 0d 00  00 00 00 00   # IFLA_BR_ROOT_PATH_COST = 0
          05 00 0e 00  00 00 00 00   # IFLA_BR_TOPOLOGY_CHANGE = 0
          05 00 0f 00  00 00 00 00   # IFLA_BR_TOPOLOGY_CHANGE_DETECTED = 0
          0a 00 14 00  01 80 c2 00 00 00 00 00   # IFLA_BR_GROUP_ADDR = 01:80:c2:00:00:00
          0c 00 2e 00  00 00 00 00 1f 00 00 00   # IFLA_BR_MULTI_BOOLOPT = value 0x0, mask 0x1f
          08 00 30 00  01 00 00 00   # IFLA_BR_FDB_N_LEARNED = 1
          08 00 31 00  00 00 00 00   # IFLA_BR_FDB_MAX_LEARNED = 0
          05 00 16 00  01 00 00 00   # IFLA_BR_MCAST_ROUTER = 1
          05 00 17 00  01 00 00 00   # IFLA_BR_MCAST_SNOOPING = 1
          05 00 18 00  00 00 00 00   # IFLA_BR_MCAST_QUERY_USE_IFADDR = 0
          05 00 19 00  00 00 00 00   # IFLA_BR_MCAST_QUERIER = 0
          05 00 2a 00  00 00 00 00   # IFLA_BR_MCAST_STATS_ENABLED = 0
          08 00 1a 00  10 00 00 00   # IFLA_BR_MCAST_HASH_ELASTICITY = 16
          08 00 1b 00  00 10 00 00   # IFLA_BR_MCAST_HASH_MAX = 4096
          08 00 1c 00  02 00 00 00   # IFLA_BR_MCAST_LAST_MEMBER_CNT = 2
          08 00 1d 00  02 00 00 00   # IFLA_BR_MCAST_STARTUP_QUERY_CNT = 2
          05 00 2b 00  02 00 00 00   # IFLA_BR_MCAST_IGMP_VERSION = 2
          05 00 2c 00  01 00 00 00   # IFLA_BR_MCAST_MLD_VERSION = 1
          0c 00 1e 00  64 00 00 00 00 00 00 00   # IFLA_BR_MCAST_LAST_MEMBER_INTVL = 100
          0c 00 1f 00  90 65 00 00 00 00 00 00   # IFLA_BR_MCAST_MEMBERSHIP_INTVL = 26000
          0c 00 20 00  9c 63 00 00 00 00 00 00   # IFLA_BR_MCAST_QUERIER_INTVL = 25500
          0c 00 21 00  d4 30 00 00 00 00 00 00   # IFLA_BR_MCAST_QUERY_INTVL = 12500
          0c 00 22 00  e8 03 00 00 00 00 00 00   # IFLA_BR_MCAST_QUERY_RESPONSE_INTVL = 1000
          0c 00 23 00  34 0c 00 00 00 00 00 00   # IFLA_BR_MCAST_STARTUP_QUERY_INTVL = 3124
          05 00 24 00  00 00 00 00   # IFLA_BR_NF_CALL_IPTABLES = 0
          05 00 25 00  00 00 00 00   # IFLA_BR_NF_CALL_IP6TABLES = 0
          05 00 26 00  00 00 00 00   # IFLA_BR_NF_CALL_ARPTABLES = 0`)
    expect(decodeNewLink(bytes)).toMatchObject({
      name: 'br0',
      kind: 'bridge',
      bridge: {
        helloTimer: 0,
        topologyChangeNotificationTimer: 0,
        topologyChangeTimer: 0,
        garbageCollectionTimer: 29_848,
        forwardDelay: 1500,
        helloTime: 200,
        maxAge: 2000,
        ageingTime: 30_000,
        stpState: 'disabled',
        priority: 32_768,
        vlanFiltering: false,
        groupForwardMask: 0,
        bridgeId: { priority: 32_768, address: '02:00:00:00:00:01' },
        rootId: { priority: 32_768, address: '02:00:00:00:00:01' },
        rootPort: 0,
        rootPathCost: 0,
        topologyChange: false,
        topologyChangeDetected: false,
        groupAddress: '01:80:c2:00:00:00',
        switches: {
          noLinkLocalLearn: false,
          multicastVlanSnooping: false,
          mstEnabled: false,
          mdbOffloadFailNotification: false,
          fdbLocalVlan0: false,
        },
        fdbLearned: 1,
        fdbMaxLearned: 0,
        multicastRouter: 'automatic',
        multicastSnooping: true,
        multicastQueryUseInterfaceAddress: false,
        multicastQuerier: false,
        multicastStatsEnabled: false,
        multicastHashElasticity: 16,
        multicastHashMax: 4096,
        multicastLastMemberCount: 2,
        multicastStartupQueryCount: 2,
        multicastIgmpVersion: 2,
        multicastMldVersion: 1,
        multicastLastMemberInterval: 100,
        multicastMembershipInterval: 26_000,
        multicastQuerierInterval: 25_500,
        multicastQueryInterval: 12_500,
        multicastQueryResponseInterval: 1000,
        multicastStartupQueryInterval: 3124,
        nfCallIptables: false,
        nfCallIp6tables: false,
        nfCallArptables: false,
      },
    })
    expect(decodeNewLink(bytes)).not.toHaveProperty('bridge.unknown')
  })

  it('reads what needs another bridge or another kernel', () => {
    const bytes = newLink(`
      b4 00 12 00   # IFLA_LINKINFO
        0b 00 01 00  62 72 69 64 67 65 00 00   # IFLA_INFO_KIND = "bridge"
        a4 00 02 00   # IFLA_INFO_DATA
          08 00 05 00  02 00 00 00   # IFLA_BR_STP_STATE = 2
          0c 00 0a 00  10 00 02 00 00 00 00 02   # IFLA_BR_ROOT_ID = priority 4096, 02:00:00:00:00:02
          06 00 08 00  88 a8 00 00   # IFLA_BR_VLAN_PROTOCOL = 0x88a8, network order
          06 00 27 00  01 00 00 00   # IFLA_BR_VLAN_DEFAULT_PVID = 1
          0c 00 28 00  00 00 00 00 00 00 00 00   # IFLA_BR_PAD
          05 00 29 00  01 00 00 00   # IFLA_BR_VLAN_STATS_ENABLED = 1
          05 00 2d 00  01 00 00 00   # IFLA_BR_VLAN_STATS_PER_PORT = 1
          0c 00 2e 00  25 00 00 00 3f 00 00 00   # IFLA_BR_MULTI_BOOLOPT = value 0x25, mask 0x3f
          4c 00 2f 00   # IFLA_BR_MCAST_QUERIER_STATE
            08 00 01 00  c0 00 02 01   # BRIDGE_QUERIER_IP_ADDRESS = 192.0.2.1
            08 00 02 00  07 00 00 00   # BRIDGE_QUERIER_IP_PORT = 7
            04 00 04 00   # BRIDGE_QUERIER_PAD
            0c 00 03 00  9c 63 00 00 00 00 00 00   # BRIDGE_QUERIER_IP_OTHER_TIMER = 25500
            14 00 05 00  fe 80 00 00 00 00 00 00 00 00 00 00 00 00 00 01   # BRIDGE_QUERIER_IPV6_ADDRESS = fe80::1
            08 00 06 00  08 00 00 00   # BRIDGE_QUERIER_IPV6_PORT = 8
            0c 00 07 00  9b 63 00 00 00 00 00 00   # BRIDGE_QUERIER_IPV6_OTHER_TIMER = 25499
          08 00 32 00  02 00 00 00   # IFLA_BR_STP_MODE = 2`)
    expect(given(decodeNewLink(bytes))).toMatchObject({
      bridge: {
        stpState: 'user',
        rootId: { priority: 4096, address: '02:00:00:00:00:02' },
        vlanProtocol: '802.1ad',
        vlanDefaultPvid: 1,
        vlanStatsEnabled: true,
        vlanStatsPerPort: true,
        switches: { noLinkLocalLearn: true, multicastVlanSnooping: false, mstEnabled: true, unknown: 0x20 },
        multicastQuerierState: {
          ipv4Address: '192.0.2.1',
          ipv4Port: 7,
          ipv4OtherTimer: 25_500,
          ipv6Address: 'fe80::1',
          ipv6Port: 8,
          ipv6OtherTimer: 25_499,
        },
        stpMode: 'kernel',
      },
    })
  })
})
