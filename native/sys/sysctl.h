#pragma once

#include <string>

#include "sys/network_namespace.h"

namespace rtnetlink::sys {

/** The text of the setting at `path` below /proc/sys in that namespace, as the kernel writes it. @throws SystemError */
[[nodiscard]] std::string read_sysctl(const NetworkNamespace& where, const std::string& path);

/** @throws SystemError */
void write_sysctl(const NetworkNamespace& where, const std::string& path, const std::string& text);

}  // namespace rtnetlink::sys
