import { describe, expect, it } from 'vitest'
import { decodeNewLink, encodeLink, lines, newLink } from '../support/wire.ts'

describe('a port of a bridge on the wire', () => {
  // ip names the kind "bridge_slave" as IFLA_INFO_KIND; the kernel looks at neither, and reports the one that stands here.
  it('sends what ip sends for the same words, and what is newer', () => {
    const port = {
      kind: 'bridge',
      state: 'forwarding',
      priority: 8,
      cost: 100,
      hairpin: true,
      guard: false,
      rootBlock: true,
      fastLeave: true,
      learning: false,
      flood: false,
      proxyArp: true,
      proxyArpWifi: true,
      fdbFlush: true,
      multicastRouter: 'permanent',
      multicastFlood: false,
      multicastToUnicast: true,
      vlanTunnel: true,
      broadcastFlood: false,
      groupForwardMask: 8,
      neighborSuppress: true,
      isolated: true,
      backupPort: null,
      locked: false,
      learningSync: true,
      multicastEhtHostsLimit: 100,
      mab: true,
      multicastMaxGroups: 64,
      neighborVlanSuppress: true,
      backupNexthopId: 5,
      neighborForwardGratuitous: true,
    }
    const bytes = newLink(`
      f8 00 12 80   # IFLA_LINKINFO
        0b 00 04 00  62 72 69 64 67 65 00 00   # IFLA_INFO_SLAVE_KIND = "bridge"
        e8 00 05 80   # IFLA_INFO_SLAVE_DATA
          05 00 01 00  03 00 00 00   # IFLA_BRPORT_STATE = 3
          06 00 02 00  08 00 00 00   # IFLA_BRPORT_PRIORITY = 8
          08 00 03 00  64 00 00 00   # IFLA_BRPORT_COST = 100
          05 00 04 00  01 00 00 00   # IFLA_BRPORT_MODE = 1
          05 00 05 00  00 00 00 00   # IFLA_BRPORT_GUARD = 0
          05 00 06 00  01 00 00 00   # IFLA_BRPORT_PROTECT = 1
          05 00 07 00  01 00 00 00   # IFLA_BRPORT_FAST_LEAVE = 1
          05 00 08 00  00 00 00 00   # IFLA_BRPORT_LEARNING = 0
          05 00 09 00  00 00 00 00   # IFLA_BRPORT_UNICAST_FLOOD = 0
          05 00 0a 00  01 00 00 00   # IFLA_BRPORT_PROXYARP = 1
          05 00 0c 00  01 00 00 00   # IFLA_BRPORT_PROXYARP_WIFI = 1
          04 00 18 00   # IFLA_BRPORT_FLUSH
          05 00 19 00  02 00 00 00   # IFLA_BRPORT_MULTICAST_ROUTER = 2
          05 00 1b 00  00 00 00 00   # IFLA_BRPORT_MCAST_FLOOD = 0
          05 00 1c 00  01 00 00 00   # IFLA_BRPORT_MCAST_TO_UCAST = 1
          05 00 1d 00  01 00 00 00   # IFLA_BRPORT_VLAN_TUNNEL = 1
          05 00 1e 00  00 00 00 00   # IFLA_BRPORT_BCAST_FLOOD = 0
          06 00 1f 00  08 00 00 00   # IFLA_BRPORT_GROUP_FWD_MASK = 8
          05 00 20 00  01 00 00 00   # IFLA_BRPORT_NEIGH_SUPPRESS = 1
          05 00 21 00  01 00 00 00   # IFLA_BRPORT_ISOLATED = 1
          08 00 22 00  00 00 00 00   # IFLA_BRPORT_BACKUP_PORT = 0
          05 00 27 00  00 00 00 00   # IFLA_BRPORT_LOCKED = 0
          05 00 0b 00  01 00 00 00   # IFLA_BRPORT_LEARNING_SYNC = 1
          08 00 25 00  64 00 00 00   # IFLA_BRPORT_MCAST_EHT_HOSTS_LIMIT = 100
          05 00 28 00  01 00 00 00   # IFLA_BRPORT_MAB = 1
          08 00 2a 00  40 00 00 00   # IFLA_BRPORT_MCAST_MAX_GROUPS = 64
          05 00 2b 00  01 00 00 00   # IFLA_BRPORT_NEIGH_VLAN_SUPPRESS = 1
          08 00 2c 00  05 00 00 00   # IFLA_BRPORT_BACKUP_NHID = 5
          05 00 2d 00  01 00 00 00   # IFLA_BRPORT_NEIGH_FORWARD_GRAT = 1`)
    expect(lines(encodeLink({ port }, 'change'))).toEqual(lines(bytes))
  })

  it('reads what Linux 6.18 reports', () => {
    const bytes = newLink(`
      07 00 03 00  76 30 00 00   # IFLA_IFNAME = "v0"
      6c 01 12 00   # IFLA_LINKINFO
        09 00 01 00  76 65 74 68 00 00 00 00   # IFLA_INFO_KIND = "veth"
        0b 00 04 00  62 72 69 64 67 65 00 00   # IFLA_INFO_SLAVE_KIND = "bridge"
        50 01 05 00   # IFLA_INFO_SLAVE_DATA
          05 00 01 00  03 00 00 00   # IFLA_BRPORT_STATE = 3
          06 00 02 00  20 00 00 00   # IFLA_BRPORT_PRIORITY = 32
          08 00 03 00  02 00 00 00   # IFLA_BRPORT_COST = 2
          05 00 04 00  00 00 00 00   # IFLA_BRPORT_MODE = 0
          05 00 05 00  00 00 00 00   # IFLA_BRPORT_GUARD = 0
          05 00 06 00  00 00 00 00   # IFLA_BRPORT_PROTECT = 0
          05 00 07 00  00 00 00 00   # IFLA_BRPORT_FAST_LEAVE = 0
          05 00 1c 00  00 00 00 00   # IFLA_BRPORT_MCAST_TO_UCAST = 0
          05 00 08 00  01 00 00 00   # IFLA_BRPORT_LEARNING = 1
          05 00 09 00  01 00 00 00   # IFLA_BRPORT_UNICAST_FLOOD = 1
          05 00 1b 00  01 00 00 00   # IFLA_BRPORT_MCAST_FLOOD = 1
          05 00 1e 00  01 00 00 00   # IFLA_BRPORT_BCAST_FLOOD = 1
          05 00 0a 00  00 00 00 00   # IFLA_BRPORT_PROXYARP = 0
          05 00 0c 00  00 00 00 00   # IFLA_BRPORT_PROXYARP_WIFI = 0
          0c 00 0d 00  80 00 02 00 00 00 00 01   # IFLA_BRPORT_ROOT_ID = priority 32768, 02:00:00:00:00:01
          0c 00 0e 00  80 00 02 00 00 00 00 01   # IFLA_BRPORT_BRIDGE_ID = priority 32768, 02:00:00:00:00:01
          06 00 0f 00  01 80 00 00   # IFLA_BRPORT_DESIGNATED_PORT = 32769
          06 00 10 00  00 00 00 00   # IFLA_BRPORT_DESIGNATED_COST = 0
          06 00 11 00  01 80 00 00   # IFLA_BRPORT_ID = 32769
          06 00 12 00  01 00 00 00   # IFLA_BRPORT_NO = 1
          05 00 13 00  00 00 00 00   # IFLA_BRPORT_TOPOLOGY_CHANGE_ACK = 0
          05 00 14 00  00 00 00 00   # IFLA_BRPORT_CONFIG_PENDING = 0
          05 00 1d 00  00 00 00 00   # IFLA_BRPORT_VLAN_TUNNEL = 0
          06 00 1f 00  00 00 00 00   # IFLA_BRPORT_GROUP_FWD_MASK = 0
          05 00 20 00  00 00 00 00   # IFLA_BRPORT_NEIGH_SUPPRESS = 0
          05 00 23 00  00 00 00 00   # IFLA_BRPORT_MRP_RING_OPEN = 0
          05 00 24 00  00 00 00 00   # IFLA_BRPORT_MRP_IN_OPEN = 0
          05 00 21 00  00 00 00 00   # IFLA_BRPORT_ISOLATED = 0
          05 00 27 00  00 00 00 00   # IFLA_BRPORT_LOCKED = 0
          05 00 28 00  00 00 00 00   # IFLA_BRPORT_MAB = 0
          05 00 2b 00  00 00 00 00   # IFLA_BRPORT_NEIGH_VLAN_SUPPRESS = 0
          0c 00 15 00  00 00 00 00 00 00 00 00   # IFLA_BRPORT_MESSAGE_AGE_TIMER = 0
          0c 00 16 00  42 05 00 00 00 00 00 00   # IFLA_BRPORT_FORWARD_DELAY_TIMER = 1346
          0c 00 17 00  00 00 00 00 00 00 00 00   # IFLA_BRPORT_HOLD_TIMER = 0
          05 00 19 00  01 00 00 00   # IFLA_BRPORT_MULTICAST_ROUTER = 1
          08 00 25 00  00 02 00 00   # IFLA_BRPORT_MCAST_EHT_HOSTS_LIMIT = 512
          08 00 26 00  00 00 00 00   # IFLA_BRPORT_MCAST_EHT_HOSTS_CNT = 0
          08 00 29 00  01 00 00 00   # IFLA_BRPORT_MCAST_N_GROUPS = 1
          08 00 2a 00  00 00 00 00   # IFLA_BRPORT_MCAST_MAX_GROUPS = 0`)
    expect(decodeNewLink(bytes)).toEqual({
      ...decodeNewLink(newLink('07 00 03 00  76 30 00 00   # IFLA_IFNAME = "v0"')),
      kind: 'veth',
      veth: {},
      port: {
        kind: 'bridge',
        state: 'forwarding',
        priority: 32,
        cost: 2,
        hairpin: false,
        guard: false,
        rootBlock: false,
        fastLeave: false,
        multicastToUnicast: false,
        learning: true,
        flood: true,
        multicastFlood: true,
        broadcastFlood: true,
        proxyArp: false,
        proxyArpWifi: false,
        designatedRoot: { priority: 32_768, address: '02:00:00:00:00:01' },
        designatedBridge: { priority: 32_768, address: '02:00:00:00:00:01' },
        designatedPort: 0x8001,
        designatedCost: 0,
        id: 0x8001,
        number: 1,
        topologyChangeAck: false,
        configPending: false,
        vlanTunnel: false,
        groupForwardMask: 0,
        neighborSuppress: false,
        mrpRingOpen: false,
        mrpInOpen: false,
        isolated: false,
        locked: false,
        mab: false,
        neighborVlanSuppress: false,
        messageAgeTimer: 0,
        forwardDelayTimer: 1346,
        holdTimer: 0,
        multicastRouter: 'automatic',
        multicastEhtHostsLimit: 512,
        multicastEhtHostsCount: 0,
        multicastGroups: 1,
        multicastMaxGroups: 0,
      },
    })
  })

  // IFF_UP in flags and change.
  const up = '00 00 00 00  00 00 00 00  01 00 00 00  01 00 00 00'

  it('comes up in the message that creates it, where it is said that the master is a bridge', () => {
    const port = { kind: 'ifb', name: 'p', master: 5, up: true, port: { kind: 'bridge' } }
    const bytes = newLink(
      `
      06 00 03 00  70 00 00 00   # IFLA_IFNAME "p"
      08 00 0a 00  05 00 00 00   # IFLA_MASTER = 5
      0c 00 12 80                # IFLA_LINKINFO
        08 00 01 00  69 66 62 00 #   IFLA_INFO_KIND "ifb"
    `,
      up,
    )
    expect(lines(encodeLink(port))).toEqual(lines(bytes))
  })

  it('comes up behind it, where the master may be another one', () => {
    const flags = (options: object) => encodeLink({ kind: 'ifb', name: 'p', master: 5, up: true, ...options })[16 + 8]
    expect([flags({}), flags({ port: { kind: 'bond' } }), flags({ port: { kind: 'bridge', hairpin: true } })]).toEqual([0, 0, 1])
  })
})
