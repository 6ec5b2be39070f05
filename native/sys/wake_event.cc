#include "sys/wake_event.h"

#include <sys/eventfd.h>

#include "sys/system_error.h"

namespace rtnetlink::sys {

WakeEvent::WakeEvent() : event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!event_) throw SystemError(SystemCall::kEventfd);
}

void WakeEvent::signal() const noexcept { eventfd_write(event_.get(), 1); }

void WakeEvent::clear() const noexcept {
  eventfd_t value = 0;
  eventfd_read(event_.get(), &value);
}

}  // namespace rtnetlink::sys
