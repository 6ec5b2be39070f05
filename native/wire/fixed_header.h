#pragma once

#include <linux/fib_rules.h>
#include <linux/genetlink.h>
#include <linux/if_addr.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>

namespace rtnetlink::wire {

/** Where a field stands in the kernel's struct. */
struct HeaderField {
  uint8_t offset;
  uint8_t size;
  bool network_order = false;

  constexpr bool holds(uint32_t value) const { return size == 4 || value >> (size * 8) == 0; }
};

/** The fixed header of a message: the kernel's struct, and its fields in order. binding.ts: HEADER_WORDS */
class FixedHeader {
 public:
  static constexpr uint8_t kNoIndex = 0xff;

  constexpr FixedHeader(std::size_t size, std::initializer_list<HeaderField> fields, uint8_t index = kNoIndex)
      : size_(static_cast<uint8_t>(size)), index_(index) {
    for (const HeaderField& field : fields) fields_[count_++] = field;
  }

  constexpr std::size_t size() const { return size_; }
  constexpr std::span<const HeaderField> fields() const { return {fields_.data(), count_}; }
  /** Where the interface index stands, for the headers that have one to be looked up. */
  constexpr std::optional<std::size_t> index_offset() const {
    return index_ == kNoIndex ? std::nullopt : std::optional<std::size_t>(index_);
  }

 private:
  std::array<HeaderField, 9> fields_{};
  uint8_t count_ = 0;
  uint8_t size_;
  uint8_t index_;
};

template <typename Struct, typename Member>
constexpr HeaderField header_field(std::size_t offset, Member Struct::*) {
  return {static_cast<uint8_t>(offset), sizeof(Member)};
}

static_assert(sizeof(ifinfomsg) == 16 && offsetof(ifinfomsg, ifi_type) == 2 && offsetof(ifinfomsg, ifi_index) == 4 &&
              offsetof(ifinfomsg, ifi_flags) == 8 && offsetof(ifinfomsg, ifi_change) == 12);
static_assert(sizeof(ifaddrmsg) == 8 && offsetof(ifaddrmsg, ifa_prefixlen) == 1 &&
              offsetof(ifaddrmsg, ifa_flags) == 2 && offsetof(ifaddrmsg, ifa_scope) == 3 &&
              offsetof(ifaddrmsg, ifa_index) == 4);
static_assert(sizeof(rtmsg) == 12 && offsetof(rtmsg, rtm_dst_len) == 1 && offsetof(rtmsg, rtm_src_len) == 2 &&
              offsetof(rtmsg, rtm_tos) == 3 && offsetof(rtmsg, rtm_table) == 4 && offsetof(rtmsg, rtm_protocol) == 5 &&
              offsetof(rtmsg, rtm_scope) == 6 && offsetof(rtmsg, rtm_type) == 7 && offsetof(rtmsg, rtm_flags) == 8);
static_assert(sizeof(rtgenmsg) == 1);
static_assert(sizeof(br_vlan_msg) == 8 && offsetof(br_vlan_msg, ifindex) == 4);
static_assert(sizeof(fib_rule_hdr) == 12 && offsetof(fib_rule_hdr, dst_len) == 1 &&
              offsetof(fib_rule_hdr, src_len) == 2 && offsetof(fib_rule_hdr, tos) == 3 &&
              offsetof(fib_rule_hdr, table) == 4 && offsetof(fib_rule_hdr, action) == 7 &&
              offsetof(fib_rule_hdr, flags) == 8);
static_assert(sizeof(ndmsg) == 12 && offsetof(ndmsg, ndm_ifindex) == 4 && offsetof(ndmsg, ndm_state) == 8 &&
              offsetof(ndmsg, ndm_flags) == 10 && offsetof(ndmsg, ndm_type) == 11);
static_assert(sizeof(ndtmsg) == 4);
static_assert(sizeof(nhmsg) == 8 && offsetof(nhmsg, nh_scope) == 1 && offsetof(nhmsg, nh_protocol) == 2 &&
              offsetof(nhmsg, nh_flags) == 4);
static_assert(sizeof(br_port_msg) == 8 && offsetof(br_port_msg, ifindex) == 4);
static_assert(sizeof(genlmsghdr) == 4 && offsetof(genlmsghdr, version) == 1);

inline constexpr FixedHeader kLinkHeader(sizeof(ifinfomsg),
                                         {header_field(offsetof(ifinfomsg, ifi_family), &ifinfomsg::ifi_family),
                                          header_field(offsetof(ifinfomsg, ifi_type), &ifinfomsg::ifi_type),
                                          header_field(offsetof(ifinfomsg, ifi_index), &ifinfomsg::ifi_index),
                                          header_field(offsetof(ifinfomsg, ifi_flags), &ifinfomsg::ifi_flags),
                                          header_field(offsetof(ifinfomsg, ifi_change), &ifinfomsg::ifi_change)},
                                         offsetof(ifinfomsg, ifi_index));

inline constexpr FixedHeader kAddressHeader(sizeof(ifaddrmsg),
                                            {header_field(offsetof(ifaddrmsg, ifa_family), &ifaddrmsg::ifa_family),
                                             header_field(offsetof(ifaddrmsg, ifa_prefixlen),
                                                          &ifaddrmsg::ifa_prefixlen),
                                             header_field(offsetof(ifaddrmsg, ifa_flags), &ifaddrmsg::ifa_flags),
                                             header_field(offsetof(ifaddrmsg, ifa_scope), &ifaddrmsg::ifa_scope),
                                             header_field(offsetof(ifaddrmsg, ifa_index), &ifaddrmsg::ifa_index)},
                                            offsetof(ifaddrmsg, ifa_index));

inline constexpr FixedHeader kRouteHeader(sizeof(rtmsg),
                                          {header_field(offsetof(rtmsg, rtm_family), &rtmsg::rtm_family),
                                           header_field(offsetof(rtmsg, rtm_dst_len), &rtmsg::rtm_dst_len),
                                           header_field(offsetof(rtmsg, rtm_src_len), &rtmsg::rtm_src_len),
                                           header_field(offsetof(rtmsg, rtm_tos), &rtmsg::rtm_tos),
                                           header_field(offsetof(rtmsg, rtm_table), &rtmsg::rtm_table),
                                           header_field(offsetof(rtmsg, rtm_protocol), &rtmsg::rtm_protocol),
                                           header_field(offsetof(rtmsg, rtm_scope), &rtmsg::rtm_scope),
                                           header_field(offsetof(rtmsg, rtm_type), &rtmsg::rtm_type),
                                           header_field(offsetof(rtmsg, rtm_flags), &rtmsg::rtm_flags)});

inline constexpr FixedHeader kNamespaceIdHeader(sizeof(rtgenmsg), {header_field(offsetof(rtgenmsg, rtgen_family),
                                                                                &rtgenmsg::rtgen_family)});

inline constexpr FixedHeader kBridgeVlanHeader(sizeof(br_vlan_msg),
                                               {header_field(offsetof(br_vlan_msg, family), &br_vlan_msg::family),
                                                header_field(offsetof(br_vlan_msg, ifindex), &br_vlan_msg::ifindex)},
                                               offsetof(br_vlan_msg, ifindex));
/** `struct tunnel_msg` of <linux/if_link.h>, which headers before Linux 5.18 lack. */
struct TunnelHeader {
  uint8_t family;
  uint8_t flags;
  uint16_t reserved;
  uint32_t index;
};
static_assert(sizeof(TunnelHeader) == 8 && offsetof(TunnelHeader, flags) == 1 && offsetof(TunnelHeader, index) == 4);

inline constexpr FixedHeader kTunnelHeader(sizeof(TunnelHeader),
                                           {header_field(offsetof(TunnelHeader, family), &TunnelHeader::family),
                                            header_field(offsetof(TunnelHeader, flags), &TunnelHeader::flags),
                                            header_field(offsetof(TunnelHeader, index), &TunnelHeader::index)},
                                           offsetof(TunnelHeader, index));

inline constexpr FixedHeader kRuleHeader(sizeof(fib_rule_hdr),
                                         {header_field(offsetof(fib_rule_hdr, family), &fib_rule_hdr::family),
                                          header_field(offsetof(fib_rule_hdr, dst_len), &fib_rule_hdr::dst_len),
                                          header_field(offsetof(fib_rule_hdr, src_len), &fib_rule_hdr::src_len),
                                          header_field(offsetof(fib_rule_hdr, tos), &fib_rule_hdr::tos),
                                          header_field(offsetof(fib_rule_hdr, table), &fib_rule_hdr::table),
                                          header_field(offsetof(fib_rule_hdr, action), &fib_rule_hdr::action),
                                          header_field(offsetof(fib_rule_hdr, flags), &fib_rule_hdr::flags)});

inline constexpr FixedHeader kNeighborHeader(sizeof(ndmsg),
                                             {header_field(offsetof(ndmsg, ndm_family), &ndmsg::ndm_family),
                                              header_field(offsetof(ndmsg, ndm_ifindex), &ndmsg::ndm_ifindex),
                                              header_field(offsetof(ndmsg, ndm_state), &ndmsg::ndm_state),
                                              header_field(offsetof(ndmsg, ndm_flags), &ndmsg::ndm_flags),
                                              header_field(offsetof(ndmsg, ndm_type), &ndmsg::ndm_type)},
                                             offsetof(ndmsg, ndm_ifindex));

inline constexpr FixedHeader kNeighborTableHeader(sizeof(ndtmsg),
                                                  {header_field(offsetof(ndtmsg, ndtm_family), &ndtmsg::ndtm_family)});

inline constexpr FixedHeader kNexthopHeader(sizeof(nhmsg),
                                            {header_field(offsetof(nhmsg, nh_family), &nhmsg::nh_family),
                                             header_field(offsetof(nhmsg, nh_scope), &nhmsg::nh_scope),
                                             header_field(offsetof(nhmsg, nh_protocol), &nhmsg::nh_protocol),
                                             header_field(offsetof(nhmsg, nh_flags), &nhmsg::nh_flags)});

inline constexpr FixedHeader kMulticastGroupHeader(sizeof(br_port_msg),
                                                   {header_field(offsetof(br_port_msg, family), &br_port_msg::family),
                                                    header_field(offsetof(br_port_msg, ifindex),
                                                                 &br_port_msg::ifindex)},
                                                   offsetof(br_port_msg, ifindex));

inline constexpr FixedHeader kGenericHeader(sizeof(genlmsghdr),
                                            {header_field(offsetof(genlmsghdr, cmd), &genlmsghdr::cmd),
                                             header_field(offsetof(genlmsghdr, version), &genlmsghdr::version)});

static_assert(sizeof(nfgenmsg) == 4 && offsetof(nfgenmsg, version) == 1 && offsetof(nfgenmsg, res_id) == 2);

/** Of the messages that begin and end a transaction. */
inline constexpr FixedHeader kTransactionHeader(
    sizeof(nfgenmsg), {header_field(offsetof(nfgenmsg, nfgen_family), &nfgenmsg::nfgen_family),
                       header_field(offsetof(nfgenmsg, version), &nfgenmsg::version),
                       HeaderField{offsetof(nfgenmsg, res_id), sizeof(nfgenmsg::res_id), true}});

/** No message of the kernel's: which ioctl(2), which link, and how many bytes of its struct to answer with. */
struct LinkIoctlHeader {
  uint32_t request;
  uint32_t index;
  uint32_t room;
};

/** Bytes of a struct that an ioctl(2) may be asked for. */
inline constexpr uint32_t kMostRoom = 256 * 1024;

inline constexpr FixedHeader kLinkIoctlHeader(sizeof(LinkIoctlHeader),
                                              {header_field(offsetof(LinkIoctlHeader, request),
                                                            &LinkIoctlHeader::request),
                                               header_field(offsetof(LinkIoctlHeader, index), &LinkIoctlHeader::index),
                                               header_field(offsetof(LinkIoctlHeader, room), &LinkIoctlHeader::room)},
                                              offsetof(LinkIoctlHeader, index));

/** No message of the kernel's: how many records are in a slice, and how many of them go into a batch; 0 for as many as
 * elsewhere. */
struct SliceHeader {
  uint32_t count;
  uint32_t batch;
};

inline constexpr FixedHeader kSliceHeader(sizeof(SliceHeader),
                                          {header_field(offsetof(SliceHeader, count), &SliceHeader::count),
                                           header_field(offsetof(SliceHeader, batch), &SliceHeader::batch)});

/** No message of the kernel's: the id of the request to wait for. */
struct AfterHeader {
  uint32_t id;
};

inline constexpr FixedHeader kAfterHeader(sizeof(AfterHeader),
                                          {header_field(offsetof(AfterHeader, id), &AfterHeader::id)});

}  // namespace rtnetlink::wire
