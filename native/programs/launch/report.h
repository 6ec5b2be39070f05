#pragma once

#include <cstdint>

namespace rtnetlink::launch {

/** lib/native/launch.ts: LaunchStep */
enum class Step : uint32_t {
  kEnterUser = 1,
  kEnterNetwork = 2,
  kUnshareMounts = 3,
  kMountSys = 4,
  kReadFiles = 5,
  kMountFile = 6,
  kChangeUser = 7,
  kExecute = 8,
};

/** lib/native/launch.ts: LAUNCH_FAILED */
inline constexpr int kLaunchFailed = 127;

/** Where it is told what went wrong. Never fails: who listens may be gone. */
class Report {
 public:
  explicit Report(int descriptor) : descriptor_(descriptor) {}

  void write(Step step, int error, const char* path = "") const;
  /** Likewise, with the errno of now, and exits. */
  [[noreturn]] void fail(Step step, const char* path = "") const;

 private:
  int descriptor_;
};

}  // namespace rtnetlink::launch
