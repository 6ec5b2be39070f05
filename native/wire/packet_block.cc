#include "wire/packet_block.h"

#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>

#include <bit>
#include <cstring>
#include <optional>

namespace rtnetlink::wire {
namespace {

/** The struct at an offset, if all of it is within the bytes. */
template <typename Struct>
std::optional<Struct> read_at(Bytes bytes, std::size_t offset) {
  Struct result;
  if (offset > bytes.size() || bytes.size() - offset < sizeof result) return std::nullopt;
  std::memcpy(&result, bytes.data() + offset, sizeof result);
  return result;
}

uint16_t from_network_order(uint16_t word) {
  if constexpr (std::endian::native == std::endian::big) return word;
  return static_cast<uint16_t>(word << 8 | word >> 8);
}

std::optional<VlanTag> tag_of(const tpacket3_hdr& header, const sockaddr_ll& address) {
  const bool is_ethernet = address.sll_hatype == ARPHRD_ETHER || address.sll_hatype == ARPHRD_LOOPBACK;
  if ((header.tp_status & TP_STATUS_VLAN_VALID) == 0 || !is_ethernet) return std::nullopt;
  const bool says_protocol = (header.tp_status & TP_STATUS_VLAN_TPID_VALID) != 0;
  return VlanTag{.protocol = says_protocol ? header.hv1.tp_vlan_tpid : uint16_t{ETH_P_8021Q},
                 .control = static_cast<uint16_t>(header.hv1.tp_vlan_tci)};
}

FrameHeader header_of(const tpacket3_hdr& header, const sockaddr_ll& address, const NameOf& name_of) {
  constexpr uint64_t kNanoseconds = 1'000'000'000;
  const auto link = static_cast<uint32_t>(address.sll_ifindex);
  return {
      .timestamp = header.tp_sec * kNanoseconds + header.tp_nsec,
      .captured = 0,
      .length = header.tp_len,
      .link = link,
      .hardware_type = address.sll_hatype,
      .protocol = from_network_order(address.sll_protocol),
      .network_offset = static_cast<uint16_t>(header.tp_net - header.tp_mac),
      .packet_type = address.sll_pkttype,
      .name = name_of(link),
  };
}

}  // namespace

std::size_t copy_frames(Bytes block, std::size_t longest, const NameOf& name_of, FrameBuffer& frames) {
  const auto description = read_at<tpacket_block_desc>(block, 0);
  if (!description) return 0;
  std::size_t at = description->hdr.bh1.offset_to_first_pkt;
  for (uint32_t count = 0; count < description->hdr.bh1.num_pkts; ++count) {
    const auto header = read_at<tpacket3_hdr>(block, at);
    const auto address = read_at<sockaddr_ll>(block, at + TPACKET_ALIGN(sizeof(tpacket3_hdr)));
    if (!header || !address) return count;
    const std::size_t start = at + header->tp_mac;
    if (start > block.size() || header->tp_snaplen > block.size() - start) return count;
    frames.append(header_of(*header, *address, name_of), block.subspan(start, header->tp_snaplen),
                  tag_of(*header, *address), longest);
    if (header->tp_next_offset == 0) return count + 1;
    at += header->tp_next_offset;
  }
  return description->hdr.bh1.num_pkts;
}

}  // namespace rtnetlink::wire
