#pragma once

#include <optional>

namespace rtnetlink::launch {

/** lib/native/launch.ts: LaunchPlan */
struct Plan {
  int status = -1;
  int net = -1;
  int user = -1;
  bool mounts = false;
  const char* etc = nullptr;
  std::optional<unsigned> uid;
  std::optional<unsigned> gid;
  const char* file = nullptr;
  /** From ARGV0 on, with the null pointer behind. */
  char** arguments = nullptr;
};

/** Nothing when these are not the arguments of this program. */
std::optional<Plan> parse_plan(int count, char** arguments);

}  // namespace rtnetlink::launch
