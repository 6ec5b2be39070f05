import { enumOf, flagsOf } from '../schema/enums.ts'
import { nest } from '../schema/nests.ts'
import { ipv6 } from '../schema/octets.ts'
import { u32 } from '../schema/scalars.ts'
import { Struct, structOf } from '../schema/structs.ts'
import { Table } from '../schema/table.ts'
import { devconf } from './devconf.ts'

const inetConf = new Struct(
  'inetConf',
  {
    forwarding: 'u32',
    mcForwarding: 'u32',
    proxyArp: 'u32',
    acceptRedirects: 'u32',
    secureRedirects: 'u32',
    sendRedirects: 'u32',
    sharedMedia: 'u32',
    rpFilter: 'u32',
    acceptSourceRoute: 'u32',
    bootpRelay: 'u32',
    logMartians: 'u32',
    tag: 'u32',
    arpFilter: 'u32',
    mediumId: 'u32',
    disableXfrm: 'u32',
    disablePolicy: 'u32',
    forceIgmpVersion: 'u32',
    arpAnnounce: 'u32',
    arpIgnore: 'u32',
    promoteSecondaries: 'u32',
    arpAccept: 'u32',
    arpNotify: 'u32',
    acceptLocal: 'u32',
    srcValidMark: 'u32',
    proxyArpPvlan: 'u32',
    routeLocalnet: 'u32',
    igmpv2UnsolicitedReportInterval: 'u32',
    igmpv3UnsolicitedReportInterval: 'u32',
    ignoreRoutesWithLinkdown: 'u32',
    dropUnicastInL2Multicast: 'u32',
    dropGratuitousArp: 'u32',
    bcForwarding: 'u32',
    arpEvictNocarrier: 'u32',
  },
  { shared: true },
)

const inet = new Table('linkInet', {
  /** IPv4 settings of the link, as under /proc/sys/net/ipv4/conf/NAME. Times are in milliseconds, switches are 0 or 1. Given ones are changed. */
  conf: devconf(1, 'IFLA_INET_CONF', inetConf),
})

const inet6Conf = new Struct(
  'inet6Conf',
  {
    forwarding: 's32',
    hoplimit: 's32',
    mtu6: 's32',
    acceptRa: 's32',
    acceptRedirects: 's32',
    autoconf: 's32',
    dadTransmits: 's32',
    rtrSolicits: 's32',
    rtrSolicitInterval: 's32',
    rtrSolicitDelay: 's32',
    useTempaddr: 's32',
    tempValidLft: 's32',
    tempPreferedLft: 's32',
    regenMaxRetry: 's32',
    maxDesyncFactor: 's32',
    maxAddresses: 's32',
    forceMldVersion: 's32',
    acceptRaDefrtr: 's32',
    acceptRaPinfo: 's32',
    acceptRaRtrPref: 's32',
    rtrProbeInterval: 's32',
    acceptRaRtInfoMaxPlen: 's32',
    proxyNdp: 's32',
    optimisticDad: 's32',
    acceptSourceRoute: 's32',
    mcForwarding: 's32',
    disableIpv6: 's32',
    acceptDad: 's32',
    forceTllao: 's32',
    ndiscNotify: 's32',
    mldv1UnsolicitedReportInterval: 's32',
    mldv2UnsolicitedReportInterval: 's32',
    suppressFragNdisc: 's32',
    acceptRaFromLocal: 's32',
    useOptimistic: 's32',
    acceptRaMtu: 's32',
    stableSecret: 's32',
    useOifAddrsOnly: 's32',
    acceptRaMinHopLimit: 's32',
    ignoreRoutesWithLinkdown: 's32',
    dropUnicastInL2Multicast: 's32',
    dropUnsolicitedNa: 's32',
    keepAddrOnDown: 's32',
    rtrSolicitMaxInterval: 's32',
    seg6Enabled: 's32',
    seg6RequireHmac: 's32',
    enhancedDad: 's32',
    addrGenMode: 's32',
    disablePolicy: 's32',
    acceptRaRtInfoMinPlen: 's32',
    ndiscTclass: 's32',
    rplSegEnabled: 's32',
    raDefrtrMetric: 's32',
    ioam6Enabled: 's32',
    ioam6Id: 's32',
    ioam6IdWide: 's32',
    ndiscEvictNocarrier: 's32',
    acceptUntrackedNa: 's32',
    acceptRaMinLft: 's32',
  },
  { shared: true },
)

const cacheInfo = new Struct('inet6CacheInfo', {
  maxReassemblyLength: 'u32',
  timestamp: 'u32',
  reachableTime: 'u32',
  retransmitTime: 'u32',
})

/** The kernel's array of counters starts with its own length. */
const inet6Statistics = new Struct(
  'inet6Statistics',
  {
    count: 'u64',
    inPackets: 'u64',
    inOctets: 'u64',
    inDelivers: 'u64',
    outForwardDatagrams: 'u64',
    outRequests: 'u64',
    outOctets: 'u64',
    inHeaderErrors: 'u64',
    inTooBigErrors: 'u64',
    inNoRoutes: 'u64',
    inAddressErrors: 'u64',
    inUnknownProtocols: 'u64',
    inTruncatedPackets: 'u64',
    inDiscards: 'u64',
    outDiscards: 'u64',
    outNoRoutes: 'u64',
    reassemblyTimeouts: 'u64',
    reassemblyRequired: 'u64',
    reassemblyOks: 'u64',
    reassemblyFails: 'u64',
    fragmentOks: 'u64',
    fragmentFails: 'u64',
    fragmentCreates: 'u64',
    inMulticastPackets: 'u64',
    outMulticastPackets: 'u64',
    inBroadcastPackets: 'u64',
    outBroadcastPackets: 'u64',
    inMulticastOctets: 'u64',
    outMulticastOctets: 'u64',
    inBroadcastOctets: 'u64',
    outBroadcastOctets: 'u64',
    checksumErrors: 'u64',
    noEctPackets: 'u64',
    ect1Packets: 'u64',
    ect0Packets: 'u64',
    cePackets: 'u64',
    reassemblyOverlaps: 'u64',
    outTransmits: 'u64',
  },
  { shared: true },
)

const icmp6Statistics = new Struct(
  'icmp6Statistics',
  {
    count: 'u64',
    inMessages: 'u64',
    inErrors: 'u64',
    outMessages: 'u64',
    outErrors: 'u64',
    checksumErrors: 'u64',
    rateLimitedByHost: 'u64',
  },
  { shared: true },
)

const inet6 = new Table(
  'linkInet6',
  {
    /** State of the IPv6 side, as the kernel keeps it. */
    flags: flagsOf(
      1,
      'IFLA_INET6_FLAGS',
      'u32',
      { ready: 0x8000_0000, managed: 0x80, otherConfiguration: 0x40, routerAdvertised: 0x20, routerSolicited: 0x10 },
      { access: 'readOnly' },
    ),
    /** IPv6 settings of the link, as under /proc/sys/net/ipv6/conf/NAME. Times are in milliseconds. Changed through sysctl. */
    conf: structOf(2, 'IFLA_INET6_CONF', inet6Conf, { access: 'readOnly' }),
    /** IPv6 counters; not sent when asked for with `statistics: false`. */
    statistics: structOf(3, 'IFLA_INET6_STATS', inet6Statistics, { access: 'readOnly' }),
    /** Neighbor discovery times in milliseconds, and the largest packet that is put together again, in bytes. */
    cacheInfo: structOf(5, 'IFLA_INET6_CACHEINFO', cacheInfo, { access: 'readOnly' }),
    /** ICMPv6 counters; not sent when asked for with `statistics: false`. */
    icmp6Statistics: structOf(6, 'IFLA_INET6_ICMP6STATS', icmp6Statistics, { access: 'readOnly' }),
    /** Host part for addresses from router advertisements; `'::'` removes it. Same as `ip token set`. Needs the link up and not loopback. */
    token: ipv6(7, 'IFLA_INET6_TOKEN'),
    /** How the link-local address is made. Default `'eui64'`; `'none'` makes none. Same as `ip link set addrgenmode`. */
    addressGenerationMode: enumOf(8, 'IFLA_INET6_ADDR_GEN_MODE', 'u8', { eui64: 0, none: 1, stableSecret: 2, random: 3 }),
    /** MTU heard in a router advertisement, in bytes; 0 when none. */
    routerAdvertisedMtu: u32(9, 'IFLA_INET6_RA_MTU', { access: 'readOnly', unit: 'bytes' }),
  },
  { padding: { IFLA_INET6_MCAST: 4 } },
)

const mctp = new Table('linkMctp', {
  /** MCTP network number. */
  network: u32(1, 'IFLA_MCTP_NET'),
})

/** What each address family keeps about a link: IFLA_AF_SPEC, one nest a family, numbered by the family. */
export const familySpecific = new Table('linkFamilySpecific', {
  inet: nest(2, 'AF_INET', inet),
  inet6: nest(10, 'AF_INET6', inet6),
  mctp: nest(45, 'AF_MCTP', mctp),
})
