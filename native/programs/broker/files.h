#pragma once

#include <string_view>

namespace rtnetlink::broker {

/** Tun devices, and settings below /proc/sys/net, by a path without detours; to read or write, and to make nothing. */
[[nodiscard]] bool may_be_opened(std::string_view path, int flags);

}  // namespace rtnetlink::broker
