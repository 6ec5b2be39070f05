#pragma once

#include <string>

#include "sys/tun.h"
#include "sys/unique_fd.h"

namespace rtnetlink::sys {

/** binding.ts: TapLinkOptions */
struct TapLinkSettings {
  PacketFormat format;
  std::string name;
  int index;
};

/**
 * Opens the character device of a macvtap or ipvtap link, of the given namespace, or of the calling thread's when it is
 * null. /dev/tap<index> may be missing, or be another namespace's link of that index: what counts is the device number
 * that sysfs has. Where no node has it, one is made that nobody else sees, which takes CAP_SYS_ADMIN and CAP_MKNOD.
 * @throws SystemError; of an ioctl, the subject is the request. ENODEV (open) when the link has no character device.
 */
OpenedQueues open_tap_link(const TapLinkSettings& settings, const NetworkNamespace* where);

/** Whether the link of such a descriptor was deleted: its driver tells nobody else. */
bool is_tap_link_gone(const UniqueFd& queue);

}  // namespace rtnetlink::sys
