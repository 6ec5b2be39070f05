#include "sys/capture_socket.h"

#include <linux/if.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cerrno>
#include <cstring>
#include <map>

#include "sys/open_socket.h"
#include "sys/system_error.h"

namespace rtnetlink::sys {
namespace {

/** Means nothing with TPACKET_V3, and is checked all the same. */
constexpr std::size_t kFrameSize = 2048;

constexpr uint16_t to_network_order(uint16_t word) {
  if constexpr (std::endian::native == std::endian::big) return word;
  return static_cast<uint16_t>(word << 8 | word >> 8);
}

template <typename Value>
void set_option(const UniqueFd& descriptor, int level, int name, const Value& value) {
  if (setsockopt(descriptor.get(), level, name, &value, sizeof value) != 0) throw SystemError(SystemCall::kSetsockopt);
}

/** Of options that every packet socket has. */
template <typename Value>
Value get_option(const UniqueFd& descriptor, int level, int name) {
  Value value{};
  socklen_t length = sizeof value;
  getsockopt(descriptor.get(), level, name, &value, &length);
  return value;
}

void set_filter(const UniqueFd& descriptor, std::vector<sock_filter> filter) {
  const sock_fprog program{.len = static_cast<unsigned short>(filter.size()), .filter = filter.data()};
  if (setsockopt(descriptor.get(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) != 0) {
    throw SystemError(SystemCall::kSetsockopt);
  }
}

/** SIOCGIFINDEX answers for the namespace of the socket that it is asked on. */
int index_of(const UniqueFd& descriptor, const std::string& link) {
  ifreq request{};
  if (link.size() >= sizeof request.ifr_name) throw SystemError(SystemCall::kIoctl, ENODEV);
  link.copy(request.ifr_name, sizeof request.ifr_name - 1);
  if (ioctl(descriptor.get(), SIOCGIFINDEX, &request) != 0) throw SystemError(SystemCall::kIoctl);
  return request.ifr_ifindex;
}

Mapping map_blocks(const UniqueFd& descriptor, const CaptureSettings& settings) {
  set_option(descriptor, SOL_PACKET, PACKET_VERSION, int{TPACKET_V3});
  set_option(descriptor, SOL_PACKET, PACKET_RX_RING,
             tpacket_req3{
                 .tp_block_size = kCaptureBlock,
                 .tp_block_nr = static_cast<unsigned>(settings.blocks),
                 .tp_frame_size = kFrameSize,
                 .tp_frame_nr = static_cast<unsigned>(settings.blocks * (kCaptureBlock / kFrameSize)),
                 .tp_retire_blk_tov = settings.delay,
                 .tp_sizeof_priv = 0,
                 .tp_feature_req_word = 0,
             });
  return {descriptor.get(), settings.blocks * kCaptureBlock};
}

/** From here on frames of that protocol come. */
void bind_to(const UniqueFd& descriptor, int index, uint16_t protocol) {
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = to_network_order(protocol);
  address.sll_ifindex = index;
  if (bind(descriptor.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw SystemError(SystemCall::kBind);
  }
}

sockaddr_ll bound_address(const UniqueFd& descriptor) {
  // The hardware addresses of some links are longer than the struct has room for.
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  sockaddr_ll address{};
  if (getsockname(descriptor.get(), reinterpret_cast<sockaddr*>(&storage), &length) == 0) {
    std::memcpy(&address, &storage, sizeof address);
  }
  return address;
}

tpacket_hdr_v1& header_of(std::span<std::byte> block) {
  return reinterpret_cast<tpacket_block_desc*>(block.data())->hdr.bh1;
}

bool is_ours(std::span<std::byte> block) {
  return (std::atomic_ref(header_of(block).block_status).load(std::memory_order_acquire) & TP_STATUS_USER) != 0;
}

bool has_frames(std::span<std::byte> block) {
  return std::atomic_ref(header_of(block).num_pkts).load(std::memory_order_relaxed) > 0;
}

/** Until the kernel opens the block, it says what it says then: that it has no frames. */
void give_back(std::span<std::byte> block) {
  header_of(block).num_pkts = 0;
  std::atomic_ref(header_of(block).block_status).store(TP_STATUS_KERNEL, std::memory_order_release);
}

}  // namespace

CaptureSocket::CaptureSocket(const CaptureSettings& settings, const NetworkNamespace* where)
    : snap_length_(settings.snap_length),
      // Without a protocol nothing arrives before the socket is bound.
      descriptor_(open_socket(
          {.domain = AF_PACKET, .type = SOCK_RAW, .protocol = 0, .options = {}, .address = {}, .remote = {}}, where)) {
  const int index = settings.link.empty() ? settings.index : index_of(descriptor_, settings.link);
  set_filter(descriptor_, settings.filter);
  blocks_ = map_blocks(descriptor_, settings);
  if (settings.promiscuous) {
    packet_mreq request{};
    request.mr_ifindex = index;
    request.mr_type = PACKET_MR_PROMISC;
    set_option(descriptor_, SOL_PACKET, PACKET_ADD_MEMBERSHIP, request);
  }
  bind_to(descriptor_, index, ETH_P_ALL);
  if (index == 0) return;
  link_ = {.index = static_cast<uint32_t>(index),
           .hardware_type = bound_address(descriptor_).sll_hatype,
           .name = name_of(static_cast<uint32_t>(index))};
}

bool CaptureSocket::take(wire::FrameBuffer& frames) {
  const std::span<std::byte> block = next_block();
  if (!is_ours(block) && !(shut_ && has_frames(block))) return false;
  std::map<uint32_t, wire::LinkName> names;
  const auto name = [&](uint32_t index) {
    const auto [known, is_new] = names.try_emplace(index);
    if (is_new) known->second = name_of(index);
    return known->second;
  };
  wire::copy_frames(block, snap_length_, name, frames);
  give_back(block);
  next_ = (next_ + 1) % (blocks_.bytes().size() / kCaptureBlock);
  return true;
}

/**
 * Only another bind() waits for frames that are being written (__unregister_prot_hook in net/packet/af_packet.c): when
 * it returns, the block that is being filled stays as it is, and need not be waited for.
 */
void CaptureSocket::shut() {
  set_filter(descriptor_, {{.code = BPF_RET | BPF_K, .jt = 0, .jf = 0, .k = 0}});
  bind_to(descriptor_, 0, ETH_P_LOOPBACK);
  shut_ = true;
}

int CaptureSocket::take_error() const { return get_option<int>(descriptor_, SOL_SOCKET, SO_ERROR); }

bool CaptureSocket::has_lost_link() const {
  return bound_address(descriptor_).sll_ifindex != static_cast<int>(link_.index);
}

bool CaptureSocket::is_link_up() const {
  ifreq request{};
  const wire::LinkName name = name_of(link_.index);
  std::memcpy(request.ifr_name, name.data(), sizeof request.ifr_name);
  return ioctl(descriptor_.get(), SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_UP) != 0;
}

CaptureCounts CaptureSocket::take_counts() const {
  // The kernel counts from zero again each time that it is asked.
  const auto counts = get_option<tpacket_stats_v3>(descriptor_, SOL_PACKET, PACKET_STATISTICS);
  return {.received = counts.tp_packets, .dropped = counts.tp_drops};
}

wire::LinkName CaptureSocket::name_of(uint32_t index) const {
  ifreq request{};
  request.ifr_ifindex = static_cast<int>(index);
  wire::LinkName name{};
  if (ioctl(descriptor_.get(), SIOCGIFNAME, &request) == 0) std::memcpy(name.data(), request.ifr_name, name.size());
  return name;
}

std::span<std::byte> CaptureSocket::next_block() const {
  return blocks_.bytes().subspan(next_ * kCaptureBlock, kCaptureBlock);
}

}  // namespace rtnetlink::sys
