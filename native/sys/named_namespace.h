#pragma once

#include <string>

#include "sys/unique_fd.h"

namespace rtnetlink::sys {

/**
 * As create_namespace, bind-mounted at `directory`/`name` so that it outlives its descriptors. Leaves what `ip netns
 * add` leaves, and may run beside it. A failure leaves no file behind.
 * @throws SystemError EEXIST (open) when the name is taken.
 */
[[nodiscard]] UniqueFd create_named_namespace(const std::string& directory, const std::string& name);

/**
 * Unmounts and removes the name, as `ip netns delete`; the namespace lives on as long as somebody else holds it.
 * @throws SystemError ENOENT (unlink) when there is none.
 */
void delete_named_namespace(const std::string& directory, const std::string& name);

}  // namespace rtnetlink::sys
