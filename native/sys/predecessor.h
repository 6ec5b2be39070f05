#pragma once

#include <cstdint>

namespace rtnetlink::sys {

/** What a `linked` record needs to know of the one before it. */
struct Predecessor {
  bool succeeded = false;
  /** From the last RTM_NEWLINK that came for it, 0 when none did. */
  uint32_t index = 0;
  /** IFLA_LINK of that message, 0 when absent. */
  uint32_t link = 0;
};

}  // namespace rtnetlink::sys
