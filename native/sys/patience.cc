#include "sys/patience.h"

#include <cerrno>

namespace rtnetlink::sys {

bool Patience::wait(const NetlinkSocket& socket) {
  while (waited_ < kLimit) {
    if (stop_.stop_requested()) {
      error_ = ECANCELED;
      return false;
    }
    if (socket.wait(kSlice)) return true;
    waited_ += kSlice;
  }
  error_ = ETIMEDOUT;
  return false;
}

}  // namespace rtnetlink::sys
