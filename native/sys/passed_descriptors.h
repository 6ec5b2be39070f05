#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <span>

#include "sys/unique_fd.h"

namespace rtnetlink::sys {

/** Room for control messages with up to `Most` descriptors. */
template <std::size_t Most>
class PassedDescriptors {
 public:
  /** To be sent with `header`: what they are stays the caller's. */
  void put_into(msghdr& header, std::initializer_list<int> descriptors) {
    if (descriptors.size() == 0) return;
    const std::size_t size = descriptors.size() * sizeof(int);
    header.msg_control = buffer_;
    header.msg_controllen = CMSG_SPACE(size);
    cmsghdr* control = CMSG_FIRSTHDR(&header);
    control->cmsg_level = SOL_SOCKET;
    control->cmsg_type = SCM_RIGHTS;
    control->cmsg_len = CMSG_LEN(size);
    std::memcpy(CMSG_DATA(control), descriptors.begin(), size);
  }

  void make_room_in(msghdr& header) {
    header.msg_control = buffer_;
    header.msg_controllen = sizeof buffer_;
  }

  /** Takes over all that came with `header`, which was received with MSG_CMSG_CLOEXEC; answers how many. */
  static std::size_t take_from(msghdr& header, std::span<UniqueFd, Most> into) {
    std::size_t count = 0;
    for (cmsghdr* control = CMSG_FIRSTHDR(&header); control != nullptr; control = CMSG_NXTHDR(&header, control)) {
      if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS) continue;
      const std::size_t size = control->cmsg_len - CMSG_LEN(0);
      for (std::size_t at = 0; at + sizeof(int) <= size; at += sizeof(int)) {
        int descriptor = -1;
        std::memcpy(&descriptor, CMSG_DATA(control) + at, sizeof descriptor);
        UniqueFd taken(descriptor);
        if (count < Most) into[count++] = static_cast<UniqueFd&&>(taken);
      }
    }
    return count;
  }

 private:
  alignas(cmsghdr) char buffer_[CMSG_SPACE(Most * sizeof(int))] = {};
};

}  // namespace rtnetlink::sys
