export type { Address, AddressFilter, AddressIdentity, AddressOptions } from './addresses/address.ts'
export type { Addresses } from './addresses/addresses.ts'
export type {
  BridgeVlan,
  BridgeVlanChanges,
  BridgeVlanFilter,
  BridgeVlanIdentity,
  BridgeVlanOptions,
} from './bridge-vlans/bridge-vlan.ts'
export type { BridgeVlans } from './bridge-vlans/bridge-vlans.ts'
export type { Capture } from './capture/capture.ts'
export type { BpfInstruction, BpfProgram, CaptureDirection } from './capture/filter.ts'
export type { Frame } from './capture/frame.ts'
export type { CapturedLink, CaptureStatistics } from './capture/frame-source.ts'
export type { CaptureOptions } from './capture/options.ts'
export type { PacketType } from './capture/packet-type.ts'
export { pcapng } from './capture/pcapng/pcapng.ts'
export type { PcapngFrame } from './capture/pcapng/pcapng-frame.ts'
export type { PcapngOptions } from './capture/pcapng/section.ts'
export {
  AddonLoadError,
  type AllowedRange,
  BulkError,
  ClosedError,
  DumpInterruptedError,
  DuplicateAddressError,
  type EntryError,
  ExecutableError,
  LookupError,
  NamespaceError,
  NetlinkError,
  type OptionError,
  PackageFileError,
  PacketError,
  SystemError,
  TimeoutError,
  UnknownOutcomeError,
  UnsupportedPlatformError,
  UserNamespaceError,
  type UserNamespaceRestriction,
} from './errors.ts'
export type { NamedBits } from './ethtool/bit-set.ts'
export type { LinkDriver } from './ethtool/driver.ts'
export type {
  Ethtool,
  EthtoolChannels,
  EthtoolChannelsOptions,
  EthtoolCoalescing,
  EthtoolCoalescingOptions,
  EthtoolEee,
  EthtoolEeeOptions,
  EthtoolFec,
  EthtoolFecOptions,
  EthtoolLinkState,
  EthtoolPause,
  EthtoolPauseOptions,
  EthtoolRings,
  EthtoolRingsOptions,
  EthtoolSettings,
  EthtoolSettingsOptions,
  EthtoolWakeOnLan,
  EthtoolWakeOnLanOptions,
} from './ethtool/ethtool.ts'
export type { LinkFeature, LinkFeatures } from './ethtool/features.ts'
export type { LinkStatisticsByName } from './ethtool/statistics.ts'
export type { Fdb } from './fdb/fdb.ts'
export type { FdbEntry, FdbEntryOptions, FdbFilter, FdbFlush, FdbLookup } from './fdb/fdb-entry.ts'
export type { Fou } from './fou/fou.ts'
export type { FouPort, FouPortIdentity, FouPortOptions } from './fou/fou-port.ts'
export type {
  BridgeDescription,
  BridgePort,
  CableDescription,
  EndDescription,
  EndOptions,
  LabAddress,
  LabAddresses,
  LabDescription,
  LabLink,
  LabRoute,
  NamespaceDescription,
  PortDescription,
} from './lab/description.ts'
export { type DiagramOptions, diagram } from './lab/diagram/diagram.ts'
export { Lab, type LabOptions } from './lab/lab.ts'
export type { LinkDetail, LinkFilter } from './links/filter.ts'
export { formatLink } from './links/format-link.ts'
export type { AddLinkOptions, Link, LinkChange, LinkPort, PortOptions, SetLinkOptions } from './links/link.ts'
export type { LinkGroup, Links } from './links/links.ts'
export type { LinkCondition } from './links/wait.ts'
export type {
  Macsec,
  MacsecAssociationChanges,
  MacsecAssociationOptions,
  MacsecChannelOptions,
  MacsecDevice,
  MacsecReceiveAssociations,
  MacsecReceiveChannels,
  MacsecSci,
  MacsecTransmitAssociations,
} from './macsec/macsec.ts'
export type { Masquerade } from './masquerade/masquerade.ts'
export type { MasqueradeOptions } from './masquerade/options.ts'
export type { Mdb } from './mdb/mdb.ts'
export type { MdbEntry, MdbEntryOptions, MdbFilter, MdbFlush, MdbLookup, MdbRouterPort, MdbSource } from './mdb/mdb-entry.ts'
export type { NamespaceIds } from './namespace-ids/namespace-ids.ts'
export type { NeighborTableChanges, NeighborTableEntry, NeighborTableFilter } from './neighbor-tables/neighbor-table-entry.ts'
export type { NeighborTables } from './neighbor-tables/neighbor-tables.ts'
export type { Neighbor, NeighborFilter, NeighborIdentity, NeighborOptions } from './neighbors/neighbor.ts'
export type { Neighbors } from './neighbors/neighbors.ts'
export type { ConnectOptions } from './netns/connect.ts'
export type { DatagramSocketOptions } from './netns/datagram-socket.ts'
export type { LinkSettingOptions, LinkSettings } from './netns/link-settings.ts'
export type { ListenOptions } from './netns/listen.ts'
export type { LookupAddress, LookupOptions } from './netns/names/lookup.ts'
export type {
  NamespaceEvent,
  NamespaceIdEvent,
  NamespaceNameEvent,
  NamespaceWatcher,
  NamespaceWatchOptions,
} from './netns/namespace-watcher.ts'
export type { Netdevsim, NetdevsimOptions } from './netns/netdevsim.ts'
export { type NamespaceLocation, Netns, type NetnsOptions } from './netns/netns.ts'
export type { PingOptions, PingRefusal, PingReply, PingResult } from './netns/ping.ts'
export type { PidsOptions } from './netns/processes/pids.ts'
export type { LaunchOptions, ProcessOutput } from './netns/processes/spawn.ts'
export type { OpenSocketOptions, RawSocket, SocketBinding } from './netns/raw-socket.ts'
export type { Sysctl, SysctlValue } from './netns/sysctl.ts'
export type { TlsConnectOptions } from './netns/tls-connect.ts'
export type {
  NexthopBucket,
  NexthopBucketFilter,
  NexthopDetails,
  NexthopFilter,
  NexthopMember,
  NexthopObject,
  NexthopObjectOptions,
  NexthopReference,
  NumberedNexthopOptions,
} from './nexthops/nexthop-object.ts'
export type { Nexthops } from './nexthops/nexthops.ts'
export { type ArpOptions, type ArpPacket, arp } from './packets/arp.ts'
export { internetChecksum } from './packets/checksum.ts'
export { type EthernetFrame, type EthernetOptions, type EtherType, ethernet, type VlanTag } from './packets/ethernet.ts'
export {
  type Icmp4Message,
  type Icmp6Options,
  type IcmpMessage,
  type IcmpOptions,
  icmp,
  icmp6,
} from './packets/icmp.ts'
export { type IpProtocol, type Ipv4Options, type Ipv4Packet, ipv4 } from './packets/ipv4.ts'
export { type Ipv6Options, type Ipv6Packet, ipv6 } from './packets/ipv6.ts'
export { completeChecksum, type Offload, segment } from './packets/offload.ts'
export type { NamespaceHandle, NamespaceReference } from './protocol/namespace-reference.ts'
export type { CallOptions } from './protocol/session.ts'
export type { SessionOptions } from './protocol/session-options.ts'
export type { Nexthop, NexthopOptions, Route, RouteFilter, RouteLookup, RouteOptions } from './routes/route.ts'
export type { Routes } from './routes/routes.ts'
export { Rtnetlink, type RtnetlinkOptions } from './rtnetlink.ts'
export type { LinkNameReference } from './rules/attributes.ts'
export type { NumberRange } from './rules/range.ts'
export type { Rule, RuleFilter, RuleOptions } from './rules/rule.ts'
export type { Rules } from './rules/rules.ts'
export type { UnknownAttribute } from './schema/infer.ts'
export type { LinkReference } from './schema/references.ts'
export type { OtherTeamOption, TeamChanges, TeamOptions, TeamPortChanges, TeamPortOptions } from './team/option-rows.ts'
export type { Team, TeamPort } from './team/team.ts'
export type { DeviceStatistics, QueueOptions, TunDevice } from './tun/device.ts'
export { openTap, openTun } from './tun/open.ts'
export type { DeviceAddress, TapLinkOptions, TapOptions, TunOffload, TunOptions } from './tun/options.ts'
export type { PacketBatch } from './tun/packet-batch.ts'
export { type GsoType, VnetHeader } from './tun/vnet-header.ts'
export type { Vni, VniFilter, VniIdentity, VniOptions } from './vnis/vni.ts'
export type { Vnis } from './vnis/vnis.ts'
export type { ObjectEvent, OverrunEvent, SyncedEvent, WatchEvent, WatchedNamespace } from './watch/events.ts'
export type { Mirror, MirroredLinks, MirroredObjects } from './watch/mirror.ts'
export type { MirrorOptions, WatchOptions, WatchSettings } from './watch/options.ts'
export type { WatchCounters, Watcher } from './watch/watcher.ts'
export { generateWireguardKey, generateWireguardPresharedKey, wireguardPublicKey } from './wireguard/key.ts'
export type {
  Wireguard,
  WireguardDevice,
  WireguardOptions,
  WireguardPeer,
  WireguardPeerOptions,
} from './wireguard/wireguard.ts'
