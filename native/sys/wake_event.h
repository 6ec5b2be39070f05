#pragma once

#include "sys/unique_fd.h"

namespace rtnetlink::sys {

/** Wakes a thread that waits in poll(), from any other. */
class WakeEvent {
 public:
  /** @throws SystemError (kEventfd) */
  WakeEvent();

  void signal() const noexcept;
  void clear() const noexcept;

  /** Readable from signal() to clear(). */
  [[nodiscard]] const UniqueFd& descriptor() const { return event_; }

 private:
  UniqueFd event_;
};

}  // namespace rtnetlink::sys
