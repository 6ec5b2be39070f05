#pragma once

#include "sys/unique_fd.h"

namespace rtnetlink::broker {

/** Goes into a new user namespace, in which the user is root where the system lets it map that. False with errno. */
[[nodiscard]] bool make_user_namespace();

/** One of this process's namespaces, by its name in /proc. None with errno. */
[[nodiscard]] sys::UniqueFd open_own_namespace(const char* name);

/** Keeps what it takes to go into network namespaces, and to make raw sockets and settings there; for good. */
void drop_capabilities();

}  // namespace rtnetlink::broker
