import { GENERIC_HEADER } from '../generic/family.ts'
import { enumOf, numberOr } from '../schema/enums.ts'
import { mac } from '../schema/octets.ts'
import { bool, u8, u32 } from '../schema/scalars.ts'
import { Table } from '../schema/table.ts'
import { aboutLink } from './about-link.ts'
import { bitSet } from './bit-set.ts'

const readOnly = { access: 'readOnly' } as const
const behindHeader = { headerLength: GENERIC_HEADER, acceptsListed: true } as const

/** Whether a link is up as the driver sees it, and what it knows about why not. */
export const linkStateTable = new Table(
  'ethtoolLinkState',
  {
    /** Index of the link. */
    link: aboutLink('ETHTOOL_A_LINKSTATE_HEADER'),
    /** The link is up and has a carrier, says the driver. `undefined` where the driver cannot say. */
    detected: bool(2, 'ETHTOOL_A_LINKSTATE_LINK', readOnly),
    /** Quality of the signal, 0 to `signalQualityMax`. */
    signalQuality: u32(3, 'ETHTOOL_A_LINKSTATE_SQI', readOnly),
    signalQualityMax: u32(4, 'ETHTOOL_A_LINKSTATE_SQI_MAX', readOnly),
    /** Why the link is down. Since Linux 5.10, from few drivers. */
    downReason: enumOf(
      5,
      'ETHTOOL_A_LINKSTATE_EXT_STATE',
      'u8',
      {
        autonegotiation: 0,
        linkTrainingFailure: 1,
        linkLogicalMismatch: 2,
        badSignalIntegrity: 3,
        noCable: 4,
        cableIssue: 5,
        eepromIssue: 6,
        calibrationFailure: 7,
        powerBudgetExceeded: 8,
        overheat: 9,
        module: 10,
      },
      readOnly,
    ),
    /** What about that reason: a number of its own kind. */
    downDetail: u8(6, 'ETHTOOL_A_LINKSTATE_EXT_SUBSTATE', readOnly),
    /** How often the link went down. Since Linux 6.4. */
    downCount: u32(7, 'ETHTOOL_A_LINKSTATE_EXT_DOWN_CNT', readOnly),
  },
  behindHeader,
)

/** What a driver can do, and does: four sets of the same names. `ethtool.getFeatures` puts them together. */
export const featureTable = new Table(
  'ethtoolFeatures',
  {
    /** Index of the link. */
    link: aboutLink('ETHTOOL_A_FEATURES_HEADER'),
    /** All features, and which of them can be changed. */
    available: bitSet(2, 'ETHTOOL_A_FEATURES_HW', readOnly),
    /** What was asked for. The driver may leave out what does not go with the rest. */
    requested: bitSet(3, 'ETHTOOL_A_FEATURES_WANTED'),
    /** What is in use. */
    active: bitSet(4, 'ETHTOOL_A_FEATURES_ACTIVE', readOnly),
    /** What no driver lets anybody change. */
    neverChanged: bitSet(5, 'ETHTOOL_A_FEATURES_NOCHANGE', readOnly),
  },
  behindHeader,
)

/** The connector, and what it is wired to. Part of `ethtool.getSettings`. */
export const connectorTable = new Table(
  'ethtoolConnector',
  {
    /** Index of the link. */
    link: aboutLink('ETHTOOL_A_LINKINFO_HEADER'),
    /** Kind of the connector. */
    port: enumOf(2, 'ETHTOOL_A_LINKINFO_PORT', 'u8', {
      twistedPair: 0,
      aui: 1,
      mii: 2,
      fibre: 3,
      bnc: 4,
      directAttach: 5,
      none: 0xef,
      other: 0xff,
    }),
    /** Address of the PHY on its bus. */
    phyAddress: u8(3, 'ETHTOOL_A_LINKINFO_PHYADDR'),
    /** Whether the pairs are crossed. */
    mdix: enumOf(4, 'ETHTOOL_A_LINKINFO_TP_MDIX', 'u8', { unknown: 0, straight: 1, crossed: 2 }, readOnly),
    /** Whether the pairs shall be crossed. */
    mdixControl: enumOf(5, 'ETHTOOL_A_LINKINFO_TP_MDIX_CTRL', 'u8', { unsupported: 0, straight: 1, crossed: 2, auto: 3 }),
    /** Where the PHY is. */
    transceiver: enumOf(6, 'ETHTOOL_A_LINKINFO_TRANSCEIVER', 'u8', { internal: 0, external: 1 }, readOnly),
  },
  behindHeader,
)

/** Speed and what else is agreed on with the other end. Part of `ethtool.getSettings`. */
export const modeTable = new Table(
  'ethtoolModes',
  {
    /** Index of the link. */
    link: aboutLink('ETHTOOL_A_LINKMODES_HEADER'),
    /** Speed and duplex are agreed on with the other end. */
    autonegotiation: bool(2, 'ETHTOOL_A_LINKMODES_AUTONEG'),
    /** What the link could do, true for what it advertises: `{ '1000baseT/Full': true }`. */
    modes: bitSet(3, 'ETHTOOL_A_LINKMODES_OURS'),
    /** What the other end advertises. */
    peerModes: bitSet(4, 'ETHTOOL_A_LINKMODES_PEER', readOnly),
    /** Speed. `'unknown'` while the link is down. */
    speed: numberOr(5, 'ETHTOOL_A_LINKMODES_SPEED', 'u32', { unknown: 0xffff_ffff }, { unit: 'Mbit/s' }),
    duplex: enumOf(6, 'ETHTOOL_A_LINKMODES_DUPLEX', 'u8', { half: 0, full: 1, unknown: 0xff }),
    /** Who gives the clock, where the medium needs one that does. */
    masterSlave: enumOf(7, 'ETHTOOL_A_LINKMODES_MASTER_SLAVE_CFG', 'u8', {
      unsupported: 0,
      unknown: 1,
      preferMaster: 2,
      preferSlave: 3,
      forceMaster: 4,
      forceSlave: 5,
    }),
    /** Who does. */
    masterSlaveState: enumOf(
      8,
      'ETHTOOL_A_LINKMODES_MASTER_SLAVE_STATE',
      'u8',
      { unsupported: 0, unknown: 1, master: 2, slave: 3, error: 4 },
      readOnly,
    ),
    /** Lanes that carry the link. */
    lanes: u32(9, 'ETHTOOL_A_LINKMODES_LANES'),
    /** How a PHY that is slower than the MAC holds it back. */
    rateMatching: enumOf(
      10,
      'ETHTOOL_A_LINKMODES_RATE_MATCHING',
      'u8',
      { none: 0, pause: 1, carrierSense: 2, openLoop: 3 },
      readOnly,
    ),
  },
  behindHeader,
)

/** Switches of one driver, by the names that it gives them. */
export const privateFlagTable = new Table(
  'ethtoolPrivateFlags',
  {
    /** Index of the link. */
    link: aboutLink('ETHTOOL_A_PRIVFLAGS_HEADER'),
    flags: bitSet(2, 'ETHTOOL_A_PRIVFLAGS_FLAGS'),
  },
  behindHeader,
)

/** Lengths of the rings between driver and device, in descriptors. */
export const ringTable = new Table(
  'ethtoolRings',
  {
    /** Index of the link. */
    link: aboutLink('ETHTOOL_A_RINGS_HEADER'),
    rxMax: u32(2, 'ETHTOOL_A_RINGS_RX_MAX', readOnly),
    rxMiniMax: u32(3, 'ETHTOOL_A_RINGS_RX_MINI_MAX', readOnly),
    rxJumboMax: u32(4, 'ETHTOOL_A_RINGS_RX_JUMBO_MAX', readOnly),
    txMax: u32(5, 'ETHTOOL_A_RINGS_TX_MAX', readOnly),
    /** Ring for packets that arrive. */
    rx: u32(6, 'ETHTOOL_A_RINGS_RX'),
    /** The same for small ones, where the device has a ring of its own. */
    rxMini: u32(7, 'ETHTOOL_A_RINGS_RX_MINI'),
    /** The same for large ones. */
    rxJumbo: u32(8, 'ETHTOOL_A_RINGS_RX_JUMBO'),
    /** Ring for packets to send. */
    tx: u32(9, 'ETHTOOL_A_RINGS_TX'),
    /** Size of each buffer that packets arrive in. Since Linux 5.17. */
    rxBufferLength: u32(10, 'ETHTOOL_A_RINGS_RX_BUF_LEN', { unit: 'bytes', min: 1 }),
    /** Headers and data of TCP arrive in different buffers. Can be set since Linux 6.13. */
    tcpDataSplit: enumOf(11, 'ETHTOOL_A_RINGS_TCP_DATA_SPLIT', 'u8', { unknown: 0, disabled: 1, enabled: 2 }),
    /** Size of an entry of the completion queue. Since Linux 5.18. */
    completionSize: u32(12, 'ETHTOOL_A_RINGS_CQE_SIZE', { unit: 'bytes', min: 1 }),
    /** Descriptors are written into the device instead of being fetched by it. Since Linux 6.1. */
    txPush: bool(13, 'ETHTOOL_A_RINGS_TX_PUSH'),
    /** Likewise of what arrives. Since Linux 6.3. */
    rxPush: bool(14, 'ETHTOOL_A_RINGS_RX_PUSH'),
    /** How much of a packet is written along. Since Linux 6.4. */
    txPushBufferLength: u32(15, 'ETHTOOL_A_RINGS_TX_PUSH_BUF_LEN', { unit: 'bytes' }),
    txPushBufferLengthMax: u32(16, 'ETHTOOL_A_RINGS_TX_PUSH_BUF_LEN_MAX', readOnly),
    /** Smaller packets are not split. Since Linux 6.14. */
    splitThreshold: u32(17, 'ETHTOOL_A_RINGS_HDS_THRESH', { unit: 'bytes' }),
    splitThresholdMax: u32(18, 'ETHTOOL_A_RINGS_HDS_THRESH_MAX', readOnly),
  },
  behindHeader,
)

/** Channels: an interrupt and the queues that it is for. */
export const channelTable = new Table(
  'ethtoolChannels',
  {
    /** Index of the link. */
    link: aboutLink('ETHTOOL_A_CHANNELS_HEADER'),
    rxMax: u32(2, 'ETHTOOL_A_CHANNELS_RX_MAX', readOnly),
    txMax: u32(3, 'ETHTOOL_A_CHANNELS_TX_MAX', readOnly),
    otherMax: u32(4, 'ETHTOOL_A_CHANNELS_OTHER_MAX', readOnly),
    combinedMax: u32(5, 'ETHTOOL_A_CHANNELS_COMBINED_MAX', readOnly),
    /** Channels with a receive queue only. */
    rx: u32(6, 'ETHTOOL_A_CHANNELS_RX_COUNT'),
    /** Channels with a transmit queue only. */
    tx: u32(7, 'ETHTOOL_A_CHANNELS_TX_COUNT'),
    /** Channels for something else, such as link interrupts. */
    other: u32(8, 'ETHTOOL_A_CHANNELS_OTHER_COUNT'),
    /** Channels with a queue of each. */
    combined: u32(9, 'ETHTOOL_A_CHANNELS_COMBINED_COUNT'),
  },
  behindHeader,
)

/** How long a device waits, and for how many packets, before it interrupts. */
export const coalescingTable = new Table(
  'ethtoolCoalescing',
  {
    /** Index of the link. */
    link: aboutLink('ETHTOOL_A_COALESCE_HEADER'),
    /** Wait after a packet has arrived. */
    rxMicroseconds: u32(2, 'ETHTOOL_A_COALESCE_RX_USECS', { unit: 'µs' }),
    /** Packets to wait for. */
    rxFrames: u32(3, 'ETHTOOL_A_COALESCE_RX_MAX_FRAMES'),
    /** The same two while an interrupt is being served. */
    rxMicrosecondsInInterrupt: u32(4, 'ETHTOOL_A_COALESCE_RX_USECS_IRQ', { unit: 'µs' }),
    rxFramesInInterrupt: u32(5, 'ETHTOOL_A_COALESCE_RX_MAX_FRAMES_IRQ'),
    /** Wait after a packet was sent. */
    txMicroseconds: u32(6, 'ETHTOOL_A_COALESCE_TX_USECS', { unit: 'µs' }),
    /** Packets to wait for. */
    txFrames: u32(7, 'ETHTOOL_A_COALESCE_TX_MAX_FRAMES'),
    /** The same two while an interrupt is being served. */
    txMicrosecondsInInterrupt: u32(8, 'ETHTOOL_A_COALESCE_TX_USECS_IRQ', { unit: 'µs' }),
    txFramesInInterrupt: u32(9, 'ETHTOOL_A_COALESCE_TX_MAX_FRAMES_IRQ'),
    /** How often statistics are refreshed. */
    statisticsMicroseconds: u32(10, 'ETHTOOL_A_COALESCE_STATS_BLOCK_USECS', { unit: 'µs' }),
    /** The device adapts the times to the traffic. */
    adaptiveRx: bool(11, 'ETHTOOL_A_COALESCE_USE_ADAPTIVE_RX'),
    adaptiveTx: bool(12, 'ETHTOOL_A_COALESCE_USE_ADAPTIVE_TX'),
    /** Packets a second below which the low values hold. */
    packetRateLow: u32(13, 'ETHTOOL_A_COALESCE_PKT_RATE_LOW'),
    rxMicrosecondsLow: u32(14, 'ETHTOOL_A_COALESCE_RX_USECS_LOW', { unit: 'µs' }),
    rxFramesLow: u32(15, 'ETHTOOL_A_COALESCE_RX_MAX_FRAMES_LOW'),
    txMicrosecondsLow: u32(16, 'ETHTOOL_A_COALESCE_TX_USECS_LOW', { unit: 'µs' }),
    txFramesLow: u32(17, 'ETHTOOL_A_COALESCE_TX_MAX_FRAMES_LOW'),
    /** Packets a second above which the high values hold. */
    packetRateHigh: u32(18, 'ETHTOOL_A_COALESCE_PKT_RATE_HIGH'),
    rxMicrosecondsHigh: u32(19, 'ETHTOOL_A_COALESCE_RX_USECS_HIGH', { unit: 'µs' }),
    rxFramesHigh: u32(20, 'ETHTOOL_A_COALESCE_RX_MAX_FRAMES_HIGH'),
    txMicrosecondsHigh: u32(21, 'ETHTOOL_A_COALESCE_TX_USECS_HIGH', { unit: 'µs' }),
    txFramesHigh: u32(22, 'ETHTOOL_A_COALESCE_TX_MAX_FRAMES_HIGH'),
    /** How often the rate is looked at. */
    rateSampleInterval: u32(23, 'ETHTOOL_A_COALESCE_RATE_SAMPLE_INTERVAL', { unit: 's' }),
    /** The clock of a wait starts anew with each completion, instead of with each interrupt. Since Linux 5.15. */
    txCompletionMode: bool(24, 'ETHTOOL_A_COALESCE_USE_CQE_MODE_TX'),
    rxCompletionMode: bool(25, 'ETHTOOL_A_COALESCE_USE_CQE_MODE_RX'),
    /** Packets that are sent together, as modems do. Since Linux 6.3. */
    txAggregationBytes: u32(26, 'ETHTOOL_A_COALESCE_TX_AGGR_MAX_BYTES', { unit: 'bytes' }),
    txAggregationFrames: u32(27, 'ETHTOOL_A_COALESCE_TX_AGGR_MAX_FRAMES'),
    txAggregationMicroseconds: u32(28, 'ETHTOOL_A_COALESCE_TX_AGGR_TIME_USECS', { unit: 'µs' }),
  },
  behindHeader,
)

/** Pause frames: asking the other end to wait. */
export const pauseTable = new Table(
  'ethtoolPause',
  {
    /** Index of the link. */
    link: aboutLink('ETHTOOL_A_PAUSE_HEADER'),
    /** Agreed on with the other end. */
    autonegotiation: bool(2, 'ETHTOOL_A_PAUSE_AUTONEG'),
    /** Obeys pause frames. */
    rx: bool(3, 'ETHTOOL_A_PAUSE_RX'),
    /** Sends them. */
    tx: bool(4, 'ETHTOOL_A_PAUSE_TX'),
  },
  behindHeader,
)

/** Forward error correction: what lets the other end repair bits that were lost on the way. */
export const fecTable = new Table(
  'ethtoolFec',
  {
    /** Index of the link. */
    link: aboutLink('ETHTOOL_A_FEC_HEADER'),
    /** Encodings that may be used, by the kernel's names: `'RS'`, `'BASER'`, `'LLRS'`, and `'None'` for none. */
    modes: bitSet(2, 'ETHTOOL_A_FEC_MODES'),
    /** The driver chooses, by the cable or module. */
    auto: bool(3, 'ETHTOOL_A_FEC_AUTO'),
    /** The encoding in use. */
    active: enumOf(4, 'ETHTOOL_A_FEC_ACTIVE', 'u32', { None: 49, RS: 50, BASER: 51, LLRS: 74 }, readOnly),
  },
  behindHeader,
)

/** Energy-efficient Ethernet (IEEE 802.3az): a link that has nothing to send sleeps. */
export const eeeTable = new Table(
  'ethtoolEee',
  {
    /** Index of the link. */
    link: aboutLink('ETHTOOL_A_EEE_HEADER'),
    /** Modes in which the link could sleep, true for what it advertises: `{ '1000baseT/Full': true }`. */
    modes: bitSet(2, 'ETHTOOL_A_EEE_MODES_OURS'),
    /** Those that the other end advertises. */
    peerModes: bitSet(3, 'ETHTOOL_A_EEE_MODES_PEER', readOnly),
    /** Agreed on with the other end, and in use. */
    active: bool(4, 'ETHTOOL_A_EEE_ACTIVE', readOnly),
    enabled: bool(5, 'ETHTOOL_A_EEE_ENABLED'),
    /** Sleeps by itself when there is nothing to send, rather than only waking when the other end does. */
    txLowPowerIdle: bool(6, 'ETHTOOL_A_EEE_TX_LPI_ENABLED'),
    /** How long nothing is sent before it sleeps. */
    txLowPowerIdleTimer: u32(7, 'ETHTOOL_A_EEE_TX_LPI_TIMER', { unit: 'µs' }),
  },
  behindHeader,
)

/** Wake-on-LAN: which frames wake the machine. */
export const wakeOnLanTable = new Table(
  'ethtoolWakeOnLan',
  {
    /** Index of the link. */
    link: aboutLink('ETHTOOL_A_WOL_HEADER'),
    /** What the device can be woken by, true for what it is: `'phy'`, `'ucast'`, `'mcast'`, `'bcast'`, `'arp'`, `'magic'`, `'magicsecure'`, `'filter'`. */
    modes: bitSet(2, 'ETHTOOL_A_WOL_MODES'),
    /** Password in the frame of `'magicsecure'`, six bytes written as a hardware address. Reported only to who has CAP_NET_ADMIN, as all of these. */
    password: mac(3, 'ETHTOOL_A_WOL_SOPASS', { secret: true }),
  },
  behindHeader,
)
