#pragma once

#include <algorithm>
#include <chrono>
#include <thread>

namespace rtnetlink::sys {

/**
 * Watching for something without sleeping, for as long as that has been paying. Waking a thread costs 5 µs where both
 * processors are busy and 30 to 65 µs where one sleeps; what comes sooner is cheaper to watch for. docs/decisions has
 * the figures. Belongs to one thread, or to the holder of one mutex.
 */
class LookOut {
 public:
  using Duration = std::chrono::microseconds;

  explicit LookOut(Duration longest)
      : longest_(longest), hope_(std::thread::hardware_concurrency() > 1 ? kMost : kNever) {}

  /** Whether it is worth a try: while it has been, and now and then to see whether it is again. */
  bool is_promising() {
    if (hope_ == kNever) return false;
    return hope_ > 0 || ++passed_ % kRetry == 0;
  }

  /** Watches until there is something or the time is over. */
  template <typename Happened>
  bool watch(Happened happened) const {
    const auto end = std::chrono::steady_clock::now() + longest_;
    do {
      if (happened()) return true;
      relax();
    } while (std::chrono::steady_clock::now() < end);
    return false;
  }

  void learn(bool happened) { hope_ = std::clamp(hope_ + (happened ? 2 : -1), 0, kMost); }

 private:
  static constexpr int kNever = -1;
  static constexpr int kMost = 8;
  static constexpr unsigned kRetry = 32;

  /** Tells the processor that this is a loop that waits. */
  static void relax() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
  }

  Duration longest_;
  int hope_;
  unsigned passed_ = 0;
};

}  // namespace rtnetlink::sys
