#pragma once

#include <chrono>
#include <cstddef>

namespace rtnetlink::sys {

/** Whether messages come so fast that they had better be left to gather than be waited for one by one. */
class MessageRate {
 public:
  using Clock = std::chrono::steady_clock;

  /** A window that began with a silence is long, and needs that many more. */
  void count(std::size_t messages, Clock::time_point now) {
    messages_ += messages;
    const Clock::duration window = now - start_;
    if (window < kShortest) return;
    high_ = messages_ * kShortest >= kMany * window;
    messages_ = 0;
    start_ = now;
  }

  [[nodiscard]] bool is_high() const { return high_; }

 private:
  static constexpr std::chrono::milliseconds kShortest{1};
  /** In a millisecond: several times what creating links one after another causes. */
  static constexpr std::size_t kMany = 64;

  Clock::time_point start_;
  std::size_t messages_ = 0;
  bool high_ = false;
};

}  // namespace rtnetlink::sys
