#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace rtnetlink::node {

/**
 * How many requests may end in one go. What JavaScript does behind that shows only afterwards, in one stretch for all
 * of them: a microsecond each where somebody counts routes, and three hundred where somebody sets up a container by
 * code that V8 has not compiled yet. So the next portion is larger as long as the last took little, and smaller when it
 * took long.
 */
class Portion {
 public:
  using Duration = std::chrono::steady_clock::duration;

  uint32_t size() const { return size_; }

  /** `took`: until what came of it was over. Too much is no harm, as when nothing was there to be handed over next. */
  void learn(uint32_t ended, Duration took) {
    if (ended == 0) return;
    if (took > kLong) {
      size_ = std::max(1U, size_ / 4);
    } else if (took < kShort) {
      size_ = std::min(kMost, size_ * 2);
    }
  }

 private:
  static constexpr std::chrono::microseconds kShort{100};
  static constexpr std::chrono::microseconds kLong{400};
  /** Calling again for the next portion takes two microseconds: more of them together spare nothing that counts. */
  static constexpr uint32_t kMost = 64;

  uint32_t size_ = 1;
};

}  // namespace rtnetlink::node
