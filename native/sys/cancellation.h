#pragma once

#include "sys/wake_event.h"

namespace rtnetlink::sys {

/** Tells a thread that waits in poll() to stop. Any thread may request; once requested it stays so. */
class Cancellation {
 public:
  void request() const noexcept { event_.signal(); }

  /** Readable once requested. */
  [[nodiscard]] const UniqueFd& descriptor() const { return event_.descriptor(); }

 private:
  WakeEvent event_;
};

}  // namespace rtnetlink::sys
