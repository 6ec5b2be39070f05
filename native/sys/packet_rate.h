#pragma once

#include <chrono>
#include <cstddef>

namespace rtnetlink::sys {

/** Whether packets come so fast that they had better be looked for now and then than waited for one by one. */
class PacketRate {
 public:
  using Clock = std::chrono::steady_clock;

  void count(std::size_t packets, Clock::time_point now) {
    packets_ += packets;
    if (now - start_ < kWindow) return;
    // A window that began with a long silence says nothing of the rate now.
    high_ = packets_ >= kMany && now - start_ < 2 * kWindow;
    packets_ = 0;
    start_ = now;
  }

  [[nodiscard]] bool is_high() const { return high_; }

 private:
  static constexpr std::chrono::milliseconds kWindow{1};
  /** More than two that ask and answer each other can have under way. */
  static constexpr std::size_t kMany = 64;

  Clock::time_point start_;
  std::size_t packets_ = 0;
  bool high_ = false;
};

}  // namespace rtnetlink::sys
