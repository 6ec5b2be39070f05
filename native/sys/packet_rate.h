#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace rtnetlink::sys {

/**
 * Whether packets come so fast that they had better be looked for now and then than waited for one by one. Belongs to
 * one thread; others may ask, and hear of the last window.
 */
class PacketRate {
 public:
  using Clock = std::chrono::steady_clock;

  void count(std::size_t packets, uint64_t bytes, Clock::time_point now) {
    packets_ += packets;
    bytes_ += bytes;
    if (now - start_ < kWindow) return;
    const bool many = packets_ >= kManyPackets || bytes_ >= kManyBytes;
    // A window that began with a long silence says nothing of the rate now.
    high_.store(many && now - start_ < 2 * kWindow, std::memory_order_relaxed);
    packets_ = 0;
    bytes_ = 0;
    start_ = now;
  }

  [[nodiscard]] bool is_high() const { return high_.load(std::memory_order_relaxed); }

 private:
  static constexpr std::chrono::milliseconds kWindow{1};
  /** More than two that ask and answer each other can have under way. */
  static constexpr std::size_t kManyPackets = 64;
  /** Packets that the kernel left together are large, and few. */
  static constexpr uint64_t kManyBytes = 256 * 1024;

  Clock::time_point start_;
  std::size_t packets_ = 0;
  uint64_t bytes_ = 0;
  std::atomic<bool> high_ = false;
};

}  // namespace rtnetlink::sys
