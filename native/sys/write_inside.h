#pragma once

#include <string>

#include "sys/network_namespace.h"

namespace rtnetlink::sys {

/** Writes the file on a thread that is in the namespace: for files whose effect goes by who writes. @throws SystemError
 */
void write_inside(const NetworkNamespace& where, const std::string& path, const std::string& text);

}  // namespace rtnetlink::sys
