#include "sys/cancellation.h"

#include <sys/eventfd.h>

#include "sys/system_error.h"

namespace rtnetlink::sys {

Cancellation::Cancellation() : event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!event_) throw SystemError(SystemCall::kEventfd);
}

void Cancellation::request() const noexcept { eventfd_write(event_.get(), 1); }

}  // namespace rtnetlink::sys
