#pragma once

#include <mutex>
#include <utility>

#include "sys/unique_fd.h"

namespace rtnetlink::sys {

/**
 * A netlink socket of a namespace, made by the thread that made the namespace, for the first session in it: that is a
 * thread less to start and to send there.
 */
class SpareSocket {
 public:
  explicit SpareSocket(UniqueFd fd) : fd_(std::move(fd)) {}

  /** None when somebody has it already. */
  UniqueFd take() {
    const std::lock_guard lock(mutex_);
    return std::move(fd_);
  }

 private:
  std::mutex mutex_;
  UniqueFd fd_;
};

}  // namespace rtnetlink::sys
