#pragma once

namespace rtnetlink::sys {

/** Whether the calling thread has what it takes to make network namespaces and to set them up. */
[[nodiscard]] bool may_make_namespaces();

}  // namespace rtnetlink::sys
