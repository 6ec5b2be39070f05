#pragma once

#include <linux/net_namespace.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <array>
#include <cstdint>

#include "wire/fixed_header.h"

namespace rtnetlink::wire {

/** In place of an nlmsg_type: the record sends nothing, it waits. */
inline constexpr uint16_t kAfter = 0;

/** Likewise: the family that the record names decides. */
inline constexpr uint16_t kFamilyId = NLMSG_NOOP;

/** Likewise: the record is a transaction of netfilter's, and has messages of its own. */
inline constexpr uint16_t kTransaction = NLMSG_ERROR;

/** Likewise: the record is a slice of many, with records of its own in it. */
inline constexpr uint16_t kSlice = NLMSG_DONE;

/** Likewise: the record is an ioctl(2) about a link. */
inline constexpr uint16_t kLinkIoctl = NLMSG_OVERRUN;

/** RTM_NEWTUNNEL of <linux/rtnetlink.h>, which headers before Linux 5.18 lack. */
inline constexpr uint16_t kNewTunnel = 120;

/** A message that TypeScript can send: the method that queues it, its nlmsg_type and its fixed header. */
struct MessageKind {
  const char* method;
  uint16_t type;
  const FixedHeader& header;

  /** Sent to a family of generic netlink. */
  constexpr bool has_family() const { return type == kFamilyId; }
  constexpr bool is_transaction() const { return type == kTransaction; }
  constexpr bool is_slice() const { return type == kSlice; }

  /** Of the sockets that take it; those of any take what waits. */
  constexpr int protocol() const {
    if (has_family()) return NETLINK_GENERIC;
    return is_transaction() ? NETLINK_NETFILTER : NETLINK_ROUTE;
  }
};

/** binding.ts: the message calls of NativeSocket. One row is all that a new message takes here. */
inline constexpr std::array kMessageKinds{
    MessageKind{"newLink", RTM_NEWLINK, kLinkHeader},
    MessageKind{"setLink", RTM_SETLINK, kLinkHeader},
    MessageKind{"deleteLink", RTM_DELLINK, kLinkHeader},
    MessageKind{"getLink", RTM_GETLINK, kLinkHeader},
    MessageKind{"newLinkProperty", RTM_NEWLINKPROP, kLinkHeader},
    MessageKind{"deleteLinkProperty", RTM_DELLINKPROP, kLinkHeader},
    MessageKind{"newAddress", RTM_NEWADDR, kAddressHeader},
    MessageKind{"deleteAddress", RTM_DELADDR, kAddressHeader},
    MessageKind{"getAddress", RTM_GETADDR, kAddressHeader},
    MessageKind{"newRoute", RTM_NEWROUTE, kRouteHeader},
    MessageKind{"deleteRoute", RTM_DELROUTE, kRouteHeader},
    MessageKind{"getRoute", RTM_GETROUTE, kRouteHeader},
    MessageKind{"newNamespaceId", RTM_NEWNSID, kNamespaceIdHeader},
    MessageKind{"getNamespaceId", RTM_GETNSID, kNamespaceIdHeader},
    MessageKind{"newBridgeVlan", RTM_NEWVLAN, kBridgeVlanHeader},
    MessageKind{"deleteBridgeVlan", RTM_DELVLAN, kBridgeVlanHeader},
    MessageKind{"getBridgeVlan", RTM_GETVLAN, kBridgeVlanHeader},
    MessageKind{"newTunnel", kNewTunnel, kTunnelHeader},
    MessageKind{"deleteTunnel", kNewTunnel + 1, kTunnelHeader},
    MessageKind{"getTunnel", kNewTunnel + 2, kTunnelHeader},
    MessageKind{"newRule", RTM_NEWRULE, kRuleHeader},
    MessageKind{"deleteRule", RTM_DELRULE, kRuleHeader},
    MessageKind{"getRule", RTM_GETRULE, kRuleHeader},
    MessageKind{"newNeighbor", RTM_NEWNEIGH, kNeighborHeader},
    MessageKind{"deleteNeighbor", RTM_DELNEIGH, kNeighborHeader},
    MessageKind{"getNeighbor", RTM_GETNEIGH, kNeighborHeader},
    MessageKind{"setNeighborTable", RTM_SETNEIGHTBL, kNeighborTableHeader},
    MessageKind{"getNeighborTable", RTM_GETNEIGHTBL, kNeighborTableHeader},
    MessageKind{"newNexthop", RTM_NEWNEXTHOP, kNexthopHeader},
    MessageKind{"deleteNexthop", RTM_DELNEXTHOP, kNexthopHeader},
    MessageKind{"getNexthop", RTM_GETNEXTHOP, kNexthopHeader},
    MessageKind{"getNexthopBucket", RTM_GETNEXTHOPBUCKET, kNexthopHeader},
    MessageKind{"newMulticastGroup", RTM_NEWMDB, kMulticastGroupHeader},
    MessageKind{"deleteMulticastGroup", RTM_DELMDB, kMulticastGroupHeader},
    MessageKind{"getMulticastGroup", RTM_GETMDB, kMulticastGroupHeader},
    MessageKind{"generic", kFamilyId, kGenericHeader},
    MessageKind{"transaction", kTransaction, kTransactionHeader},
    MessageKind{"slice", kSlice, kSliceHeader},
    MessageKind{"linkIoctl", kLinkIoctl, kLinkIoctlHeader},
    MessageKind{"after", kAfter, kAfterHeader},
};

}  // namespace rtnetlink::wire
