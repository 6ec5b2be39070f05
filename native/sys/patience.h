#pragma once

#include <chrono>
#include <stop_token>

#include "sys/netlink_socket.h"

namespace rtnetlink::sys {

/**
 * Bounds the wait for replies. The kernel has answered before sendmsg returns, so there is hardly ever anything to wait
 * for; but a lost reply must not hold a thread for good, nor a thread an environment that ends.
 */
class Patience {
 public:
  explicit Patience(const std::stop_token& stop) : stop_(stop) {}

  /** Waits for the socket. False when it is time to give up; error() says why. */
  bool wait(const NetlinkSocket& socket);
  int error() const { return error_; }

 private:
  static constexpr std::chrono::milliseconds kSlice{50};
  static constexpr std::chrono::seconds kLimit{5};

  const std::stop_token& stop_;
  std::chrono::milliseconds waited_{0};
  int error_ = 0;
};

}  // namespace rtnetlink::sys
