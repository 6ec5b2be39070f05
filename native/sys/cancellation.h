#pragma once

#include "sys/unique_fd.h"

namespace rtnetlink::sys {

/** Tells a thread that waits in poll() to stop. Any thread may request; once requested it stays so. */
class Cancellation {
 public:
  Cancellation();

  void request() const noexcept;

  /** Readable once requested. */
  [[nodiscard]] const UniqueFd& descriptor() const { return event_; }

 private:
  UniqueFd event_;
};

}  // namespace rtnetlink::sys
