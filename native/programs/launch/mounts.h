#pragma once

#include "programs/launch/report.h"

namespace rtnetlink::launch {

/**
 * What `ip netns exec` does before it executes (iproute2, lib/namespace.c): mounts of its own, a /sys that shows the
 * network namespace of now, and files of /etc/netns/NAME over those of /etc. `name` may be null.
 */
void make_mounts(const Report& report, const char* name);

}  // namespace rtnetlink::launch
