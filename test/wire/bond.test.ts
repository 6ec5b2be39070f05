import { describe, expect, it } from 'vitest'
import { decodeNewLink, encodeLink, given, lines, newLink } from '../support/wire.ts'

describe('bond on the wire', () => {
  it('sends what ip sends for the same words, and what is newer', () => {
    const options = {
      name: 'b0',
      kind: 'bond',
      bond: {
        mode: 'active-backup',
        miiInterval: 100,
        upDelay: 200,
        downDelay: 300,
        peerNotifyDelay: 400,
        useCarrier: true,
        arpInterval: 0,
        arpValidate: 'filterBackup',
        arpAllTargets: 'all',
        arpIpTargets: ['192.0.2.1', '192.0.2.2'],
        nsIp6Targets: ['2001:db8::1', '2001:db8::2'],
        primary: 1,
        primaryReselect: 'failure',
        failOverMac: 'follow',
        transmitHashPolicy: 'vlan+srcmac',
        resendIgmp: 5,
        peerNotifications: 7,
        allPortsActive: true,
        minLinks: 2,
        learningPacketInterval: 3,
        packetsPerPort: 9,
        lacpRate: 'fast',
        lacpActive: false,
        adSelect: 'count',
        adUserPortKey: 1023,
        adActorSystemPriority: 77,
        adActorSystem: '02:00:00:00:00:05',
        tlbDynamic: false,
        arpMissedMax: 9,
        activePort: null,
        coupledControl: false,
        broadcastNeighbor: true,
        lacpStrict: true,
      },
    }
    const bytes = newLink(`
      07 00 03 00  62 30 00 00   # IFLA_IFNAME = "b0"
      50 01 12 80   # IFLA_LINKINFO
        09 00 01 00  62 6f 6e 64 00 00 00 00   # IFLA_INFO_KIND = "bond"
        40 01 02 80   # IFLA_INFO_DATA
          05 00 01 00  01 00 00 00   # IFLA_BOND_MODE = 1
          08 00 03 00  64 00 00 00   # IFLA_BOND_MIIMON = 100
          08 00 04 00  c8 00 00 00   # IFLA_BOND_UPDELAY = 200
          08 00 05 00  2c 01 00 00   # IFLA_BOND_DOWNDELAY = 300
          08 00 1c 00  90 01 00 00   # IFLA_BOND_PEER_NOTIF_DELAY = 400
          05 00 06 00  01 00 00 00   # IFLA_BOND_USE_CARRIER = 1
          08 00 07 00  00 00 00 00   # IFLA_BOND_ARP_INTERVAL = 0
          08 00 09 00  06 00 00 00   # IFLA_BOND_ARP_VALIDATE = 6
          08 00 0a 00  01 00 00 00   # IFLA_BOND_ARP_ALL_TARGETS = 1
          14 00 08 80   # IFLA_BOND_ARP_IP_TARGET
            08 00 00 00  c0 00 02 01   # 0 = 192.0.2.1
            08 00 01 00  c0 00 02 02   # 1 = 192.0.2.2
          2c 00 1f 80   # IFLA_BOND_NS_IP6_TARGET
            14 00 00 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01   # 0 = 2001:db8::1
            14 00 01 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02   # 1 = 2001:db8::2
          08 00 0b 00  01 00 00 00   # IFLA_BOND_PRIMARY = 1
          05 00 0c 00  02 00 00 00   # IFLA_BOND_PRIMARY_RESELECT = 2
          05 00 0d 00  02 00 00 00   # IFLA_BOND_FAIL_OVER_MAC = 2
          05 00 0e 00  05 00 00 00   # IFLA_BOND_XMIT_HASH_POLICY = 5
          08 00 0f 00  05 00 00 00   # IFLA_BOND_RESEND_IGMP = 5
          05 00 10 00  07 00 00 00   # IFLA_BOND_NUM_PEER_NOTIF = 7
          05 00 11 00  01 00 00 00   # IFLA_BOND_ALL_SLAVES_ACTIVE = 1
          08 00 12 00  02 00 00 00   # IFLA_BOND_MIN_LINKS = 2
          08 00 13 00  03 00 00 00   # IFLA_BOND_LP_INTERVAL = 3
          08 00 14 00  09 00 00 00   # IFLA_BOND_PACKETS_PER_SLAVE = 9
          05 00 15 00  01 00 00 00   # IFLA_BOND_AD_LACP_RATE = 1
          05 00 1d 00  00 00 00 00   # IFLA_BOND_AD_LACP_ACTIVE = 0
          05 00 16 00  02 00 00 00   # IFLA_BOND_AD_SELECT = 2
          06 00 19 00  ff 03 00 00   # IFLA_BOND_AD_USER_PORT_KEY = 1023
          06 00 18 00  4d 00 00 00   # IFLA_BOND_AD_ACTOR_SYS_PRIO = 77
          0a 00 1a 00  02 00 00 00 00 05 00 00   # IFLA_BOND_AD_ACTOR_SYSTEM = 02:00:00:00:00:05
          05 00 1b 00  00 00 00 00   # IFLA_BOND_TLB_DYNAMIC_LB = 0
          05 00 1e 00  09 00 00 00   # IFLA_BOND_MISSED_MAX = 9
          08 00 02 00  00 00 00 00   # IFLA_BOND_ACTIVE_SLAVE = 0
          05 00 20 00  00 00 00 00   # IFLA_BOND_COUPLED_CONTROL = 0
          05 00 21 00  01 00 00 00   # IFLA_BOND_BROADCAST_NEIGH = 1
          05 00 22 00  01 00 00 00   # IFLA_BOND_LACP_STRICT = 1`)
    expect(lines(encodeLink(options))).toEqual(lines(bytes))
  })

  it.each([
    ['a delay without a monitor', { upDelay: 100 }, 'miiInterval', 'ERR_MISSING_OPTION'],
    ['a delay with the monitor off', { mode: '802.3ad', miiInterval: 0, downDelay: 100 }, 'miiInterval', 'ERR_MISSING_OPTION'],
    ['a target twice', { arpIpTargets: ['192.0.2.1', '192.0.2.1'] }, 'arpIpTargets', 'ERR_INVALID_ARG_VALUE'],
    ['a target over IPv6 twice', { nsIp6Targets: ['::2', '::2'] }, 'nsIp6Targets', 'ERR_INVALID_ARG_VALUE'],
    ['17 targets', { arpIpTargets: Array.from({ length: 17 }, (_, n) => `192.0.2.${n}`) }, 'arpIpTargets', 'ERR_OUT_OF_RANGE'],
    ['a target that is none', { arpIpTargets: ['192.0.2.1', '::1'] }, 'arpIpTargets.1', 'ERR_INVALID_ARG_TYPE'],
    ['a mode that there is not', { mode: 'active_backup' }, 'mode', 'ERR_INVALID_ARG_VALUE'],
    ['a time longer than the kernel takes', { miiInterval: 2 ** 31 }, 'miiInterval', 'ERR_OUT_OF_RANGE'],
    ['no learning packets', { learningPacketInterval: 0 }, 'learningPacketInterval', 'ERR_OUT_OF_RANGE'],
    ['what only the kernel says', { adInfo: {} }, 'adInfo', 'ERR_INVALID_ARG_VALUE'],
  ])('refuses %s', (_, bond, option, code) => {
    const refusal = { option: `bond.${option}`, code }
    expect(() => encodeLink({ kind: 'bond', bond })).toThrow(expect.objectContaining(refusal))
  })

  it.each(['802.3ad', 'balance-tlb', 'balance-alb'])('takes a delay in mode %s, which turns the monitor on', mode => {
    expect(() => encodeLink({ kind: 'bond', bond: { mode, upDelay: 100 } })).not.toThrow()
  })

  it('takes a delay in a change: the bond may have a monitor', () => {
    expect(() => encodeLink({ bond: { upDelay: 100 } }, 'change')).not.toThrow()
  })

  it('removes all targets', () => {
    const bytes = newLink(`
      18 00 12 80   # IFLA_LINKINFO
        09 00 01 00  62 6f 6e 64 00 00 00 00   # IFLA_INFO_KIND = "bond"
        08 00 02 80   # IFLA_INFO_DATA
          04 00 08 80   # IFLA_BOND_ARP_IP_TARGET`)
    expect(lines(encodeLink({ bond: { arpIpTargets: [] } }, 'change'))).toEqual(lines(bytes))
  })

  it('reads what Linux 6.12 reports in mode active-backup', () => {
    const bytes = newLink(`
      07 00 03 00  62 32 00 00   # IFLA_IFNAME = "b2"
      08 01 12 00   # IFLA_LINKINFO
        09 00 01 00  62 6f 6e 64 00 00 00 00   # IFLA_INFO_KIND = "bond"
        f8 00 02 00   # IFLA_INFO_DATA
          05 00 01 00  01 00 00 00   # IFLA_BOND_MODE = 1
          08 00 03 00  00 00 00 00   # IFLA_BOND_MIIMON = 0
          08 00 04 00  00 00 00 00   # IFLA_BOND_UPDELAY = 0
          08 00 05 00  00 00 00 00   # IFLA_BOND_DOWNDELAY = 0
          08 00 1c 00  00 00 00 00   # IFLA_BOND_PEER_NOTIF_DELAY = 0
          05 00 06 00  01 00 00 00   # IFLA_BOND_USE_CARRIER = 1
          08 00 07 00  c8 00 00 00   # IFLA_BOND_ARP_INTERVAL = 200
          14 00 08 00   # IFLA_BOND_ARP_IP_TARGET
            08 00 00 00  c0 00 02 01   # 0 = 192.0.2.1
            08 00 01 00  c0 00 02 02   # 1 = 192.0.2.2
          08 00 09 00  00 00 00 00   # IFLA_BOND_ARP_VALIDATE = 0
          08 00 0a 00  00 00 00 00   # IFLA_BOND_ARP_ALL_TARGETS = 0
          18 00 1f 80   # IFLA_BOND_NS_IP6_TARGET
            14 00 00 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01   # 0 = 2001:db8::1
          08 00 0b 00  0a 00 00 00   # IFLA_BOND_PRIMARY = 10
          05 00 0c 00  00 00 00 00   # IFLA_BOND_PRIMARY_RESELECT = 0
          05 00 0d 00  00 00 00 00   # IFLA_BOND_FAIL_OVER_MAC = 0
          05 00 0e 00  00 00 00 00   # IFLA_BOND_XMIT_HASH_POLICY = 0
          08 00 0f 00  01 00 00 00   # IFLA_BOND_RESEND_IGMP = 1
          05 00 10 00  01 00 00 00   # IFLA_BOND_NUM_PEER_NOTIF = 1
          05 00 11 00  00 00 00 00   # IFLA_BOND_ALL_SLAVES_ACTIVE = 0
          08 00 12 00  00 00 00 00   # IFLA_BOND_MIN_LINKS = 0
          08 00 13 00  01 00 00 00   # IFLA_BOND_LP_INTERVAL = 1
          08 00 14 00  01 00 00 00   # IFLA_BOND_PACKETS_PER_SLAVE = 1
          05 00 1d 00  01 00 00 00   # IFLA_BOND_AD_LACP_ACTIVE = 1
          05 00 15 00  00 00 00 00   # IFLA_BOND_AD_LACP_RATE = 0
          05 00 16 00  00 00 00 00   # IFLA_BOND_AD_SELECT = 0
          05 00 1b 00  01 00 00 00   # IFLA_BOND_TLB_DYNAMIC_LB = 1
          05 00 1e 00  02 00 00 00   # IFLA_BOND_MISSED_MAX = 2
          05 00 20 00  01 00 00 00   # IFLA_BOND_COUPLED_CONTROL = 1`)
    expect(given((decodeNewLink(bytes) as { bond?: object }).bond)).toEqual({
      mode: 'active-backup',
      miiInterval: 0,
      upDelay: 0,
      downDelay: 0,
      peerNotifyDelay: 0,
      useCarrier: true,
      arpInterval: 200,
      arpIpTargets: ['192.0.2.1', '192.0.2.2'],
      arpValidate: 'none',
      arpAllTargets: 'any',
      nsIp6Targets: ['2001:db8::1'],
      primary: 10,
      primaryReselect: 'always',
      failOverMac: 'none',
      transmitHashPolicy: 'layer2',
      resendIgmp: 1,
      peerNotifications: 1,
      allPortsActive: false,
      minLinks: 0,
      learningPacketInterval: 1,
      packetsPerPort: 1,
      lacpActive: true,
      lacpRate: 'slow',
      adSelect: 'stable',
      tlbDynamic: true,
      arpMissedMax: 2,
      coupledControl: true,
    })
  })

  it('reads what Linux 6.12 adds in mode 802.3ad', () => {
    const bytes = newLink(`
      70 00 12 00   # IFLA_LINKINFO
        09 00 01 00  62 6f 6e 64 00 00 00 00   # IFLA_INFO_KIND = "bond"
        60 00 02 00   # IFLA_INFO_DATA
          05 00 01 00  04 00 00 00   # IFLA_BOND_MODE = 4
          08 00 02 00  05 00 00 00   # IFLA_BOND_ACTIVE_SLAVE = 5
          06 00 18 00  ff ff 00 00   # IFLA_BOND_AD_ACTOR_SYS_PRIO = 65535
          06 00 19 00  00 00 00 00   # IFLA_BOND_AD_USER_PORT_KEY = 0
          0a 00 1a 00  00 00 00 00 00 00 00 00   # IFLA_BOND_AD_ACTOR_SYSTEM = 00:00:00:00:00:00
          30 00 17 00   # IFLA_BOND_AD_INFO
            06 00 01 00  01 00 00 00   # IFLA_BOND_AD_INFO_AGGREGATOR = 1
            06 00 02 00  02 00 00 00   # IFLA_BOND_AD_INFO_NUM_PORTS = 2
            06 00 03 00  0f 00 00 00   # IFLA_BOND_AD_INFO_ACTOR_KEY = 15
            06 00 04 00  11 00 00 00   # IFLA_BOND_AD_INFO_PARTNER_KEY = 17
            0a 00 05 00  2e 21 ae d2 76 65 00 00   # IFLA_BOND_AD_INFO_PARTNER_MAC = 2e:21:ae:d2:76:65`)
    expect(given((decodeNewLink(bytes) as { bond?: object }).bond)).toEqual({
      mode: '802.3ad',
      activePort: 5,
      adActorSystemPriority: 65_535,
      adUserPortKey: 0,
      adActorSystem: '00:00:00:00:00:00',
      adInfo: { aggregatorId: 1, ports: 2, actorKey: 15, partnerKey: 17, partnerAddress: '2e:21:ae:d2:76:65' },
    })
  })
})

describe('a port of a bond on the wire', () => {
  it('sends what can be set', () => {
    const port = { kind: 'bond', queueId: 3, priority: -5, actorPortPriority: 7 }
    const bytes = newLink(`
      2c 00 12 80   # IFLA_LINKINFO
        09 00 04 00  62 6f 6e 64 00 00 00 00   # IFLA_INFO_SLAVE_KIND = "bond"
        1c 00 05 80   # IFLA_INFO_SLAVE_DATA
          06 00 05 00  03 00 00 00   # IFLA_BOND_SLAVE_QUEUE_ID = 3
          08 00 09 00  fb ff ff ff   # IFLA_BOND_SLAVE_PRIO = -5
          06 00 0a 00  07 00 00 00   # IFLA_BOND_SLAVE_ACTOR_PORT_PRIO = 7`)
    expect(lines(encodeLink({ port }, 'change'))).toEqual(lines(bytes))
  })

  it('reads what Linux 6.12 reports', () => {
    const bytes = newLink(`
      07 00 03 00  78 30 00 00   # IFLA_IFNAME = "x0"
      84 00 12 00   # IFLA_LINKINFO
        09 00 01 00  76 65 74 68 00 00 00 00   # IFLA_INFO_KIND = "veth"
        09 00 04 00  62 6f 6e 64 00 00 00 00   # IFLA_INFO_SLAVE_KIND = "bond"
        68 00 05 00   # IFLA_INFO_SLAVE_DATA
          05 00 01 00  01 00 00 00   # IFLA_BOND_SLAVE_STATE = 1
          05 00 02 00  03 00 00 00   # IFLA_BOND_SLAVE_MII_STATUS = 3
          08 00 03 00  01 00 00 00   # IFLA_BOND_SLAVE_LINK_FAILURE_COUNT = 1
          0a 00 04 00  d2 ae a0 e6 39 16 00 00   # IFLA_BOND_SLAVE_PERM_HWADDR = d2:ae:a0:e6:39:16
          06 00 05 00  00 00 00 00   # IFLA_BOND_SLAVE_QUEUE_ID = 0
          08 00 09 00  fb ff ff ff   # IFLA_BOND_SLAVE_PRIO = -5
          06 00 06 00  01 00 00 00   # IFLA_BOND_SLAVE_AD_AGGREGATOR_ID = 1
          05 00 07 00  47 00 00 00   # IFLA_BOND_SLAVE_AD_ACTOR_OPER_PORT_STATE = 0x47
          06 00 08 00  3f 00 00 00   # IFLA_BOND_SLAVE_AD_PARTNER_OPER_PORT_STATE = 0x3f
          05 00 0b 00  00 00 00 00   # IFLA_BOND_SLAVE_AD_CHURN_ACTOR_STATE = 0
          05 00 0c 00  02 00 00 00   # IFLA_BOND_SLAVE_AD_CHURN_PARTNER_STATE = 2
          06 00 0a 00  ff 00 00 00   # IFLA_BOND_SLAVE_ACTOR_PORT_PRIO = 255`)
    expect(given(decodeNewLink(bytes).port)).toEqual({
      kind: 'bond',
      state: 'backup',
      miiStatus: 'goingBack',
      linkFailures: 1,
      permanentAddress: 'd2:ae:a0:e6:39:16',
      queueId: 0,
      priority: -5,
      aggregatorId: 1,
      actorPortState: ['active', 'shortTimeout', 'aggregating', 'defaulted'],
      partnerPortState: ['active', 'shortTimeout', 'aggregating', 'inSync', 'collecting', 'distributing'],
      actorChurn: 'monitoring',
      partnerChurn: 'none',
      actorPortPriority: 255,
    })
  })
})
