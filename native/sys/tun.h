#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sys/network_namespace.h"
#include "sys/unique_fd.h"

namespace rtnetlink::sys {

/** binding.ts: PacketFormat */
struct PacketFormat {
  /** IFF_TUN, IFF_TAP, IFF_NO_PI, IFF_VNET_HDR, IFF_MULTI_QUEUE, IFF_TUN_EXCL. */
  uint16_t flags;
  uint32_t queues;
  /** Where the flags have IFF_VNET_HDR. */
  int vnet_header_size;
  /** TUN_F_*. A link that is there would keep those of the last program. */
  uint32_t offloads;
};

/** binding.ts: TunOptions */
struct TunSettings {
  PacketFormat format;
  std::string path;
  /** May hold one %d; empty leaves it to the kernel. */
  std::string name;
  std::optional<int> index;
  std::optional<uint32_t> owner;
  std::optional<uint32_t> group;
};

/** Descriptors that read and write packets, and the link that they belong to. */
struct OpenedQueues {
  std::string name;
  /** None blocks. */
  std::vector<UniqueFd> queues;
};

/**
 * Opens a tun or tap link, which is made unless it is there, in the given namespace, or in the calling thread's when it
 * is null. Waits for the kernel's RTNL lock, as does everything here, and closing.
 * Where somebody else has queues of it open, their flags stay.
 * @throws SystemError; of an ioctl, the subject is the request.
 */
OpenedQueues open_tun(const TunSettings& settings, const NetworkNamespace* where);

/** What can be set on the descriptors of a macvtap or ipvtap too. */
void apply_format(const UniqueFd& queue, const PacketFormat& format);

void set_persist(const UniqueFd& queue, bool persist);
void attach_queue(const UniqueFd& queue);
void detach_queue(const UniqueFd& queue);

/** Sets the flags; `name` comes back as the kernel has it. Other drivers than that of tun pass over it. */
void set_interface(const UniqueFd& queue, std::string& name, uint16_t flags);

}  // namespace rtnetlink::sys
